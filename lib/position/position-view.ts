import { z } from 'zod';
import { type Amount, amountSchema, decimal, isPositive, toAmount } from '../amount.ts';
import { sideSchema } from '../exchange/exchange.ts';
import {
  failureSchema,
  orderRecordSchema,
  outcomeSchema,
  type Position,
  type PositionStatus,
  positionIdSchema,
  positionStatusSchema,
  statusOf,
} from './position.ts';
import { type Tally, tallyOf } from './totals.ts';

/** A position as the admin function answers it. */
export const positionViewSchema = z.object({
  positionId: positionIdSchema,
  account: z.string(),
  exchange: z.string(),
  symbol: z.string(),
  side: sideSchema,
  status: positionStatusSchema,
  /** How far the entry is filled, as one word; `closed` once nothing is left. */
  fill: z.enum(['unfilled', 'partly-filled', 'filled', 'closed']),
  label: z.string().optional(),
  createdAt: z.string(),
  /** All of the entry, filled or not, in base currency. */
  amount: amountSchema,
  filled: amountSchema,
  /** The position's own that can still be closed: filled, less base fees, less what exits have sold. */
  left: amountSchema,
  averageEntry: amountSchema.optional(),
  markPrice: amountSchema.optional(),
  /** In quote currency and per cent of the entry's value; may be negative. */
  unrealisedProfit: z.string().optional(),
  unrealisedProfitPercent: z.string().optional(),
  quote: z.string(),
  /** The market's steps, to show prices and amounts by. */
  priceStep: amountSchema,
  amountStep: amountSchema,
  entries: z.array(orderRecordSchema),
  exits: z.array(orderRecordSchema),
  openExits: z.number(),
  links: z.number().optional(),
  outcome: outcomeSchema.optional(),
  failure: failureSchema.optional(),
  attention: z.string().optional(),
  /** When the exchange was last asked, ISO 8601; `stale` says why it could not be asked now. */
  seenAt: z.string().optional(),
  stale: z.string().optional(),
});
export type PositionView = z.infer<typeof positionViewSchema>;

const fillOf = (position: Position, tally: Tally): PositionView['fill'] => {
  if (!isPositive(tally.filled)) return 'unfilled';
  if (!isPositive(tally.left) || position.state === 'closed') return 'closed';
  return decimal(tally.filled).lt(tally.amount) ? 'partly-filled' : 'filled';
};

/** A position that ended outside is shown so before any link has said it. */
const liveStatusOf = (position: Position, tally: Tally): PositionStatus => {
  const status = statusOf(position);
  if (status !== 'open' || !tally.entriesDone) return status;
  if (!isPositive(tally.filled)) return 'canceled';
  return isPositive(tally.left) ? 'open' : 'closed';
};

const profitOf = (position: Position, tally: Tally, price: Amount | undefined) => {
  if (price === undefined || tally.averageEntry === undefined || !isPositive(tally.left)) return undefined;
  if (position.state === 'closed') return undefined;
  const move = decimal(price).minus(tally.averageEntry);
  const perUnit = position.side === 'long' ? move : move.negated();
  return {
    unrealisedProfit: toAmount(perUnit.times(tally.left).decimalPlaces(8)),
    unrealisedProfitPercent: toAmount(perUnit.dividedBy(tally.averageEntry).times(100).decimalPlaces(2)),
  };
};

/** A position as the admin contract shows it. */
export const viewOf = (position: Position, extra: { links?: number; stale?: string } = {}): PositionView => {
  const tally = tallyOf(position);
  const price = position.seen?.price;
  return {
    positionId: position.positionId,
    account: position.account,
    exchange: position.exchange,
    symbol: position.symbol,
    side: position.side,
    status: liveStatusOf(position, tally),
    fill: fillOf(position, tally),
    label: position.label,
    createdAt: position.createdAt,
    amount: tally.amount,
    filled: tally.filled,
    left: position.state === 'closed' ? (position.outcome?.left ?? '0') : tally.left,
    averageEntry: tally.averageEntry,
    markPrice: price,
    ...profitOf(position, tally, price),
    quote: position.market.settle ?? position.market.quote,
    priceStep: position.market.priceStep,
    amountStep: position.market.amountStep,
    entries: position.entries,
    exits: position.exits,
    openExits: position.exits.filter((exit) => exit.status === 'live').length,
    outcome: position.outcome,
    failure: position.failure,
    attention: position.attention,
    seenAt: position.seen === undefined ? undefined : new Date(position.seen.at).toISOString(),
    ...extra,
  };
};
