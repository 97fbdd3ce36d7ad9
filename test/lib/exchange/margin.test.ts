import { describe, expect, test } from 'vitest';
import { marginSchema } from '../../../lib/exchange/exchange.ts';
import { readFigure } from '../../../lib/exchange/venues/parse-amount.ts';
import {
  binanceFutures,
  bybitLinear,
  gateSwap,
  okxSwap,
  startTrader,
  type Trader,
  type TraderOptions,
} from './test-markets.ts';

/** A long of 1 BTC at 60000, and the price at 61000. The account has 100000 USDT. */
async function hold(of: typeof binanceFutures, options: TraderOptions) {
  const trader = await startTrader(of, options);
  await trader.buy({ type: 'market', price: undefined, amount: '1' });
  trader.sim.core.setPrice({ market: 'usdm', symbol: 'BTCUSDT', price: '61000' });
  return trader;
}

async function marginOf({ exchange, market }: Trader) {
  return (await exchange.fetchPosition(market, 'long')).margin;
}

describe('the margin of a perpetual position', () => {
  test('is read from Binance with the position, cross', async () => {
    const trader = await hold(binanceFutures, { leverage: 10 });
    trader.requests();
    expect(await marginOf(trader)).toEqual({ leverage: '10', marginMode: 'cross', margin: '6100' });
    expect(trader.requests()).toEqual(['GET /fapi/v3/positionRisk']);
  });

  test('is read from Binance with the position, isolated', async () => {
    const trader = await hold(binanceFutures, { leverage: 7, isIsolated: true });
    expect(await marginOf(trader)).toEqual({
      leverage: '7',
      marginMode: 'isolated',
      // A seventh of the entry's value, and what the position has gained.
      margin: '9571.42857142',
      liquidationPrice: '51687.00646087',
    });
  });

  test('is read from Bybit, which does not report the margin mode', async () => {
    const trader = await hold(bybitLinear, { leverage: 10, isIsolated: true });
    trader.requests();
    expect(await marginOf(trader)).toEqual({
      leverage: '10',
      margin: '6000',
      liquidationPrice: '54271.3',
    });
    expect(trader.requests()).toEqual(['GET /v5/position/list']);
  });

  test('is read from OKX with the position, cross and isolated', async () => {
    const trader = await hold(okxSwap, { leverage: 10 });
    trader.requests();
    expect(await marginOf(trader)).toMatchObject({ leverage: '10', marginMode: 'cross', margin: '6000' });
    expect(trader.requests()).toEqual(['GET /api/v5/account/positions']);
    trader.sim.core.accountOf('key-of-the-tests').marginType.BTCUSDT = 'isolated';
    expect(await marginOf(trader)).toMatchObject({
      leverage: '10',
      marginMode: 'isolated',
      margin: '6000',
      liquidationPrice: expect.stringMatching(/^54271\./),
    });
  });

  test('is read from Gate with the position, cross and isolated', async () => {
    const trader = await hold(gateSwap, { leverage: 10 });
    trader.requests();
    expect(await marginOf(trader)).toMatchObject({ leverage: '10', marginMode: 'cross', margin: '6100' });
    expect(trader.requests()).toEqual(['GET /api/v4/futures/usdt/positions']);
    trader.sim.core.accountOf('key-of-the-tests').marginType.BTCUSDT = 'isolated';
    expect(await marginOf(trader)).toMatchObject({
      ...{ leverage: '10', marginMode: 'isolated', margin: '6000' },
      liquidationPrice: expect.stringMatching(/^54271\./),
    });
  });

  test('has no leverage if the ratio is no whole number, and never fails the read', async () => {
    const { exchange, market, sim, buy } = await startTrader(binanceFutures, { leverage: 10 });
    await buy({ type: 'market', price: undefined, amount: '1' });
    const answer = (row: object) => {
      const body = JSON.stringify([{ symbol: 'BTCUSDT', positionSide: 'BOTH', positionAmt: '1', ...row }]);
      sim.core.addFault({ kind: 'html', status: 200, match: { path: '/fapi/v3/positionRisk' }, body });
    };
    answer({ entryPrice: '60000', notional: '61000', positionInitialMargin: '4100' });
    expect((await exchange.fetchPosition(market, 'long')).margin).toEqual({ margin: '4100' });
    answer({ entryPrice: '60000', notional: null, positionInitialMargin: {}, liquidationPrice: 'none' });
    expect((await exchange.fetchPosition(market, 'long')).margin).toEqual({});
    answer({ entryPrice: '60000', notional: 61000, positionInitialMargin: 6100 });
    expect((await exchange.fetchPosition(market, 'long')).margin).toMatchObject({ leverage: '10' });
  });

  test('has no figure that a stored position could not hold', async () => {
    const { exchange, market, sim, buy } = await startTrader(binanceFutures, { leverage: 10 });
    await buy({ type: 'market', price: undefined, amount: '1' });
    const row = { symbol: 'BTCUSDT', positionSide: 'BOTH', positionAmt: '1', entryPrice: '60000' };
    const figures = {
      notional: '1e29',
      positionInitialMargin: '0.0000000000000001',
      liquidationPrice: '1e40',
    };
    const body = JSON.stringify([{ ...row, ...figures }]);
    sim.core.addFault({ kind: 'html', status: 200, match: { path: '/fapi/v3/positionRisk' }, body });
    const { amount, margin } = await exchange.fetchPosition(market, 'long');
    expect(marginSchema.safeParse({ amount, ...margin }).success).toBe(true);
  });

  test.each([
    ['', undefined],
    ['0', undefined],
    [null, undefined],
    [undefined, undefined],
    ['-3', undefined],
    ['no number', undefined],
    ['61000.10', '61000.1'],
    ['0.12345678901234567890', '0.1234567890123457'],
  ])('of %j reads as %j', (value, expected) => {
    expect(readFigure(value)).toBe(expected);
  });
});
