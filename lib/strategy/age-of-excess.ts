import { type Amount, isPositive, sum } from '../amount.ts';
import { entrySide, exitSide, type Side, type Trade } from '../exchange/exchange.ts';
import { ofPosition } from '../position/ending.ts';
import type { Position } from '../position/position.ts';
import { clockMarginMs, holdingLagMs } from '../position/timing.ts';
import { filledOfOwn } from '../position/totals.ts';
import type { MarketSide } from '../store/store.ts';

/**
 * After a close, the exchange may still show the position as it was for `holdingLagMs`. What was closed would look like an amount
 * without an owner, and would be adopted and closed a second time, out of what is left.
 */

/** @returns whether a position there, ended ones included, was closed in part or whole so recently. */
export function isJustClosed(positions: readonly Position[], place: MarketSide, now: number): boolean {
  return positions.some(
    (position) =>
      position.account === place.account &&
      position.symbol === place.symbol &&
      position.side === place.side &&
      readLastClose(position) > now - holdingLagMs,
  );
}

/** Epoch milliseconds; 0 if nothing was closed. */
function readLastClose({ outcome, exitOrders }: Position): number {
  const fills = exitOrders
    .filter((exit) => isPositive(filledOfOwn(exit)))
    .map(({ updatedAt, createdAt }) => updatedAt ?? createdAt ?? 0);
  return Math.max(0, outcome?.outcome === 'closed' ? Date.parse(outcome.settledAt) : 0, ...fills);
}

/** The clocks of Ripcord and of the exchange may differ by this much. */
const skewMs = clockMarginMs / 2;

/** @param alertAt absent if what is there now is adopted. @returns since when the trades are needed. */
export function tradesSince(now: number, alertAt = now): number {
  return Math.min(now - holdingLagMs, alertAt) - skewMs;
}

export interface TradedThere {
  /** Also what no record has yet: a stop that filled, a sale in the exchange's app, a position that was archived. */
  isJustClosed: boolean;
  /** What was opened after the alert. The alert is not for that. */
  newer: Amount;
}

/**
 * @param trades those since `tradesSince`. A trade whose side of a hedge is not known counts.
 * @param positions all that may own a part there. Their entries are no part of the excess, and so not newer than its alert.
 */
export function judgeTrades(
  trades: Trade[],
  { side, hedged, positions }: { side: Side; hedged: boolean; positions: readonly Position[] },
  now: number,
  alertAt = Number.POSITIVE_INFINITY,
): TradedThere {
  const there = ofPosition({ side, hedged }, trades);
  const isRecent = ({ at }: Trade) => at > now - holdingLagMs - skewMs;
  const own = new Set(
    positions.flatMap(({ entryOrders }) => entryOrders.flatMap(({ orderId }) => orderId ?? [])),
  );
  const opened = there.filter(
    ({ side: traded, at, orderId }) =>
      traded === entrySide(side) && at > alertAt - skewMs && !(orderId !== undefined && own.has(orderId)),
  );
  return {
    isJustClosed: there.some((trade) => trade.side === exitSide(side) && isRecent(trade)),
    newer: sum(opened.map(({ amount }) => amount)),
  };
}
