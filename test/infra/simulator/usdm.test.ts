import { describe, expect, it } from 'vitest';
import { btcPerp, connect, idOf, key, refusal, start } from './connect.ts';

function setPrice(exchange: Awaited<ReturnType<typeof start>>, price: string) {
  return exchange.core.setPrice({ market: 'usdm', symbol: 'BTCUSDT', price });
}

describe('futures', () => {
  it('lists active markets with their filters', async () => {
    const client = await connect('usdm', await start());
    expect(client.market(btcPerp)).toMatchObject({
      active: true,
      linear: true,
      precision: { amount: 0.001, price: 0.1 },
      limits: { cost: { min: 100 } },
    });
    expect(client.market('XRP/USDT:USDT').limits).toMatchObject({
      amount: { min: 0.1 },
      market: { min: 10 },
    });
    expect((await client.fetchTicker(btcPerp)).last).toBe(60000);
    expect((await client.fetchMarkPrice(btcPerp)).markPrice).toBe(60000);
    expect((await client.fetchOrderBook(btcPerp)).asks[0]?.[0]).toBe(60000.1);
  });

  it('opens, adds to and closes a position, and books profit and fees', async () => {
    const exchange = await start();
    const client = await connect('usdm', exchange);
    const opened = await client.createOrder(btcPerp, 'market', 'buy', 1);
    expect(opened).toMatchObject({ status: 'closed', filled: 1, average: 60000 });
    setPrice(exchange, '62000');
    await client.createOrder(btcPerp, 'market', 'buy', 1);
    const [position] = await client.fetchPositions([btcPerp]);
    expect(position).toMatchObject({ side: 'long', contracts: 2, entryPrice: 61000, unrealizedPnl: 2000 });
    const closed = await client.createOrder(btcPerp, 'market', 'sell', 2, undefined, { reduceOnly: true });
    expect(closed).toMatchObject({ status: 'closed', filled: 2, reduceOnly: true });
    expect(await client.fetchPositions([btcPerp])).toEqual([]);
    // 100000 + 2000 profit − 0.04 % of 60000, 62000 and 124000.
    expect((await client.fetchBalance()).USDT?.total).toBe(101901.6);
    const trades = await client.fetchMyTrades(btcPerp);
    expect(trades.at(-1)).toMatchObject({ side: 'sell', amount: 2, fee: { cost: 49.6, currency: 'USDT' } });
    expect(trades.at(-1)?.info.realizedPnl).toBe('2000.00000000');
  });

  it('acknowledges a MARKET order as new unless the request asks for the result', async () => {
    const client = await connect('usdm', await start());
    const order = { symbol: 'BTCUSDT', side: 'BUY', type: 'MARKET', quantity: '0.01' };
    expect(await client.fapiPrivatePostOrder(order)).toMatchObject({ status: 'NEW', executedQty: '0' });
    const result = await client.fapiPrivatePostOrder({ ...order, newOrderRespType: 'RESULT' });
    expect(result).toMatchObject({ status: 'FILLED', executedQty: '0.01', avgPrice: '60000.00000' });
  });

  it('rests, finds and cancels a limit order by its client order id, and reserves margin', async () => {
    const client = await connect('usdm', await start());
    await client.createOrder(btcPerp, 'limit', 'buy', 1, 50000, { clientOrderId: 'entry-1' });
    expect((await client.fetchBalance()).USDT).toMatchObject({ free: 97500, used: 2500 });
    expect(await client.fetchOrder('', btcPerp, { clientOrderId: 'entry-1' })).toMatchObject({
      status: 'open',
    });
    const canceled = await client.cancelOrder('', btcPerp, { clientOrderId: 'entry-1' });
    expect(canceled).toMatchObject({ status: 'canceled', filled: 0, clientOrderId: 'entry-1' });
  });

  it('reduces a position to zero at most, for any amount', async () => {
    const client = await connect('usdm', await start());
    await client.createOrder(btcPerp, 'market', 'buy', 0.5);
    const order = await client.createOrder(btcPerp, 'market', 'sell', 2, undefined, { reduceOnly: true });
    expect(order).toMatchObject({ status: 'expired', filled: 0.5 });
    expect(await client.fetchPositions([btcPerp])).toEqual([]);
  });

  it('flips a one-way position without reduceOnly', async () => {
    const client = await connect('usdm', await start());
    await client.createOrder(btcPerp, 'market', 'buy', 0.5);
    await client.createOrder(btcPerp, 'market', 'sell', 2);
    expect((await client.fetchPositions([btcPerp]))[0]).toMatchObject({ side: 'short', contracts: 1.5 });
  });

  it('exempts a reduceOnly order from the minimum notional', async () => {
    const exchange = await start();
    exchange.core.setPosition({ apiKey: key.apiKey, symbol: 'BTCUSDT', amount: '0.001' });
    const client = await connect('usdm', exchange);
    const refused = await refusal(client.createOrder(btcPerp, 'market', 'sell', 0.001));
    expect(refused.message).toContain('-4164');
    const closed = await client.createOrder(btcPerp, 'market', 'sell', 0.001, undefined, {
      reduceOnly: true,
    });
    expect(closed).toMatchObject({ status: 'closed', filled: 0.001 });
  });

  it('can leave dust that only a LIMIT order can close', async () => {
    const exchange = await start();
    exchange.core.setPosition({ apiKey: key.apiKey, symbol: 'XRPUSDT', amount: '9.9' });
    const client = await connect('usdm', exchange);
    const params = { reduceOnly: true };
    const refused = await refusal(
      client.createOrder('XRP/USDT:USDT', 'market', 'sell', 9.9, undefined, params),
    );
    expect(refused.message).toContain('-4004');
    const order = await client.createOrder('XRP/USDT:USDT', 'limit', 'sell', 9.9, 0.5, params);
    expect(order.status).toBe('closed');
  });

  it('fills a MARKET order up to the liquidity', async () => {
    const exchange = await start();
    exchange.core.setLiquidity({ market: 'usdm', symbol: 'BTCUSDT', amount: '0.3' });
    const client = await connect('usdm', exchange);
    const order = await client.createOrder(btcPerp, 'market', 'buy', 1);
    expect(order).toMatchObject({ status: 'expired', filled: 0.3 });
  });

  it('sets leverage and margin mode', async () => {
    const client = await connect('usdm', await start());
    await client.setLeverage(5, btcPerp);
    await client.setMarginMode('isolated', btcPerp);
    await client.createOrder(btcPerp, 'market', 'buy', 1);
    expect((await client.fetchBalance()).USDT?.used).toBe(12000);
    const [position] = await client.fetchPositions([btcPerp], { useV2: true });
    expect(position).toMatchObject({ contracts: 1, leverage: 5, marginMode: 'isolated' });
    const [current] = await client.fetchPositions([btcPerp]);
    expect(current).toMatchObject({
      marginMode: 'isolated',
      initialMargin: 12000,
      collateral: 12000,
      // (60000 − 12000) / (1 − 0.005)
      liquidationPrice: 48241.20603015,
    });
  });
});

describe('algo orders', () => {
  const stop = { stopLossPrice: 55000, reduceOnly: true, clientOrderId: 'stop-1' };
  const algo = { trigger: true };

  it('are separate from other orders', async () => {
    const client = await connect('usdm', await start());
    const order = await client.createOrder(btcPerp, 'market', 'sell', 1, undefined, stop);
    expect(order).toMatchObject({ status: 'open', triggerPrice: 55000, clientOrderId: 'stop-1' });
    expect(await client.fetchOpenOrders(btcPerp)).toEqual([]);
    expect((await client.fetchOpenOrders(btcPerp, undefined, undefined, algo)).map(({ id }) => id)).toEqual([
      order.id,
    ]);
    expect(await client.fetchOrder('', btcPerp, { ...algo, clientOrderId: 'stop-1' })).toMatchObject({
      id: order.id,
    });
    expect((await refusal(client.fetchOrder(idOf(order), btcPerp))).name).toBe('OrderNotFound');
  });

  it('place the order named in actualOrderId when they trigger', async () => {
    const exchange = await start();
    const client = await connect('usdm', exchange);
    await client.createOrder(btcPerp, 'market', 'buy', 1);
    const order = await client.createOrder(btcPerp, 'market', 'sell', 1, undefined, stop);
    setPrice(exchange, '54000');
    const triggered = await client.fetchOrder(idOf(order), btcPerp, algo);
    expect(triggered).toMatchObject({ status: 'closed', info: { algoStatus: 'FINISHED' } });
    const actual = await client.fetchOrder(triggered.info.actualOrderId, btcPerp);
    expect(actual).toMatchObject({ status: 'closed', filled: 1, average: 54000 });
    expect(await client.fetchPositions([btcPerp])).toEqual([]);
    expect(await client.fetchOrders(btcPerp, undefined, undefined, algo)).toHaveLength(1);
  });

  it('rest as a limit order after their trigger', async () => {
    const exchange = await start();
    const client = await connect('usdm', exchange);
    await client.createOrder(btcPerp, 'market', 'buy', 1);
    const params = { takeProfitPrice: 65000, reduceOnly: true };
    const order = await client.createOrder(btcPerp, 'limit', 'sell', 1, 66000, params);
    setPrice(exchange, '65500');
    const triggered = await client.fetchOrder(idOf(order), btcPerp, algo);
    expect(triggered.info.algoStatus).toBe('TRIGGERED');
    expect(await client.fetchOrder(triggered.info.actualOrderId, btcPerp)).toMatchObject({
      status: 'open',
      price: 66000,
    });
  });

  it('are rejected at the trigger if no position is left to reduce', async () => {
    const exchange = await start();
    const client = await connect('usdm', exchange);
    const order = await client.createOrder(btcPerp, 'market', 'sell', 1, undefined, stop);
    setPrice(exchange, '54000');
    const triggered = await client.fetchOrder(idOf(order), btcPerp, algo);
    expect(triggered.info).toMatchObject({ algoStatus: 'REJECTED', actualOrderId: '' });
  });

  it('close the whole position at the trigger, with closePosition', async () => {
    const exchange = await start();
    const client = await connect('usdm', exchange);
    const params = { stopLossPrice: 55000, closePosition: true };
    await client.createOrder(btcPerp, 'market', 'sell', 0, undefined, params);
    await client.createOrder(btcPerp, 'market', 'buy', 1.5);
    setPrice(exchange, '55000');
    expect(await client.fetchPositions([btcPerp])).toEqual([]);
  });

  it('are canceled one by one or all at once, and only once', async () => {
    const client = await connect('usdm', await start());
    const order = await client.createOrder(btcPerp, 'market', 'sell', 1, undefined, stop);
    await client.cancelOrder(idOf(order), btcPerp, algo);
    expect(await client.fetchOrder(idOf(order), btcPerp, algo)).toMatchObject({ status: 'canceled' });
    expect((await refusal(client.cancelOrder(idOf(order), btcPerp, algo))).name).toBe('OrderNotFound');
    await client.createOrder(btcPerp, 'market', 'sell', 1, undefined, stop);
    await client.cancelAllOrders(btcPerp, algo);
    expect(await client.fetchOpenOrders(btcPerp, undefined, undefined, algo)).toEqual([]);
  });
});

describe('hedge mode', () => {
  async function hedged() {
    const exchange = await start();
    const client = await connect('usdm', exchange);
    await client.setPositionMode(true);
    return { exchange, client };
  }

  it('is read and changed through the account', async () => {
    const { client } = await hedged();
    expect((await client.fetchPositionMode()).hedged).toBe(true);
    expect((await refusal(client.setPositionMode(true))).message).toContain('-4059');
    await client.createOrder(btcPerp, 'market', 'buy', 1, undefined, { positionSide: 'LONG' });
    expect((await refusal(client.setPositionMode(false))).message).toContain('-4068');
  });

  it('has a long and a short position in the same market', async () => {
    const { client } = await hedged();
    await client.createOrder(btcPerp, 'market', 'buy', 1, undefined, { positionSide: 'LONG' });
    await client.createOrder(btcPerp, 'market', 'sell', 2, undefined, { positionSide: 'SHORT' });
    const sides = (await client.fetchPositions([btcPerp])).map(({ side, contracts, info }) => [
      side,
      contracts,
      info.positionSide,
    ]);
    expect(sides).toEqual([
      ['long', 1, 'LONG'],
      ['short', 2, 'SHORT'],
    ]);
    await client.createOrder(btcPerp, 'market', 'buy', 2, undefined, { positionSide: 'SHORT' });
    expect(await client.fetchPositions([btcPerp])).toHaveLength(1);
  });

  it('requires a position side, which one-way mode rejects', async () => {
    const { client } = await hedged();
    expect((await refusal(client.createOrder(btcPerp, 'market', 'buy', 1))).message).toContain('-4061');
    const oneWay = await connect('usdm', await start());
    const params = { positionSide: 'LONG' };
    expect(
      (await refusal(oneWay.createOrder(btcPerp, 'market', 'buy', 1, undefined, params))).message,
    ).toContain('-4061');
  });

  it('rejects reduceOnly, and closes at most the position', async () => {
    const { client } = await hedged();
    await client.createOrder(btcPerp, 'market', 'buy', 1, undefined, { positionSide: 'LONG' });
    const long = { positionSide: 'LONG' };
    const both = refusal(
      client.createOrder(btcPerp, 'market', 'sell', 1, undefined, { ...long, reduceOnly: true }),
    );
    expect((await both).message).toContain('-1106');
    expect(
      (await refusal(client.createOrder(btcPerp, 'market', 'sell', 2, undefined, long))).message,
    ).toContain('-2022');
    // Below the minimum notional, from which closing orders are exempt.
    expect(await client.createOrder(btcPerp, 'market', 'sell', 0.001, undefined, long)).toMatchObject({
      filled: 0.001,
    });
  });
});
