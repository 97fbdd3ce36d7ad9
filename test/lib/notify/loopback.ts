import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';

interface Received {
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/**
 * A status to respond with; `silence` for no response, `drip` for a response that never ends, or `drop` for a
 * connection that closes without a response.
 */
export type Behavior = number | 'silence' | 'drip' | 'drop';

export interface Loopback {
  url: string;
  received: Received[];
  behave(next: Behavior): void;
  stop(): Promise<void>;
}

/** A chat service that accepts every POST and responds as configured. */
export async function startLoopback(body = 'ok'): Promise<Loopback> {
  let behavior: Behavior = 200;
  const received: Received[] = [];
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { url: path = '', headers } = request;
    received.push({ path, headers, body: await text(request) });
    if (behavior === 'drop') request.socket.destroy();
    else if (behavior === 'drip') {
      const timer = setInterval(() => response.write(' '), 100);
      response.on('close', () => clearInterval(timer));
    } else if (behavior !== 'silence') response.writeHead(behavior).end(body);
  };
  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const stop = async (): Promise<void> => {
    server.closeAllConnections();
    if (server.listening) await new Promise((resolve) => server.close(resolve));
  };
  onTestFinished(stop);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    behave(next) {
      behavior = next;
    },
    stop,
  };
}

/** A response of SNS in its query protocol. */
export const snsResponse =
  '<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult><MessageId>94f20ce6-13c5-43a0-9a9e-ca52d816e90b</MessageId></PublishResult><ResponseMetadata><RequestId>f187a3c1-376f-11df-8963-01868b7c937a</RequestId></ResponseMetadata></PublishResponse>';
