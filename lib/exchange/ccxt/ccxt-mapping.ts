import type { Market, Order } from 'ccxt';
import { type Amount, decimal, isPositive, toAmount } from '../../amount.ts';
import type { EntryOrder, ExchangeOrder, MarketRules } from '../exchange.ts';
import type { MarketKind, Venue } from '../venues/venue.ts';

/** What ccxt's own objects say, in the port's words. */

export function plain(value: unknown): Amount | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  return toAmount(decimal(String(value)));
}

/** Prices and averages of zero mean "none" on the wire. */
export function plainOrNone(value: unknown): Amount | undefined {
  const amount = plain(value);
  return isPositive(amount) ? amount : undefined;
}

/** A candle with a hole is no candle. */
export function demandPrice(value: unknown): Amount {
  const price = plainOrNone(value);
  if (price === undefined) throw new TypeError('a candle without a price');
  return price;
}

/** ccxt's types say number where, with `number = String`, strings go in and out untouched. */
export function asCcxtNumber(amount: Amount | undefined): number {
  return amount as unknown as number;
}

/** A unified symbol of a perpetual names what it is settled in: "BTC/USDT:USDT". */
export function kindOf(symbol: string): MarketKind {
  return symbol.includes(':') ? 'perpetual' : 'spot';
}

export function isOfKind(market: NonNullable<Market>, kind: MarketKind): boolean {
  return kind === 'spot' ? market.spot === true : market.swap === true && market.linear === true;
}

export const expectedSymbol: Record<MarketKind, string> = {
  spot: 'a spot symbol such as "BTC/USDT"',
  perpetual: 'a linear perpetual such as "BTC/USDT:USDT"',
};

export function rulesOf(venue: Venue, market: NonNullable<Market>, kind: MarketKind): MarketRules {
  return {
    symbol: market.symbol,
    id: String(market.id),
    kind,
    base: String(market.base),
    quote: String(market.quote),
    settle: market.settle || undefined,
    amountStep: plain(market.precision.amount) ?? '0',
    amountMin: plain(market.limits.amount?.min) ?? '0',
    priceStep: plain(market.precision.price) ?? '0',
    costMin: plainOrNone(market.limits.cost?.min),
    contractSize: plain(market.contractSize),
    ...venue.marketRules(market),
  };
}

/** ccxt's words for an order that can fill no further. A word that ccxt doesn't know either proves nothing. */
const finalStatuses = new Set(['closed', 'canceled', 'expired', 'rejected']);

export function viewOf(venue: Venue, market: MarketRules, order: Order, conditional: boolean): ExchangeOrder {
  const info: Record<string, unknown> = order.info ?? {};
  const { id, side } = order;
  const filled = plain(order.filled);
  if (
    id === undefined ||
    filled === undefined ||
    (side !== 'buy' && side !== 'sell') ||
    order.status === undefined
  )
    throw new TypeError('an order without id, side, status or fill');
  const details = venue.orderDetails(info);
  return {
    orderId: id,
    clientOrderId: order.clientOrderId,
    // For a market that it doesn't know ccxt names the one it was asked for.
    symbol: details.marketId === market.id ? market.symbol : String(details.marketId),
    side,
    type: String(details.type ?? order.type ?? '').toLowerCase(),
    status: finalStatuses.has(order.status) ? 'done' : 'live',
    amount: plain(order.amount) ?? filled,
    filled,
    average: plainOrNone(order.average),
    price: plainOrNone(order.price),
    triggerPrice: plainOrNone(order.triggerPrice),
    positionSide: details.positionSide,
    reduceOnly: order.reduceOnly,
    conditional,
    updatedAt: order.lastUpdateTimestamp ?? order.lastTradeTimestamp ?? order.timestamp,
  };
}

/** What is known of an order that the venue has only acknowledged: what was sent, and nothing filled yet. */
export function viewOfAcknowledged(orderId: string, market: MarketRules, sent: EntryOrder): ExchangeOrder {
  return {
    orderId,
    clientOrderId: sent.clientOrderId,
    symbol: market.symbol,
    side: sent.side,
    type: sent.type,
    status: 'live',
    // Sized by cost, its amount is the venue's to tell.
    amount: sent.amount ?? '0',
    filled: '0',
    price: sent.price,
    positionSide: sent.hedged ? sent.positionSide : undefined,
    conditional: false,
  };
}
