import { type Amount, decimal, isPositive, truncateToStep } from '../amount.ts';
import {
  type Exchange,
  type ExchangePosition,
  exitSide,
  type Trade,
  type TradeRange,
} from '../exchange/exchange.ts';
import { Fault, toFault } from '../fault.ts';
import { toCloseId } from '../position/client-order-id.ts';
import {
  computeLastFillBy,
  computeOpenedAt,
  endsPosition,
  findClosingTrade,
  findEarlierEnd,
  mayHaveEnded,
} from '../position/ending.ts';
import type { Position } from '../position/position.ts';
import { holdingLagMs, secondLookAfterMs } from '../position/timing.ts';
import { computeTotals } from '../position/totals.ts';
import { type Execution, type ExecutionDependencies, planExternalClose } from './execution.ts';
import { judgeDust, marketOrderStep } from './order-size.ts';
import type { ExternalClose, Holding } from './step.ts';

export interface HoldingRead {
  holding: Holding;
  /** What the account holds of the coin or the perpetual. Absent for a spot short, which holds nothing. */
  held?: Amount;
}

/**
 * Reads whether the account still holds what the position could be. On spot only an account without any sellable
 * amount counts as empty: what is there may be the owner's own.
 * @param freshPrice a price read in this run.
 */
export async function readHolding(
  exchange: Exchange,
  position: Position,
  now: number,
  freshPrice?: Amount,
): Promise<HoldingRead> {
  const { market, side } = position;
  if (market.kind === 'perpetual') {
    const { held, holding } = await readPerpetual(exchange, position, now);
    return { holding, held: held.amount };
  }
  // What a spot short owes is bought back.
  if (side === 'short') return { holding: 'held' };
  const { total } = await exchange.fetchBalance(market.base);
  if (decimal(total).gte(computeTotals(position).remaining)) return { holding: 'held', held: total };
  const sellable = truncateToStep(total, marketOrderStep(market));
  if (judgeDust(position, sellable, freshPrice) !== true) return { holding: 'held', held: total };
  const external = await describeExternalClose(exchange, position, now, total);
  return { holding: external.at === undefined ? 'missing' : external, held: total };
}

/** @returns what the account holds, and what that means for the position. */
async function readPerpetual(
  exchange: Exchange,
  position: Position,
  now: number,
): Promise<{ held: ExchangePosition; holding: Holding }> {
  const { market, side, lastSync } = position;
  const [held, trades] = await Promise.all([
    exchange.fetchPosition(market, side),
    readTrades(exchange, position, now),
  ]);
  if (held.side === side) return { held, holding: judgeHeld(position, held, trades) };
  const external = toExternalClose(
    position,
    Array.isArray(trades) ? findClosingTrade(position, trades) : undefined,
  );
  // A position that turned to the other side was closed on the way. An empty account proves nothing by itself, because
  // a read may lag. A trade since the entry does, and so does an earlier look.
  const isSecondLook = lastSync?.flatSince !== undefined && now - lastSync.flatSince >= secondLookAfterMs;
  const isProven = held.side !== undefined || external.at !== undefined || isSecondLook;
  return { held, holding: isProven ? external : 'missing' };
}

/**
 * The account holds a position of this side, which is another one if the account was flat meanwhile.
 * @throws Fault if a look found the account flat, and its trades can't be read: the close could be of the next position.
 */
function judgeHeld(position: Position, held: ExchangePosition, trades: Trade[] | Fault): Holding {
  if (trades instanceof Fault) {
    if (position.lastSync?.flatSince !== undefined) throw trades;
    return 'held';
  }
  const end = findEarlierEnd(position, held, trades);
  return end === 'continues' ? 'held' : toExternalClose(position, end);
}

async function readTrades(exchange: Exchange, position: Position, now: number): Promise<Trade[] | Fault> {
  try {
    return await exchange.fetchTrades(position.market, { ...toTradeRange(position, now), withCauses: true });
  } catch (thrown) {
    return toFault(thrown);
  }
}

/** How long a close waits to learn whether the account holds another position by now, if nothing points to that. */
const patienceMs = 1_000;

/**
 * Reads before a close whether the account still holds this position. If no look found it flat, one request is enough:
 * only a trade of another order can have closed it since the last look. A slow response does not delay the close.
 */
export async function readHoldingToClose(
  { exchange, now, sleep }: Pick<ExecutionDependencies, 'exchange' | 'now' | 'sleep'>,
  position: Position,
): Promise<Holding> {
  if (position.lastSync?.flatSince !== undefined)
    return (await readHolding(exchange, position, now())).holding;
  const read = async (): Promise<Holding> => {
    const readAt = now();
    const trades = await exchange.fetchTrades(position.market, toTradeRange(position, readAt));
    if (!mayHaveEnded(position, trades)) return 'held';
    const { held, holding } = await readPerpetual(exchange, position, readAt);
    // The exchange refuses a reduce-only order against the other side, and the response reports that refusal.
    if (held.side !== undefined && held.side !== position.side) return 'held';
    return typeof holding === 'object' && (await hasOwnClose(exchange, position)) ? 'held' : holding;
  };
  return Promise.race([read().catch(() => 'held' as const), sleep(patienceMs).then(() => 'held' as const)]);
}

/**
 * Reads before a part of a perpetual is closed how much of it the account holds: its owner may have closed some elsewhere, and
 * a part of the recorded amount would then be too much. Throws `exchange-unreachable`.
 */
export async function readHeldToReduce(
  { exchange, now }: Pick<ExecutionDependencies, 'exchange' | 'now'>,
  position: Position,
): Promise<HoldingRead> {
  const read = await readHolding(exchange, position, now());
  const { held = '0', holding } = read;
  const isWhole = holding === 'held' && decimal(held).gte(computeTotals(position).remaining);
  return !isWhole && (await hasOwnClose(exchange, position)) ? { holding: 'held' } : read;
}

/** A trade may be of this attempt's close order, of which the record does not know yet. The send finds that order. */
async function hasOwnClose(exchange: Exchange, position: Position): Promise<boolean> {
  const clientOrderId = toCloseId(position);
  return (await exchange.fetchOrder(position.market, { clientOrderId })) !== undefined;
}

/**
 * Decides what a flat account means after the exchange reported that there was nothing to reduce. Soon after the entry's
 * last fill, a read may show the account as it was before the fill: then only a trade proves the end.
 * @returns whether the plan continues with the position closed outside Ripcord.
 */
export async function planFlat(run: Execution): Promise<boolean> {
  const now = run.deps.now();
  const { position } = run.known;
  const external = await describeExternalClose(run.deps.exchange, position, now);
  if (external.at === undefined && now - computeLastFillBy(position) < holdingLagMs) return false;
  planExternalClose(run, external);
  return true;
}

/** Describes the external close, with the last trade that can have done it if the exchange reports one. */
export async function describeExternalClose(
  exchange: Exchange,
  position: Position,
  now: number,
  held?: Amount,
): Promise<ExternalClose> {
  const trades = await readTrades(exchange, position, now);
  const trade = Array.isArray(trades) ? findClosingTrade(position, trades, held) : undefined;
  return toExternalClose(position, trade, held);
}

/**
 * A trade before the position was opened, or was last seen, can't have closed it. The range ends after `now`, because the
 * exchange's clock may be ahead and a read takes a while: if the list lacked the opening of the next position that a read
 * shows, that position would count as this one. Exchanges list a week of trades per request.
 */
export function toTradeRange(position: Position, now: number): TradeRange {
  const until = now + laterTradesMs;
  const seenAt = position.lastSync?.held?.at ?? 0;
  return { since: Math.max(computeOpenedAt(position), seenAt - holdingLagMs, until - weekMs + 1), until };
}

const laterTradesMs = 60_000;
const weekMs = 7 * 86_400_000;

/** @param held the dust that the account still holds. */
export function toExternalClose(
  { market, side }: Position,
  trade: Trade | undefined,
  held?: Amount,
): ExternalClose {
  const isDust = held !== undefined && isPositive(held);
  const rest = isDust ? { held } : {};
  const what = isDust ? `holds only ${held} ${market.base}` : `no longer holds its ${market.base}`;
  const sentence = `The position was closed outside Ripcord: the account ${what}`;
  if (trade === undefined) return { detail: `${sentence}.`, at: undefined, ...rest };
  const when = new Date(trade.at).toISOString();
  const amount = `${trade.amount} at ${trade.price} on ${when}`;
  const how = endsPosition[trade.cause];
  const words =
    how === undefined
      ? `the last ${exitSide(side)} was ${amount}`
      : `it was ${how}, ${exitSide(side)} ${amount}`;
  return { detail: `${sentence}; ${words}.`, at: trade.at, ...rest };
}
