import { triggerAlgoOrder } from '../core/algo-triggers.ts';
import type { Fault } from '../core/faults.ts';
import type { SimulatedExchange } from '../core/simulated-exchange.ts';
import { isResting } from '../core/state.ts';
import { type Answer, toJsonAnswer } from './answer.ts';
import { type PreparedRequest, type VenueApi, VenueError, type VenueRequest } from './venue-api.ts';

/** What the client receives: a response, the start of one and then silence, or a closed connection. */
export type Reply = { kind: 'send'; answer: Answer } | { kind: 'stall'; status: number } | { kind: 'drop' };

interface Exchange {
  core: SimulatedExchange;
  venue: VenueApi;
  request: VenueRequest;
}

/** Executes a request, changed by the fault that matches it. @returns what the client receives. */
export async function replyTo(exchange: Exchange, fault: Fault | undefined): Promise<Reply> {
  const instead = replyInstead(exchange, fault);
  if (instead !== undefined) return instead;
  const answer = await execute(exchange, fault);
  return distort(exchange.venue, answer, fault);
}

/** @returns the reply of a fault that keeps the request from being executed, or undefined if it is executed. */
function replyInstead(exchange: Exchange, fault: Fault | undefined): Reply | undefined {
  if (fault?.kind === 'drop-before') return { kind: 'drop' };
  const answer = answerInstead(exchange, fault);
  return answer === undefined ? undefined : { kind: 'send', answer };
}

function answerInstead(exchange: Exchange, fault: Fault | undefined): Answer | undefined {
  const { venue, request } = exchange;
  switch (fault?.kind) {
    case 'status':
      return toStatusAnswer(venue, fault);
    case 'bad-signature':
      return toErrorAnswer(venue, venue.badSignature());
    case 'not-found':
      return runPrepared(venue, { run: () => venue.notFound(request) });
    case 'html':
      return fault.executed === true ? undefined : toHtmlAnswer(fault);
    case 'late':
      return executeLater(exchange, fault.ms);
    default:
      return undefined;
  }
}

/** Answers "outcome unknown" now, and executes the request later if its time window still allows it. */
function executeLater({ core, venue, request }: Exchange, ms: number): Answer {
  try {
    const prepared = venue.prepare(request);
    core.timers.after(ms, () => {
      // The client has its answer already, so this one is discarded.
      runPrepared(venue, prepared);
    });
    return toErrorAnswer(venue, venue.outcomeUnknown());
  } catch (error) {
    return toErrorAnswer(venue, venue.toVenueError(error));
  }
}

async function execute(exchange: Exchange, fault: Fault | undefined): Promise<Answer> {
  const { core, venue, request } = exchange;
  try {
    const prepared = venue.prepare(request);
    if (fault?.kind === 'delay') await core.timers.wait(fault.ms);
    if (fault?.kind === 'fill-before-cancel') fillCancelTarget(exchange, fault.amount);
    return runPrepared(venue, prepared);
  } catch (error) {
    return toErrorAnswer(venue, venue.toVenueError(error));
  }
}

/** The race in which an order fills or triggers just before its cancel arrives. */
function fillCancelTarget({ core, venue, request }: Exchange, amount: string | undefined): void {
  const target = venue.cancelTarget(request);
  if (target === undefined) return;
  if (!('filled' in target)) {
    if (target.status === 'new')
      triggerAlgoOrder(core.state, core.state.market(target.market ?? 'usdm', target.symbol), target);
  } else if (isResting(target)) core.fill({ orderId: target.id, amount });
}

/** Changes the answer to a request that was executed. */
function distort(venue: VenueApi, answer: Answer, fault: Fault | undefined): Reply {
  switch (fault?.kind) {
    case 'drop-after':
      return { kind: 'drop' };
    case 'stall-after':
      return { kind: 'stall', status: answer.status };
    case 'truncate':
      return {
        kind: 'send',
        answer: { ...answer, text: answer.text.slice(0, Math.ceil(answer.text.length / 2)) },
      };
    case 'html':
      return { kind: 'send', answer: toHtmlAnswer(fault) };
    case 'error-after': {
      const { code, msg = 'Unexpected error.', status = venue.errorStatus } = fault;
      return { kind: 'send', answer: toErrorAnswer(venue, new VenueError(code, msg, status)) };
    }
    default:
      return { kind: 'send', answer };
  }
}

function runPrepared(venue: VenueApi, prepared: PreparedRequest): Answer {
  try {
    return toJsonAnswer(prepared.status ?? 200, prepared.run());
  } catch (error) {
    return toErrorAnswer(venue, venue.toVenueError(error));
  }
}

function toErrorAnswer(venue: VenueApi, error: VenueError): Answer {
  return { ...toJsonAnswer(error.status, venue.toErrorBody(error)), code: error.code };
}

function toStatusAnswer(venue: VenueApi, fault: Extract<Fault, { kind: 'status' }>): Answer {
  const isRateLimit = fault.status === 429 || fault.status === 418;
  const usual = isRateLimit ? venue.throttled() : venue.failed();
  // Venues send Retry-After with a rate limit. 1 s keeps tests short.
  const retryAfter = fault.retryAfter ?? (isRateLimit ? 1 : undefined);
  const error = new VenueError(fault.code ?? usual.code, fault.msg ?? usual.message, fault.status);
  return {
    ...toErrorAnswer(venue, error),
    ...(retryAfter === undefined ? {} : { headers: { 'retry-after': String(retryAfter) } }),
  };
}

const maintenancePage =
  '<!DOCTYPE html><html><head><title>Maintenance</title></head><body>Be right back.</body></html>';

/** A page of what stands before the exchange's API, such as its CDN. */
function toHtmlAnswer({ status = 200, body = maintenancePage }: Extract<Fault, { kind: 'html' }>): Answer {
  return { status, text: body, headers: { 'content-type': 'text/html' } };
}
