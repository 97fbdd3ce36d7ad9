import type { SimulatedExchange } from '../core/simulated-exchange.ts';
import { findMarkets, requireMarket, toPage } from './listing.ts';
import { toInstrument } from './market-shapes.ts';
import { toCategory } from './order-shapes.ts';
import type { Params } from './request.ts';

export function listInstruments(core: SimulatedExchange, params: Params): unknown {
  const { length } = core.state.marketsOf(params.market());
  // A request can ask for announced markets instead, and there are none.
  const trading = (params.text('status') ?? 'Trading') === 'Trading';
  const markets = findMarkets(core, params).filter(({ halted }) => halted !== true);
  const list = trading ? markets.map(toInstrument) : [];
  return toPage(params.required('category'), list, length);
}

const minuteMs = 60_000;

/** @returns candles, latest first. */
export function listCandles(core: SimulatedExchange, params: Params): unknown {
  const market = requireMarket(core, params);
  const interval = params.required('interval');
  const list = core
    .candles({
      market: market.kind,
      symbol: market.symbol,
      intervalMs: (interval === 'D' ? 1_440 : Number(interval)) * minuteMs,
      limit: Math.min(params.integer('limit') ?? 200, 1000),
      since: params.integer('start'),
      until: params.integer('end'),
    })
    .map(({ at, open, high, low, close }) => [String(at), open, high, low, close, '1', close])
    .toReversed();
  return { symbol: market.symbol, category: toCategory(market.kind), list };
}
