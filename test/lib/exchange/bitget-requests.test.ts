import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { MarketRules } from '../../../lib/exchange/exchange.ts';
import { faultOf } from './fault-of.ts';
import recording from './recorded/bitget.json' with { type: 'json' };
import { byId, clientOrderId, type Recorded, recordedCalls } from './recorded-calls.ts';
import { startRequestRecorder } from './request-recorder.ts';
import { accepted, bitgetSpot, keys, lastHour, startTrader } from './test-markets.ts';

type Fields = Record<string, unknown>;

const recordings = recording.requests as Recorded<{ body?: Fields }>[];

const spot: MarketRules = {
  ...{ symbol: 'BTC/USDT', id: 'BTCUSDT', kind: 'spot', base: 'BTC', quote: 'USDT' },
  ...{ amountStep: '0.000001', amountMin: '0', priceStep: '0.01' },
};
const toMarket = { type: 'market', price: undefined } as const;

const { calls, sendDeadline, buy, close } = recordedCalls(spot);

const startRecorder = (data: unknown = { orderId: '7', clientOid: '' }) =>
  startRequestRecorder('bitget', () => ({ code: '00000', msg: 'success', requestTime: 1, data }));

function withoutFence(body: unknown) {
  if (body === undefined) return undefined;
  const { requestTime: _, receiveWindow: __, ...fields } = body as Fields;
  return fields;
}

describe('a request to Bitget', () => {
  test.each(recordings)('has the fields of the recorded one: $name', async ({ name, recorded, ripcord }) => {
    const { exchange, sent } = await startRecorder();
    await calls[name]?.(exchange).catch(() => undefined);
    const { method, path, query = {}, body } = recorded;
    const own = body === undefined ? undefined : { ...body, ...ripcord?.body };
    // One request: ccxt's own asks for the settings of a unified account first.
    expect(sent.map(({ headers: _, ...each }) => ({ ...each, body: withoutFence(each.body) }))).toEqual([
      { method, path, query, body: own },
    ]);
  });

  test('of a create carries a window of its own, and the time that it is signed with', async () => {
    const { exchange, sent } = await startRecorder();
    const inMs = (ms: number) => ({ ...close, clientOrderId: `in${ms}`, sendDeadline: Date.now() + ms });
    // Concurrent requests of one client.
    await Promise.all([
      ...[500, 3_000, 60_000].map((ms) => exchange.createMarketOrder(spot, inMs(ms))),
      exchange.cancelOrder(spot, byId, sendDeadline),
    ]);
    const creates = sent.filter(({ path }) => path.endsWith('/place-order'));
    for (const { body, headers } of creates)
      expect((body as Fields).requestTime).toBe(headers['access-timestamp']);
    const windows = Object.fromEntries(
      creates.map(({ body }) => [(body as Fields).clientOid, Number((body as Fields).receiveWindow)]),
    );
    expect(windows).toEqual({ in500: 1_000, in3000: expect.any(Number), in60000: 5_000 });
    expect(windows.in3000).toBeLessThanOrEqual(3_000);
    // A cancel has no such parameters.
    expect(sent.find(({ path }) => path.endsWith('/cancel-order'))?.body).toEqual({
      ...{ symbol: 'BTCUSDT', orderId: '1234567' },
    });
  });

  test('is signed as Bitget decodes it, with the passphrase', async () => {
    const { exchange, sent } = await startRecorder([]);
    await exchange.fetchOrder({ ...spot, id: '币安人生USDT' }, { clientOrderId });
    const { headers = {} } = sent[1] ?? {};
    const payload = `${headers['access-timestamp']}GET/api/v2/spot/trade/unfilled-orders?limit=100&symbol=币安人生USDT`;
    expect(headers).toMatchObject({
      'access-key': keys.apiKey,
      'access-passphrase': 'passphrase',
      'access-sign': createHmac('sha256', keys.secret).update(payload).digest('base64'),
    });
  });
});

describe('an answer of Bitget without a result', () => {
  test.each([{}, { code: '00000', msg: 'success' }, { code: '00000', msg: 'success', data: null }])(
    'is no success, no absence and no empty account: %j',
    async (body) => {
      const { exchange } = await startRequestRecorder('bitget', () => body);
      expect(await exchange.createMarketOrder(spot, close)).toMatchObject({ kind: 'unknown' });
      expect(await exchange.cancelOrder(spot, byId, sendDeadline)).toMatchObject({
        ...{ kind: 'unconfirmed', reason: 'no-response' },
      });
      const reads = [
        () => exchange.fetchOrder(spot, { clientOrderId }),
        () => exchange.fetchBalance('BTC'),
        () => exchange.fetchOpenOrders(spot),
        () => exchange.fetchTrades(spot, lastHour()),
      ];
      for (const read of reads) expect((await faultOf(read())).code).toBe('exchange-unreachable');
    },
  );

  test('to a create, without an id, leaves the result unknown', async () => {
    const { exchange } = await startRecorder({ orderId: null, clientOid: clientOrderId });
    expect(await exchange.createMarketOrder(spot, close)).toEqual({
      ...{ kind: 'unknown', message: 'the response names no order' },
    });
  });
});

describe('a look-up at Bitget by client order id', () => {
  test('finds a filled order, which only the history shows', async () => {
    const { exchange, market, close: send, requests } = await startTrader(bitgetSpot);
    const { orderId } = accepted(await send());
    requests();
    const found = await exchange.fetchOrder(market, { clientOrderId: 'close1' });
    expect(found).toMatchObject({ orderId, status: 'done', filled: '0.1', average: '60000' });
    expect(requests().map((each) => each.split('/').at(-1))).toEqual([
      ...['orderInfo', 'unfilled-orders', 'history-orders'],
    ]);
    expect(await exchange.fetchOrder(market, { orderId })).toEqual(found);
    expect(requests()).toHaveLength(1);
  });

  test('finds an order that is open for more than two hours, as the list shows it', async () => {
    const { exchange, market, buy: send, clock } = await startTrader(bitgetSpot);
    const { orderId } = accepted(await send());
    const before = await exchange.fetchOrder(market, { clientOrderId: 'entry1' });
    clock.ahead = 3 * 3_600_000;
    expect(await exchange.fetchOrder(market, { clientOrderId: 'entry1' })).toEqual(before);
    expect(before).toMatchObject({ orderId, status: 'live', price: '50000', average: undefined });
  });

  test('proves no absence unless every list is read, back to when the order was sent', async () => {
    const { exchange, market, sim } = await startTrader(bitgetSpot);
    for (const name of ['orderInfo', 'unfilled-orders', 'history-orders']) {
      sim.core.addFault({ kind: 'drop-before', match: { path: `/api/v2/spot/trade/${name}` } });
      const fault = await faultOf(exchange.fetchOrder(market, { clientOrderId }));
      expect(fault.code).toBe('exchange-unreachable');
    }
    expect(await exchange.fetchOrder(market, { clientOrderId })).toBeUndefined();
    const startTimes = [undefined, Date.now()].map((sentAfter) => async () => {
      await exchange.fetchOrder(market, { clientOrderId, sentAfter });
      const request = sim.core.ledger().findLast(({ type }) => type === 'request');
      return Number(new URLSearchParams((request as { query: string }).query).get('startTime'));
    });
    const [whole = 0, recent = 0] = [await startTimes[0]?.(), await startTimes[1]?.()];
    expect((Date.now() - whole) / 86_400_000).toBeCloseTo(89, 0);
    expect((Date.now() - recent) / 60_000).toBeCloseTo(10, 0);
  });

  test('finds an order behind a page of newer ones', async () => {
    const { exchange, market, close: send, sim, requests } = await startTrader(bitgetSpot);
    await send();
    for (let count = 0; count < 120; count += 1)
      sim.core.placeOrder({
        ...{ apiKey: keys.apiKey, market: 'spot', symbol: 'BTCUSDT', side: 'buy', type: 'market' },
        amount: '0.001',
      });
    requests();
    expect(await exchange.fetchOrder(market, { clientOrderId: 'close1' })).toMatchObject({ filled: '0.1' });
    expect(requests().filter((each) => each.endsWith('history-orders'))).toHaveLength(2);
  });
});

describe('an order at Bitget', () => {
  test('that arrives after its window is refused', async () => {
    const { sim, buy: send, clock } = await startTrader(bitgetSpot);
    sim.core.addFault({ kind: 'late', ms: 100, match: bitgetSpot.create });
    expect(await send({ sendDeadline: Date.now() + 1_500 })).toMatchObject({ kind: 'unknown' });
    // Within the 30 s of the timestamp, and beyond the fence.
    clock.ahead = 3_000;
    sim.core.runDue();
    expect(sim.core.orders().orders).toEqual([]);
    // The window is checked against the venue's clock, which is read after a refusal.
    clock.ahead = 20_000;
    expect(await send()).toMatchObject({ kind: 'accepted' });
  });

  test('executes again under the id of one that has filled, so that it is never sent again as if unique', async () => {
    const { sim, exchange, close: send } = await startTrader(bitgetSpot);
    expect(exchange.replayWindowMs).toBeUndefined();
    for (const _ of [1, 2]) expect(await send()).toMatchObject({ kind: 'accepted' });
    expect(sim.core.orders().orders.filter(({ status }) => status === 'filled')).toHaveLength(2);
  });

  test('that buys at MARKET is sized by its value at the best offer, and not sent without one', async () => {
    const { sim, buy: send, exchange, market } = await startTrader(bitgetSpot);
    accepted(await send(toMarket));
    const sent = sim.core.ledger().findLast(({ type }) => type === 'request');
    expect(JSON.parse((sent as { query: string }).query)).toMatchObject({ side: 'buy', size: '6000' });
    expect(await exchange.fetchOrder(market, { clientOrderId: 'entry1' })).toMatchObject({ filled: '0.1' });
    sim.core.addFault({ kind: 'html', match: { path: '/api/v2/spot/market/tickers' } });
    expect(await send({ ...toMarket, clientOrderId: 'entry2' })).toMatchObject({
      ...{ kind: 'rejected', reason: 'no-connection' },
      message: expect.stringContaining('the order was not sent'),
    });
    expect(sim.core.orders().orders).toHaveLength(1);
  });

  test('that buys back a short is a LIMIT order, and never buys more than that', async () => {
    const { sim, close: send, exchange, market } = await startTrader(bitgetSpot);
    sim.core.setLiquidity({ market: 'spot', symbol: 'BTCUSDT', amount: '0.04' });
    accepted(await send({ side: 'buy', positionSide: 'short' }));
    const sent = sim.core.ledger().findLast(({ type }) => type === 'request');
    expect(JSON.parse((sent as { query: string }).query)).toMatchObject({
      ...{ side: 'buy', orderType: 'limit', force: 'ioc', size: '0.1', price: '61800' },
    });
    expect(await exchange.fetchOrder(market, { clientOrderId: 'close1' })).toMatchObject({
      ...{ status: 'done', amount: '0.1', filled: '0.04', average: '60000' },
    });
  });

  test('pays its commission in the coin of each trade', async () => {
    const { sim, exchange, market, buy: send } = await startTrader(bitgetSpot);
    sim.core.setFeeAsset({ apiKey: keys.apiKey, asset: 'BNB' });
    sim.core.setBalance({ apiKey: keys.apiKey, market: 'spot', asset: 'BNB', amount: '1' });
    const { orderId } = accepted(await send(toMarket));
    const { fees } = await exchange.fetchFills(market, { orderId }, '0.1');
    expect(fees).toMatchObject([{ currency: 'BNB', amount: '0.0075' }]);
  });

  test("is listed beside its owner's plan orders", async () => {
    const { sim, exchange, market, buy: send } = await startTrader(bitgetSpot);
    const plan = sim.core.placeOrder({
      ...{ apiKey: keys.apiKey, market: 'spot', symbol: 'BTCUSDT', side: 'sell', type: 'stop_market' },
      ...{ amount: '0.1', stopPrice: '40000' },
    });
    await send();
    expect(await exchange.fetchOpenOrders(market)).toMatchObject([
      { order: { clientOrderId: 'entry1', conditional: false } },
      { order: { orderId: String(plan.id), amount: '0.1', triggerPrice: '40000', conditional: true } },
    ]);
  });

  test.each([
    ['AMOUNT', '0.1'],
    ['total', '0'],
    ['TOTAL', '0'],
  ])('that waits for a price has its amount in coins, or none: %s', async (planType, amount) => {
    const plan = { orderId: '1', symbol: 'BTCUSDT', side: 'buy', orderType: 'limit', executePrice: '40000' };
    const orderList = [{ ...plan, planType, size: '0.1', triggerPrice: '41000', status: 'live', cTime: '1' }];
    const { exchange } = await startRequestRecorder('bitget', (path) => ({
      ...{ code: '00000', data: path.endsWith('plan-order') ? { orderList } : [] },
    }));
    expect(await exchange.fetchOpenOrders(spot)).toMatchObject([{ order: { orderId: '1', amount } }]);
  });

  test('is no exit: Ripcord sends none', async () => {
    const { exchange, market, requests } = await startTrader(bitgetSpot);
    const stop = { ...close, kind: 'stop-loss', triggerPrice: '40000' } as const;
    expect(await exchange.createExitOrder(market, stop)).toMatchObject({
      ...{ kind: 'rejected', code: 'unsupported' },
    });
    expect(requests()).toEqual([]);
  });
});

test('a coin that Bitget calls by another name has the name of ccxt, in markets, balances and fees', async () => {
  const { exchange, sim } = await startTrader(bitgetSpot);
  const like = sim.core.state.market('spot', 'BTCUSDT');
  sim.core.addMarket({ ...like, symbol: 'TONCOINUSDT', base: 'TONCOIN' });
  sim.core.setBalance({ apiKey: keys.apiKey, market: 'spot', asset: 'TONCOIN', amount: '3' });
  const market = await exchange.loadMarket('TON/USDT');
  expect(market).toMatchObject({ id: 'TONCOINUSDT', base: 'TON' });
  expect(await exchange.fetchBalance('TON')).toEqual({ free: '3', total: '3' });
  const entry = { ...buy, clientOrderId: 'ton', type: 'market', cost: '6000' } as const;
  const { orderId } = accepted(await exchange.createEntryOrder(market, entry));
  const { fees } = await exchange.fetchFills(market, { orderId }, '0.1');
  expect(fees).toMatchObject([{ currency: 'TON' }]);
});
