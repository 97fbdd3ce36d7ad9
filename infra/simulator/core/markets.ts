import type { Market, MarketKind } from './model.ts';

function market(
  kind: MarketKind,
  base: string,
  price: string,
  tick: string,
  step: string,
  minNotional: string,
  over: Partial<Market> = {},
): Market {
  return {
    kind,
    symbol: `${base}USDT`,
    base,
    quote: 'USDT',
    price,
    tick,
    lot: { min: step, max: '9000000', step },
    // Binance spot writes "0" for markets whose MARKET_LOT_SIZE adds no step of its own.
    marketLot:
      kind === 'spot' ? { min: '0', max: '9000000', step: '0' } : { min: step, max: '9000000', step },
    minNotional,
    feeRate: kind === 'spot' ? '0.001' : '0.0004',
    ...over,
  };
}

/** Start prices are round numbers, so that a test's arithmetic can be checked by eye. */
export function defaultMarkets(): Market[] {
  return [
    market('spot', 'BTC', '60000', '0.01', '0.00001', '5'),
    market('spot', 'ETH', '3000', '0.01', '0.0001', '5'),
    market('spot', 'SOL', '150', '0.01', '0.001', '5'),
    market('spot', 'BNB', '600', '0.01', '0.001', '5'),
    // Limit orders in tenths but market orders in whole coins: a remainder can be sellable by limit only.
    market('spot', 'DOGE', '0.2', '0.00001', '0.1', '1', {
      marketLot: { min: '1', max: '9000000', step: '1' },
    }),
    market('usdm', 'BTC', '60000', '0.1', '0.001', '100'),
    market('usdm', 'ETH', '3000', '0.01', '0.001', '20'),
    market('usdm', 'SOL', '150', '0.01', '1', '5'),
    // Market orders start at 10 but limit fills at 0.1: what a partial fill leaves can be dust.
    market('usdm', 'XRP', '0.5', '0.0001', '0.1', '5', {
      marketLot: { min: '10', max: '9000000', step: '0.1' },
    }),
  ];
}
