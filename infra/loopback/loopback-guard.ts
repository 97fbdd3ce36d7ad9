import type { IncomingMessage, ServerResponse } from 'node:http';

const loopbackNames = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** Whether the name in `Host` is this machine's own, and not one that a page has had resolved to it (DNS rebinding). */
export function isForThisMachine(request: IncomingMessage): boolean {
  const hosts = request.headersDistinct.host ?? [];
  const name = hosts[0]?.replace(/:\d+$/, '').toLowerCase() ?? '';
  return hosts.length === 1 && loopbackNames.has(name);
}

/**
 * Programs on this machine may use the table and the invoke API without a password; pages in its user's browser
 * may not. A page gives itself away by `Origin` or `Sec-Fetch-Site`, which it can't leave out, and by the name in
 * `Host`.
 * @returns why the request is refused, or undefined.
 */
export function refusalOf(request: IncomingMessage): string | undefined {
  if (!isForThisMachine(request)) {
    return 'This API answers only to the names 127.0.0.1, localhost and [::1]: the Host header has another.';
  }
  const site = request.headers['sec-fetch-site'];
  if (request.headers.origin !== undefined || (site !== undefined && site !== 'none')) {
    return 'This API is for programs on this machine, not for web pages: the request has an Origin or Sec-Fetch-Site header.';
  }
  return undefined;
}

/** Answers a refused request. */
export function refuse(response: ServerResponse, reason: string): void {
  response.writeHead(403, { 'content-type': 'application/json', connection: 'close' });
  response.end(JSON.stringify({ message: reason }));
}
