import { AwsSdkSigV4Signer } from '@aws-sdk/core/httpAuthSchemes';
import { Sha256 } from '@smithy/core/checksum';
import { loadJsonRpcErrorCode } from '@smithy/core/protocols';
import { type RetryResolvedConfig, retryMiddleware } from '@smithy/core/retry';
import { getSmithyContext, HttpRequest, type HttpResponse } from '@smithy/core/transport';
import { NodeHttpHandler, type NodeHttpHandlerOptions } from '@smithy/node-http-handler';
import { SignatureV4 } from '@smithy/signature-v4';
import { resolveEndpoint, type ServiceName } from './endpoint.ts';
import type { ExceptionClass } from './service-exception.ts';

/** What the client of a service differs in. */
export interface Service extends ServiceName {
  /** Stands before the operation's name in the header. */
  target: string;
  version: '1.0' | '1.1';
  exceptions: Record<string, ExceptionClass>;
  /** Of all other errors that AWS sends. */
  exception: ExceptionClass;
}

export interface ClientConfig {
  endpoint?: string;
  region?: string;
  credentials?: Credentials;
  requestHandler?: NodeHttpHandlerOptions;
}

export type RetryStrategy = Awaited<ReturnType<RetryResolvedConfig['retryStrategy']>>;

export interface RetryConfig {
  maxAttempts: number;
  retryStrategy: RetryStrategy;
}

interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

export interface SendOptions {
  abortSignal?: AbortSignal;
}

/** @returns the answer's JSON. */
export type Call = (operation: string, input: object, options?: SendOptions) => Promise<Answer>;
export type Answer = Record<string, unknown>;

interface Attempt {
  request: HttpRequest;
  abortSignal: AbortSignal | undefined;
}

interface Connection {
  service: Service;
  config: ClientConfig;
  handler: NodeHttpHandler;
  sign: AwsSdkSigV4Signer;
  /** The SDK keeps the difference between AWS's clock and this one in it. */
  signing: { systemClockOffset: number; signer: () => Promise<SignatureV4> };
}

/**
 * A client of a JSON service, made from the SDK's parts: its retries, signer, clock correction and HTTP handler. Ours are
 * the request, and what is made of the response's JSON.
 * https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html
 */
export function createJsonClient(service: Service, config: ClientConfig, retry: RetryConfig): Call {
  const withRetries = retryMiddleware({
    maxAttempts: async () => retry.maxAttempts,
    retryStrategy: async () => retry.retryStrategy,
  });
  const connection = connect(service, config);
  return async (operation, input, { abortSignal } = {}) => {
    const request = toRequest(connection, operation, JSON.stringify(input));
    const context = {};
    getSmithyContext(context).abortSignal = abortSignal;
    const send = withRetries(
      ({ request: attempt }) => sendOnce(connection, { request: attempt as HttpRequest, abortSignal }),
      context,
    );
    return (await send({ input, request })).output as Answer;
  };
}

function connect(service: Service, config: ClientConfig): Connection {
  const signer = new SignatureV4({
    service: service.host,
    region: async () => findRegion(config),
    credentials: async () => config.credentials ?? readCredentials(),
    sha256: Sha256,
  });
  return {
    service,
    config,
    handler: new NodeHttpHandler(config.requestHandler),
    sign: new AwsSdkSigV4Signer(),
    signing: { systemClockOffset: 0, signer: async () => signer },
  };
}

function findRegion({ region = process.env.AWS_REGION }: ClientConfig): string {
  if (region === undefined || region === '') throw new Error('Region is missing');
  return region;
}

/** Lambda sets them before it starts the process. */
function readCredentials(): Credentials {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = process.env;
  if (!AWS_ACCESS_KEY_ID || !AWS_SECRET_ACCESS_KEY)
    throw new Error('Unable to find environment variable credentials.');
  return {
    accessKeyId: AWS_ACCESS_KEY_ID,
    secretAccessKey: AWS_SECRET_ACCESS_KEY,
    ...(AWS_SESSION_TOKEN && { sessionToken: AWS_SESSION_TOKEN }),
  };
}

function toRequest({ service, config }: Connection, operation: string, body: string): HttpRequest {
  const url = resolveEndpoint(service, findRegion(config), config.endpoint);
  return new HttpRequest({
    method: 'POST',
    protocol: url.protocol,
    hostname: url.hostname,
    ...(url.port !== '' && { port: Number(url.port) }),
    path: url.pathname.endsWith('/') ? url.pathname : `${url.pathname}/`,
    headers: {
      'content-type': `application/x-amz-json-${service.version}`,
      'x-amz-target': `${service.target}.${operation}`,
      'content-length': String(Buffer.byteLength(body)),
      host: url.host,
    },
    body,
  });
}

async function sendOnce(connection: Connection, { request, abortSignal }: Attempt) {
  const { config, handler, sign, signing } = connection;
  const signingProperties = { context: {}, config: signing };
  const identity = config.credentials ?? readCredentials();
  const signed = await sign.sign(request, identity, signingProperties);
  const sent = handler
    .handle(signed as HttpRequest, { ...(abortSignal && { abortSignal }) })
    .then(async ({ response }) => ({ response, output: await parseResponse(connection.service, response) }))
    .catch(sign.errorHandler(signingProperties));
  const result = await sent;
  sign.successHandler(result.response, signingProperties);
  return result;
}

/** The retries read the status, and headers of the response, from what this throws. */
async function parseResponse(service: Service, response: HttpResponse) {
  const { statusCode: httpStatusCode } = response;
  try {
    const data = await readJson(response);
    if (httpStatusCode >= 300) throw toException(service, response, data);
    return { ...data, $metadata: { httpStatusCode } };
  } catch (thrown) {
    if (thrown instanceof Error) {
      Object.defineProperty(thrown, '$response', { value: response });
      Object.assign(thrown, { $metadata: { httpStatusCode } });
    }
    throw thrown;
  }
}

async function readJson({ body }: HttpResponse): Promise<Answer> {
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  return { ...(text === '' ? {} : JSON.parse(text)) };
}

function toException({ exceptions, exception }: Service, response: HttpResponse, data: Answer) {
  const name = loadJsonRpcErrorCode(response, data) ?? 'Unknown';
  const Exception = exceptions[name] ?? exception;
  return new Exception(name, response.statusCode, data);
}
