import { atMostOnce, isGeneric } from '../account/account.ts';
import { type Amount, decimal, isPositive, smaller } from '../amount.ts';
import { describeMissingLimits, type RejectReason } from '../exchange/exchange.ts';
import { exchangeName } from '../exchange/exchange-name.ts';
import type { Part } from '../position/part.ts';
import type {
  Action,
  Actor,
  Failure,
  OrderBook,
  OrderRecord,
  Outcome,
  Position,
} from '../position/position.ts';
import { computeTotals, lacksFee, lastFilledExit } from '../position/totals.ts';
import { describeWatch } from '../position/wording.ts';
import { describeGone, describeLock, subtract } from './account-balance.ts';
import type { ActionResult } from './action-result.ts';
import type { Execution } from './execution.ts';
import { type AccountBalance, amountToClose, computePart } from './order-size.ts';
import type { ExternalClose, RejectedEnd } from './step.ts';

/** Who ended the position, by which action, and since when. */
export interface OutcomeSource extends Part {
  actor: Actor;
  linkId?: string | undefined;
  action: Action;
  /** Epoch milliseconds. */
  claimedAt: number;
}

/** What the exchange reported, without what the position itself knows. */
export interface OutcomeFacts {
  outcome: Outcome['outcome'];
  closedBy: Outcome['closedBy'];
  detail: string;
  remaining: Amount;
  closedAmount?: Amount;
  averagePrice?: Amount | undefined;
  closeOrderId?: string | undefined;
  closeClientOrderId?: string | undefined;
  /** When it happened at the exchange, epoch milliseconds; absent: now. */
  at?: number | undefined;
  sentAt?: number | undefined;
  /** Whether no more is left than the claim's target, up to what is too small for an order. */
  isReached?: boolean;
}

/** The only place where an outcome is made. */
export function createOutcome(
  position: Position,
  source: OutcomeSource,
  facts: OutcomeFacts,
  now: number,
): Outcome {
  return {
    outcome: facts.outcome,
    closedBy: facts.closedBy,
    action: source.action,
    percent: facts.closeOrderId === undefined ? undefined : source.percent,
    toPercent: facts.isReached === true ? source.toPercent : undefined,
    actor: source.actor,
    linkId: source.linkId,
    detail: facts.detail,
    entryFilled: computeTotals(position).filled,
    closedAmount: facts.closedAmount ?? '0',
    averagePrice: facts.averagePrice,
    remaining: facts.remaining,
    closeOrderId: facts.closeOrderId,
    closeClientOrderId: facts.closeClientOrderId,
    canceledEntryOrderIds: canceledIds(position, source, 'entryOrders'),
    canceledExitOrderIds: canceledIds(position, source, 'exitOrders'),
    claimedAt: toIso(source.claimedAt),
    sentAt: facts.sentAt === undefined ? undefined : toIso(facts.sentAt),
    settledAt: toIso(facts.at ?? now),
  };
}

function toIso(at: number): string {
  return new Date(at).toISOString();
}

/** @returns the orders that this claim's cancels ended, whichever process held the claim then. */
export function canceledIds(
  position: Position,
  { claimedAt }: Pick<OutcomeSource, 'claimedAt'>,
  book: OrderBook,
): string[] {
  return position[book].flatMap((order) =>
    order.canceledByClaimAt === claimedAt && order.orderId !== undefined ? [order.orderId] : [],
  );
}

const unreadFees = 'Fees of exit orders could not be read yet, so less may remain.';

export function settled(run: Execution, facts: OutcomeFacts, { reopens = false } = {}): ActionResult {
  const { position } = run.known;
  const isAtMost = isPositive(facts.remaining) && lacksFee(position, 'exitOrders');
  const verb = facts.closeOrderId === undefined || reopens ? 'acted' : 'closed it';
  const detail = [
    facts.detail,
    ...(isAtMost ? [unreadFees] : []),
    ...describeUnproven(position, facts),
    ...describeWatch(run.claim, verb),
  ].join(' ');
  const outcome = createOutcome(position, run.claim, { ...facts, detail }, run.deps.now());
  return { kind: 'settled', outcome, reopens };
}

/** A close at an exchange that is not proven is never taken for one that is exactly once. */
function describeUnproven({ exchange, market }: Position, { closeOrderId }: OutcomeFacts): string[] {
  if (closeOrderId === undefined || !isGeneric(exchange)) return [];
  return [`${exchangeName(exchange)} is ${atMostOnce}.`, ...describeMissingLimits(market)];
}

/** Why nothing executed. Codes of Ripcord's own are words; a refusal keeps the exchange's code. */
export interface FailureFacts {
  source: Failure['source'];
  code: string;
  message: string;
}

export function createFailure(
  position: Position,
  source: OutcomeSource,
  { source: failureSource, code, message }: FailureFacts,
  now: number,
): Failure {
  return {
    source: failureSource,
    code,
    message,
    action: source.action,
    actor: source.actor,
    linkId: source.linkId,
    at: toIso(now),
    canceledExitOrderIds: canceledIds(position, source, 'exitOrders'),
  };
}

export function failed(run: Execution, facts: FailureFacts): ActionResult {
  const failure = createFailure(run.known.position, run.claim, facts, run.deps.now());
  return { kind: 'failed', failure };
}

export function refused(run: Execution, rejection: { code: string; message: string }): ActionResult {
  return failed(run, { source: 'exchange', code: rejection.code, message: rejection.message });
}

/** Nothing of the entry filled. */
export function canceled(run: Execution): ActionResult {
  const { position } = run.known;
  const byThisClaim = canceledIds(position, run.claim, 'entryOrders').length > 0;
  const last = Math.max(0, ...position.entryOrders.map(({ updatedAt }) => updatedAt ?? 0));
  return settled(run, {
    outcome: 'canceled',
    closedBy: byThisClaim ? 'ripcord' : 'external',
    detail: byThisClaim
      ? 'The entry was unfilled and has been canceled.'
      : 'The entry was canceled outside Ripcord before anything filled. Nothing was sent.',
    remaining: '0',
    at: byThisClaim || last === 0 ? undefined : last,
  });
}

/** Something had filled, and none of it remains: exit orders closed it, or fees used up a tiny fill. */
export function exitsClosed(run: Execution): ActionResult {
  const { position } = run.known;
  const exit = lastFilledExit(position);
  if (exit === undefined) return dust(run, '0');
  const { detail, ...facts } = closedByExit(position, exit);
  return settled(run, { ...facts, detail: `${detail('had already closed')} No order was sent.` });
}

/** The facts of an exit order that closed all of the position. */
export function closedByExit(position: Position, { orderId, type, average, updatedAt }: OrderRecord) {
  const price = average === undefined ? '' : ` at ${average} ${position.market.quote}`;
  return {
    outcome: 'closed',
    closedBy: 'exit-order',
    detail: (verb: string) => `Exit order ${orderId ?? ''} (${type}) ${verb} the position${price}.`,
    averagePrice: average,
    remaining: '0',
    at: updatedAt,
  } as const;
}

export function closedExternally(run: Execution, { detail, at, held = '0' }: ExternalClose): ActionResult {
  return settled(run, { outcome: 'closed', closedBy: 'external', detail, at, remaining: held });
}

/** No order was sent: no more is left than the target, or too little more for an order. */
export function reached(run: Execution): ActionResult {
  const { position } = run.known;
  const { toPercent } = run.claim;
  const excess = computePart(position, run.claim);
  const left = isPositive(excess)
    ? `Only ${excess} ${position.market.base} more than ${toPercent} % of what filled was left, which is too small for an order, so nothing was sent.`
    : `At most ${toPercent} % of what filled was left already, so nothing was sent.`;
  const { remaining } = computeTotals(position);
  const detail = [`${describeCanceledRest(run)}${left}`, ...describeGone(run)].join(' ');
  return settled(
    run,
    { outcome: 'kept', closedBy: 'ripcord', detail, remaining, isReached: true },
    { reopens: true },
  );
}

export function describeCanceledRest({ known, claim }: Execution): string {
  const isCanceled = canceledIds(known.position, claim, 'entryOrders').length > 0;
  return isCanceled ? 'The rest of the entry was canceled. ' : '';
}

/** All that remains is too small for an order: it is dust. A part that is too small is a failure. */
export function tooSmall(run: Execution): ActionResult {
  const { remaining } = computeTotals(run.known.position);
  const { percent } = run.claim;
  const { exchange, market } = run.known.position;
  if (isGeneric(exchange))
    return failed(run, {
      source: 'ripcord',
      code: 'below-minimum' satisfies RejectReason,
      message: `${remaining} ${market.base} is below the market's minimum, as ccxt lists it. Nothing was sent.`,
    });
  return percent === undefined
    ? dust(run, remaining)
    : failed(run, {
        source: 'ripcord',
        code: 'below-minimum' satisfies RejectReason,
        message: [
          `${percent} % of ${remaining} ${run.known.position.market.base} is below the exchange's minimum for an order.`,
          ...describeGone(run),
        ].join(' '),
      });
}

/** Coins may have been moved, and may return: the owner decides. */
export function missing(run: Execution): ActionResult {
  const { position, fresh } = run.known;
  const { base } = position.market;
  return failed(run, {
    source: 'ripcord',
    code: 'insufficient' satisfies RejectReason,
    message: `The account holds ${fresh.balance?.total ?? '0'} ${base}, which is too little for an order, and no trade shows where the rest of the position went. No order was sent.`,
  });
}

export function aboveMaximum(run: Execution): ActionResult {
  const { known, claim, rejection } = run;
  const { base, quote, marketAmountMax, costMax } = known.position.market;
  const amount = amountToClose(known.position, claim);
  const isTooMuch = marketAmountMax !== undefined && decimal(amount).gt(marketAmountMax);
  const limit = isTooMuch ? `${marketAmountMax} ${base}` : `${costMax} ${quote}`;
  const words = rejection === undefined ? '' : ` Exchange error: ${rejection.message}.`;
  return failed(run, {
    source: 'ripcord',
    code: 'above-maximum' satisfies RejectReason,
    message: `A MARKET order of ${amount} ${base} is above this market's maximum of ${limit}.${words}`,
  });
}

export function marketClosed(run: Execution): ActionResult {
  const { position } = run.known;
  const kept = canceledIds(position, run.claim, 'exitOrders').length === 0 ? ' Its exits are unchanged.' : '';
  return failed(run, {
    source: 'ripcord',
    code: 'market-closed',
    message: `The exchange reports that ${position.symbol} is not open for MARKET orders. No order was sent.${kept}`,
  });
}

/** Ends with the exchange's last rejection: what was read since gives no reason for another order. */
export function endRejected(run: Execution, end: RejectedEnd): ActionResult {
  const { rejection, known } = run;
  if (rejection === undefined) throw new Error('an end after a rejection without one');
  const { balance } = known.fresh;
  if (end === 'refused' || balance === undefined) return refused(run, rejection);
  const { code, message } = rejection;
  return refused(run, { code, message: `${message}. ${describeUnsold(known.position, balance, end)}` });
}

function describeUnsold(position: Position, balance: AccountBalance, end: 'locked' | 'gone'): string {
  const { total, free, holders } = balance;
  // The owner may have moved the coins, and may return them.
  if (end === 'gone') return `The account holds ${total} ${position.market.base}.`;
  const held = smaller(computeTotals(position).remaining, total);
  return describeLock(subtract(held, free), position.market, holders);
}

export function toDustSentence(remaining: Amount, base: string): string {
  return `${remaining} ${base} is below the exchange's minimum for an order, so it stays in the account.`;
}

function dust(run: Execution, remaining: Amount): ActionResult {
  const detail = toDustSentence(remaining, run.known.position.market.base);
  return settled(run, { outcome: 'dust', closedBy: 'ripcord', detail, remaining });
}
