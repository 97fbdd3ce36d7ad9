import type middy from '@middy/core';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';

/** The address is the key: no response may be stored, indexed, framed or sent on with a referrer. */
const securityHeaders = {
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
  'x-robots-tag': 'noindex, nofollow',
  'x-content-type-options': 'nosniff',
  // One year: a browser must not send the token unencrypted when its user types the address without https.
  'strict-transport-security': 'max-age=31536000',
};

type Result = APIGatewayProxyStructuredResultV2;

/** Adds the security headers to every response, those to errors included. */
export function addSecurityHeaders(): middy.MiddlewareObj<unknown, Result> {
  const add = (request: middy.Request<unknown, Result>): void => {
    if (request.response == null) return;
    request.response.headers = { ...securityHeaders, ...request.response.headers };
  };
  return { after: add, onError: add };
}
