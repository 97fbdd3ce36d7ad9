import { type Amount, decimal, isPositive, truncateToStep } from '../amount.ts';
import type { ExchangeOrder, ExchangePosition, RejectReason } from '../exchange/exchange.ts';
import type { Position } from '../position/position.ts';
import { computeTotals } from '../position/totals.ts';
import { judgeDust, marketOrderStep } from './order-size.ts';

/** What to do about a close order that the exchange provably did not execute. */
export const rejectionResponse = {
  /** The order is too small for the exchange. */
  'below-minimum': 'too-small',
  /** The account may no longer hold the coins. */
  insufficient: 'read-holding',
  /** The account may hold less of the perpetual, none of it, or the other side. */
  'would-not-reduce': 'read-position',
  'exit-in-the-way': 'read-position',
  /** The stored market rules are old. */
  precision: 'read-market',
  /** Provably not sent: given back, or continued if orders were canceled. */
  clock: 'not-sent',
  'rate-limit': 'not-sent',
  'too-late': 'not-sent',
  'no-connection': 'not-sent',
  'not-placed': 'not-sent',
  /** The order exists under this attempt's client order id. */
  'duplicate-id': 'look-up',
  permission: 'refuse',
  'above-maximum': 'refuse',
  /** Never retried silently: a MARKET close is sent again only on a new hit. */
  'refused-for-now': 'refuse',
  other: 'refuse',
} as const satisfies Record<RejectReason, string>;

export type ReduceStep =
  | { kind: 'closed-externally' }
  | { kind: 'flipped' }
  | { kind: 'send'; amount: Amount }
  | { kind: 'refuse' };

/** The exchange says that the order would not reduce the position. What it holds now decides. */
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
  percent: number | undefined;
  /** A price read in this run. */
  freshPrice?: Amount | undefined;
  /** Perpetuals: whether the account holds none of the position now. */
  holdsNone?: boolean | undefined;
}

export type CloseStep =
  | { kind: 'read-price' }
  | { kind: 'read-position' }
  | { kind: 'closed-externally' }
  | { kind: 'not-executed' }
  /** A thin order book: what remains could be closed and is still there. */
  | { kind: 'executed-in-part'; remaining: Amount }
  /** A part is closed, the rest stays open. */
  | { kind: 'reopen'; remaining: Amount }
  /** Nothing that an order could close remains. `dust`: whether some still does. */
  | { kind: 'settle'; remaining: Amount; dust: boolean };

/** Decides what a finished close order means. Pure, like `nextStep`: it is asked again after each read. */
export function afterClose(facts: CloseFacts): CloseStep {
  const { position, order, percent, holdsNone } = facts;
  const { market } = position;
  const unknownHolding = market.kind === 'perpetual' && holdsNone === undefined;
  if (!isPositive(order.filled)) {
    // Venues that only acknowledge find out afterwards that there is nothing to reduce.
    if (unknownHolding) return { kind: 'read-position' };
    return holdsNone === true ? { kind: 'closed-externally' } : { kind: 'not-executed' };
  }
  const { remaining } = computeTotals(position);
  const rest = truncateToStep(remaining, marketOrderStep(market));
  const dust = isPositive(rest) ? judgeDust(position, rest, facts.freshPrice) : true;
  if (dust === 'needs-price') return { kind: 'read-price' };
  if (dust) return { kind: 'settle', remaining, dust: isPositive(rest) };
  if (percent !== undefined) return { kind: 'reopen', remaining };
  // A reduce-only order ends early, or was sent for less, when the account holds less than the position's own.
  if (unknownHolding) return { kind: 'read-position' };
  return holdsNone === true
    ? { kind: 'settle', remaining: '0', dust: false }
    : { kind: 'executed-in-part', remaining };
}
