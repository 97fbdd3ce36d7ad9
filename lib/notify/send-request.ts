import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { type Sent, sendTimeoutMs } from './notifier.ts';

export interface OneRequest {
  method: 'GET' | 'POST';
  /** Sent as JSON. */
  body?: object;
  timeoutMs?: number;
}

/**
 * Sends one request on its own connection. A kept connection may be dead after Lambda has frozen and thawed the process,
 * and a message sent on it would have an unknown result.
 */
export function sendRequest(
  address: string,
  { method, body, timeoutMs = sendTimeoutMs }: OneRequest,
): Promise<Sent> {
  const { promise, resolve } = Promise.withResolvers<Sent>();
  const url = new URL(address);
  const payload = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
  const secure = url.protocol === 'https:';
  const request = (secure ? httpsRequest : httpRequest)(url, {
    method,
    agent: false,
    headers:
      payload === undefined ? {} : { 'content-type': 'application/json', 'content-length': payload.length },
  });
  let connected = false;
  const end = (sent: Sent): void => {
    clearTimeout(timer);
    resolve(sent);
    request.destroy();
  };
  const inTime = { kind: 'unknown', why: `no response within ${timeoutMs / 1_000} s` } as const;
  const timer = setTimeout(() => end(connected ? inTime : notConnected('no connection')), timeoutMs);
  request.on('socket', (socket) => {
    socket.once(secure ? 'secureConnect' : 'connect', () => {
      connected = true;
    });
  });
  request.on('error', (error: NodeJS.ErrnoException) =>
    end(connected ? noResponse : notConnected(toReason(error))),
  );
  request.on('response', (response) => {
    response.resume();
    end(toSent(response.statusCode ?? 0));
  });
  request.end(payload);
  return promise;
}

const noResponse: Sent = { kind: 'unknown', why: 'no response' };

/** Before the connection is established, no part of the message has left. */
function notConnected(why: string): Sent {
  return { kind: 'refused', why, down: true };
}

/** The code without the message, which may contain the URL and so a secret. */
function toReason({ code }: NodeJS.ErrnoException): string {
  return code === undefined ? 'no connection' : `no connection (${code})`;
}

/** The next message would most likely fail too after 429 or an error of the service itself. */
function toSent(status: number): Sent {
  return status >= 200 && status < 300
    ? { kind: 'sent' }
    : { kind: 'refused', why: `responded ${status}`, down: status === 429 || status >= 500 };
}
