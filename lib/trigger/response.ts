import { isPositive } from '../amount.ts';
import type { ActionResult } from '../close/action-result.ts';
import type { ExecutionResult } from '../close/save-result.ts';
import { type Fault, isLasting, toFault } from '../fault.ts';
import type { Hit } from '../link/hit.ts';
import type { LinkAction } from '../link/link.ts';
import type { RefusalCause } from '../link/refusal.ts';
import { isPart, type Part, partTitle } from '../position/part.ts';
import type { Claim, Failure, Outcome, Position } from '../position/position.ts';
import { computeTotals } from '../position/totals.ts';
import { describeFailure, describeProgress, describeUnfinished } from '../position/wording.ts';
import { type ResponseStatus, responseStatuses } from './response-status.ts';

/**
 * What a hit is answered with; never more than what is durable. A link's holder reads everything except `detail`:
 * functions/http picks the public fields.
 */
export interface HitResponse {
  status: ResponseStatus;
  httpStatus: number;
  headline: string;
  /** One or more sentences that name no account, path or parameter of the owner's. */
  publicMessage: string;
  /** For the owner's history: may name accounts and repeat any error. */
  detail: string;
  /** What the response means for the record of the hit. */
  decision: Exclude<Hit['decision'], 'recovered'>;
  /** The recorded outcome, if the sender may read what was traded. */
  outcome?: Outcome;
  /** `symbol` and `side` only if the sender may read what is traded. */
  position?: PublicPosition;
  /** Of a standing link: the positions that the hit was for. Absent for anyone else. */
  positions?: PositionAnswer[];
  /** What a confirmation would do. */
  confirm?: Confirmation;
  /** For `refused`: who stopped it. */
  source?: Failure['source'];
  /** Why the link refused a hit that would have acted otherwise. */
  refusal?: RefusalCause;
  /** The outcome was recorded before this hit. */
  repeated?: true;
  /** Seconds after which another try may help. */
  retryAfter?: number;
  /** For the log: it acted on a position, and nothing was executed. */
  hasFailed?: boolean;
  /** For the log: absent if the link does not exist. */
  linkId?: string;
  /** For the log: milliseconds from the first request to the exchange until its last answer. */
  exchangeMs?: number | undefined;
}

/** What became of one position of a standing link, or what would. */
export interface PositionAnswer {
  positionId: string;
  /** Absent if nothing was done or rehearsed. */
  outcome?: string;
  symbol?: string | undefined;
  side?: string | undefined;
  closedAmount?: string | undefined;
  closeOrderId?: string | undefined;
  /** One or more sentences that name no account, path or parameter of the owner's. */
  detail?: string | undefined;
  /** What the link would do. */
  would?: string | undefined;
  repeated?: true | undefined;
}

/** `scope`: in words, of a standing link. */
export interface Confirmation extends Part {
  action: LinkAction;
  scope?: string;
}

export interface PublicPosition {
  positionId: string;
  symbol?: string;
  side?: string;
}

/** TradingView resends an alert 5 s after a 5xx response; other senders get the same advice. */
export const retrySeconds = 5;

type ResponseFields = Partial<HitResponse> & Pick<HitResponse, 'publicMessage' | 'decision'>;

/** @returns the response of a status; the owner's detail is the public message unless `fields` has another. */
export function createResponse(status: ResponseStatus, fields: ResponseFields): HitResponse {
  return { ...responseStatuses[status], status, detail: fields.publicMessage, ...fields };
}

/** The result of a hit, and the claim that it made or continued. */
export interface HitResult extends Pick<ExecutionResult, 'position' | 'result'> {
  claim?: Claim | undefined;
}

/** @returns the response to an execution's result, or to the position's record if another process ran the action. */
export function toResponse({ position, result, claim }: HitResult): HitResponse {
  switch (result?.kind) {
    case 'settled':
      return outcomeResponse(result.outcome, position, { decision: 'fired' });
    case 'released':
      return released(result, position);
    case 'retry':
      return retrying(result, position);
    case 'pending':
      return pending(result, position);
    case undefined:
      return claim !== undefined && isOutcomeOf(claim, position.outcome)
        ? outcomeResponse(position.outcome, position, { decision: 'fired' })
        : responseForState(position);
    default:
      return { ...responseForState(position), decision: 'fired' };
  }
}

/** Whether the sweep or a resend has completed this very claim: then nothing was done earlier. */
export function isOutcomeOf({ claimedAt }: Claim, outcome: Outcome | undefined): outcome is Outcome {
  return outcome !== undefined && Date.parse(outcome.claimedAt) === claimedAt;
}

/** Nothing executed. A sender that resends after a 5xx response may succeed, unless the fault lasts. */
function released(
  { fault, rejectedBy }: Extract<ActionResult, { kind: 'released' }>,
  position: Position,
): HitResponse {
  const what = rejectedBy === undefined ? 'Nothing was sent.' : 'Nothing was executed.';
  const retry = isLasting(fault.code) ? {} : { httpStatus: 503, retryAfter: retrySeconds };
  return createResponse(fault.code, {
    ...retry,
    publicMessage: `${what} ${fault.publicMessage}`,
    detail: `${what} ${fault.message}`,
    position: toPublicPosition(position),
    decision: 'refused',
  });
}

function responseForState(position: Position): HitResponse {
  switch (position.state) {
    case 'open':
    case 'closed':
    case 'canceled':
    case 'kept':
      return position.outcome === undefined
        ? inProgress(position)
        : outcomeResponse(position.outcome, position, { decision: 'duplicate', repeated: true });
    case 'claimed':
      return inProgress(position);
    case 'failed':
      return refused(position.failure, position);
    case 'needs-attention':
      return needsAttention(position.attentionReason, position);
  }
}

function outcomeResponse(
  outcome: Outcome,
  position: Position,
  fields: Pick<HitResponse, 'decision' | 'repeated'>,
): HitResponse {
  const { detail } = outcome;
  // Without a part, other orders hold the rest of a spot position.
  const isPartOpen = position.state === 'open' && (isPart(outcome) || isPositive(outcome.remaining));
  const headline = outcome.outcome === 'kept' ? 'Nothing to reduce' : (partTitle(outcome) ?? 'Partly closed');
  return createResponse(outcome.outcome, {
    publicMessage: detail,
    ...(isPartOpen ? { headline } : {}),
    outcome,
    position: toPublicPosition(position),
    ...fields,
  });
}

/** The position stays claimed: the sweep continues, or the sender's next hit does. */
function retrying(
  { reason, exchangeMessage }: Extract<ActionResult, { kind: 'retry' }>,
  position: Position,
): HitResponse {
  const { claim } = position;
  const words = exchangeMessage === undefined ? {} : { lastExchangeMessage: exchangeMessage };
  const progress =
    claim === undefined ? describeClaimOf(position, {}) : describeUnfinished({ ...claim, ...words });
  const publicMessage = `${progress} Ripcord continues automatically. There is no need to fire the link again.`;
  return createResponse('retrying', {
    publicMessage,
    detail: `${publicMessage} Reason: ${reason}`,
    position: toPublicPosition(position),
    retryAfter: retrySeconds,
    decision: 'fired',
  });
}

/** The response quotes the exchange's last message even if it could not be saved. */
function pending(
  { reason, exchangeMessage }: Extract<ActionResult, { kind: 'pending' }>,
  position: Position,
): HitResponse {
  const words = exchangeMessage === undefined ? {} : { lastExchangeMessage: exchangeMessage };
  const response = inProgress(position, words);
  return { ...response, detail: `${response.detail} Reason: ${reason}`, decision: 'fired' };
}

/** @returns the response while a claim is held, or while the result of one is not known. */
export function inProgress(position: Position, known: Partial<Claim> = {}): HitResponse {
  return createResponse('in-progress', {
    publicMessage: describeClaimOf(position, known),
    position: toPublicPosition(position),
    decision: 'in-progress',
  });
}

/** Without whether the close order was sent: a sweep may send it before the answer arrives. */
function describeClaimOf({ claim }: Position, known: Partial<Claim>): string {
  return claim === undefined
    ? 'The result is not known yet.'
    : describeProgress({ ...claim, ...known, phase: 'may-have-sent' });
}

/** Distinguishes a refusal by the exchange from a stop by Ripcord. */
function refused(failure: Failure, position: Position): HitResponse {
  const { source } = failure;
  return createResponse('refused', {
    ...(source === 'ripcord' ? { headline: 'Nothing was closed' } : {}),
    publicMessage: describeFailure(failure, position),
    position: toPublicPosition(position),
    source,
    decision: 'refused',
  });
}

/** The reason may repeat any error, so a holder reads only what the position's own record says. */
function needsAttention(reason: string, position: Position): HitResponse {
  const { remaining } = computeTotals(position);
  return createResponse('needs-attention', {
    publicMessage: `Ripcord can't finish this automatically. As far as it knows, ${remaining} ${position.market.base} is still open. The owner has to check the exchange.`,
    detail: `Needs your attention: ${reason}`,
    position: toPublicPosition(position),
    decision: 'refused',
  });
}

/** What another hit or the sweep may change while a process is frozen. */
const presentStatuses = new Set([202, 409, 422, 503]);

export function statesPresent({ httpStatus, outcome }: HitResponse): boolean {
  return outcome === undefined && presentStatuses.has(httpStatus);
}

/** @returns a late response without the position's state, which may have changed while the process was frozen. */
export function withoutPresent(response: HitResponse): HitResponse {
  const next = response.status === 'in-progress' ? '' : ' Open the link again for the outcome.';
  const publicMessage = `This response is late, so the position may have changed.${next}`;
  return { ...response, headline: 'Late response', publicMessage };
}

/** @returns the response to anything that a hit threw. No order was sent, unless the error is unexpected. */
export function responseForFault(thrown: unknown): HitResponse {
  const fault: Fault = toFault(thrown);
  const response = createResponse(fault.code, {
    publicMessage: fault.publicMessage,
    detail: fault.message,
    decision: 'refused',
  });
  return response.httpStatus === 503 ? { ...response, retryAfter: retrySeconds } : response;
}

function toPublicPosition({ positionId, symbol, side }: Position): PublicPosition {
  return { positionId, symbol, side };
}
