import type middy from '@middy/core';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { z } from 'zod';
import type { HitResponse } from '../../lib/trigger/response.ts';
import { renderHtml } from './html-page.ts';
import { type PublicResponse, toJsonBody } from './public-response.ts';

type Result = APIGatewayProxyStructuredResultV2;

const acceptSchema = z.object({ headers: z.object({ accept: z.string() }) });

/** Turns a hit's response into a page or JSON, as the event's Accept header prefers. */
export function negotiateContent(): middy.MiddlewareObj<unknown, HitResponse | Result> {
  const negotiate = (request: middy.Request<unknown, HitResponse | Result>): void => {
    const { response, event } = request;
    if (response == null || !('publicMessage' in response)) return;
    const parsed = acceptSchema.safeParse(event);
    request.response = toResult(response, parsed.success && prefersHtml(parsed.data.headers.accept));
  };
  return { after: negotiate, onError: negotiate };
}

function toResult(response: PublicResponse, asHtml: boolean): Result {
  const { httpStatus, retryAfter } = response;
  return {
    statusCode: httpStatus,
    headers: {
      'content-type': asHtml ? 'text/html; charset=utf-8' : 'application/json; charset=utf-8',
      ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
    },
    body: asHtml ? renderHtml(response) : JSON.stringify(toJsonBody(response)),
  };
}

/**
 * Whether HTML is preferred to JSON, by the weights of RFC 9110. With equal weights the type named first wins; a client
 * that accepts anything is a program.
 */
export function prefersHtml(accept: string): boolean {
  const ranges = accept
    .toLowerCase()
    .split(',')
    .map((range, place) => {
      const [type, ...parameters] = range.split(';').map((part) => part.trim());
      const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? '1';
      return { type, place, weight: Number(weight) || 0 };
    });
  /** Of these types, named from the most specific one, the first that the header has. */
  const find = (...types: string[]) =>
    types.flatMap((type) => ranges.find((range) => range.type === type) ?? [])[0] ?? notAccepted;
  const html = find('text/html', 'text/*', '*/*');
  const json = find('application/json', 'application/*', '*/*');
  if (html.weight !== json.weight) return html.weight > json.weight;
  return html.weight > 0 && html.place < json.place;
}

const notAccepted = { place: Number.POSITIVE_INFINITY, weight: 0 };
