import { createServer, request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { listen } from '../../infra/loopback/listen.ts';

/** What a browser has sent to a link. */
export interface Arrival {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
}

/**
 * A server in front of a stack that shows pages of a test from the links' own origin, and from another one:
 * a browser takes 127.0.0.1 and localhost for two sites.
 */
export interface Front {
  /** The links' own origin. */
  own: string;
  /** Somebody else's. */
  other: string;
  /** Pages by their path below `/page/`. */
  pages: Map<string, string>;
  /** Every request to a link, in the order in which they came. */
  arrivals: Arrival[];
  stop(): Promise<void>;
}

export async function startFront(stackUrl: string): Promise<Front> {
  const { hostname, port } = new URL(stackUrl);
  const pages = new Map<string, string>();
  const arrivals: Arrival[] = [];
  const server = createServer((request, response) => {
    const { method = '', url: path = '', headers } = request;
    if (!path.startsWith('/l/')) {
      const page = pages.get(path.replace('/page/', ''));
      response.writeHead(page === undefined ? 404 : 200, { 'content-type': 'text/html; charset=utf-8' });
      response.end(page);
      return;
    }
    arrivals.push({ method, path, headers });
    const onward = httpRequest({ hostname, port, method, path, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    request.pipe(onward);
  });
  const own = await listen(server, 0);
  return {
    own: `http://127.0.0.1:${own}`,
    other: `http://localhost:${own}`,
    pages,
    arrivals,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
