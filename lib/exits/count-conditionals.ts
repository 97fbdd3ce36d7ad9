import type { Exchange, ExchangeOrder, MarketRules } from '../exchange/exchange.ts';
import type { OrderRecord } from '../position/position.ts';

/** @returns how many conditional orders the account has open in a market besides a position's own, if it has a limit. */
export async function countConditionals(
  exchange: Exchange,
  market: MarketRules,
  own: OrderRecord[] = [],
): Promise<number> {
  if (market.conditionalMax === undefined) return 0;
  const ids = new Set(own.map(({ orderId }) => orderId));
  const open = await exchange.fetchOpenOrders(market);
  // Bybit counts the exits of its positions apart: https://bybit-exchange.github.io/docs/v5/order/create-order
  const type = exchange.exits.perpetual?.stopRef.type;
  const counts = (order: ExchangeOrder) =>
    order.triggerPrice !== undefined && (market.kind === 'spot' || order.conditional || order.type === type);
  return open.filter(({ order }) => counts(order) && !ids.has(order.orderId)).length;
}
