import { createHash, createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import { listen } from '../../../../infra/loopback/listen.ts';

export interface Received {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface Answer {
  status?: number;
  headers?: Record<string, string>;
  /** Text is sent as it is, anything else as JSON. */
  body?: unknown;
}

export const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret', sessionToken: 'session' };
export const region = 'eu-west-1';

/** Starts a stand-in that records requests and gives these answers in turn, the last one to all others. */
export async function startService(...answers: (Answer | 'silence' | 'cut')[]) {
  const received: Received[] = [];
  const arrived = Promise.withResolvers<void>();
  const closed = Promise.withResolvers<void>();
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = '', url: path = '', headers } = request;
    response.on('close', closed.resolve);
    received.push({ method, path, headers, body: await text(request) });
    const answer = answers[Math.min(received.length, answers.length) - 1] ?? {};
    arrived.resolve();
    if (answer === 'silence') return;
    if (answer === 'cut') {
      response.writeHead(200, { 'content-length': 100 }).write('{"Item":', () => response.destroy());
      return;
    }
    const { status = 200, body = {} } = answer;
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0', ...answer.headers });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };
  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy());
  });
  const url = `http://127.0.0.1:${await listen(server, 0)}`;
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url, received, arrived: arrived.promise, closed: closed.promise };
}

function hash(value: string): string {
  return createHash('sha256').update(value).digest('hex');
}

function hmac(key: string | Buffer, value: string): Buffer {
  return createHmac('sha256', key).update(value).digest();
}

/**
 * @returns whether the request's signature is the one that AWS computes.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function isSigned({ method, path, headers, body }: Received, service: string): boolean {
  const [, scope = '', signedHeaders = '', signature = ''] =
    /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/(\S+), SignedHeaders=(\S+), Signature=(\w{64})$/.exec(
      headers.authorization ?? '',
    ) ?? [];
  const time = String(headers['x-amz-date']);
  const names = signedHeaders.split(';');
  if (scope !== `${time.slice(0, 8)}/${region}/${service}/aws4_request`) return false;
  for (const name of ['host', 'x-amz-date', 'x-amz-target', 'x-amz-security-token'])
    if (!names.includes(name)) return false;
  const lines = names.map((name) => `${name}:${String(headers[name]).trim()}\n`).join('');
  const canonical = [method, path, '', lines, signedHeaders, hash(body)].join('\n');
  const key = scope.split('/').reduce<string | Buffer>(hmac, `AWS4${credentials.secretAccessKey}`);
  return (
    signature === hmac(key, ['AWS4-HMAC-SHA256', time, scope, hash(canonical)].join('\n')).toString('hex')
  );
}
