import type { IncomingMessage, ServerResponse } from 'node:http';

const loopbackNames = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** Whether `Host` names this machine. Another name means that a web page had it resolved to this machine (DNS rebinding). */
export function isForThisMachine(request: IncomingMessage): boolean {
  const hosts = request.headersDistinct.host ?? [];
  const name = hosts[0]?.replace(/:\d+$/, '').toLowerCase() ?? '';
  return hosts.length === 1 && loopbackNames.has(name);
}

/**
 * Programs on this machine may use the table and the invoke API without authentication; web pages in the user's
 * browser may not. Browsers add `Origin` or `Sec-Fetch-Site` to the requests of a page, and a page can't remove them.
 * @returns why the request is refused, or undefined if it is allowed.
 */
export function findRefusal(request: IncomingMessage): string | undefined {
  if (!isForThisMachine(request)) {
    return 'The Host header must be 127.0.0.1, localhost or [::1]. The request was refused.';
  }
  const site = request.headers['sec-fetch-site'];
  if (request.headers.origin !== undefined || (site !== undefined && site !== 'none')) {
    return 'Web pages may not use this API. The request has an Origin or Sec-Fetch-Site header and was refused.';
  }
  return undefined;
}

/** Responds to a refused request with 403, and closes the connection. */
export function refuse(response: ServerResponse, reason: string): void {
  response.writeHead(403, { 'content-type': 'application/json', connection: 'close' });
  response.end(JSON.stringify({ message: reason }));
}
