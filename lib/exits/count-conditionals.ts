import type { Exchange, MarketRules } from '../exchange/exchange.ts';
import type { OrderRecord } from '../position/position.ts';

/** @returns how many conditional orders the account has open in a spot market besides a position's own. */
export async function countConditionals(
  exchange: Exchange,
  market: MarketRules,
  own: OrderRecord[] = [],
): Promise<number> {
  if (market.kind !== 'spot' || market.conditionalMax === undefined) return 0;
  const ids = new Set(own.map(({ orderId }) => orderId));
  const open = await exchange.fetchOpenOrders(market);
  return open.filter(({ order }) => order.triggerPrice !== undefined && !ids.has(order.orderId)).length;
}
