import { type Decimal, decimal } from '../core/amounts.ts';
import type { Market, MarketKind } from '../core/model.ts';
import type { SimulatedExchange } from '../core/simulated-exchange.ts';
import { toFixedPlaces } from './format.ts';
import type { Params } from './request.ts';

// The order book has a few levels of this size, one tick apart.
const levels = 5;
const levelAmount = '10';

/** In milliseconds. */
const intervals: Record<string, number> = {
  '1m': 60_000,
  '5m': 300_000,
  '15m': 900_000,
  '1h': 3_600_000,
  '4h': 14_400_000,
  '1d': 86_400_000,
};

/** The handlers of public market data. Spot and futures differ in their paths and a few fields. */
export function createMarketData(kind: MarketKind) {
  return {
    ping: () => ({}),
    time: (core: SimulatedExchange) => ({ serverTime: core.now() }),
    price: forMarkets(kind, toPrice),
    bookTicker: forMarkets(kind, toBookTicker),
    ticker24hr: forMarkets(kind, toTicker24hr),
    premiumIndex: forMarkets(kind, toPremiumIndex),
    depth: (core: SimulatedExchange, params: Params) =>
      toDepth(core.state.market(kind, params.required('symbol')), core.now()),
    klines: (core: SimulatedExchange, params: Params) => listKlines(core, kind, params),
  };
}

/** A handler that responds with one market if the request names a symbol, or with a list. */
function forMarkets(kind: MarketKind, toEntry: (market: Market, now: number) => Record<string, unknown>) {
  return (core: SimulatedExchange, params: Params): unknown => {
    const symbol = params.text('symbol');
    if (symbol !== undefined) return toEntry(core.state.market(kind, symbol), core.now());
    const all = core.state.marketsOf(kind);
    const symbols = params.text('symbols');
    return all
      .filter((market) => symbols === undefined || symbols.includes(`"${market.symbol}"`))
      .map((market) => toEntry(market, core.now()));
  };
}

/** Futures responses contain the time. ccxt also uses it to distinguish the two APIs. */
function toTime({ kind }: Market, now: number) {
  return kind === 'usdm' ? { time: now } : {};
}

function toAskPrice(market: Market): Decimal {
  return decimal(market.price).plus(market.tick);
}

function toPrice(market: Market, now: number) {
  return { symbol: market.symbol, price: toFixedPlaces(market.price), ...toTime(market, now) };
}

function toBookTicker(market: Market, now: number) {
  return { symbol: market.symbol, ...toBestPrices(market), ...toTime(market, now) };
}

function toBestPrices(market: Market) {
  return {
    bidPrice: toFixedPlaces(market.price),
    bidQty: toFixedPlaces(levelAmount),
    askPrice: toFixedPlaces(toAskPrice(market)),
    askQty: toFixedPlaces(levelAmount),
  };
}

function toTicker24hr(market: Market, now: number) {
  const price = toFixedPlaces(market.price);
  return {
    symbol: market.symbol,
    priceChange: '0.00000000',
    priceChangePercent: '0.000',
    weightedAvgPrice: price,
    lastPrice: price,
    lastQty: toFixedPlaces(levelAmount),
    ...(market.kind === 'spot' ? { prevClosePrice: price, ...toBestPrices(market) } : {}),
    openPrice: price,
    highPrice: price,
    lowPrice: price,
    volume: '1000.00000000',
    quoteVolume: toFixedPlaces(decimal(market.price).times('1000')),
    openTime: now - 86_400_000,
    closeTime: now,
    firstId: 1,
    lastId: 1,
    count: 1,
  };
}

function toPremiumIndex(market: Market, now: number) {
  return {
    symbol: market.symbol,
    markPrice: toFixedPlaces(market.price),
    indexPrice: toFixedPlaces(market.price),
    estimatedSettlePrice: toFixedPlaces(market.price),
    lastFundingRate: '0.00010000',
    interestRate: '0.00010000',
    nextFundingTime: now + 3_600_000,
    time: now,
  };
}

function toDepth(market: Market, now: number) {
  const toLevels = (from: Decimal, direction: string) =>
    Array.from({ length: levels }, (_, level) => [
      toFixedPlaces(from.plus(decimal(market.tick).times(direction).times(String(level)))),
      toFixedPlaces(levelAmount),
    ]);
  return {
    lastUpdateId: now,
    ...(market.kind === 'usdm' ? { E: now, T: now } : {}),
    bids: toLevels(decimal(market.price), '-1'),
    asks: toLevels(toAskPrice(market), '1'),
  };
}

function listKlines(core: SimulatedExchange, kind: MarketKind, params: Params) {
  const market = core.state.market(kind, params.required('symbol'));
  const intervalMs = intervals[params.required('interval')] ?? 60_000;
  const limit = Math.min(params.integer('limit') ?? 500, 1000);
  return core
    .candles({
      market: kind,
      symbol: market.symbol,
      intervalMs,
      limit,
      since: params.integer('startTime'),
      until: params.integer('endTime'),
    })
    .map(({ at, open, high, low, close }) => [
      at,
      toFixedPlaces(open),
      toFixedPlaces(high),
      toFixedPlaces(low),
      toFixedPlaces(close),
      '1.00000000',
      at + intervalMs - 1,
      toFixedPlaces(close),
      1,
      '0.5',
      toFixedPlaces(close),
      '0',
    ]);
}
