import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { probeToken } from '../../lib/link/token.ts';
import type { Log } from '../loopback/log.ts';
import { readBody } from '../loopback/request-body.ts';
import { findRoute, toEvent } from './http-event.ts';
import { apiMessage, type HttpResponse, toHttpResponse } from './http-result.ts';
import type { Lambda } from './lambda.ts';

/** The HTTP API's quota for a payload: 10 MB. */
const payloadLimit = 10 * 1024 * 1024;
/** The HTTP API's timeout for a function. AWS does not allow a longer one. */
const integrationTimeoutMs = 30_000;

const probePath = `/l/${probeToken}`;

export interface HttpApiOptions {
  /** The function behind both routes. */
  trigger: Lambda;
  log: Log;
  timeoutMs?: number;
}

/**
 * The HTTP API with its two routes, GET and POST `/l/{token}`. It logs the route, never the path, which contains the
 * token. It uses node:http, because an event has the path, query and repeated headers exactly as they arrived.
 */
export function createHttpApi({ trigger, log, timeoutMs = integrationTimeoutMs }: HttpApiOptions) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const startedAt = performance.now();
    const requestId = randomUUID();
    const route = findRoute(request);
    const respond = async (): Promise<HttpResponse> => {
      const body = await readBody(request, payloadLimit);
      if (route === 'malformed') return apiMessage(400, 'Bad Request');
      if (route === 'unmatched') return apiMessage(404, 'Not Found');
      if (body === undefined) return apiMessage(413, 'Request Entity Too Large');
      return await integrate(trigger, toEvent(request, route, body, requestId), timeoutMs);
    };
    const { status, headers, cookies, body } = await respond();
    response.writeHead(status, {
      ...headers,
      ...(cookies.length > 0 && { 'set-cookie': cookies }),
      'content-length': body.length,
      'apigw-requestid': requestId,
    });
    response.end(body);
    const routeKey = typeof route === 'string' ? `${request.method} (no route)` : route.routeKey;
    // The sweep opens this every few minutes.
    if (request.url !== probePath)
      log(`${routeKey} ${status} ${Math.round(performance.now() - startedAt)} ms`);
  };
}

async function integrate(trigger: Lambda, event: unknown, timeoutMs: number): Promise<HttpResponse> {
  const timeout = Promise.withResolvers<HttpResponse>();
  const timer = setTimeout(() => timeout.resolve(apiMessage(503, 'Service Unavailable')), timeoutMs);
  const answered = trigger
    .invoke(event)
    .then((invocation) =>
      invocation.kind === 'answered'
        ? toHttpResponse(invocation.payload)
        : apiMessage(500, 'Internal Server Error'),
    );
  const response = await Promise.race([answered, timeout.promise]);
  clearTimeout(timer);
  return response;
}
