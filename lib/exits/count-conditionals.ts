import type { Exchange, ExchangeOrder, MarketRules } from '../exchange/exchange.ts';
import type { Position } from '../position/position.ts';

/** @returns how many conditional orders the account has open in a market besides a position's own, if it has a limit. */
export async function countConditionals(
  exchange: Exchange,
  market: MarketRules,
  own?: Position,
): Promise<number> {
  if (market.conditionalMax === undefined) return 0;
  const ids = new Set(own?.exitOrders.map(({ orderId }) => orderId));
  // Exits that wait for the fill of an entry are in no record.
  const prefix = own?.entryOrders.at(-1)?.clientOrderId ?? ' ';
  const open = await exchange.fetchOpenOrders(market);
  // Bybit counts the exits of its positions apart: https://bybit-exchange.github.io/docs/v5/order/create-order
  const stopType = exchange.exits.perpetual?.stopRef.type;
  const counts = ({ triggerPrice, conditional, type, clientOrderId = '' }: ExchangeOrder) =>
    triggerPrice !== undefined &&
    !clientOrderId.startsWith(prefix) &&
    (market.kind === 'spot' || conditional || type === stopType);
  return open.filter(({ order }) => counts(order) && !ids.has(order.orderId)).length;
}
