import type { Market, OHLCV, Order } from 'ccxt';
import { type Amount, decimal, toAmount } from '../../amount.ts';
import type {
  Candle,
  EntryOrder,
  ExchangeOrder,
  ExitSupport,
  MarketKind,
  MarketRules,
  Trade,
} from '../exchange.ts';
import { toBase } from '../venues/contracts.ts';
import { parsePositiveAmount } from '../venues/parse-amount.ts';
import type { Venue, VenueTrade } from '../venues/venue.ts';

export function parseAmount(value: unknown): Amount | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  return toAmount(decimal(String(value)));
}

/** @returns undefined for zero, which means "none" for prices and averages. */
export function parsePrice(value: unknown): Amount | undefined {
  return parsePositiveAmount(value ?? undefined);
}

function requirePrice(value: unknown): Amount {
  const price = parsePrice(value);
  if (price === undefined) throw new TypeError('the candle has no price');
  return price;
}

/** @throws TypeError if one of the prices is missing. */
export function toCandle([at, open, high, low, close]: OHLCV): Candle {
  return {
    at: Number(at),
    open: requirePrice(open),
    high: requirePrice(high),
    low: requirePrice(low),
    close: requirePrice(close),
  };
}

/** @returns an amount as the port has it, in base currency. */
export function toBaseAmount({ countsContracts }: Venue, market: MarketRules, amount: Amount): Amount {
  return countsContracts ? toBase(market, amount) : amount;
}

/** @throws TypeError if the trade lacks its time, side or amount: a trade that is skipped would look like none. */
export function toTrade(
  venue: Venue,
  market: MarketRules,
  { trade, cause, positionSide }: VenueTrade,
): Trade {
  const { side, timestamp } = trade;
  const amount = parseAmount(trade.amount);
  if (timestamp === undefined || amount === undefined || (side !== 'buy' && side !== 'sell'))
    throw new TypeError('the trade lacks a time, side or amount');
  return {
    orderId: trade.order,
    side,
    amount: toBaseAmount(venue, market, amount),
    price: parseAmount(trade.price) ?? '0',
    cause,
    positionSide,
    at: timestamp,
  };
}

/** ccxt's types declare a number. With `number = String`, it passes strings through unchanged. */
export function asCcxtNumber(amount: Amount | undefined): number {
  return amount as unknown as number;
}

/** @returns the kind; only a perpetual's symbol names its settle currency: "BTC/USDT:USDT". */
export function parseMarketKind(symbol: string): MarketKind {
  return symbol.includes(':') ? 'perpetual' : 'spot';
}

export function isOfKind(market: NonNullable<Market>, kind: MarketKind): boolean {
  return kind === 'spot' ? market.spot === true : market.swap === true && market.linear === true;
}

export const expectedSymbol: Record<MarketKind, string> = {
  spot: 'a spot symbol such as "BTC/USDT"',
  perpetual: 'a linear perpetual such as "BTC/USDT:USDT"',
};

export function toMarketRules(venue: Venue, market: NonNullable<Market>, kind: MarketKind): MarketRules {
  return {
    symbol: market.symbol,
    id: String(market.id),
    kind,
    base: String(market.base),
    quote: String(market.quote),
    settle: market.settle || undefined,
    amountStep: parseAmount(market.precision.amount) ?? '0',
    amountMin: parseAmount(market.limits.amount?.min) ?? '0',
    priceStep: parseAmount(market.precision.price) ?? '0',
    costMin: parsePrice(market.limits.cost?.min),
    contractSize: parseAmount(market.contractSize),
    ...venue.marketRules(market),
  };
}

/** ccxt's statuses of an order that can't fill any further. A status that ccxt does not know proves nothing. */
const finalStatuses = new Set(['closed', 'canceled', 'expired', 'rejected']);

/** @throws TypeError if the response lacks id, side, status or fill: without them nothing is known about the order. */
export function toExchangeOrder(
  venue: Venue,
  market: MarketRules,
  order: Order,
  { conditional }: { conditional: boolean },
): ExchangeOrder {
  const { id, side, status } = order;
  const toAmountOf = (value: unknown) => {
    const amount = parseAmount(value);
    return amount === undefined ? undefined : toBaseAmount(venue, market, amount);
  };
  const filled = toAmountOf(order.filled);
  if (id === undefined || filled === undefined || (side !== 'buy' && side !== 'sell') || status === undefined)
    throw new TypeError('the order lacks an id, side, status or fill');
  const details = venue.orderDetails(order.info ?? {});
  return {
    orderId: id,
    clientOrderId: order.clientOrderId,
    // If ccxt does not know the market of an order, it reports the market that was requested.
    symbol: details.marketId === market.id ? market.symbol : String(details.marketId),
    side,
    type: String(details.type ?? order.type ?? '').toLowerCase(),
    status: finalStatuses.has(status) ? 'done' : 'live',
    amount: toAmountOf(order.amount) ?? filled,
    filled,
    average: parsePrice(order.average),
    price: parsePrice(order.price),
    triggerPrice: parsePrice(order.triggerPrice),
    triggersOn: details.triggersOn,
    positionSide: details.positionSide,
    reduceOnly: order.reduceOnly,
    conditional,
    // In its answer to a new stop, ccxt reads Binance's time in the book, which is -1 until the stop triggers.
    createdAt: order.timestamp !== undefined && order.timestamp > 0 ? order.timestamp : undefined,
    updatedAt: order.lastUpdateTimestamp ?? order.lastTradeTimestamp ?? order.timestamp,
  };
}

/** An order of any kind as it was sent. */
export interface SentOrder extends EntryOrder {
  triggerPrice?: Amount | undefined;
  /** A stop's type and book at the venue. */
  restsAs?: ExitSupport['stopRef'] | undefined;
}

/** @returns an order that the venue has only acknowledged: as it was sent, with nothing filled yet. */
export function toAcknowledgedOrder(orderId: string, market: MarketRules, sent: SentOrder): ExchangeOrder {
  return {
    orderId,
    clientOrderId: sent.clientOrderId,
    symbol: market.symbol,
    side: sent.side,
    type: sent.restsAs?.type ?? sent.type,
    status: 'live',
    // Only the venue knows the amount of an order that was sized by cost.
    amount: sent.amount ?? '0',
    filled: '0',
    price: sent.price,
    triggerPrice: sent.triggerPrice,
    positionSide: sent.hedged ? sent.positionSide : undefined,
    conditional: sent.restsAs?.conditional ?? false,
  };
}

/** A triggered conditional order is "closed" to ccxt: what it created may fill, or have filled, any amount. */
export function withoutFill(order: ExchangeOrder): ExchangeOrder {
  return { ...order, status: 'live', filled: '0', average: undefined };
}
