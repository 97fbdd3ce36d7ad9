import { expect, test } from 'vitest';
import type { MarketRules } from '../../../lib/exchange/market.ts';
import { marketRules } from '../../../lib/exchange/venues/binance-filters.ts';
import { okx } from '../../../lib/exchange/venues/okx.ts';
import {
  binanceFutures,
  binanceSpot,
  bybitLinear,
  bybitSpot,
  kucoinSpot,
  okxSpot,
  okxSwap,
  startTrader,
  testMarkets,
} from './test-markets.ts';

const spotBitcoin = { market: 'spot', symbol: 'BTCUSDT' } as const;

test('the maximum value of a MARKET order is known on Binance spot', async () => {
  const { exchange, sim } = await startTrader(binanceSpot);
  sim.core.changeMarket({ ...spotBitcoin, maxNotional: '20000' });
  expect(await exchange.loadMarket('BTC/USDT')).toMatchObject({ costMin: '5', costMax: '20000' });
});

test('a maximum value that does not apply to MARKET orders is left out', async () => {
  const { market } = await startTrader(binanceSpot);
  expect(market).toMatchObject({ costMin: '5' });
  expect(market.costMax).toBeUndefined();
});

test('a minimum value that does not apply to MARKET orders is left out', async () => {
  const { exchange, sim } = await startTrader(binanceSpot);
  sim.core.changeMarket({ ...spotBitcoin, minNotionalAppliesToMarket: false, maxNotional: '20000' });
  const market = await exchange.loadMarket('BTC/USDT');
  expect(market.costMin).toBeUndefined();
  expect(market.costMax).toBe('20000');
});

test.each([binanceFutures, bybitSpot, bybitLinear])('$name has no maximum value', async (testMarket) => {
  const { exchange, sim } = await startTrader(testMarket);
  sim.core.changeMarket({ market: testMarket.market, symbol: 'BTCUSDT', maxNotional: '20000' });
  const market = await exchange.loadMarket(testMarket.symbol);
  expect(market.costMin).toBe(testMarket.market === 'usdm' ? '100' : '5');
  expect(market.costMax).toBeUndefined();
});

/** OKX has a maximum of spot orders in quote currency only, and the others have none. */
const withoutMax = new Set(['OKX spot', 'Bitget spot', 'Kraken spot']);

test.each(testMarkets)(
  'one market of $name is read again, with new rules, and as closed',
  async (testMarket) => {
    const { exchange, sim, market } = await startTrader(testMarket);
    const bitcoin = { market: testMarket.market, symbol: 'BTCUSDT' } as const;
    sim.core.changeMarket({ ...bitcoin, marketLot: { min: '0.001', max: '7', step: '0.001' } });
    const { symbol, amountStep } = market;
    const again = await exchange.readMarket(market);
    expect(again).toMatchObject({ symbol, amountStep });
    const marketAmountMax = withoutMax.has(testMarket.name) ? undefined : '7';
    expect((again as MarketRules).marketAmountMax).toBe(marketAmountMax);
    sim.core.changeMarket({ ...bitcoin, halted: true });
    expect(await exchange.readMarket(market)).toBe('closed');
  },
);

test.each([okxSpot, okxSwap, kucoinSpot])(
  'a market that $name no longer lists is closed',
  async (testMarket) => {
    const { exchange, market } = await startTrader(testMarket);
    expect(await exchange.readMarket({ ...market, id: 'NOPE-USDT', symbol: 'NOPE/USDT' })).toBe('closed');
  },
);

test.each([
  [
    'MIN_NOTIONAL for all orders',
    [{ filterType: 'MIN_NOTIONAL', minNotional: '10', applyToMarket: true }],
    '10',
  ],
  [
    'MIN_NOTIONAL for LIMIT orders',
    [{ filterType: 'MIN_NOTIONAL', minNotional: '10', applyToMarket: false }],
    undefined,
  ],
  ['the notional of futures', [{ filterType: 'MIN_NOTIONAL', notional: '100' }], '100'],
  ['a NOTIONAL of zero', [{ filterType: 'NOTIONAL', minNotional: '0', applyMinToMarket: true }], undefined],
  ['no filter', [], undefined],
])('the minimum of %s is read', (_name, filters, costMin) => {
  expect(marketRules({ info: { filters } } as never).costMin).toBe(costMin);
});

test.each([
  [binanceSpot, 5],
  // Binance USDⓈ-M limits them across all markets, and Bybit's limit for spot counts two kinds of orders.
  [binanceFutures, undefined],
  [bybitSpot, undefined],
  [bybitLinear, 10],
  // OKX limits them per instrument: 100 each. On spot, a stop rests alone, so the limit can't be reached.
  [okxSpot, undefined],
  [okxSwap, 100],
])('the maximum of conditional orders is read at $name', async (testMarket, conditionalMax) => {
  const { market } = await startTrader(testMarket);
  expect(market.conditionalMax).toBe(conditionalMax);
});

test('amounts of an OKX perpetual are contracts of ctVal × ctMult, in lots', () => {
  const info = { ctVal: '0.1', ctMult: '10', lotSz: '0.5', minSz: '2', maxMktSz: '3000' };
  expect(okx.marketRules({ info, spot: false } as never)).toMatchObject({
    contractSize: '1',
    amountStep: '0.5',
    amountMin: '2',
    marketAmountMax: '3000',
  });
  expect(okx.marketRules({ info: { ...info, ctMult: '' }, spot: false } as never)).toMatchObject({
    contractSize: '0.1',
    amountStep: '0.05',
    amountMin: '0.2',
  });
});
