import { BigNumber } from 'bignumber.js';
import { type Decimal, decimal } from '../core/amounts.ts';
import type { Market, MarketKind } from '../core/model.ts';
import type { SimulatedExchange } from '../core/simulated-exchange.ts';
import type { Params } from './request.ts';

// Both APIs print at most this many places.
const places = 8;

export function fixed(value: string | Decimal, count = places): string {
  return decimal(value).toFixed(count, BigNumber.ROUND_DOWN);
}

/** The number of places a step allows: 3 for "0.001". */
export function placesOf(step: string): number {
  return decimal(step).decimalPlaces() ?? 0;
}

// The book has no depth of its own: a few levels a tick apart, of this size, so that a ticker looks like one.
const levels = 5;
const levelAmount = '10';

function askOf(market: Market): Decimal {
  return decimal(market.price).plus(market.tick);
}

function marketsAsked(
  core: SimulatedExchange,
  kind: MarketKind,
  params: Params,
): { markets: Market[]; one: boolean } {
  const symbol = params.text('symbol');
  if (symbol !== undefined) return { markets: [core.state.market(kind, symbol)], one: true };
  const all = core.state.marketsOf(kind);
  const listed = params.text('symbols');
  return {
    markets: listed === undefined ? all : all.filter((each) => listed.includes(`"${each.symbol}"`)),
    one: false,
  };
}

type Shape = (market: Market) => Record<string, unknown>;

function answer(kind: MarketKind, shape: (core: SimulatedExchange) => Shape) {
  return (core: SimulatedExchange, params: Params): unknown => {
    const { markets, one } = marketsAsked(core, kind, params);
    const shaped = markets.map(shape(core));
    return one ? shaped[0] : shaped;
  };
}

export function marketData(kind: MarketKind) {
  // Futures answers carry the time, by which ccxt also tells the two APIs apart.
  const time = (core: SimulatedExchange) => (kind === 'usdm' ? { time: core.now() } : {});

  return {
    ping: () => ({}),
    time: (core: SimulatedExchange) => ({ serverTime: core.now() }),
    price: answer(kind, (core) => (market) => ({
      symbol: market.symbol,
      price: fixed(market.price),
      ...time(core),
    })),
    bookTicker: answer(kind, (core) => (market) => ({
      symbol: market.symbol,
      bidPrice: fixed(market.price),
      bidQty: fixed(levelAmount),
      askPrice: fixed(askOf(market)),
      askQty: fixed(levelAmount),
      ...time(core),
    })),
    ticker24hr: answer(kind, (core) => (market) => {
      const price = fixed(market.price);
      return {
        symbol: market.symbol,
        priceChange: '0.00000000',
        priceChangePercent: '0.000',
        weightedAvgPrice: price,
        lastPrice: price,
        lastQty: fixed(levelAmount),
        ...(kind === 'spot'
          ? {
              prevClosePrice: price,
              bidPrice: price,
              bidQty: fixed(levelAmount),
              askPrice: fixed(askOf(market)),
              askQty: fixed(levelAmount),
            }
          : {}),
        openPrice: price,
        highPrice: price,
        lowPrice: price,
        volume: '1000.00000000',
        quoteVolume: fixed(decimal(market.price).times('1000')),
        openTime: core.now() - 86_400_000,
        closeTime: core.now(),
        firstId: 1,
        lastId: 1,
        count: 1,
      };
    }),
    premiumIndex: answer(kind, (core) => (market) => ({
      symbol: market.symbol,
      markPrice: fixed(market.price),
      indexPrice: fixed(market.price),
      estimatedSettlePrice: fixed(market.price),
      lastFundingRate: '0.00010000',
      interestRate: '0.00010000',
      nextFundingTime: core.now() + 3_600_000,
      time: core.now(),
    })),
    depth: (core: SimulatedExchange, params: Params) => {
      const market = core.state.market(kind, params.required('symbol'));
      const ladder = (from: Decimal, direction: string) =>
        Array.from({ length: levels }, (_, level) => [
          fixed(from.plus(decimal(market.tick).times(direction).times(String(level)))),
          fixed(levelAmount),
        ]);
      return {
        lastUpdateId: core.now(),
        ...(kind === 'usdm' ? { E: core.now(), T: core.now() } : {}),
        bids: ladder(decimal(market.price), '-1'),
        asks: ladder(askOf(market), '1'),
      };
    },
    klines: (core: SimulatedExchange, params: Params) => {
      const market = core.state.market(kind, params.required('symbol'));
      const intervalMs = intervals[params.required('interval')] ?? 60_000;
      const limit = Math.min(params.integer('limit') ?? 500, 1000);
      return core
        .candles({ market: kind, symbol: market.symbol, intervalMs, limit })
        .map(({ at, open, high, low, close }) => [
          at,
          fixed(open),
          fixed(high),
          fixed(low),
          fixed(close),
          '1.00000000',
          at + intervalMs - 1,
          fixed(close),
          1,
          '0.5',
          fixed(close),
          '0',
        ]);
    },
  };
}

/** In milliseconds. */
const intervals: Record<string, number> = {
  '1m': 60_000,
  '5m': 300_000,
  '15m': 900_000,
  '1h': 3_600_000,
  '4h': 14_400_000,
  '1d': 86_400_000,
};
