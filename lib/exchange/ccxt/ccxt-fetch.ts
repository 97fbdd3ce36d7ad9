import { Agent, type IncomingMessage, request, STATUS_CODES } from 'node:http';
import { request as requestSecurely, Agent as SecureAgent } from 'node:https';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';

/** What ccxt hands to its `fetchImplementation`, as far as it matters here. */
interface Parameters {
  method: string;
  headers: Record<string, string>;
  body?: string | undefined;
  signal: AbortSignal;
}

/** What ccxt reads of an answer. */
interface Answer {
  status: number;
  statusText: string;
  headers: Record<string, string>;
  text(): Promise<string>;
}

/** As long as ccxt's own client keeps an idle connection; a server's shorter word for it counts more. */
const idleMs = 60_000;
const agent = new Agent({ keepAlive: true, timeout: idleMs });
const secureAgent = new SecureAgent({ keepAlive: true, timeout: idleMs });

const decompressors: Record<string, (bytes: Buffer) => Promise<Buffer>> = {
  gzip: promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
};

/**
 * ccxt's HTTP client in the place of undici, which has to be loaded and compiled before the first order leaves:
 * Node's own is there already, since the AWS SDK uses it. Like ccxt's, it follows no redirect and repeats nothing.
 */
export function ccxtFetch(url: string, { method, headers, body, signal }: Parameters): Promise<Answer> {
  return new Promise((resolve, reject) => {
    // ccxt knows a failed transport by a TypeError, and tells its cause's message.
    const fail = (cause: Error): void =>
      reject(cause.name === 'AbortError' ? cause : new TypeError('fetch failed', { cause: spoken(cause) }));
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
        fail(new Error(`a redirect, HTTP ${status}, was not followed`));
        return;
      }
      resolve({
        status,
        statusText: STATUS_CODES[status] ?? '',
        headers: headersOf(response),
        text: () => textOf(response),
      });
    });
    sent.end(body);
  });
}

/** A host of several addresses fails with one error for each, and no words of its own. @returns one in their words. */
export function spoken(cause: Error): Error {
  return cause instanceof AggregateError &&
    cause.message === '' &&
    cause.errors.every((each) => each instanceof Error)
    ? new Error(cause.errors.map(({ message }) => message).join('; '), { cause })
    : cause;
}

function headersOf({ headers }: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value = '']) => [name, [value].flat().join(', ')]),
  );
}

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  const decompress = decompressors[response.headers['content-encoding'] ?? ''];
  const bytes = Buffer.concat(chunks);
  return (decompress === undefined || bytes.length === 0 ? bytes : await decompress(bytes)).toString('utf8');
}
