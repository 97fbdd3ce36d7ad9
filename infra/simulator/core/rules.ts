import { decimal, isStepMultiple } from './amounts.ts';
import type { Market, OrderType } from './model.ts';
import { Rejection } from './rejection.ts';

export function isMarketType(type: OrderType): boolean {
  return type === 'market' || type === 'stop_market' || type === 'take_profit_market';
}

export function isConditionalType(type: OrderType): boolean {
  return type.startsWith('stop_') || type.startsWith('take_profit_');
}

interface Sized {
  type: OrderType;
  amount: string;
  price?: string;
  triggerPrice?: string;
}

/** Throws a Rejection for the first market filter that the order breaks, in the order that venues check them. */
export function checkFilters(market: Market, order: Sized, options: { exemptFromNotional: boolean }): void {
  checkPrices(market, order);
  checkAmount(market, order);
  // A MARKET order has no price. This uses the last price; Binance uses the average of five minutes.
  const price = order.price ?? order.triggerPrice ?? market.price;
  const value = decimal(order.amount).times(price);
  const exempt =
    options.exemptFromNotional || (order.type === 'market' && market.minNotionalAppliesToMarket === false);
  if (!exempt && value.lt(market.minNotional)) throw new Rejection('notional_below_minimum');
  if (market.maxNotional !== undefined && value.gt(market.maxNotional))
    throw new Rejection('notional_above_maximum');
}

export function checkPrices(market: Market, order: Pick<Sized, 'price' | 'triggerPrice'>): void {
  if (market.halted === true) throw new Rejection('market_closed');
  for (const price of [order.price, order.triggerPrice]) {
    if (price === undefined) continue;
    if (decimal(price).lte(0) || !isStepMultiple(decimal(price), decimal(market.tick)))
      throw new Rejection('price_off_tick');
  }
}

function checkAmount(market: Market, order: Sized): void {
  const amount = decimal(order.amount);
  if (amount.lt(market.lot.min)) throw new Rejection('amount_below_minimum');
  if (amount.gt(market.lot.max)) throw new Rejection('amount_above_maximum');
  if (!isStepMultiple(amount, decimal(market.lot.step))) throw new Rejection('amount_off_step');
  if (isMarketType(order.type)) {
    const { min, max, step } = market.marketLot;
    if (amount.lt(min)) throw new Rejection('market_amount_below_minimum');
    if (amount.gt(max)) throw new Rejection('market_amount_above_maximum');
    if (!isStepMultiple(amount, decimal(step))) throw new Rejection('market_amount_off_step');
  }
}

/** A stop triggers if the price moves against the position, a take profit if it moves in its favor. */
export function isTriggeredAt(
  order: { type: OrderType; side: 'buy' | 'sell'; triggerPrice: string },
  price: string,
): boolean {
  const stop = order.type.startsWith('stop_');
  const rising = stop === (order.side === 'buy');
  return rising ? decimal(price).gte(order.triggerPrice) : decimal(price).lte(order.triggerPrice);
}

export function isMarketable(order: { side: 'buy' | 'sell'; price: string }, price: string): boolean {
  return order.side === 'buy' ? decimal(order.price).gte(price) : decimal(order.price).lte(price);
}
