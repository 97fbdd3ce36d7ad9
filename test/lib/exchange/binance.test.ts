import { expect, test } from 'vitest';
import { fetchBaseFee } from './fills.ts';
import { accepted, binanceFutures, binanceSpot, keys, startTrader } from './test-markets.ts';

test('Binance fees are summed over more trades than one response holds', async () => {
  for (const [count, requests] of [
    [1, 1],
    [999, 1],
    // A full page may not be the whole list, so the trades are read again from the first one.
    [1_000, 3],
    [1_001, 3],
  ] as const) {
    const trader = await startTrader(binanceSpot);
    const { exchange, market, sim } = trader;
    const { orderId } = accepted(await trader.buy({ amount: '1.1' }));
    const { id } = trader.order('entry1');
    for (let fill = 0; fill < count; fill += 1) sim.core.fill({ orderId: id, amount: '0.001' });
    await trader.buy({ clientOrderId: 'entry2', type: 'market', price: undefined, amount: '0.001' });
    trader.requests();
    const filled = String(count / 1_000);
    expect(await fetchBaseFee(exchange, market, orderId, filled)).toBe(
      (count / 1_000_000).toFixed(6).replace(/0+$/, ''),
    );
    expect(trader.requests()).toHaveLength(requests);
  }
});

test('a Binance fee is unavailable until every trade is listed', async () => {
  const { exchange, market, buy, sim } = await startTrader(binanceSpot);
  const { orderId } = accepted(await buy({ type: 'market', price: undefined }));
  const late = sim.core.state.fills.splice(0);
  await expect(fetchBaseFee(exchange, market, orderId, '0.1')).rejects.toMatchObject({
    code: 'exchange-unreachable',
    message: `Binance does not list all trades of order ${orderId} yet: 0 of 0.1 BTC`,
  });
  sim.core.state.fills.push(...late);
  expect(await fetchBaseFee(exchange, market, orderId, '0.1')).toBe('0.0001');
});

test('a conditional Binance order cannot be reduced, and nothing is sent', async () => {
  const { exchange, market, buy, sim, requests } = await startTrader(binanceFutures);
  await buy({ type: 'market', price: undefined });
  sim.core.placeOrder({
    apiKey: keys.apiKey,
    market: 'usdm',
    symbol: 'BTCUSDT',
    side: 'sell',
    type: 'take_profit_limit',
    amount: '0.1',
    price: '70000',
    stopPrice: '70000',
    reduceOnly: true,
    clientOrderId: 'target1',
  });
  const target = await exchange.fetchOrder(market, { clientOrderId: 'target1', conditional: true });
  if (target === undefined) throw new Error('no target');
  requests();
  expect(await exchange.reduceOrder(market, target, '0.05', Date.now() + 5_000)).toEqual({
    kind: 'unsupported',
    message: "Binance USD-M can't change this order. Nothing was sent",
  });
  expect(requests()).toEqual([]);
});

test('a triggered Binance order is live until the order that it created is named and found', async () => {
  const { exchange, market, buy, sim } = await startTrader(binanceFutures);
  await buy({ type: 'market', price: undefined });
  sim.core.placeOrder({
    apiKey: keys.apiKey,
    market: 'usdm',
    symbol: 'BTCUSDT',
    side: 'sell',
    type: 'stop_market',
    amount: '0.1',
    stopPrice: '55000',
    reduceOnly: true,
    clientOrderId: 'stop1',
  });
  const ref = { clientOrderId: 'stop1', conditional: true };
  const fetchStop = () => exchange.fetchOrder(market, ref);
  const waiting = await fetchStop();
  expect(waiting).toMatchObject({ status: 'live', filled: '0', conditional: true });
  sim.core.setPrice({ market: 'usdm', symbol: 'BTCUSDT', price: '54000' });
  const done = { orderId: waiting?.orderId, status: 'done', filled: '0.1', conditional: true };
  const unsettled = { ...done, status: 'live', filled: '0' };
  expect(await fetchStop()).toMatchObject(done);

  sim.core.addFault({ kind: 'status', status: 400, code: -2013, match: binanceFutures.fetch });
  expect(await fetchStop()).toMatchObject(unsettled);

  const [algo] = sim.core.orders().algoOrders;
  if (algo === undefined) throw new Error('no algo order');
  const { actualOrderId } = algo;
  delete algo.actualOrderId;
  expect(await fetchStop()).toMatchObject(unsettled);
  algo.status = 'canceled';
  expect(await fetchStop()).toMatchObject({ ...done, filled: '0' });
  Object.assign(algo, { status: 'triggered', actualOrderId });
  expect(await fetchStop()).toMatchObject(done);
});

test('a negative commission of Binance USDⓈ-M is a rebate to a maker, and a fee of a taker', async () => {
  const { exchange, market, buy, order, sim } = await startTrader(binanceFutures);
  accepted(await buy());
  sim.core.fill({ orderId: order('entry1').id });
  accepted(await buy({ clientOrderId: 'entry2', type: 'market', price: undefined }));
  for (const fill of sim.core.state.fills) fill.fee = '-2.4';
  for (const [clientOrderId, amount] of [
    ['entry1', '-2.4'],
    ['entry2', '2.4'],
  ] as const) {
    const read = await exchange.fetchOrder(market, { clientOrderId });
    if (read === undefined) throw new Error('no order');
    expect((await exchange.fetchFills(market, read, '0.1')).fees).toMatchObject([
      { currency: 'USDT', amount },
    ]);
  }
});

test('a flat Binance market costs no request for the position mode if that is known', async () => {
  const { exchange, market, requests } = await startTrader(binanceFutures);
  requests();
  expect(await exchange.fetchPosition(market, 'long', { hedged: true })).toEqual({
    side: undefined,
    amount: '0',
    hedged: true,
  });
  expect(requests()).toHaveLength(1);
  expect(await exchange.fetchPosition(market, 'long')).toMatchObject({ side: undefined, hedged: false });
  expect(requests()).toHaveLength(2);
});
