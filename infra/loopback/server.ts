import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { listen } from './listen.ts';
import { inOneLine, type Log } from './log.ts';

export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

export interface LocalServer {
  url: string;
  /** Until this is called, the server responds to every request with 503. */
  serve(handler: RequestHandler): void;
  /** Stops accepting requests. Ends when all running requests have been answered. */
  stop(): Promise<void>;
}

/** The HTTP API's quota for request line and headers together, in bytes. */
const headerLimit = 10_240;
/** The time within which a request must have arrived. Without it, a slow sender could delay `stop` indefinitely. */
const arrivalMs = 10_000;

/** An HTTP server on the loopback address. Before it stops, it lets running requests finish. */
export async function startServer(port: number, log: Log): Promise<LocalServer> {
  const running = new Set<Promise<void>>();
  let isStopping = false;
  let handler: RequestHandler = respondUnavailable;

  const server = createServer({ maxHeaderSize: headerLimit }, (request, response) => {
    if (isStopping) response.setHeader('connection', 'close');
    const done = run(handler, request, response, log);
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
      isStopping = true;
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      while (running.size > 0) await Promise.all(running);
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Ends when the response has been sent, or its connection is closed. Never throws. */
async function run(
  handler: RequestHandler,
  request: IncomingMessage,
  response: ServerResponse,
  log: Log,
): Promise<void> {
  const closed = new Promise<void>((resolve) => response.once('close', resolve));
  const timer = setTimeout(() => request.destroy(), arrivalMs);
  request.once('end', () => clearTimeout(timer));
  try {
    await handler(request, response);
    await closed;
  } catch (thrown) {
    // Reading a body also throws if the client disconnects. That is no failure of the server's.
    if (!request.destroyed || request.complete) log(`A request failed: ${inOneLine(thrown)}`);
    if (!response.headersSent) response.writeHead(500, { 'content-type': 'application/json' });
    response.end('{"message":"Internal Server Error"}');
  } finally {
    clearTimeout(timer);
  }
}

async function respondUnavailable(_request: IncomingMessage, response: ServerResponse): Promise<void> {
  response.writeHead(503, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ message: 'Service Unavailable' }));
}
