import middy from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { z } from 'zod';
import { toFault, toHttpStatus } from '../lib/fault.ts';
import { createLog, type Log, toErrorCode } from '../lib/log.ts';
import { fire } from '../lib/trigger/fire.ts';
import { logHit } from '../lib/trigger/log-hit.ts';
import { classifyNavigation } from '../lib/trigger/navigation.ts';
import type { HitResponse } from '../lib/trigger/response.ts';
import { type Environment, parseEnvironment } from './environment.ts';
import { prefersHtml } from './http/content-negotiation.ts';
import { renderHtml } from './http/html-page.ts';
import { redactForPublic } from './http/redact-response.ts';
import { createServices } from './services.ts';

/** What is read of a request; a token of any other shape is simply not found. */
const requestSchema = z.object({
  requestContext: z.object({ http: z.object({ method: z.string(), sourceIp: z.string().optional() }) }),
  pathParameters: z.object({ token: z.string() }),
  headers: z.record(z.string(), z.string().optional()).default({}),
  body: z.string().optional(),
  isBase64Encoded: z.boolean().default(false),
});

/** Nothing of an answer may be stored, indexed, framed or sent on with a referrer: the address is the key. */
const safeHeaders = {
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
  'x-robots-tag': 'noindex, nofollow',
  'x-content-type-options': 'nosniff',
  // A year: whoever types the address without https must not send the token in the clear.
  'strict-transport-security': 'max-age=31536000',
};

type Handler = (
  event: APIGatewayProxyEventV2,
  context: Context,
) => Promise<APIGatewayProxyStructuredResultV2>;

/** GET and POST /l/{token}: fires the link. If this function fails, alerts are lost; positions are untouched. */
export function createTrigger(
  environment: Environment,
  build = createServices,
  log: Log = createLog({ namespace: environment.RIPCORD_METRICS }),
): Handler {
  const { services } = build(environment);
  const answer = async (event: APIGatewayProxyEventV2): Promise<HitResponse> => {
    const { requestContext, pathParameters, headers, ...body } = requestSchema.parse(event);
    return fire(services, {
      token: pathParameters.token,
      method: requestContext.http.method,
      sourceIp: requestContext.http.sourceIp,
      userAgent: headers['user-agent'],
      hasBody: bodyOf(body).trim() !== '',
      navigation: classifyNavigation(headers),
    });
  };
  return middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>()
    .onError((request) => {
      const { error, event, context } = request;
      log.event('hit-failed', { requestId: context.awsRequestId, code: toErrorCode(error) }, { Failures: 1 });
      request.response = respond(event, answerOfFault(error));
    })
    .handler(async (event, { awsRequestId }) => {
      const startedAt = services.now();
      const answered = await answer(event);
      logHit(log, answered, { requestId: awsRequestId, ms: services.now() - startedAt });
      return respond(event, answered);
    });
}

function bodyOf({
  body = '',
  isBase64Encoded,
}: Pick<z.infer<typeof requestSchema>, 'body' | 'isBase64Encoded'>): string {
  return isBase64Encoded ? Buffer.from(body, 'base64').toString('utf8') : body;
}

/** Where a fault comes this far, no order was sent. What is not ours reveals nothing. */
function answerOfFault(error: unknown): HitResponse {
  const fault = toFault(error);
  const status = toHttpStatus(fault.code);
  return {
    status,
    body: { status: fault.code, message: fault.message },
    decision: 'refused',
    ...(status === 503 ? { retryAfter: 5 } : {}),
  };
}

function respond(event: APIGatewayProxyEventV2, given: HitResponse): APIGatewayProxyStructuredResultV2 {
  const answer = redactForPublic(given);
  const asPage = prefersHtml(event.headers?.accept ?? '');
  return {
    statusCode: answer.status,
    headers: {
      ...safeHeaders,
      'content-type': asPage ? 'text/html; charset=utf-8' : 'application/json; charset=utf-8',
      ...(answer.retryAfter === undefined ? {} : { 'retry-after': String(answer.retryAfter) }),
    },
    body: asPage ? renderHtml(answer) : JSON.stringify(answer.body),
  };
}

let built: Handler | undefined;

/** The Lambda's entry: wired at the first request, so that a wrong environment is an answer and not a crash. */
export const handler: Handler = (event, context) => {
  built ??= createTrigger(parseEnvironment(process.env));
  return built(event, context);
};
