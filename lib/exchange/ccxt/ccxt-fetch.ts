import { Agent, type IncomingMessage, request, STATUS_CODES } from 'node:http';
import { request as requestSecurely, Agent as SecureAgent } from 'node:https';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';

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

/** How long an idle connection is kept, as in ccxt's own client. A shorter time that the server sends has priority. */
const idleMs = 60_000;
const agent = new Agent({ keepAlive: true, timeout: idleMs });
const secureAgent = new SecureAgent({ keepAlive: true, timeout: idleMs });

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
): Promise<FetchResponse> {
  return new Promise((resolve, reject) => {
    // ccxt recognizes a failed transport by a TypeError, and puts the message of its cause into its own error.
    const fail = (cause: Error): void =>
      reject(
        cause.name === 'AbortError'
          ? cause
          : new TypeError('fetch failed', { cause: flattenAggregateError(cause) }),
      );
    const isSecure = url.startsWith('https:');
    const sent = (isSecure ? requestSecurely : request)(url, {
      agent: isSecure ? secureAgent : agent,
      method,
      headers: { ...headers, 'Accept-Encoding': Object.keys(decompressors).join(', ') },
      signal,
    });
    sent.on('error', fail);
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

/**
 * A host with several addresses fails with an AggregateError that has no message, and one error per address.
 *
 * @returns one error with their messages; any other error unchanged.
 */
export function flattenAggregateError(cause: Error): Error {
  return cause instanceof AggregateError &&
    cause.message === '' &&
    cause.errors.every((each) => each instanceof Error)
    ? new Error(cause.errors.map(({ message }) => message).join('; '), { cause })
    : cause;
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
