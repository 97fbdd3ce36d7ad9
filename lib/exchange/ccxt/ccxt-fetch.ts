import { AsyncLocalStorage } from 'node:async_hooks';
import { type ClientRequest, type IncomingMessage, request, STATUS_CODES } from 'node:http';
import { request as requestSecurely } from 'node:https';
import type { Socket } from 'node:net';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import { createAgents, type HttpAgents, wasEstablished } from '../../http-agents.ts';

/** The arguments of ccxt's `fetchImplementation` that it needs to send a request. */
interface RequestOptions {
  method: string;
  headers: Record<string, string>;
  body?: string | undefined;
  signal: AbortSignal;
}

/** The fields of a response that ccxt reads. */
interface FetchResponse {
  status: number;
  statusText: string;
  headers: Record<string, string>;
  text(): Promise<string>;
}

/** No connection was established, so nothing was sent. ccxt passes this error on unchanged. */
export class NotConnected extends Error {}

/** Connections of this process's own, without a proxy. */
export const directAgents: HttpAgents = createAgents();

/** The requests of one call: whether a byte of each may have left by now. */
export const requestsOfCall = new AsyncLocalStorage<(() => boolean)[]>();

const decompressors: Record<string, (bytes: Buffer) => Promise<Buffer>> = {
  gzip: promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
};

/**
 * Replaces undici as ccxt's HTTP client: Node would have to load and compile it before the first order leaves, and
 * the AWS SDK has already loaded Node's own. Like ccxt's client, it follows no redirects and retries nothing.
 */
export function ccxtFetch(
  url: string,
  { method, headers, body, signal }: RequestOptions,
  { agents }: HttpAgents = directAgents,
): Promise<FetchResponse> {
  return new Promise((resolve, reject) => {
    // ccxt recognizes a failed transport by a TypeError, and puts the message of its cause into its own error.
    const fail = (cause: Error): void => reject(new TypeError('fetch failed', { cause }));
    const isSecure = url.startsWith('https:');
    const sent = (isSecure ? requestSecurely : request)(url, {
      agent: isSecure ? agents.httpsAgent : agents.httpAgent,
      method,
      headers: { ...headers, 'Accept-Encoding': Object.keys(decompressors).join(', ') },
      signal,
    });
    const isConnected = watchConnection(sent);
    requestsOfCall.getStore()?.push(isConnected);
    sent.on('error', (cause) => {
      if (cause.name === 'AbortError') reject(cause);
      else if (isConnected()) fail(cause);
      else reject(new NotConnected('no connection was established', { cause }));
    });
    sent.on('response', (response) => {
      const status = response.statusCode ?? 0;
      if (status >= 300 && status < 400 && response.headers.location !== undefined) {
        response.resume();
        fail(new Error(`the redirect (HTTP ${status}) was not followed`));
        return;
      }
      resolve({
        status,
        statusText: STATUS_CODES[status] ?? '',
        headers: joinHeaders(response),
        text: () => readText(response),
      });
    });
    sent.end(body);
  });
}

/** @returns whether a byte of the request may have left by now. */
function watchConnection(sent: ClientRequest): () => boolean {
  let socket: Socket | undefined;
  sent.once('socket', (assigned) => {
    socket = assigned;
  });
  return () => socket !== undefined && wasEstablished(socket);
}

function joinHeaders({ headers }: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value = '']) => [name, [value].flat().join(', ')]),
  );
}

async function readText(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  const decompress = decompressors[response.headers['content-encoding'] ?? ''];
  const bytes = Buffer.concat(chunks);
  return (decompress === undefined || bytes.length === 0 ? bytes : await decompress(bytes)).toString('utf8');
}
