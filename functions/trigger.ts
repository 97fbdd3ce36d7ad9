import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { z } from 'zod';
import { maxMessageLength } from '../lib/link/link-state.ts';
import { probeToken } from '../lib/link/token.ts';
import { createLog, type Log } from '../lib/log.ts';
import { gatewayTimeMs, hitActMs } from '../lib/position/timing.ts';
import { fire } from '../lib/trigger/fire.ts';
import { logHit } from '../lib/trigger/log-hit.ts';
import { classifyNavigation } from '../lib/trigger/navigation.ts';
import { halted } from '../lib/trigger/refusals.ts';
import type { Request } from '../lib/trigger/request.ts';
import { createHandler, type Handler, once } from './create-handler.ts';
import { type Environment, parseEnvironment } from './environment.ts';
import { negotiateContent } from './http/content-negotiation.ts';
import { answerErrors } from './http/error-response.ts';
import { followUpQuery } from './http/html-page.ts';
import { addSecurityHeaders } from './http/security-headers.ts';
import { type BuiltServices, createServices } from './services.ts';
import { createWarmUp, isWarmUp } from './warm-up/warm-up.ts';

type TriggerHandler = Handler<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>;

/** GET and POST /l/{token}: fires the link. If this function fails, alerts are lost; positions are unchanged. */
export function createTrigger(
  environment: Environment,
  build = createServices,
  log: Log = createLog({ namespace: environment.RIPCORD_METRICS }),
): TriggerHandler {
  return toFunction(() => build(environment, log), log);
}

/** The minute rule invokes the function as well as requests do. */
function toFunction(build: () => BuiltServices, log: Log): TriggerHandler {
  const built = once(build);
  const respond = toHandler(built, log);
  const warmUp = createWarmUp(toHandler, log);
  return async (event, context) => {
    if (!isWarmUp(event)) return respond(event, context);
    await warmUp(built);
    return {};
  };
}

function toHandler(build: () => BuiltServices, log: Log): TriggerHandler {
  return createHandler({
    build,
    // Responses pass these from right to left.
    middleware: [addSecurityHeaders(), negotiateContent(), answerErrors(log)],
    async run({ services, linksHalted, handOverKeptHits }, event, { awsRequestId }) {
      const now = services.now();
      const sentAt = readGatewayTime(event, now);
      const arrivedAt = Math.max(sentAt, now - gatewayTimeMs);
      const request = { ...parseRequest(event), sentAt };
      const response = linksHalted === true ? halted : await fire(services, request, arrivedAt);
      // A metric that counts the sweep's probes would cost money in every hour.
      if (request.token !== probeToken)
        logHit(log, response, { requestId: awsRequestId, ms: services.now() - arrivedAt });
      if (linksHalted !== true && services.now() < arrivedAt + hitActMs) await handOverKeptHits?.();
      return response;
    },
  });
}

/** What is read of an event. A token of any other shape is not found. */
const eventSchema = z.object({
  requestContext: z.object({ http: z.object({ method: z.string(), sourceIp: z.string().optional() }) }),
  pathParameters: z.object({ token: z.string() }),
  headers: z.record(z.string(), z.string().optional()).default({}),
  body: z.string().default(''),
  isBase64Encoded: z.boolean().default(false),
  rawQueryString: z.string().default(''),
});

const timeSchema = z.object({ requestContext: z.object({ timeEpoch: z.number() }) });
/** A function is invoked within a few seconds of its request. An older time is not that of this invocation. */
const maxGatewayAgeMs = 10_000;

/**
 * @returns when the gateway got the request, in epoch milliseconds. Only a part of the time since then, such as a cold
 * start, counts as the hit's: the function needs time of its own to act.
 */
function readGatewayTime(event: unknown, now: number): number {
  const { data } = timeSchema.safeParse(event);
  const ageMs = data === undefined ? 0 : now - data.requestContext.timeEpoch;
  return ageMs > 0 && ageMs <= maxGatewayAgeMs ? now - ageMs : now;
}

function parseRequest(event: unknown): Request {
  const { requestContext, pathParameters, headers, body, isBase64Encoded, rawQueryString } =
    eventSchema.parse(event);
  const text = isBase64Encoded ? Buffer.from(body, 'base64').toString('utf8') : body;
  return {
    token: pathParameters.token,
    method: requestContext.http.method,
    sourceIp: requestContext.http.sourceIp,
    userAgent: headers['user-agent'],
    hasBody: text.trim() !== '',
    message: text.length <= maxMessageLength ? text : undefined,
    navigation: classifyNavigation(headers),
    isFollowUp: rawQueryString === followUpQuery,
  };
}

/** The Lambda's entry. */
export const handler = toFunction(
  () => createServices(parseEnvironment(process.env)),
  createLog({ namespace: process.env.RIPCORD_METRICS }),
);
