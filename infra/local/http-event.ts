import type { IncomingMessage } from 'node:http';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';

/** Only these travel as text; all else, form posts and bodies without a type included, as base64. */
const textTypes = /^(text\/[^;\s]+|application\/(json|xml|javascript))\s*(;|$)/i;
/** Whole route templates of one path: the token is one non-empty segment. */
const route = /^\/l\/([^/]+)$/;
const methods = new Set(['GET', 'POST']);

/** A request that one of the two routes takes. */
export interface Route {
  routeKey: 'GET /l/{token}' | 'POST /l/{token}';
  token: string;
  path: string;
  query: string;
}

/** @returns the route that takes this request, or why there is none: `unmatched`, or `malformed` for a path that doesn't decode. */
export function routeOf(request: IncomingMessage): Route | 'unmatched' | 'malformed' {
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

/** @returns the event of payload format 2.0. What is absent is left out, never null. */
export function eventOf(
  request: IncomingMessage,
  { routeKey, token, path, query }: Route,
  body: Buffer,
  requestId: string,
): APIGatewayProxyEventV2 {
  const { headers, cookies } = headersOf(request);
  const now = new Date();
  const sourceIp = request.socket.remoteAddress ?? '127.0.0.1';
  const isText = textTypes.test(headers['content-type'] ?? '');
  return {
    version: '2.0',
    routeKey,
    rawPath: path,
    rawQueryString: query,
    ...(cookies.length > 0 && { cookies }),
    headers: { ...headers, ...forwardedBy(request, headers, sourceIp) },
    ...(query !== '' && { queryStringParameters: parametersOf(query) }),
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
      time: commonLogTime(now),
      timeEpoch: now.getTime(),
    },
    pathParameters: { token },
    ...(body.length > 0 && { body: body.toString(isText ? 'utf8' : 'base64') }),
    isBase64Encoded: body.length > 0 && !isText,
  };
}

/** Names in lower case, repeated ones joined by a comma, cookies apart. */
function headersOf(request: IncomingMessage): { headers: Record<string, string>; cookies: string[] } {
  const { cookie = [], ...others } = request.headersDistinct;
  const headers: Record<string, string> = {};
  for (const [name, values] of Object.entries(others)) headers[name] = values?.join(',') ?? '';
  const cookies = cookie.flatMap((line) => line.split(';')).map((pair) => pair.trim());
  return { headers, cookies: cookies.filter((pair) => pair !== '') };
}

/** What the gateway says about the caller; an address that the caller claims stays in front of its real one. */
function forwardedBy(request: IncomingMessage, headers: Record<string, string>, sourceIp: string) {
  return {
    'x-forwarded-for': [headers['x-forwarded-for'], sourceIp].filter(Boolean).join(', '),
    'x-forwarded-port': String(request.socket.localPort ?? ''),
    'x-forwarded-proto': 'http',
  };
}

function parametersOf(query: string): Record<string, string> {
  const parameters = new URLSearchParams(query);
  return Object.fromEntries([...parameters.keys()].map((name) => [name, parameters.getAll(name).join(',')]));
}

/** `12/Mar/2026:19:03:58 +0000` */
function commonLogTime(date: Date): string {
  const [, day, month, year, time] = date.toUTCString().split(' ');
  return `${day}/${month}/${year}:${time} +0000`;
}
