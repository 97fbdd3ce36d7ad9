import { type Amount, decimal, isPositive, smaller, toAmount, truncateToStep } from '../amount.ts';
import type { ExchangeOrder, ExchangePosition, RejectReason } from '../exchange/exchange.ts';
import type { Position } from '../position/position.ts';
import { computeTotals, lacksFee } from '../position/totals.ts';
import { judgeDust, marketOrderStep } from './order-size.ts';

/** What to do about a close order that the exchange provably did not execute. */
export const rejectionResponse = {
  /** The size is judged again by rules and a price that are read now: the code alone proves neither limit. */
  'below-minimum': 'plan-again',
  'above-maximum': 'plan-again',
  /** The stored market rules are old. */
  precision: 'plan-again',
  /** The account may no longer hold the coins, or other orders may lock them. */
  insufficient: 'plan-again',
  /** The position's own exits are canceled first, if there are any. */
  'exit-in-the-way': 'plan-again',
  /** The account may hold less of the perpetual, none of it, or the other side. */
  'would-not-reduce': 'read-position',
  /** The order may be sent again at once. */
  'not-placed': 'send-again',
  /** Provably not sent: given back, or continued if orders were canceled. */
  clock: 'not-sent',
  'rate-limit': 'not-sent',
  'too-late': 'not-sent',
  'no-connection': 'not-sent',
  /** The order exists under this attempt's client order id. */
  'duplicate-id': 'look-up',
  permission: 'refuse',
  'too-many-orders': 'refuse',
  /** Of exits only: a MARKET order has no trigger. */
  'would-trigger': 'refuse',
  /** Never retried silently: a MARKET close is sent again only on a new hit. */
  'refused-for-now': 'refuse',
  other: 'refuse',
} as const satisfies Record<RejectReason, string>;

type RejectionResponse = (typeof rejectionResponse)[RejectReason] | 'read-holding';

/**
 * Decides what follows a rejection of this position's close order.
 * @param repeated whether an order was already sent again after a rejection of this kind: nothing new can be learned.
 */
export function afterRejection(
  { market, side, exitOrders }: Position,
  reason: RejectReason,
  repeated: boolean,
): RejectionResponse {
  const response = rejectionResponse[reason];
  if (reason === 'insufficient' && !(market.kind === 'spot' && side === 'long')) return 'read-holding';
  if (reason === 'not-placed' && repeated) return 'not-sent';
  const isInTheWay = exitOrders.some(({ status }) => status !== 'done');
  if (reason === 'exit-in-the-way' && (repeated || !isInTheWay)) return 'read-position';
  return repeated && response === 'plan-again' ? 'refuse' : response;
}

export type ReduceStep =
  | { kind: 'closed-externally' }
  | { kind: 'flipped' }
  | { kind: 'send'; amount: Amount }
  | { kind: 'refuse' };

/** The exchange reports that the order would not reduce the position. What it holds now decides. */
export function afterWouldNotReduce(
  { side }: Position,
  held: ExchangePosition,
  amount: Amount,
  resized: boolean,
): ReduceStep {
  if (held.side === undefined) return { kind: 'closed-externally' };
  if (held.side !== side) return { kind: 'flipped' };
  // Smaller than asked for: the order may be sent once more, for what is there.
  return !resized && decimal(held.amount).lt(amount)
    ? { kind: 'send', amount: held.amount }
    : { kind: 'refuse' };
}

export interface CloseFacts {
  /** With the close order among its exit orders. */
  position: Position;
  order: ExchangeOrder;
  /** What the close order should be for. A spot account may have had less to sell. */
  planned: Amount;
  /** Whether the close was for a part, so that the position continues with the rest. */
  isPart: boolean;
  /** Whether the fees of the exit orders were read in this run: those that could be. */
  feesRead?: boolean;
  /** Whether the market's rules were read in this run, or can't be read. */
  marketRead?: boolean | undefined;
  /** A price read in this run. */
  freshPrice?: Amount | undefined;
  /** Perpetuals: whether the account holds none of the position now. */
  holdsNone?: boolean | undefined;
  /** Spot longs: what the account has of the base after the close order. */
  heldAfter?: Amount | undefined;
}

export type CloseStep =
  | { kind: 'read-fees' }
  | { kind: 'read-market' }
  | { kind: 'read-price' }
  | { kind: 'read-position' }
  | { kind: 'read-balance' }
  /** What remains depends on fees that could not be read. */
  | { kind: 'unread-fees' }
  | { kind: 'closed-externally' }
  | { kind: 'not-executed' }
  /** A thin order book: what remains could be closed and is still there. */
  | { kind: 'executed-in-part'; remaining: Amount }
  /** A part is closed, the rest stays open. */
  | { kind: 'reopen'; remaining: Amount; shortfall?: Shortfall }
  /** Nothing that an order could close remains. `dust`: whether some still does. */
  | { kind: 'settle'; remaining: Amount; dust: boolean; shortfall?: Shortfall };

/** Why a spot close sold less than the position: coins that are no longer in the account, and coins that still are. */
export interface Shortfall {
  gone: Amount;
  held: Amount;
}

/** Decides what a finished close order means. Pure, like `nextStep`: it is asked again after each read. */
export function afterClose(facts: CloseFacts): CloseStep {
  const { position, order, isPart, holdsNone } = facts;
  const { market } = position;
  const unknownHolding = market.kind === 'perpetual' && holdsNone === undefined;
  if (!isPositive(order.filled)) {
    // Venues that only acknowledge find out afterwards that there is nothing to reduce.
    if (unknownHolding) return { kind: 'read-position' };
    return holdsNone === true ? { kind: 'closed-externally' } : { kind: 'not-executed' };
  }
  const isReduced = isReducedSale(facts);
  if ((isReduced || isPart) && lacksFee(position, 'exitOrders') && facts.feesRead !== true)
    return { kind: 'read-fees' };
  const { remaining } = computeTotals(position);
  if (isReduced) return afterSale(facts, remaining);
  const rest = judgeRest(facts, remaining);
  if (typeof rest === 'object') return rest;
  if (rest !== 'closable') return { kind: 'settle', remaining, dust: rest === 'dust' };
  if (isPart) return { kind: 'reopen', remaining };
  // A reduce-only order ends early, or was sent for less, when the account holds less than the position's own.
  if (unknownHolding) return { kind: 'read-position' };
  return holdsNone === true
    ? { kind: 'settle', remaining: '0', dust: false }
    : { kind: 'executed-in-part', remaining };
}

/** Whether a spot sale was for less than it should close, because the account had less to sell. */
function isReducedSale({ position: { market, side }, order, planned }: CloseFacts): boolean {
  const soldAll = market.kind === 'spot' && side === 'long' && !decimal(order.filled).lt(order.amount);
  return soldAll && decimal(order.amount).lt(planned);
}

/** What the account still has decides whether the position ends with this sale. */
function afterSale(facts: CloseFacts, remaining: Amount): CloseStep {
  const { position, heldAfter } = facts;
  if (heldAfter === undefined) return { kind: 'read-balance' };
  const held = smaller(remaining, heldAfter);
  const shortfall = { gone: toAmount(decimal(remaining).minus(held)), held };
  const rest = judgeRest(facts, held);
  if (typeof rest === 'object') return rest;
  if (rest !== 'closable') return { kind: 'settle', remaining: held, dust: rest === 'dust', shortfall };
  return lacksFee(position, 'exitOrders')
    ? { kind: 'unread-fees' }
    : { kind: 'reopen', remaining: held, shortfall };
}

/** Whether an order can close what is left, by the market's present rules. */
function judgeRest(
  { position, marketRead, freshPrice }: CloseFacts,
  left: Amount,
): 'nothing' | 'dust' | 'closable' | { kind: 'read-market' | 'read-price' } {
  const rest = truncateToStep(left, marketOrderStep(position.market));
  if (!isPositive(rest)) return 'nothing';
  const dust = judgeDust(position, rest, freshPrice);
  if (dust === 'needs-price') return { kind: 'read-price' };
  if (!dust) return 'closable';
  return marketRead === true ? 'dust' : { kind: 'read-market' };
}
