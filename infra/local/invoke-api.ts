import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Log } from '../loopback/log.ts';
import { refusalOf, refuse } from '../loopback/loopback-guard.ts';
import { readBody } from '../loopback/request-body.ts';
import { arnOf, type Lambda } from './lambda.ts';

/** What every path of Lambda's API starts with. */
export const invokeApiPrefix = '/2015-03-31/';

const invocations = /^\/2015-03-31\/functions\/([^/]+)\/invocations\/?$/;
/** `name`, `name:qualifier`, `account:function:name`, or the whole ARN, with or without a qualifier. */
const functionName = /^(?:(?:arn:[\w-]+:lambda:[\w-]*:)?\d*:?function:)?([\w-]{1,64})(?::[\w$-]+)?$/;
/** Lambda's quota for the payload of a synchronous invocation: 6 MB. */
const payloadLimit = 6 * 1024 * 1024;

interface Answer {
  status: number;
  headers?: Record<string, string>;
  body?: string;
}

/** Lambda's own API, as far as invoking goes: the command line, the AWS CLI and SDKs work with its endpoint set to this. */
export function createInvokeApi({ lambdas, log }: { lambdas: readonly Lambda[]; log: Log }) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const startedAt = performance.now();
    const refusal = refusalOf(request);
    if (refusal !== undefined) {
      refuse(response, refusal);
      log('invoke refused 403');
      return;
    }
    const body = await readBody(request, payloadLimit);
    const name = nameOf(request);
    const lambda = lambdas.find((candidate) => candidate.name === name);
    const { status, headers, body: answer = '' } = await answerTo(request, name, lambda, body);
    response.writeHead(status, {
      'x-amzn-requestid': randomUUID(),
      ...headers,
      ...(status !== 204 && {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(answer),
      }),
    });
    response.end(answer);
    log(`invoke ${lambda?.name ?? '(none)'} ${status} ${Math.round(performance.now() - startedAt)} ms`);
  };
}

/** @returns the name of the function to be invoked, or undefined where the request is for something else. */
function nameOf(request: IncomingMessage): string | undefined {
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

async function answerTo(
  request: IncomingMessage,
  name: string | undefined,
  lambda: Lambda | undefined,
  body: Buffer | undefined,
): Promise<Answer> {
  if (name === undefined) {
    return fault(404, 'UnknownOperationException', 'This API knows one operation, Invoke.');
  }
  if (lambda === undefined) {
    return fault(404, 'ResourceNotFoundException', `Function not found: ${arnOf(name)}`);
  }
  if (body === undefined) {
    return fault(413, 'RequestTooLargeException', `Request must be smaller than ${payloadLimit} bytes.`);
  }
  const type = request.headers['x-amz-invocation-type'] ?? 'RequestResponse';
  const event = parseJson(body);
  if (event === undefined) {
    return fault(400, 'InvalidRequestContentException', 'Could not parse request body into json.');
  }
  if (type === 'DryRun') return { status: 204 };
  if (type === 'Event') {
    // Not repeated when it fails, as AWS would do twice: whoever tests that wants to see one run.
    void lambda.invoke(event.value);
    return { status: 202 };
  }
  if (type !== 'RequestResponse') {
    return fault(400, 'InvalidParameterValueException', `Unknown invocation type: ${String(type)}`);
  }
  return invoked(await lambda.invoke(event.value));
}

function invoked(invocation: Awaited<ReturnType<Lambda['invoke']>>): Answer {
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

function fault(status: number, type: string, message: string): Answer {
  return {
    status,
    headers: { 'x-amzn-errortype': type },
    body: JSON.stringify({ Type: 'User', Message: message, message }),
  };
}
