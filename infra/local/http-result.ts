import { z } from 'zod';

/** The response to the client. */
export interface HttpResponse {
  status: number;
  headers: Record<string, string>;
  cookies: string[];
  body: Buffer;
}

const structured = z.object({
  statusCode: z.coerce.number().int().min(200).max(599),
  headers: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).nullish(),
  cookies: z.array(z.string()).nullish(),
  body: z.string().nullish(),
  isBase64Encoded: z.boolean().nullish(),
});
const hasStatus = z.object({ statusCode: z.unknown() });

/** @returns a response of the API itself. */
export function apiMessage(status: number, message: string): HttpResponse {
  return {
    status,
    headers: { 'content-type': 'application/json' },
    cookies: [],
    body: Buffer.from(JSON.stringify({ message })),
  };
}

/**
 * Reads a function's result in payload format 2.0. A result with `statusCode` is a response; any other is the JSON
 * body of a 200, and a string is that body itself. A malformed response becomes a 500.
 */
export function toHttpResponse(payload: string): HttpResponse {
  const result: unknown = JSON.parse(payload);
  if (!hasStatus.safeParse(result).success) {
    const body = Buffer.from(typeof result === 'string' ? result : payload);
    return { status: 200, headers: { 'content-type': 'application/json' }, cookies: [], body };
  }
  const parsed = structured.safeParse(result);
  if (!parsed.success) return apiMessage(500, 'Internal Server Error');
  const { statusCode, headers, cookies, body, isBase64Encoded } = parsed.data;
  const named = Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), String(value)]);
  return {
    status: statusCode,
    headers: { 'content-type': 'text/plain;charset=UTF-8', ...Object.fromEntries(named) },
    cookies: cookies ?? [],
    body: Buffer.from(body ?? '', isBase64Encoded === true ? 'base64' : 'utf8'),
  };
}
