import type { IncomingMessage } from 'node:http';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';

/** Bodies of these types are text in an event. All others, including forms and bodies without a type, are base64. */
const textTypes = /^(text\/[^;\s]+|application\/(json|xml|javascript))\s*(;|$)/i;
/** The token is one non-empty path segment. */
const route = /^\/l\/([^/]+)$/;
const methods = new Set(['GET', 'POST']);

/** A request that matches one of the two routes. */
export interface Route {
  routeKey: 'GET /l/{token}' | 'POST /l/{token}';
  token: string;
  path: string;
  query: string;
}

/** @returns the route of a request; or `unmatched`, or `malformed` if its path can't be decoded. */
export function findRoute(request: IncomingMessage): Route | 'unmatched' | 'malformed' {
  const [path = '', ...rest] = (request.url ?? '').split('?');
  const segment = route.exec(path)?.[1];
  if (segment === undefined || !methods.has(request.method ?? '')) return 'unmatched';
  try {
    return {
      routeKey: request.method === 'GET' ? 'GET /l/{token}' : 'POST /l/{token}',
      token: decodeURIComponent(segment),
      path: decodeURIComponent(path),
      query: rest.join('?'),
    };
  } catch {
    return 'malformed';
  }
}

/** @returns the event in payload format 2.0. Absent fields are omitted, never null. */
export function toEvent(
  request: IncomingMessage,
  { routeKey, token, path, query }: Route,
  body: Buffer,
  requestId: string,
): APIGatewayProxyEventV2 {
  const { headers, cookies } = splitHeaders(request);
  const sourceIp = request.socket.remoteAddress ?? '127.0.0.1';
  const isText = textTypes.test(headers['content-type'] ?? '');
  return {
    version: '2.0',
    routeKey,
    rawPath: path,
    rawQueryString: query,
    ...(cookies.length > 0 && { cookies }),
    headers: { ...headers, ...toForwardedHeaders(request, headers, sourceIp) },
    ...(query !== '' && { queryStringParameters: parseQuery(query) }),
    requestContext: {
      accountId: '000000000000',
      apiId: 'local',
      domainName: headers.host ?? 'localhost',
      domainPrefix: 'local',
      http: {
        method: request.method ?? 'GET',
        path,
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp,
        userAgent: headers['user-agent'] ?? '',
      },
      requestId,
      routeKey,
      stage: '$default',
      ...toTime(new Date()),
    },
    pathParameters: { token },
    ...(body.length > 0 && { body: body.toString(isText ? 'utf8' : 'base64') }),
    isBase64Encoded: body.length > 0 && !isText,
  };
}

/** Header names are lowercase, values of repeated headers are joined by a comma, cookies are separate. */
function splitHeaders(request: IncomingMessage): { headers: Record<string, string>; cookies: string[] } {
  const { cookie = [], ...others } = request.headersDistinct;
  const headers: Record<string, string> = {};
  for (const [name, values] of Object.entries(others)) headers[name] = values?.join(',') ?? '';
  const cookies = cookie.flatMap((line) => line.split(';')).map((pair) => pair.trim());
  return { headers, cookies: cookies.filter((pair) => pair !== '') };
}

/** The gateway's headers about the client. Addresses that the client claims come before its real one. */
function toForwardedHeaders(request: IncomingMessage, headers: Record<string, string>, sourceIp: string) {
  return {
    'x-forwarded-for': [headers['x-forwarded-for'], sourceIp].filter(Boolean).join(', '),
    'x-forwarded-port': String(request.socket.localPort ?? ''),
    'x-forwarded-proto': 'http',
  };
}

function parseQuery(query: string): Record<string, string> {
  const parameters = new URLSearchParams(query);
  return Object.fromEntries([...parameters.keys()].map((name) => [name, parameters.getAll(name).join(',')]));
}

/** `time` is in the Common Log Format: `12/Mar/2026:19:03:58 +0000`. */
function toTime(date: Date) {
  const [, day, month, year, time] = date.toUTCString().split(' ');
  return { time: `${day}/${month}/${year}:${time} +0000`, timeEpoch: date.getTime() };
}
