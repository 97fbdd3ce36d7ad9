import { expect, test } from 'vitest';
import { accepted, binanceFutures, binanceSpot, enter, keys } from './trading-floor.ts';

test('fees at Binance are added up past the thousand trades of an answer', async () => {
  for (const [count, requests] of [
    [1, 1],
    [999, 1],
    // A full page may be part of more: asked from the first trade on.
    [1_000, 3],
    [1_001, 3],
  ] as const) {
    const floor = await enter(binanceSpot);
    const { exchange, market, sim } = floor;
    const { orderId } = accepted(await floor.buy({ amount: '1.1' }));
    const { id } = floor.order('entry-1');
    for (let fill = 0; fill < count; fill += 1) sim.core.fill({ orderId: id, amount: '0.001' });
    await floor.buy({ clientOrderId: 'entry-2', type: 'market', price: undefined, amount: '0.001' });
    floor.requests();
    const filled = String(count / 1_000);
    expect(await exchange.fetchBaseFee(market, orderId, filled)).toBe(
      (count / 1_000_000).toFixed(6).replace(/0+$/, ''),
    );
    expect(floor.requests()).toHaveLength(requests);
  }
});

test('a fee at Binance is not told until every trade is', async () => {
  const { exchange, market, buy, sim } = await enter(binanceSpot);
  const { orderId } = accepted(await buy({ type: 'market', price: undefined }));
  const late = sim.core.state.fills.splice(0);
  await expect(exchange.fetchBaseFee(market, orderId, '0.1')).rejects.toMatchObject({
    code: 'exchange-unreachable',
    message: `the exchange does not list all trades of order ${orderId} yet: 0 of 0.1 BTC`,
  });
  sim.core.state.fills.push(...late);
  expect(await exchange.fetchBaseFee(market, orderId, '0.1')).toBe('0.0001');
});

test('a triggered order at Binance is live until the order that it has made is named and found', async () => {
  const { exchange, market, buy, sim } = await enter(binanceFutures);
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
    clientOrderId: 'stop-1',
  });
  const name = { clientOrderId: 'stop-1', conditional: true };
  const look = () => exchange.fetchOrder(market, name);
  const waiting = await look();
  expect(waiting).toMatchObject({ status: 'live', filled: '0', conditional: true });
  sim.core.setPrice({ market: 'usdm', symbol: 'BTCUSDT', price: '54000' });
  const done = { orderId: waiting?.orderId, status: 'done', filled: '0.1', conditional: true };
  const unsettled = { ...done, status: 'live', filled: '0' };
  expect(await look()).toMatchObject(done);

  sim.core.addFault({ kind: 'status', status: 400, code: -2013, match: binanceFutures.fetch });
  expect(await look()).toMatchObject(unsettled);

  const [algo] = sim.core.orders().algoOrders;
  if (algo === undefined) throw new Error('no algo order');
  const { actualOrderId } = algo;
  delete algo.actualOrderId;
  expect(await look()).toMatchObject(unsettled);
  algo.status = 'canceled';
  expect(await look()).toMatchObject({ ...done, filled: '0' });
  Object.assign(algo, { status: 'triggered', actualOrderId });
  expect(await look()).toMatchObject(done);
});
