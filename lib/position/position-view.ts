import { z } from 'zod';
import { venueIdSchema } from '../account/account.ts';
import { amountSchema, decimal, isPositive, signedAmountSchema } from '../amount.ts';
import { marginSchema, sideSchema } from '../exchange/exchange.ts';
import {
  failureSchema,
  feeSchema,
  isFinal,
  orderRecordSchema,
  outcomeSchema,
  type Position,
  type PositionStatus,
  positionIdSchema,
  positionStatusSchema,
  toStatus,
} from './position.ts';
import { computeProfit } from './profit.ts';
import {
  computeProtection,
  protectionSchema,
  stopLossViewSchema,
  takeProfitViewSchema,
  toExitViews,
} from './protection.ts';
import { tagSchema } from './tag.ts';
import { computeTotals, type Totals } from './totals.ts';
import { describeProgress } from './wording.ts';

/** A position as the admin function returns it. */
export const positionViewSchema = z.object({
  positionId: positionIdSchema,
  account: z.string(),
  exchange: venueIdSchema,
  symbol: z.string(),
  /** The exchange's own id of the market, such as `BTCUSDT`. */
  marketId: z.string(),
  side: sideSchema,
  status: positionStatusSchema,
  /** How far the entry is filled; `closed` once nothing remains. */
  fillStatus: z.enum(['unfilled', 'partly-filled', 'filled', 'closed']),
  label: z.string().optional(),
  tag: tagSchema.optional(),
  createdAt: z.string(),
  /** All of the entry, filled or not, in base currency. */
  amount: amountSchema,
  filled: amountSchema,
  /** What can still be closed: filled, less fees in base, less what exits filled. */
  remaining: amountSchema,
  averageEntry: amountSchema.optional(),
  markPrice: amountSchema.optional(),
  /** When the mark price was read, ISO 8601. Unrealized profit is of the same time. */
  markPriceAt: z.string().optional(),
  /** Amounts of money are in quote currency and may be negative. Null: unknown. */
  /** Of the closed part, before fees, at the average entry per filled coin. */
  realizedProfit: signedAmountSchema.nullable(),
  /** Of what remains, before fees; also in % of the entry's value. */
  unrealizedProfit: signedAmountSchema.nullable(),
  unrealizedProfitPercent: z.string().optional(),
  /** Of entry and exit orders, in the currencies that paid them. */
  fees: z.array(feeSchema).nullable(),
  /** Of a perpetual: negative if paid. Known while the account's exchange position was this position alone. */
  funding: signedAmountSchema.nullable(),
  /** Realized profit less all fees, with the funding that is known. */
  netProfit: signedAmountSchema.nullable(),
  /** Of a perpetual, while it is open: what the exchange last reported, at `at`, ISO 8601. */
  exchangePosition: marginSchema.extend({ at: z.string() }).optional(),
  quote: z.string(),
  /** The market's steps: how many decimals prices and amounts have. */
  priceStep: amountSchema,
  amountStep: amountSchema,
  entryOrders: z.array(orderRecordSchema),
  exitOrders: z.array(orderRecordSchema),
  openExitOrders: z.number(),
  /** What of the remaining amount a stop that rests at the exchange covers. */
  protection: protectionSchema,
  /** Since when the exchange has had none of the stops that Ripcord knows, ISO 8601. Absent: it has one, or had none. */
  nakedSince: z.string().optional(),
  /** `false`: a missing stop is not reported. */
  nakedWatch: z.literal(false).optional(),
  /** The exits of the plan, and adopted ones that are open. */
  takeProfits: z.array(takeProfitViewSchema),
  stopLoss: stopLossViewSchema.nullable(),
  /** How many of its links are armed. */
  links: z.number().optional(),
  outcome: outcomeSchema.optional(),
  failure: failureSchema.optional(),
  attentionReason: z.string().optional(),
  /** With status `closing`: what is known of it, with the exchange's last message. */
  progress: z.string().optional(),
  /** When the exchange was last read, ISO 8601. `staleReason` says why it could not be read now. */
  lastSyncedAt: z.string().optional(),
  staleReason: z.string().optional(),
});
export type PositionView = z.infer<typeof positionViewSchema>;

function computeFillStatus(position: Position, totals: Totals): PositionView['fillStatus'] {
  if (!isPositive(totals.filled)) return 'unfilled';
  if (!isPositive(totals.remaining) || position.state === 'closed') return 'closed';
  return decimal(totals.filled).lt(totals.amount) ? 'partly-filled' : 'filled';
}

/** A position that ended at the exchange is shown so before a link or the sweep records it. */
function computeLiveStatus(position: Position, totals: Totals): PositionStatus {
  const status = toStatus(position);
  if (status !== 'open' || !totals.entriesDone) return status;
  if (!isPositive(totals.filled)) return 'canceled';
  return isPositive(totals.remaining) ? 'open' : 'closed';
}

function toMarketFacts(position: Position) {
  const { id, settle, quote, priceStep, amountStep } = position.market;
  const exchangePosition = toExchangePosition(position);
  return { marketId: id, quote: settle ?? quote, priceStep, amountStep, exchangePosition };
}

function toExchangePosition({ state, lastSync }: Position): PositionView['exchangePosition'] {
  const margin = lastSync?.margin;
  if (margin === undefined || isFinal(state)) return undefined;
  return { ...margin, at: new Date(margin.at).toISOString() };
}

/** A stop may rest by now, before the sweep has noted it. */
function toNakedSince(position: Position): string | undefined {
  const { naked, state } = position;
  const isNaked = naked !== undefined && !isFinal(state) && computeProtection(position) === 'none';
  return isNaked ? new Date(naked.since).toISOString() : undefined;
}

/** @param extra what the position's own record does not hold. */
export function toPositionView(
  position: Position,
  extra: { links?: number; staleReason?: string } = {},
): PositionView {
  const totals = computeTotals(position);
  const lastSyncedAt = position.lastSync && new Date(position.lastSync.at).toISOString();
  return {
    positionId: position.positionId,
    account: position.account,
    exchange: position.exchange,
    symbol: position.symbol,
    side: position.side,
    status: computeLiveStatus(position, totals),
    fillStatus: computeFillStatus(position, totals),
    label: position.label,
    tag: position.tag,
    createdAt: position.createdAt,
    amount: totals.amount,
    filled: totals.filled,
    remaining: position.state === 'closed' ? (position.outcome?.remaining ?? '0') : totals.remaining,
    averageEntry: totals.averageEntry,
    markPrice: position.lastSync?.price,
    markPriceAt: position.lastSync?.price && lastSyncedAt,
    ...computeProfit(position),
    ...toMarketFacts(position),
    entryOrders: position.entryOrders,
    exitOrders: position.exitOrders,
    openExitOrders: position.exitOrders.filter((exit) => exit.status === 'live').length,
    protection: computeProtection(position, extra.staleReason !== undefined),
    ...toExitViews(position),
    nakedSince: toNakedSince(position),
    nakedWatch: position.nakedWatch,
    outcome: position.outcome,
    failure: position.failure,
    attentionReason: position.attentionReason,
    progress: position.claim === undefined ? undefined : describeProgress(position.claim),
    lastSyncedAt,
    ...extra,
  };
}
