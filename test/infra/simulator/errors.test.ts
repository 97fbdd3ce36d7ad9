import type { Exchange } from 'ccxt';
import { describe, expect, it } from 'vitest';
import { btc, btcPerp, connect, idOf, key, refusal, start } from './connect.ts';

/** ccxt's error class and Binance's code, by which a caller distinguishes rejections. */
async function refused(call: Promise<unknown>): Promise<[name: string, code: number | undefined]> {
  const { name, message } = await refusal(call);
  const code = /"code":(-\d+)/.exec(message)?.[1];
  return [name, code === undefined ? undefined : Number(code)];
}

function sell(client: Exchange, amount: string, price: string, over: object = {}) {
  return client.privatePostOrder({
    symbol: 'BTCUSDT',
    side: 'SELL',
    type: 'LIMIT',
    timeInForce: 'GTC',
    quantity: amount,
    price,
    ...over,
  });
}

function futuresOrder(client: Exchange, over: object) {
  return client.fapiPrivatePostOrder({
    symbol: 'BTCUSDT',
    side: 'BUY',
    type: 'MARKET',
    quantity: '0.01',
    ...over,
  });
}

describe('keys, signatures and time', () => {
  it('are checked: a wrong secret, an unknown key and a malformed key are rejected', async () => {
    const exchange = await start();
    const client = await connect('spot', exchange);
    client.secret = 'wrong';
    expect(await refused(client.privateGetAccount())).toEqual(['AuthenticationError', -1022]);
    client.apiKey = 'unknown';
    expect(await refused(client.privateGetAccount())).toEqual(['AuthenticationError', -2015]);
    client.apiKey = 'not/a/key';
    expect(await refused(client.privateGetAccount())).toEqual(['AuthenticationError', -2014]);
    const statuses = exchange.core
      .ledger()
      .flatMap((entry) => (entry.type === 'request' ? [entry.status] : []));
    expect(statuses.slice(-3)).toEqual([400, 401, 401]);
  });

  it('are checked: a request before or after its receive window is rejected', async () => {
    const exchange = await start();
    const client = await connect('spot', exchange);
    const now = Date.now();
    const early = client.privateGetAccount({ timestamp: now - 6000, recvWindow: 5000 });
    expect(await refused(early)).toEqual(['InvalidNonce', -1021]);
    const ahead = client.privateGetAccount({ timestamp: now + 5000 });
    expect(await refused(ahead)).toEqual(['InvalidNonce', -1021]);
    const wide = client.privateGetAccount({ recvWindow: 60001 });
    expect(await refused(wide)).toEqual(['BadRequest', -1131]);
  });

  it('are checked: a request without permission is rejected', async () => {
    const exchange = await start({ funded: false });
    exchange.core.addAccount({ ...key, permissions: { trade: false, futures: false } });
    const client = await connect('spot', exchange);
    expect(await refused(sell(client, '0.1', '70000'))).toEqual(['AuthenticationError', -2015]);
    expect(await refused(client.fapiPrivateV3GetAccount())).toEqual(['AuthenticationError', -2015]);
  });
});

describe('rejections on spot', () => {
  it('have the codes that ccxt maps', async () => {
    const client = await connect('spot', await start());
    expect(
      await refused(client.privatePostOrder({ symbol: 'BTCUSDT', side: 'SELL', type: 'LIMIT' })),
    ).toEqual(['BadRequest', -1102]);
    expect(await refused(sell(client, '0.1', '70000', { symbol: 'NOPE' }))).toEqual(['BadSymbol', -1121]);
    // ccxt identifies this one and the last one by their messages, and then omits the code.
    expect(await refused(sell(client, '2', '70000'))).toEqual(['InsufficientFunds', undefined]);
    expect(await refused(sell(client, '0.00005', '70000'))).toEqual(['BadRequest', -1013]);
    expect(await refused(sell(client, '0.000001', '70000'))).toEqual(['InvalidOrder', -1013]);
    expect(await refused(sell(client, '0.1', '70000.001'))).toEqual(['InvalidOrder', -1013]);
    expect(await refused(sell(client, '0.123456789', '70000'))).toEqual(['BadRequest', -1111]);
    expect(await refused(sell(client, '0.1', '70000', { type: 'NONSENSE' }))).toEqual(['BadRequest', -1116]);
    expect(await refused(sell(client, '0.1', '70000', { side: 'HOLD' }))).toEqual(['BadRequest', -1117]);
    expect(await refused(sell(client, '0.1', '59000', { type: 'LIMIT_MAKER', timeInForce: '' }))).toEqual([
      'OrderImmediatelyFillable',
      undefined,
    ]);
  });

  it('name the filters NOTIONAL, LOT_SIZE and MARKET_LOT_SIZE', async () => {
    const client = await connect('spot', await start());
    expect((await refusal(sell(client, '0.00005', '70000'))).message).toContain('Filter failure: NOTIONAL');
    expect((await refusal(sell(client, '0.000001', '70000'))).message).toContain('Filter failure: LOT_SIZE');
    const dust = { symbol: 'DOGEUSDT', type: 'MARKET', timeInForce: '', price: '' };
    expect((await refusal(sell(client, '10.5', '', dust))).message).toContain(
      'Filter failure: MARKET_LOT_SIZE',
    );
  });

  it('include a duplicate client order id among open orders', async () => {
    const client = await connect('spot', await start());
    await sell(client, '0.1', '70000', { newClientOrderId: 'same' });
    const twice = refusal(sell(client, '0.1', '70000', { newClientOrderId: 'same' }));
    expect(await twice).toMatchObject({
      name: 'InvalidOrder',
      message: expect.stringContaining('Duplicate order sent.'),
    });
  });

  it('differ for look-ups and cancels of unknown and finished orders', async () => {
    const client = await connect('spot', await start());
    expect(await refused(client.fetchOrder('999999', btc))).toEqual(['OrderNotFound', -2013]);
    expect(await refused(client.cancelOrder('999999', btc))).toEqual(['OrderNotFound', -2011]);
    const filled = await client.createOrder(btc, 'market', 'sell', 0.1);
    expect(await refused(client.cancelOrder(idOf(filled), btc))).toEqual(['OrderNotFound', -2011]);
  });

  it('include cancels that a restriction does not allow', async () => {
    const exchange = await start();
    const client = await connect('spot', exchange);
    const order = await client.createOrder(btc, 'limit', 'sell', 0.1, 70000);
    const only = (cancelRestrictions: string) => client.cancelOrder(idOf(order), btc, { cancelRestrictions });
    expect(await refused(only('ONLY_PARTIALLY_FILLED'))).toEqual(['OrderNotFound', -2011]);
    exchange.core.fill({ orderId: Number(order.id), amount: '0.05' });
    expect(await refused(only('ONLY_NEW'))).toEqual(['OrderNotFound', -2011]);
    expect(await refused(only('SOMETIMES'))).toEqual(['BadRequest', -1145]);
    expect(await only('ONLY_PARTIALLY_FILLED')).toMatchObject({ status: 'canceled', filled: 0.05 });
  });

  it('include access to the orders of another account', async () => {
    const exchange = await start();
    exchange.core.addAccount({ apiKey: 'key-2', secret: 'secret-2' });
    const owner = await connect('spot', exchange);
    const other = await connect('spot', exchange, { apiKey: 'key-2', secret: 'secret-2' });
    const order = await owner.createOrder(btc, 'limit', 'sell', 0.1, 70000, { clientOrderId: 'mine' });
    expect(await refused(other.fetchOrder(idOf(order), btc))).toEqual(['OrderNotFound', -2013]);
    expect(await refused(other.cancelOrder('', btc, { clientOrderId: 'mine' }))).toEqual([
      'OrderNotFound',
      -2011,
    ]);
    expect(await other.fetchOpenOrders(btc)).toEqual([]);
  });
});

describe('rejections on futures', () => {
  it('have the codes that ccxt maps', async () => {
    const client = await connect('usdm', await start());
    expect(await refused(futuresOrder(client, { quantity: '' }))).toEqual(['BadRequest', -1102]);
    expect(await refused(futuresOrder(client, { symbol: 'NOPE' }))).toEqual(['BadSymbol', -1121]);
    expect(await refused(futuresOrder(client, { quantity: '100' }))).toEqual(['InsufficientFunds', -2019]);
    expect(await refused(futuresOrder(client, { quantity: '0.001' }))).toEqual(['InvalidOrder', -4164]);
    expect(await refused(futuresOrder(client, { quantity: '0.0105' }))).toEqual(['BadRequest', -1111]);
    expect(await refused(futuresOrder(client, { reduceOnly: 'true' }))).toEqual(['InvalidOrder', -2022]);
    const long = { newClientOrderId: 'a'.repeat(37) };
    expect(await refused(futuresOrder(client, long))).toEqual(['BadRequest', -4015]);
    expect(await refused(client.fapiPrivateGetOpenOrders({ symbol: 'NOPE' }))).toEqual(['BadSymbol', -1121]);
    expect((await refused(futuresOrder(client, { type: 'STOP_MARKET', stopPrice: '70000' })))[1]).toBe(-4120);
    const stop = client.createOrder(btcPerp, 'market', 'sell', 1, undefined, { stopLossPrice: 61000 });
    expect(await refused(stop)).toEqual(['OrderImmediatelyFillable', -2021]);
  });

  it('include a duplicate client order id among open orders only', async () => {
    const client = await connect('usdm', await start());
    const limit = { type: 'LIMIT', timeInForce: 'GTC', price: '50000', newClientOrderId: 'same' };
    await futuresOrder(client, limit);
    expect(await refused(futuresOrder(client, limit))).toEqual(['InvalidOrder', -4116]);
    await client.cancelOrder('', btcPerp, { clientOrderId: 'same' });
    expect(await futuresOrder(client, limit)).toMatchObject({ status: 'NEW' });
  });

  it('differ for look-ups and cancels of unknown and finished orders', async () => {
    const client = await connect('usdm', await start());
    expect(await refused(client.fetchOrder('999999', btcPerp))).toEqual(['OrderNotFound', -2013]);
    expect(await refused(client.fetchOrder('999999', btcPerp, { trigger: true }))).toEqual([
      'OrderNotFound',
      -2013,
    ]);
    const filled = await client.createOrder(btcPerp, 'market', 'buy', 0.1);
    expect(await refused(client.cancelOrder(idOf(filled), btcPerp))).toEqual(['OrderNotFound', -2011]);
  });
});

describe('a market whose rules are changed', () => {
  it('rejects orders while it is halted, and still cancels', async () => {
    const exchange = await start();
    const spot = await connect('spot', exchange);
    const futures = await connect('usdm', exchange);
    const resting = await sell(spot, '0.1', '70000');
    for (const market of ['spot', 'usdm'] as const)
      exchange.core.changeMarket({ market, symbol: 'BTCUSDT', halted: true });
    expect((await refusal(sell(spot, '0.1', '70000'))).message).toBe('binance Market is closed.');
    expect(await refused(futuresOrder(futures, {}))).toEqual(['OperationRejected', -4141]);
    expect(await spot.cancelOrder(String(resting.orderId), btc)).toMatchObject({ status: 'canceled' });
    exchange.core.changeMarket({ market: 'spot', symbol: 'BTCUSDT', halted: false });
    expect(await sell(spot, '0.1', '70000')).toMatchObject({ status: 'NEW' });
  });

  it('rejects an order above its maximum value with the words for one below its minimum', async () => {
    const exchange = await start();
    const spot = await connect('spot', exchange);
    exchange.core.changeMarket({ market: 'spot', symbol: 'BTCUSDT', maxNotional: '20000' });
    for (const amount of ['0.5', '0.00002'])
      expect((await refusal(sell(spot, amount, '70000'))).message).toContain('Filter failure: NOTIONAL');
    expect(await sell(spot, '0.1', '70000')).toMatchObject({ status: 'NEW' });
  });
});
