import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { placeAlgoOrder } from '../../../infra/simulator/core/algo-orders.ts';
import type { MarketRules } from '../../../lib/exchange/exchange.ts';
import { faultOf } from './fault-of.ts';
import recording from './recorded/kucoin.json' with { type: 'json' };
import { byId, clientOrderId, type Recorded, recordedCalls } from './recorded-calls.ts';
import { startRequestRecorder } from './request-recorder.ts';
import { accepted, keys, kucoinSpot, lastHour, startTrader } from './test-markets.ts';

type Fields = Record<string, unknown>;

const recordings = recording.requests as Recorded<{ path?: string }>[];

const spot: MarketRules = {
  ...{ symbol: 'BTC/USDT', id: 'BTC-USDT', kind: 'spot', base: 'BTC', quote: 'USDT' },
  ...{ amountStep: '0.00000001', amountMin: '0.00001', priceStep: '0.1' },
};
const { calls, sendDeadline, buy, close } = recordedCalls(spot);

const startRecorder = (data: unknown = { orderId: '7' }) =>
  startRequestRecorder('kucoin', () => ({ code: '200000', data }));

function withoutFence(body: unknown) {
  if (body === undefined) return undefined;
  const { clientTimestamp: _, allowMaxTimeWindow: __, ...fields } = body as Fields;
  return fields;
}

describe('a request to KuCoin', () => {
  test.each(recordings)('has the fields of the recorded one: $name', async ({ name, recorded, ripcord }) => {
    const { exchange, sent } = await startRecorder();
    await calls[name]?.(exchange).catch(() => undefined);
    const { method, path, query = {}, body } = recorded;
    // A cancel reads its order before. The account's kind is not asked for.
    const before = method === 'DELETE' ? [{ method: 'GET', path, query, body }] : [];
    expect(sent.map(({ headers: _, ...each }) => ({ ...each, body: withoutFence(each.body) }))).toEqual([
      ...before,
      { method, path: ripcord?.path ?? path, query, body },
    ]);
  });

  test('that buys for a cost has funds, and no size', async () => {
    const { exchange, last } = await startRecorder();
    await exchange.createEntryOrder(spot, { ...buy, type: 'market', cost: '100' });
    expect(withoutFence(last()?.body)).toEqual({
      ...{ clientOid: clientOrderId, side: 'buy', symbol: 'BTC-USDT', type: 'market', funds: '100' },
    });
  });

  test('of a create carries its own send deadline, counted from its own timestamp', async () => {
    const { exchange, sent } = await startRecorder();
    const inMs = (ms: number) => ({ ...close, clientOrderId: `in${ms}`, sendDeadline: Date.now() + ms });
    await Promise.all([
      exchange.createMarketOrder(spot, inMs(1_000)),
      exchange.createMarketOrder(spot, inMs(3_000)),
      exchange.createMarketOrder(spot, inMs(60_000)),
      exchange.cancelOrder(spot, byId, sendDeadline),
    ]);
    const windows = new Map<unknown, number>();
    for (const { body, headers } of sent) {
      const { clientOid, clientTimestamp, allowMaxTimeWindow } = (body ?? {}) as Fields;
      windows.set(clientOid, Number(allowMaxTimeWindow));
      expect(clientTimestamp ?? headers['kc-api-timestamp']).toEqual(
        clientOid === undefined ? expect.any(String) : Number(headers['kc-api-timestamp']),
      );
    }
    for (const ms of [1_000, 3_000]) {
      expect(windows.get(`in${ms}`)).toBeLessThanOrEqual(ms);
      expect(windows.get(`in${ms}`)).toBeGreaterThan(ms - 900);
    }
    // The timestamp of a request ends after 5 s.
    expect(windows.get('in60000')).toBe(5_000);
    expect(windows.get(undefined)).toBeNaN();
  });

  test('is signed as KuCoin decodes it, with an encrypted passphrase', async () => {
    const { exchange, last } = await startRecorder(null);
    await exchange.fetchOrder({ ...spot, id: '币安人生-USDT' }, { clientOrderId });
    const { headers = {} } = last() ?? {};
    const sign = (payload: string) => createHmac('sha256', keys.secret).update(payload).digest('base64');
    const path = `/api/v1/hf/orders/client-order/${clientOrderId}?symbol=币安人生-USDT`;
    expect(headers).toMatchObject({
      'kc-api-key': keys.apiKey,
      'kc-api-key-version': '2',
      'kc-api-passphrase': sign('passphrase'),
      'kc-api-sign': sign(`${headers['kc-api-timestamp']}GET${path}`),
    });
  });
});

describe('an answer of KuCoin without an order', () => {
  test('is no success of a create or a cancel, and an absence in a look-up', async () => {
    const { exchange } = await startRecorder(null);
    expect(await exchange.createMarketOrder(spot, close)).toEqual({
      kind: 'unknown',
      message: 'the response names no order',
    });
    expect(await exchange.cancelOrder(spot, byId, sendDeadline)).toMatchObject({
      kind: 'unconfirmed',
      reason: 'no-response',
    });
    expect(await exchange.fetchOrder(spot, { clientOrderId })).toBeUndefined();
  });

  test.each([{}, { code: '200000' }, { data: null }, { code: '200000', data: [] }])(
    'is no absence without both code and null: %j',
    async (body) => {
      const { exchange } = await startRequestRecorder('kucoin', () => body);
      const fault = await faultOf(exchange.fetchOrder(spot, { clientOrderId }));
      expect(fault.code).toBe('exchange-unreachable');
    },
  );

  test.each([
    'order_not_exist',
    'order not exist.',
    'The order does not exist.',
    'error.getOrder.orderNotExist',
  ])('is an absence if it says so: %s', async (msg) => {
    const { exchange } = await startRequestRecorder('kucoin', () => ({ code: '400100', msg }));
    expect(await exchange.fetchOrder(spot, { clientOrderId })).toBeUndefined();
  });

  test('is no absence with any other message of the general code', async () => {
    const answer = { code: '400100', msg: 'symbol not in the given range!' };
    const { exchange } = await startRequestRecorder('kucoin', () => answer);
    const fault = await faultOf(exchange.fetchOrder(spot, { clientOrderId }));
    expect(fault).toMatchObject({ code: 'exchange-refused' });
  });
});

describe('an order at KuCoin', () => {
  test('that arrives after its deadline is refused', async () => {
    const { sim, buy: send, clock } = await startTrader(kucoinSpot);
    sim.core.addFault({ kind: 'late', ms: 100, match: kucoinSpot.create });
    expect(await send({ sendDeadline: Date.now() + 1_000 })).toMatchObject({ kind: 'unknown' });
    // Within the 5 s of the timestamp, and beyond the fence.
    clock.ahead = 3_000;
    sim.core.runDue();
    expect(sim.core.orders().orders).toEqual([]);
  });

  test('executes again under the id of one that has filled, so that it is never sent again as if unique', async () => {
    const { sim, exchange, close: send } = await startTrader(kucoinSpot);
    expect(exchange.replayWindowMs).toBeUndefined();
    for (const _ of [1, 2]) expect(await send()).toMatchObject({ kind: 'accepted' });
    expect(sim.core.orders().orders.filter(({ status }) => status === 'filled')).toHaveLength(2);
  });

  test('with more fills than one page has all of its fees', async () => {
    const { sim, exchange, market, buy: send, order: find } = await startTrader(kucoinSpot);
    const { orderId } = accepted(await send({ amount: '0.101' }));
    for (let count = 0; count < 101; count += 1)
      sim.core.fill({ orderId: find('entry1').id, amount: '0.001' });
    const read = await exchange.fetchOrder(market, { orderId });
    const { fees, cost } = await exchange.fetchFills(market, read ?? { orderId }, '0.101');
    expect([fees.length, cost]).toEqual([101, '5050']);
    expect(await exchange.fetchTrades(market, { ...lastHour(), orderId })).toHaveLength(101);
  });

  test("is listed beside its owner's stop orders, which hold no coins", async () => {
    const { sim, exchange, market, buy: send } = await startTrader(kucoinSpot);
    await send({ type: 'market', price: undefined });
    const account = sim.core.accountOf(keys.apiKey);
    const algo = placeAlgoOrder(sim.core.state, {
      ...{ account, market: 'spot', symbol: 'BTCUSDT', side: 'sell', type: 'stop_market', amount: '0.1' },
      triggerPrice: '40000',
    });
    await send();
    expect(await exchange.fetchOpenOrders(market)).toMatchObject([
      { order: { clientOrderId: 'entry1', conditional: false } },
      { order: { orderId: String(algo.id), amount: '0.1', triggerPrice: '40000', conditional: true } },
    ]);
  });

  test('that fills between the look-up and the cancel is read again', async () => {
    const { sim, exchange, market, buy: send } = await startTrader(kucoinSpot);
    const { orderId } = accepted(await send());
    sim.core.addFault({ kind: 'fill-before-cancel', amount: '0.03', match: kucoinSpot.cancel });
    expect(await exchange.cancelOrder(market, { orderId }, sendDeadline)).toMatchObject({
      ...{ kind: 'unconfirmed', reason: 'acknowledged' },
    });
    expect(await exchange.fetchOrder(market, { orderId })).toMatchObject({ status: 'done', filled: '0.03' });
  });

  test('is canceled also if it could not be read before', async () => {
    const { sim, exchange, market, buy: send, order: find } = await startTrader(kucoinSpot);
    const { orderId } = accepted(await send());
    sim.core.addFault({ kind: 'drop-before', match: kucoinSpot.fetch });
    await exchange.cancelOrder(market, { orderId }, sendDeadline);
    expect(find('entry1').status).toBe('canceled');
  });

  test('is paid from the trading account, not from the main one', async () => {
    const { sim, exchange } = await startTrader(kucoinSpot);
    expect(await exchange.fetchBalance('BTC')).toEqual({ free: '1', total: '1' });
    sim.core.setBalance({ apiKey: keys.apiKey, market: 'spot', asset: 'BTC', amount: '0' });
    expect(await exchange.fetchBalance('BTC')).toEqual({ free: '0', total: '0' });
  });
});
