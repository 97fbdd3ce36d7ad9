import middy from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { z } from 'zod';
import { asFault, httpStatusOf } from '../lib/fault.ts';
import { codeOf, createLog, type Log } from '../lib/log.ts';
import { fire } from '../lib/trigger/fire.ts';
import { sayHit } from '../lib/trigger/log-hit.ts';
import { judgeNavigation } from '../lib/trigger/navigation.ts';
import type { Answer } from '../lib/trigger/response.ts';
import { type Environment, parseEnvironment } from './environment.ts';
import { wantsPage } from './http/content-negotiation.ts';
import { renderPage } from './http/html-page.ts';
import { toHolder } from './http/redact-response.ts';
import { buildEngine } from './services.ts';

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
export const createTrigger = (
  environment: Environment,
  build = buildEngine,
  log: Log = createLog({ namespace: environment.RIPCORD_METRICS }),
): Handler => {
  const { engine } = build(environment);
  const answer = async (event: APIGatewayProxyEventV2): Promise<Answer> => {
    const { requestContext, pathParameters, headers, ...body } = requestSchema.parse(event);
    return fire(engine, {
      token: pathParameters.token,
      method: requestContext.http.method,
      sourceIp: requestContext.http.sourceIp,
      userAgent: headers['user-agent'],
      hasBody: bodyOf(body).trim() !== '',
      navigation: judgeNavigation(headers),
    });
  };
  return middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>()
    .onError((request) => {
      const { error, event, context } = request;
      log.say('hit-failed', { requestId: context.awsRequestId, code: codeOf(error) }, { Failures: 1 });
      request.response = respond(event, answerOfFault(error));
    })
    .handler(async (event, { awsRequestId }) => {
      const startedAt = engine.now();
      const answered = await answer(event);
      sayHit(log, answered, { requestId: awsRequestId, ms: engine.now() - startedAt });
      return respond(event, answered);
    });
};

const bodyOf = ({
  body = '',
  isBase64Encoded,
}: Pick<z.infer<typeof requestSchema>, 'body' | 'isBase64Encoded'>): string =>
  isBase64Encoded ? Buffer.from(body, 'base64').toString('utf8') : body;

/** Where a fault comes this far, no order was sent. What is not ours reveals nothing. */
const answerOfFault = (error: unknown): Answer => {
  const fault = asFault(error);
  const status = httpStatusOf(fault.code);
  return {
    status,
    body: { status: fault.code, message: fault.message },
    decision: 'refused',
    ...(status === 503 ? { retryAfter: 5 } : {}),
  };
};

const respond = (event: APIGatewayProxyEventV2, given: Answer): APIGatewayProxyStructuredResultV2 => {
  const answer = toHolder(given);
  const asPage = wantsPage(event.headers?.accept ?? '');
  return {
    statusCode: answer.status,
    headers: {
      ...safeHeaders,
      'content-type': asPage ? 'text/html; charset=utf-8' : 'application/json; charset=utf-8',
      ...(answer.retryAfter === undefined ? {} : { 'retry-after': String(answer.retryAfter) }),
    },
    body: asPage ? renderPage(answer) : JSON.stringify(answer.body),
  };
};

let built: Handler | undefined;

/** The Lambda's entry: wired at the first request, so that a wrong environment is an answer and not a crash. */
export const handler: Handler = (event, context) => {
  built ??= createTrigger(parseEnvironment(process.env));
  return built(event, context);
};
