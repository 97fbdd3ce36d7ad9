import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { listen } from './listen.ts';
import { inOneLine, type Log } from './log.ts';

export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

export interface LocalServer {
  url: string;
  /** Until this is called, every request is answered 503. */
  serve(handler: RequestHandler): void;
  /** Takes no request any more; ends when the running ones have been answered. */
  stop(): Promise<void>;
}

/** The HTTP API's quota for request line and headers together. */
const headerLimit = 10_240;
/** A request must have arrived in full within this; nobody may hold up the end by sending slowly. */
const arrivalMs = 10_000;

/** An HTTP server on the loopback address whose end lets every running request finish. */
export async function startServer(port: number, log: Log): Promise<LocalServer> {
  const running = new Set<Promise<void>>();
  let stopping = false;
  let handler: RequestHandler = async (_request, response) => {
    response.writeHead(503, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ message: 'Service Unavailable' }));
  };

  const run = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const left = new Promise<void>((resolve) => response.once('close', resolve));
    const tooSlow = setTimeout(() => request.destroy(), arrivalMs);
    request.once('end', () => clearTimeout(tooSlow));
    if (stopping) response.setHeader('connection', 'close');
    try {
      await handler(request, response);
      await left;
    } catch (thrown) {
      // Also where a client hangs up while it sends; then there is nobody to answer.
      if (!request.destroyed || request.complete) log(`A request failed: ${inOneLine(thrown)}`);
      if (!response.headersSent) response.writeHead(500, { 'content-type': 'application/json' });
      response.end('{"message":"Internal Server Error"}');
    } finally {
      clearTimeout(tooSlow);
    }
  };

  const server = createServer({ maxHeaderSize: headerLimit }, (request, response) => {
    const done = run(request, response);
    running.add(done);
    void done.finally(() => running.delete(done));
  });
  const url = `http://127.0.0.1:${await listen(server, port)}`;

  return {
    url,
    serve(next) {
      handler = next;
    },
    async stop() {
      stopping = true;
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      while (running.size > 0) await Promise.all(running);
      server.closeAllConnections();
      await closed;
    },
  };
}
