import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import type { Dial } from '../../lib/http-agents.ts';

/** A request as the client under test has written it. */
export interface WrittenRequest {
  method: string;
  path: string;
  headers: string;
  body: string;
}

/** @returns the response's JSON. */
export type Respond = (request: WrittenRequest) => unknown;

/** Connections that end in this process: `respond` answers the requests to every host. */
export function dialMemory(respond: Respond): Dial {
  return async () => new MemoryConnection(respond) as unknown as Socket;
}

const endOfHead = '\r\n\r\n';

/** What Node's HTTP client uses of a socket. */
class MemoryConnection extends Duplex {
  readonly #respond: Respond;
  #received = '';

  constructor(respond: Respond) {
    super();
    this.#respond = respond;
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#received += chunk.toString();
    const request = parseRequest(this.#received);
    if (request !== undefined) {
      this.#received = '';
      // In a turn of its own, as from a network: V8 collects memory between turns.
      setImmediate(() => this.push(formatResponse(JSON.stringify(this.#respond(request)))));
    }
    done();
  }

  setTimeout(): this {
    return this;
  }
  setNoDelay(): this {
    return this;
  }
  setKeepAlive(): this {
    return this;
  }
  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }
}

/** @returns undefined until all of it is there. All bodies here are ASCII. */
function parseRequest(received: string): WrittenRequest | undefined {
  const end = received.indexOf(endOfHead);
  if (end < 0) return undefined;
  const headers = received.slice(0, end);
  const [, method = '', path = ''] = /^(\S+) (\S+)/.exec(headers) ?? [];
  const body = received.slice(end + endOfHead.length);
  const length = Number(/^content-length: (\d+)/im.exec(headers)?.[1] ?? 0);
  return body.length < length ? undefined : { method, path, headers, body };
}

function formatResponse(body: string): string {
  return `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${body.length}${endOfHead}${body}`;
}
