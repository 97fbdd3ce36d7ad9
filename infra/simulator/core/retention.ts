import { decimal } from './amounts.ts';
import type { AlgoOrder, Order } from './model.ts';
import { type ExchangeState, isOpen } from './state.ts';

const dayMs = 86_400_000;

/** How long a venue's look-ups find orders, counted from their creation. */
export interface Retention {
  unfilledMs: number;
  anyMs: number;
}

/** https://developers.binance.com/docs/derivatives/usds-margined-futures/trade/rest-api/Query-Order */
export const binanceFuturesRetention: Retention = { unfilledMs: 3 * dayMs, anyMs: 90 * dayMs };
/** https://bybit-exchange.github.io/docs/v5/order/order-list */
export const bybitRetention: Retention = { unfilledMs: dayMs, anyMs: 730 * dayMs };
/** https://www.okx.com/docs-v5/en/#order-book-trading-trade-get-order-history-last-7-days */
export const okxRetention: Retention = { unfilledMs: dayMs / 12, anyMs: 90 * dayMs };
/**
 * Filled ones too: https://www.kucoin.com/docs/rest/spot-trading/spot-hf-trade-pro-account/get-hf-order-details-by-clientoid
 * Canceled ones: https://www.kucoin.com/docs-new/rest/ua/get-order-details
 */
export const kucoinRetention: Retention = { unfilledMs: 2 * dayMs, anyMs: 3 * dayMs };
/** Binance spot archives an unfilled order this long after its end. */
export const binanceSpotArchiveMs = 90 * dayMs;

/** Whether the venue's look-ups no longer find the order. */
export function isForgotten(state: ExchangeState, order: Order, { unfilledMs, anyMs }: Retention): boolean {
  const ageMs = state.now() - order.createdAt;
  return ageMs > anyMs || (!isOpen(order) && decimal(order.filled).isZero() && ageMs > unfilledMs);
}

/** A triggered algo order is found as long as the order that it placed has a fill. */
export function isAlgoForgotten(
  state: ExchangeState,
  algo: AlgoOrder,
  { unfilledMs, anyMs }: Retention,
): boolean {
  const ageMs = state.now() - algo.createdAt;
  const hasEnded = algo.status === 'canceled' || algo.status === 'expired';
  return ageMs > anyMs || (hasEnded && ageMs > unfilledMs);
}
