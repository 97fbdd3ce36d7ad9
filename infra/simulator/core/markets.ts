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
    // Binance spot sends "0" if MARKET_LOT_SIZE adds no step.
    marketLot:
      kind === 'spot' ? { min: '0', max: '9000000', step: '0' } : { min: step, max: '9000000', step },
    minNotional,
    feeRate: kind === 'spot' ? '0.001' : '0.0004',
    ...over,
  };
}

/** Initial prices are round numbers, so that results are easy to verify by hand. */
export function defaultMarkets(): Market[] {
  return [
    market('spot', 'BTC', '60000', '0.01', '0.00001', '5'),
    market('spot', 'ETH', '3000', '0.01', '0.0001', '5'),
    market('spot', 'SOL', '150', '0.01', '0.001', '5'),
    market('spot', 'BNB', '600', '0.01', '0.001', '5'),
    // LIMIT orders in tenths but MARKET orders in whole coins: some remainders can only be sold with a LIMIT order.
    market('spot', 'DOGE', '0.2', '0.00001', '0.1', '1', {
      marketLot: { min: '1', max: '9000000', step: '1' },
    }),
    market('usdm', 'BTC', '60000', '0.1', '0.001', '100'),
    market('usdm', 'ETH', '3000', '0.01', '0.001', '20'),
    market('usdm', 'SOL', '150', '0.01', '1', '5'),
    // MARKET orders start at 10 but LIMIT orders at 0.1: a partial fill can leave dust.
    market('usdm', 'XRP', '0.5', '0.0001', '0.1', '5', {
      marketLot: { min: '10', max: '9000000', step: '0.1' },
    }),
  ];
}

type ChangeableRule =
  | 'halted'
  | 'lot'
  | 'marketLot'
  | 'minNotional'
  | 'minNotionalAppliesToMarket'
  | 'maxNotional'
  | 'countsReduceOnlyOrders'
  | 'opoAllowed'
  | 'feeRate'
  | 'makerFeeRate';

export type MarketChange = { [Rule in ChangeableRule]?: Market[Rule] | undefined };

export function applyChange(market: Market, change: MarketChange): void {
  const given = Object.entries(change).filter(([, value]) => value !== undefined);
  Object.assign(market, Object.fromEntries(given));
}
