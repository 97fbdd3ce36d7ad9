import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Log } from '../loopback/log.ts';
import { findRefusal, refuse } from '../loopback/loopback-guard.ts';
import { readBody } from '../loopback/request-body.ts';
import { type Lambda, toArn } from './lambda.ts';

/** The start of every path of Lambda's API. */
export const invokeApiPrefix = '/2015-03-31/';

const invocations = /^\/2015-03-31\/functions\/([^/]+)\/invocations\/?$/;
/** `name`, `account:function:name` or an ARN, each with or without `:qualifier`. */
const functionName = /^(?:(?:arn:[\w-]+:lambda:[\w-]*:)?\d*:?function:)?([\w-]{1,64})(?::[\w$-]+)?$/;
/** Lambda's quota for the payload of a synchronous invocation: 6 MB. */
const payloadLimit = 6 * 1024 * 1024;

interface InvokeResponse {
  status: number;
  headers?: Record<string, string>;
  body?: string;
}

/**
 * Lambda's Invoke API. The command line, the AWS CLI and SDKs work if their endpoint is this server. It has one route
 * and shares the guard of node:http requests with the table, so a router would add more than it replaces.
 */
export function createInvokeApi({ lambdas, log }: { lambdas: readonly Lambda[]; log: Log }) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const startedAt = performance.now();
    const refusal = findRefusal(request);
    if (refusal !== undefined) {
      refuse(response, refusal);
      log('invoke refused 403');
      return;
    }
    const body = await readBody(request, payloadLimit);
    const name = findFunctionName(request);
    const lambda = lambdas.find((candidate) => candidate.name === name);
    const { status, headers, body: text = '' } = await respond(request, name, lambda, body);
    response.writeHead(status, {
      'x-amzn-requestid': randomUUID(),
      ...headers,
      ...(status !== 204 && {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(text),
      }),
    });
    response.end(text);
    log(`invoke ${lambda?.name ?? '(none)'} ${status} ${Math.round(performance.now() - startedAt)} ms`);
  };
}

/** @returns the name of the function to invoke, or undefined if the request is not an invocation. */
function findFunctionName(request: IncomingMessage): string | undefined {
  const [path = ''] = (request.url ?? '').split('?');
  const segment = invocations.exec(path)?.[1];
  if (segment === undefined || request.method !== 'POST') return undefined;
  try {
    const given = decodeURIComponent(segment);
    return functionName.exec(given)?.[1] ?? given;
  } catch {
    return segment;
  }
}

async function respond(
  request: IncomingMessage,
  name: string | undefined,
  lambda: Lambda | undefined,
  body: Buffer | undefined,
): Promise<InvokeResponse> {
  if (name === undefined) {
    return toError(404, 'UnknownOperationException', 'This API has one operation: Invoke.');
  }
  if (lambda === undefined) {
    return toError(404, 'ResourceNotFoundException', `Function not found: ${toArn(name)}`);
  }
  if (body === undefined) {
    return toError(413, 'RequestTooLargeException', `Request must be smaller than ${payloadLimit} bytes.`);
  }
  const type = request.headers['x-amz-invocation-type'] ?? 'RequestResponse';
  const event = parseJson(body);
  if (event === undefined) {
    return toError(400, 'InvalidRequestContentException', 'Could not parse request body into json.');
  }
  if (type === 'DryRun') return { status: 204 };
  if (type === 'Event') {
    // AWS retries a failed event twice. Locally it runs once, so that a failure is easy to read in the log.
    void lambda.invoke(event.value);
    return { status: 202 };
  }
  if (type !== 'RequestResponse') {
    return toError(400, 'InvalidParameterValueException', `Unknown invocation type: ${String(type)}`);
  }
  return toInvokeResponse(await lambda.invoke(event.value));
}

function toInvokeResponse(invocation: Awaited<ReturnType<Lambda['invoke']>>): InvokeResponse {
  const headers = { 'x-amz-executed-version': '$LATEST', 'x-amzn-requestid': invocation.requestId };
  if (invocation.kind === 'answered') return { status: 200, headers, body: invocation.payload };
  const { errorType, errorMessage } = invocation;
  return {
    status: 200,
    headers: { ...headers, 'x-amz-function-error': 'Unhandled' },
    body: JSON.stringify({ errorType, errorMessage }),
  };
}

/** An empty payload is an empty event. */
function parseJson(body: Buffer): { value: unknown } | undefined {
  if (body.length === 0) return { value: {} };
  try {
    return { value: JSON.parse(body.toString('utf8')) };
  } catch {
    return undefined;
  }
}

function toError(status: number, type: string, message: string): InvokeResponse {
  return {
    status,
    headers: { 'x-amzn-errortype': type },
    body: JSON.stringify({ Type: 'User', Message: message, message }),
  };
}
