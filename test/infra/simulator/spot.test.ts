import { describe, expect, it } from 'vitest';
import { btc, connect, idOf, key, start } from './connect.ts';

describe('spot', () => {
  it('lists active markets with their filters', async () => {
    const client = await connect('spot', await start());
    expect(client.market(btc)).toMatchObject({
      active: true,
      spot: true,
      precision: { amount: 0.00001, price: 0.01 },
      limits: { cost: { min: 5 } },
    });
    expect(client.market('DOGE/USDT')).toMatchObject({
      precision: { amount: 0.1 },
      limits: { market: { min: 1 } },
    });
    expect((await client.fetchTicker(btc)).last).toBe(60000);
    expect((await client.fetchOrderBook(btc)).bids[0]?.[0]).toBe(60000);
    expect((await client.fetchOHLCV(btc, '1m', undefined, 3)).length).toBe(3);
    expect((await client.fetchBidsAsks([btc]))[btc]?.ask).toBe(60000.01);
  });

  it('locks the quote asset of a resting buy, and releases it on cancel', async () => {
    const client = await connect('spot', await start());
    const order = await client.createOrder(btc, 'limit', 'buy', 0.1, 50000, { clientOrderId: 'entry-1' });
    expect(order).toMatchObject({ status: 'open', filled: 0, amount: 0.1, clientOrderId: 'entry-1' });
    expect((await client.fetchBalance()).USDT).toEqual({ free: 95000, used: 5000, total: 100000 });
    expect((await client.fetchOpenOrders(btc)).map(({ id }) => id)).toEqual([order.id]);
    const byClientId = await client.fetchOrder('', btc, { clientOrderId: 'entry-1' });
    expect(byClientId).toMatchObject({ id: order.id, status: 'open', price: 50000 });
    const canceled = await client.cancelOrder(idOf(order), btc);
    expect(canceled).toMatchObject({ id: order.id, status: 'canceled', filled: 0 });
    expect(canceled.info.origClientOrderId).toBe('entry-1');
    expect(canceled.info.clientOrderId).not.toBe('entry-1');
    expect((await client.fetchBalance()).USDT).toEqual({ free: 100000, used: 0, total: 100000 });
  });

  it('locks the base asset of a resting sell, and fills it when the price crosses', async () => {
    const exchange = await start();
    const client = await connect('spot', exchange);
    const order = await client.createOrder(btc, 'limit', 'sell', 0.5, 70000);
    expect((await client.fetchBalance()).BTC).toEqual({ free: 0.5, used: 0.5, total: 1 });
    exchange.core.setPrice({ market: 'spot', symbol: 'BTCUSDT', price: '71000' });
    expect(await client.fetchOrder(idOf(order), btc)).toMatchObject({
      status: 'closed',
      filled: 0.5,
      average: 70000,
    });
    const balance = await client.fetchBalance();
    expect(balance.BTC).toEqual({ free: 0.5, used: 0, total: 0.5 });
    expect(balance.USDT?.total).toBe(134965);
  });

  it('deducts the fee of a buy from the bought asset', async () => {
    const client = await connect('spot', await start());
    const order = await client.createOrder(btc, 'market', 'buy', 0.1);
    expect(order).toMatchObject({ status: 'closed', filled: 0.1, cost: 6000 });
    expect(order.fee).toMatchObject({ cost: 0.0001, currency: 'BTC' });
    const balance = await client.fetchBalance();
    expect(balance.BTC?.free).toBe(1.0999);
    expect(balance.USDT?.free).toBe(94000);
    const [trade] = await client.fetchOrderTrades(idOf(order), btc);
    expect(trade).toMatchObject({ amount: 0.1, price: 60000, fee: { cost: 0.0001, currency: 'BTC' } });
  });

  it('deducts the fee from BNB with a discount of 25 % if the account is set to', async () => {
    const exchange = await start({ funded: false });
    exchange.core.addAccount({ ...key, feesInBnb: true, balances: { spot: { USDT: '6000', BNB: '1' } } });
    const client = await connect('spot', exchange);
    const order = await client.createOrder(btc, 'market', 'buy', 0.1);
    expect(order.fee).toMatchObject({ cost: 0.0075, currency: 'BNB' });
    expect((await client.fetchBalance()).BTC?.free).toBe(0.1);
  });

  it('deducts the fee from the proceeds if the last BNB is sold', async () => {
    const exchange = await start({ funded: false });
    exchange.core.addAccount({ ...key, feesInBnb: true, balances: { spot: { BNB: '1' } } });
    const client = await connect('spot', exchange);
    const order = await client.createOrder('BNB/USDT', 'market', 'sell', 1);
    expect(order.fee).toMatchObject({ cost: 0.6, currency: 'USDT' });
    expect((await client.fetchBalance()).BNB?.total).toBe(0);
  });

  it('spends a quote amount in multiples of the step', async () => {
    const client = await connect('spot', await start());
    const order = await client.createOrder(btc, 'market', 'buy', 0, undefined, { cost: 100 });
    expect(order).toMatchObject({ status: 'closed', filled: 0.00166 });
  });

  it('fills a MARKET order up to the liquidity and expires the remainder', async () => {
    const exchange = await start();
    exchange.core.setLiquidity({ market: 'spot', symbol: 'BTCUSDT', amount: '0.2' });
    const client = await connect('spot', exchange);
    const order = await client.createOrder(btc, 'market', 'sell', 0.5);
    expect(order).toMatchObject({ status: 'expired', filled: 0.2, amount: 0.5 });
    expect((await client.fetchBalance()).BTC).toEqual({ free: 0.8, used: 0, total: 0.8 });
  });

  it('returns the filled amount when it cancels a partly filled order', async () => {
    const exchange = await start();
    const client = await connect('spot', exchange);
    const order = await client.createOrder(btc, 'limit', 'buy', 0.1, 50000);
    exchange.core.fill({ orderId: Number(order.id), amount: '0.04' });
    const canceled = await client.cancelOrder(idOf(order), btc);
    expect(canceled).toMatchObject({ status: 'canceled', filled: 0.04, remaining: 0.06 });
    expect((await client.fetchBalance()).USDT).toEqual({ free: 98000, used: 0, total: 98000 });
  });

  it('executes a client order id again after its first order has filled', async () => {
    const client = await connect('spot', await start());
    const first = await client.createOrder(btc, 'market', 'buy', 0.1, undefined, { clientOrderId: 'same' });
    const second = await client.createOrder(btc, 'market', 'buy', 0.1, undefined, { clientOrderId: 'same' });
    expect(second.status).toBe('closed');
    expect(second.id).not.toBe(first.id);
    expect((await client.fetchBalance()).USDT?.free).toBe(88000);
  });

  it('triggers a stop at its price, and then sells at market', async () => {
    const exchange = await start();
    const client = await connect('spot', exchange);
    const order = await client.createOrder(btc, 'market', 'sell', 0.5, undefined, { stopLossPrice: 55000 });
    expect((await client.fetchBalance()).BTC?.used).toBe(0.5);
    exchange.core.setPrice({ market: 'spot', symbol: 'BTCUSDT', price: '55000.01' });
    expect((await client.fetchOrder(idOf(order), btc)).status).toBe('open');
    exchange.core.setPrice({ market: 'spot', symbol: 'BTCUSDT', price: '54000' });
    expect(await client.fetchOrder(idOf(order), btc)).toMatchObject({
      status: 'closed',
      filled: 0.5,
      average: 54000,
    });
  });

  it('rests a take-profit limit order at its limit price after its trigger', async () => {
    const exchange = await start();
    const client = await connect('spot', exchange);
    const order = await client.createOrder(btc, 'limit', 'sell', 0.5, 66000, { takeProfitPrice: 65000 });
    exchange.core.setPrice({ market: 'spot', symbol: 'BTCUSDT', price: '65500' });
    expect(await client.fetchOrder(idOf(order), btc)).toMatchObject({ status: 'open', filled: 0 });
    exchange.core.setPrice({ market: 'spot', symbol: 'BTCUSDT', price: '66000' });
    expect(await client.fetchOrder(idOf(order), btc)).toMatchObject({ status: 'closed', average: 66000 });
  });

  it('returns the permissions of the key', async () => {
    const exchange = await start({ funded: false });
    exchange.core.addAccount({ ...key, permissions: { withdraw: true, ipRestricted: false } });
    const client = await connect('spot', exchange);
    const restrictions = await client.sapiGetAccountApiRestrictions();
    expect(restrictions).toMatchObject({ enableWithdrawals: true, ipRestrict: false, enableFutures: true });
  });

  it('cancels all open orders of a market at once', async () => {
    const client = await connect('spot', await start());
    await client.createOrder(btc, 'limit', 'buy', 0.1, 50000);
    await client.createOrder(btc, 'limit', 'sell', 0.1, 70000);
    expect(await client.cancelAllOrders(btc)).toHaveLength(2);
    expect(await client.fetchOpenOrders(btc)).toEqual([]);
    expect(await client.fetchOrders(btc)).toHaveLength(2);
  });
});
