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
  toStatus,
} from './position.ts';
import { computeTotals, type Totals } from './totals.ts';

/** A position as the admin function answers it. */
export const positionViewSchema = z.object({
  positionId: positionIdSchema,
  account: z.string(),
  exchange: z.string(),
  symbol: z.string(),
  side: sideSchema,
  status: positionStatusSchema,
  /** How far the entry is filled, as one word; `closed` once nothing is left. */
  fillStatus: z.enum(['unfilled', 'partly-filled', 'filled', 'closed']),
  label: z.string().optional(),
  createdAt: z.string(),
  /** All of the entry, filled or not, in base currency. */
  amount: amountSchema,
  filled: amountSchema,
  /** The position's own that can still be closed: filled, less base fees, less what exits have sold. */
  remaining: amountSchema,
  averageEntry: amountSchema.optional(),
  markPrice: amountSchema.optional(),
  /** In quote currency and per cent of the entry's value; may be negative. */
  unrealizedProfit: z.string().optional(),
  unrealizedProfitPercent: z.string().optional(),
  quote: z.string(),
  /** The market's steps, to show prices and amounts by. */
  priceStep: amountSchema,
  amountStep: amountSchema,
  entryOrders: z.array(orderRecordSchema),
  exitOrders: z.array(orderRecordSchema),
  openExitOrders: z.number(),
  links: z.number().optional(),
  outcome: outcomeSchema.optional(),
  failure: failureSchema.optional(),
  attentionReason: z.string().optional(),
  /** When the exchange was last asked, ISO 8601; `stale` says why it could not be asked now. */
  lastSyncedAt: z.string().optional(),
  staleReason: z.string().optional(),
});
export type PositionView = z.infer<typeof positionViewSchema>;

function computeFillStatus(position: Position, tally: Totals): PositionView['fillStatus'] {
  if (!isPositive(tally.filled)) return 'unfilled';
  if (!isPositive(tally.remaining) || position.state === 'closed') return 'closed';
  return decimal(tally.filled).lt(tally.amount) ? 'partly-filled' : 'filled';
}

/** A position that ended outside is shown so before any link has said it. */
function computeLiveStatus(position: Position, tally: Totals): PositionStatus {
  const status = toStatus(position);
  if (status !== 'open' || !tally.entriesDone) return status;
  if (!isPositive(tally.filled)) return 'canceled';
  return isPositive(tally.remaining) ? 'open' : 'closed';
}

function computeProfit(position: Position, tally: Totals, price: Amount | undefined) {
  if (price === undefined || tally.averageEntry === undefined || !isPositive(tally.remaining))
    return undefined;
  if (position.state === 'closed') return undefined;
  const move = decimal(price).minus(tally.averageEntry);
  const perUnit = position.side === 'long' ? move : move.negated();
  return {
    unrealizedProfit: toAmount(perUnit.times(tally.remaining).decimalPlaces(8)),
    unrealizedProfitPercent: toAmount(perUnit.dividedBy(tally.averageEntry).times(100).decimalPlaces(2)),
  };
}

/** A position as the admin contract shows it. */
export function toPositionView(
  position: Position,
  extra: { links?: number; stale?: string } = {},
): PositionView {
  const tally = computeTotals(position);
  const price = position.lastSync?.price;
  return {
    positionId: position.positionId,
    account: position.account,
    exchange: position.exchange,
    symbol: position.symbol,
    side: position.side,
    status: computeLiveStatus(position, tally),
    fillStatus: computeFillStatus(position, tally),
    label: position.label,
    createdAt: position.createdAt,
    amount: tally.amount,
    filled: tally.filled,
    remaining: position.state === 'closed' ? (position.outcome?.remaining ?? '0') : tally.remaining,
    averageEntry: tally.averageEntry,
    markPrice: price,
    ...computeProfit(position, tally, price),
    quote: position.market.settle ?? position.market.quote,
    priceStep: position.market.priceStep,
    amountStep: position.market.amountStep,
    entryOrders: position.entryOrders,
    exitOrders: position.exitOrders,
    openExitOrders: position.exitOrders.filter((exit) => exit.status === 'live').length,
    outcome: position.outcome,
    failure: position.failure,
    attentionReason: position.attentionReason,
    lastSyncedAt: position.lastSync === undefined ? undefined : new Date(position.lastSync.at).toISOString(),
    ...extra,
  };
}
