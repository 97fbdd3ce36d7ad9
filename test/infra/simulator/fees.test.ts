import { describe, expect, it } from 'vitest';
import { btc, btcPerp, connect, key, start } from './connect.ts';
import { connectBybit } from './connect-bybit.ts';

const perp = { market: 'usdm', symbol: 'BTCUSDT' } as const;
const spot = { market: 'spot', symbol: 'BTCUSDT' } as const;

/** A round trip of 0.1 with a profit of 200, and one funding payment of 1.5. */
async function tradePerpetual() {
  const clock = { now: 1_700_000_000_000 };
  const exchange = await start({ clock: () => clock.now });
  exchange.core.changeMarket({ ...perp, makerFeeRate: '0.0002' });
  exchange.core.placeOrder({
    apiKey: key.apiKey,
    ...perp,
    side: 'buy',
    type: 'limit',
    amount: '0.1',
    price: '50000',
  });
  exchange.core.setPrice({ ...perp, price: '50000' });
  exchange.core.payFunding({ apiKey: key.apiKey, symbol: 'BTCUSDT', fee: '1.5' });
  exchange.core.setPrice({ ...perp, price: '52000' });
  exchange.core.placeOrder({
    apiKey: key.apiKey,
    ...perp,
    side: 'sell',
    type: 'market',
    amount: '0.1',
    reduceOnly: true,
  });
  return { clock, exchange };
}

describe('the income of Binance USDⓈ-M', () => {
  it('adds up to the change of the wallet, with commissions by role', async () => {
    const { exchange } = await tradePerpetual();
    const client = await connect('usdm', exchange);
    const rows: { incomeType: string; income: string; tradeId: string }[] = await client.fapiPrivateGetIncome(
      {},
    );
    expect(rows.map(({ incomeType, income }) => [incomeType, Number(income)])).toEqual([
      ['COMMISSION', -1],
      ['FUNDING_FEE', -1.5],
      ['REALIZED_PNL', 200],
      ['COMMISSION', -2.08],
    ]);
    const wallet = exchange.core.accountOf(key.apiKey).usdm.USDT;
    expect(Number(wallet)).toBe(100000 + 200 - 1 - 1.5 - 2.08);
    const trades = await client.fetchMyTrades(btcPerp);
    expect(trades.map(({ info }) => String(info.id))).toEqual(
      rows.filter(({ incomeType }) => incomeType === 'COMMISSION').map(({ tradeId }) => tradeId),
    );
  });

  it('is listed for seven days by default, by type and in pages', async () => {
    const { clock, exchange } = await tradePerpetual();
    const client = await connect('usdm', exchange);
    const startTime = clock.now;
    const [funding] = await client.fetchFundingHistory(btcPerp);
    expect(funding).toMatchObject({ amount: -1.5, code: 'USDT' });
    clock.now += 8 * 86_400_000;
    expect(await client.fapiPrivateGetIncome({})).toEqual([]);
    expect(await client.fapiPrivateGetIncome({ startTime })).toHaveLength(4);
    expect(await client.fapiPrivateGetIncome({ startTime, limit: 3, page: 2 })).toHaveLength(1);
    clock.now += 90 * 86_400_000;
    expect(await client.fapiPrivateGetIncome({ startTime })).toEqual([]);
  });

  it('has the commission in BNB, less 10 %, if the account pays with it', async () => {
    const exchange = await start();
    exchange.core.setFeeAsset({ apiKey: key.apiKey, asset: 'BNB' });
    exchange.core.setBalance({ apiKey: key.apiKey, market: 'usdm', asset: 'BNB', amount: '1' });
    const client = await connect('usdm', exchange);
    await client.createOrder(btcPerp, 'market', 'buy', 0.1);
    // 0.04 % of 6,000 less 10 %, at 600 for a BNB.
    const [trade] = await client.fetchMyTrades(btcPerp);
    expect(trade?.fee).toMatchObject({ cost: 0.0036, currency: 'BNB' });
    const [income] = await client.fapiPrivateGetIncome({ incomeType: 'COMMISSION' });
    expect(income).toMatchObject({ income: '-0.00360000', asset: 'BNB' });
    expect(exchange.core.accountOf(key.apiKey).usdm).toMatchObject({ USDT: '100000', BNB: '0.9964' });
  });
});

describe('commission rates', () => {
  it('are those that trades pay', async () => {
    const exchange = await start();
    exchange.core.changeMarket({ ...spot, feeRate: '0.002', makerFeeRate: '0.0005' });
    exchange.core.changeMarket({ ...perp, feeRate: '0.0005', makerFeeRate: '0.0002' });
    const binance = await connect('spot', exchange);
    const usdm = await connect('usdm', exchange);
    const bybit = await connectBybit(exchange);
    for (const client of [binance, bybit])
      expect(await client.fetchTradingFee(btc)).toMatchObject({ maker: 0.0005, taker: 0.002 });
    for (const client of [usdm, bybit])
      expect(await client.fetchTradingFee(btcPerp)).toMatchObject({ maker: 0.0002, taker: 0.0005 });
    expect(await binance.privateGetAccountCommission({ symbol: 'BTCUSDT' })).toMatchObject({
      standardCommission: { maker: '0.00050000', taker: '0.00200000' },
      discount: { enabledForAccount: false, discountAsset: 'BNB' },
    });
    const bought = await binance.createOrder(btc, 'market', 'buy', 0.1);
    expect(bought.fee).toMatchObject({ cost: 0.0002, currency: 'BTC' });
    exchange.core.setFeeAsset({ apiKey: key.apiKey, asset: 'BNB' });
    const commission = await binance.privateGetAccountCommission({ symbol: 'BTCUSDT' });
    expect(commission.discount.enabledForAccount).toBe(true);
  });
});

describe('the transaction log of Bybit', () => {
  it('has profit, fee and funding, whose sign is the opposite of an execution', async () => {
    const { exchange } = await tradePerpetual();
    const client = await connectBybit(exchange);
    const { result } = await client.privateGetV5AccountTransactionLog({
      category: 'linear',
      currency: 'USDT',
    });
    const rows: { type: string; change: string; funding: string; fee: string }[] = result.list;
    expect(rows.map(({ type, change }) => [type, Number(change)])).toEqual([
      ['TRADE', 197.92],
      ['SETTLEMENT', -1.5],
      ['TRADE', -1],
    ]);
    expect(rows[1]).toMatchObject({ funding: '-1.5', fee: '0' });
    const executions = await client.privateGetV5ExecutionList({ category: 'linear', execType: 'Funding' });
    expect(executions.result.list).toMatchObject([{ execFee: '1.5', execType: 'Funding' }]);
    const settlements = await client.privateGetV5AccountTransactionLog({ type: 'SETTLEMENT' });
    expect(settlements.result.list).toHaveLength(1);
  });

  it('names the coin of a spot fee, also a third one', async () => {
    const exchange = await start();
    exchange.core.addMarket({
      kind: 'spot',
      symbol: 'MNTUSDT',
      base: 'MNT',
      quote: 'USDT',
      price: '1',
      tick: '0.01',
      lot: { min: '1', max: '1000', step: '1' },
      marketLot: { min: '1', max: '1000', step: '1' },
      minNotional: '1',
      feeRate: '0.001',
    });
    exchange.core.setFeeAsset({ apiKey: key.apiKey, asset: 'MNT' });
    exchange.core.setBalance({ apiKey: key.apiKey, market: 'spot', asset: 'MNT', amount: '100' });
    const client = await connectBybit(exchange);
    await client.createOrder(btc, 'market', 'sell', 0.1);
    const executions = await client.privateGetV5ExecutionList({ category: 'spot' });
    expect(executions.result.list).toMatchObject([{ execFee: '6', feeCurrency: 'MNT' }]);
    const { result } = await client.privateGetV5AccountTransactionLog({ category: 'spot' });
    const changes = result.list.map(({ currency, change }: Record<string, string>) => [currency, change]);
    expect(Object.fromEntries(changes)).toEqual({ BTC: '-0.1', USDT: '6000', MNT: '-6' });
  });

  it('is listed for a day by default and for seven days at most', async () => {
    const { clock, exchange } = await tradePerpetual();
    const client = await connectBybit(exchange);
    const startTime = clock.now;
    clock.now += 2 * 86_400_000;
    const list = async (params: object) =>
      (await client.privateGetV5AccountTransactionLog(params)).result.list.length;
    expect(await list({})).toBe(0);
    expect(await list({ startTime })).toBe(3);
    const endTime = startTime + 8 * 86_400_000;
    await expect(list({ startTime, endTime })).rejects.toThrow('10001');
  });
});
