import { createHash, createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { RunningExchange } from '../../../infra/simulator/exchange.ts';
import { ccxtExchanges } from '../../../lib/exchange/ccxt/ccxt-exchange.ts';
import type { MarketRules } from '../../../lib/exchange/exchange.ts';
import { gateSpot as gateSpotVenue } from '../../../lib/exchange/venues/gate-spot.ts';
import { venues } from '../../../lib/exchange/venues/venues.ts';
import { faultOf } from './fault-of.ts';
import recording from './recorded/gate.json' with { type: 'json' };
import { byId, clientOrderId, type Recorded, recordedCalls } from './recorded-calls.ts';
import { startRequestRecorder } from './request-recorder.ts';
import { accepted, gateSpot, keys, lastHour, startTrader } from './test-markets.ts';

type Fields = Record<string, unknown>;

const recordings = recording.requests as Recorded<{ without?: string[] }>[];

const spot: MarketRules = {
  ...{ symbol: 'BTC/USDT', id: 'BTC_USDT', kind: 'spot', base: 'BTC', quote: 'USDT' },
  ...{ amountStep: '0.000001', amountMin: '0', priceStep: '0.01' },
};
const toMarket = { type: 'market', price: undefined } as const;

const { calls, sendDeadline, close } = recordedCalls(spot);

const kindPath = '/api/v4/unified/unified_mode';
const classic = { mode: 'classic' };

/** @param answer to every request but that for the kind of the account. */
const startRecorder = (answer: unknown = {}, id: 'gate' | 'gateeu' = 'gate') =>
  startRequestRecorder(id, (path) => (path === kindPath ? classic : answer));

const isOwn = ({ path }: { path: string }) => path !== kindPath;

/** A look-up and a cancel name no account: Gate then looks in all of them. */
function toExpected({ recorded: { method, path, query = {}, body }, ripcord }: (typeof recordings)[number]) {
  const kept = Object.entries(query).filter(([name]) => ripcord?.without?.includes(name) !== true);
  return { method, path, query: Object.fromEntries(kept), body };
}

describe('a request to Gate', () => {
  test.each(recordings)('has the fields of the recorded one: $name', async (each) => {
    const { exchange, sent } = await startRecorder();
    await calls[each.name]?.(exchange).catch(() => undefined);
    const own = sent.filter(isOwn).map(({ headers: _, ...request }) => request);
    expect(own).toEqual([toExpected(each)]);
  });

  test('has the rules of spot at Gate EU, which has no test network and no perpetuals', async () => {
    const [first] = recordings;
    const { exchange, last } = await startRecorder({}, 'gateeu');
    await exchange.createMarketOrder(spot, close);
    expect(last()).toMatchObject(toExpected(first as (typeof recordings)[number]));
    const { id: _, useSandbox: __, ...rules } = gateSpotVenue;
    expect(venues.gateeu).toEqual({ ...rules, id: 'gateeu' });
    expect(venues.gateeu.kinds).toEqual(new Set(['spot']));
  });

  test('carries its own send deadline, if it creates or cancels an order', async () => {
    const { exchange, sent } = await startRecorder();
    const at = (deadline: number, id: string) => ({ ...close, sendDeadline: deadline, clientOrderId: id });
    // Concurrent requests of one client.
    await Promise.all([
      exchange.createMarketOrder(spot, at(sendDeadline + 1, 'first')),
      exchange.createMarketOrder(spot, at(sendDeadline + 2, 'second')),
      exchange.cancelOrder(spot, byId, sendDeadline + 3),
      exchange.fetchOrder(spot, byId).catch(() => undefined),
    ]);
    const fences = sent.filter(isOwn).map(({ method, body, headers }) => ({
      ...{ method, text: (body as Fields | undefined)?.text, expires: headers['x-gate-exptime'] },
    }));
    expect(fences).toHaveLength(4);
    expect(fences).toContainEqual({ method: 'POST', text: 't-first', expires: String(sendDeadline + 1) });
    expect(fences).toContainEqual({ method: 'POST', text: 't-second', expires: String(sendDeadline + 2) });
    expect(fences).toContainEqual({ method: 'DELETE', expires: String(sendDeadline + 3) });
    expect(fences).toContainEqual({ method: 'GET' });
  });

  test('is signed as Gate decodes it', async () => {
    const { exchange, last } = await startRecorder([]);
    await exchange.fetchTrades({ ...spot, id: '币安人生_USDT' }, { since: 0, until: 1_000 });
    const { headers = {}, method, path } = last() ?? {};
    const query = 'currency_pair=币安人生_USDT&from=0&to=1&page=1&limit=1000';
    const hash = createHash('sha512').update('').digest('hex');
    const payload = [method, path, query, hash, headers.timestamp].join('\n');
    expect(headers.sign).toBe(createHmac('sha512', keys.secret).update(payload).digest('hex'));
  });
});

describe('an answer of Gate without an order', () => {
  test.each([{}, [], { id: '7', text: 't-x', amend_text: '-' }])(
    'is no success, no absence and no empty account: %j',
    async (body) => {
      const { exchange } = await startRecorder(body);
      expect(await exchange.createMarketOrder(spot, close)).toMatchObject({ kind: 'unknown' });
      expect(await exchange.cancelOrder(spot, byId, sendDeadline)).toMatchObject({ kind: 'unconfirmed' });
      for (const ref of [byId, { clientOrderId }])
        expect((await faultOf(exchange.fetchOrder(spot, ref))).code).toBe('exchange-unreachable');
    },
  );

  test('is no order by the word of how it ended alone', async () => {
    const row = { id: '7', text: `t-${clientOrderId}`, currency_pair: 'BTC_USDT', side: 'sell' };
    const done = { ...row, amount: '0.01', left: '0.004', filled_amount: '0.006', finish_as: 'stp' };
    const { exchange } = await startRecorder({ ...done, status: 'cancelled' });
    expect(accepted(await exchange.createMarketOrder(spot, close))).toMatchObject({
      ...{ status: 'done', filled: '0.006' },
    });
    const { exchange: other } = await startRecorder(done);
    expect(await other.createMarketOrder(spot, close)).toMatchObject({ kind: 'unknown' });
  });
});

/** What look-ups by the text of an order that exists, and of one that does not, are answered with. */
function answerTexts({ core }: RunningExchange, status: number, code: string): void {
  for (const text of ['t-close1', 't-unlisted'])
    core.addFault({ kind: 'status', status, code, match: { path: `/api/v4/spot/orders/${text}` } });
}

describe('a look-up at Gate by client order id', () => {
  test('finds a filled order, which only the finished orders show', async () => {
    const { exchange, market, close: send, requests } = await startTrader(gateSpot);
    const { orderId } = accepted(await send());
    requests();
    const found = await exchange.fetchOrder(market, { clientOrderId: 'close1' });
    expect(found).toMatchObject({ orderId, status: 'done', filled: '0.1', average: '60000' });
    expect(requests()).toEqual(['GET /api/v4/spot/orders/t-close1', 'GET /api/v4/spot/orders']);
    expect(await exchange.fetchOrder(market, { orderId })).toEqual(found);
  });

  test('finds it by its trades if the finished orders miss it', async () => {
    const { exchange, market, sim, close: send } = await startTrader(gateSpot);
    const { orderId } = accepted(await send());
    sim.core.addFault({ kind: 'not-found', match: { method: 'GET', path: '/api/v4/spot/orders' } });
    expect(await exchange.fetchOrder(market, { clientOrderId: 'close1' })).toMatchObject({
      ...{ orderId, status: 'done', filled: '0.1' },
    });
  });

  test.each(['/api/v4/spot/orders', '/api/v4/spot/my_trades'])(
    'reports no absence while %s does not answer',
    async (path) => {
      const { exchange, market, sim } = await startTrader(gateSpot);
      expect(await exchange.fetchOrder(market, { clientOrderId: 'none' })).toBeUndefined();
      sim.core.addFault({ kind: 'status', status: 503, match: { method: 'GET', path } });
      const fault = await faultOf(exchange.fetchOrder(market, { clientOrderId: 'none' }));
      expect(fault.code).toBe('exchange-unreachable');
    },
  );

  test.each(['ORDER_NOT_FOUND', 'CLIENT_ID_NOT_FOUND'])(
    'reads the lists of an order whose `text` is answered with %s, and then takes it for absent',
    async (code) => {
      const { exchange, market, sim, close: send } = await startTrader(gateSpot);
      const { orderId } = accepted(await send());
      answerTexts(sim, 404, code);
      expect(await exchange.fetchOrder(market, { clientOrderId: 'close1' })).toMatchObject({ orderId });
      expect(await exchange.fetchOrder(market, { clientOrderId: 'unlisted' })).toBeUndefined();
    },
  );

  test.each(['ORDER_CLOSED', 'ORDER_CANCELLED', 'ORDER_FINISHED'])(
    'reads the lists of an order that has ended, if its `text` is answered with %s',
    async (code) => {
      const { exchange, market, sim, close: send } = await startTrader(gateSpot);
      const { orderId } = accepted(await send());
      answerTexts(sim, 400, code);
      const found = await exchange.fetchOrder(market, { clientOrderId: 'close1' });
      expect(found).toMatchObject({ orderId, filled: '0.1' });
      expect(await faultOf(exchange.fetchOrder(market, { clientOrderId: 'unlisted' }))).toMatchObject({
        code: 'exchange-unreachable',
        message: 'Gate reports that the order exists, and does not list it yet',
      });
    },
  );

  test('reports no absence of an order whose trades are listed', async () => {
    const { exchange, market, sim, close: send } = await startTrader(gateSpot);
    const { orderId } = accepted(await send());
    for (const path of ['/api/v4/spot/orders', `/api/v4/spot/orders/${orderId}`])
      sim.core.addFault({ kind: 'not-found', match: { method: 'GET', path } });
    expect(await faultOf(exchange.fetchOrder(market, { clientOrderId: 'close1' }))).toMatchObject({
      code: 'exchange-unreachable',
      message: 'Gate reports that the order exists, and does not list it yet',
    });
  });

  test('reads every page, and none from long before the order was sent', async () => {
    const { exchange, market, sim, close: send } = await startTrader(gateSpot);
    accepted(await send({ amount: '0.001' }));
    const own = { ...keys, market: 'spot', symbol: 'BTCUSDT', side: 'buy', type: 'market' } as const;
    for (let count = 0; count < 100; count += 1) sim.core.placeOrder({ ...own, amount: '0.001' });
    const ref = { clientOrderId: 'close1' };
    expect(await exchange.fetchOrder(market, ref)).toMatchObject({ filled: '0.001' });
    const later = { ...ref, sentAfter: Date.now() + 3_600_000 };
    expect(await exchange.fetchOrder(market, later)).toBeUndefined();
  });
});

test('An order that was sent to Gate before the lists begin is not absent', async () => {
  const { exchange, market } = await startTrader(gateSpot);
  const sentAfter = Date.now() - 31 * 86_400_000;
  const fault = await faultOf(exchange.fetchOrder(market, { clientOrderId: 'none', sentAfter }));
  expect(fault).toMatchObject({ code: 'exchange-refused', message: expect.stringContaining('30 days ago') });
});

describe('an order that waits for Gate', () => {
  test('is refused after its deadline, and by a clock that is far off after a second try', async () => {
    const { sim, buy: send, clock } = await startTrader(gateSpot);
    sim.core.addFault({ kind: 'late', ms: 1_000, match: gateSpot.create });
    expect(await send({ sendDeadline: Date.now() + 900 })).toMatchObject({ kind: 'unknown' });
    clock.ahead = 20_000;
    sim.core.runDue();
    expect(sim.core.orders().orders).toEqual([]);
    // 20 s are within the window of the timestamp, and beyond the fence: the clock is corrected.
    expect(await send()).toMatchObject({ kind: 'accepted' });
  });

  test('executes again under the id of another, so that it is never sent again as if unique', async () => {
    const { sim, exchange, close: send } = await startTrader(gateSpot);
    expect(exchange.replayWindowMs).toBeUndefined();
    for (const _ of [1, 2]) expect(await send()).toMatchObject({ kind: 'accepted' });
    expect(sim.core.orders().orders.filter(({ status }) => status === 'filled')).toHaveLength(2);
  });
});

describe('a MARKET order at Gate', () => {
  test('that the book fills in part reports what it filled', async () => {
    const { sim, close: send } = await startTrader(gateSpot);
    sim.core.setLiquidity({ market: 'spot', symbol: 'BTCUSDT', amount: '0.03' });
    expect(accepted(await send())).toMatchObject({ status: 'done', amount: '0.1', filled: '0.03' });
  });

  test('that buys an amount of coins never buys more, also after the price has fallen', async () => {
    const { sim, buy: send, order: find } = await startTrader(gateSpot);
    const body = JSON.stringify([{ currency_pair: 'BTC_USDT', last: '60000', lowest_ask: '60000' }]);
    sim.core.addFault({ kind: 'html', body, match: { path: '/api/v4/spot/tickers' } });
    sim.core.setPrice({ market: 'spot', symbol: 'BTCUSDT', price: '59000' });
    expect(accepted(await send(toMarket))).toMatchObject({ status: 'done', filled: '0.1' });
    expect(find('entry1')).toMatchObject({ type: 'limit', timeInForce: 'IOC', amount: '0.1' });
  });

  test('that buys an amount of coins is not sent without a price', async () => {
    const { sim, buy: send } = await startTrader(gateSpot);
    sim.core.addFault({ kind: 'status', status: 503, match: { path: '/api/v4/spot/tickers' } });
    expect(await send(toMarket)).toMatchObject({ kind: 'rejected', reason: 'no-connection' });
    expect(sim.core.orders().orders).toEqual([]);
  });
});

describe('the kind of a Gate account', () => {
  test('that is unified pays orders and shows balances of the unified account', async () => {
    const {
      exchange,
      market,
      sim,
      close: send,
      requests,
    } = await startTrader(gateSpot, { accountMode: '2' });
    requests();
    expect(await send()).toMatchObject({ kind: 'accepted' });
    const [request] = sim.core
      .ledger()
      .filter(({ type }) => type === 'request')
      .slice(-1);
    expect(JSON.parse((request as { query: string }).query)).toMatchObject({
      account: 'unified',
      auto_borrow: false,
    });
    expect(await exchange.fetchBalance('BTC')).toEqual({ free: '0.9', total: '0.9' });
    expect(await exchange.fetchOpenOrders(market)).toEqual([]);
    expect(requests()).toContain('GET /api/v4/unified/accounts');
  });

  test('that changed is read again after a refused order', async () => {
    const { sim, close: send } = await startTrader(gateSpot);
    sim.core.accountOf(keys.apiKey).accountMode = '2';
    expect(await send()).toMatchObject({ kind: 'rejected', reason: 'other' });
    expect(await send()).toMatchObject({ kind: 'accepted' });
  });

  test.each([{ status: 403, code: 'FORBIDDEN' }, { status: 400, code: 'USER_NOT_FOUND' }, { status: 404 }])(
    'that the key may not read, or a stand-in does not know, is left to Gate: $status',
    async (answer) => {
      const { stored, sim, market, requests } = await startTrader(gateSpot);
      const exchange = await ccxtExchanges(stored).of('main');
      sim.core.addFault({ kind: 'status', ...answer, match: { path: kindPath } });
      const sell = { ...close, amount: '0.1' };
      expect(await exchange.createMarketOrder(market, sell)).toMatchObject({ kind: 'accepted' });
      expect(requests()).toEqual([`GET ${kindPath}`, 'POST /api/v4/spot/orders']);
      const [request] = sim.core
        .ledger()
        .filter(({ type }) => type === 'request')
        .slice(-1);
      expect(JSON.parse((request as { query: string }).query)).not.toHaveProperty('account');
    },
  );

  test('that is not reported leaves the order unsent', async () => {
    const { stored, sim, market } = await startTrader(gateSpot);
    const exchange = await ccxtExchanges(stored).of('main');
    sim.core.addFault({ kind: 'status', status: 503, match: { path: kindPath } });
    expect(await exchange.createMarketOrder(market, { ...close, amount: '0.1' })).toMatchObject({
      ...{ kind: 'rejected', reason: 'no-connection' },
      message: "Gate did not report the account's mode, so the order was not sent",
    });
    expect(sim.core.orders().orders).toEqual([]);
  });
});

describe('what an account has at Gate', () => {
  test('has the fees of a trade in its coin, in GT and in points', async () => {
    const trade = {
      ...{ id: '1', order_id: '7', side: 'buy', amount: '0.1', price: '50000', fee_currency: 'BTC' },
      ...{ create_time_ms: '1790000000123.456', text: 't-x' },
    };
    const rows = [
      { ...trade, fee: '0.0001', gt_fee: '0', point_fee: '0' },
      { ...trade, id: '2', fee: '0', gt_fee: '0.5', point_fee: '2' },
      { ...trade, id: '3', fee: '0', gt_fee: '0', point_fee: '0' },
    ];
    const { exchange } = await startRecorder(rows);
    const at = 1_790_000_000_123;
    const { fees, cost } = await exchange.fetchFills(spot, { orderId: '7', createdAt: Date.now() }, '0.3');
    expect(cost).toBe('15000');
    expect(fees).toEqual([
      { currency: 'BTC', amount: '0.0001', at },
      { currency: 'GT', amount: '0.5', at },
      { currency: 'POINT', amount: '2', at },
      { currency: 'BTC', amount: '0', at },
    ]);
  });

  test('is no order of a margin account, which holds no coins of it', async () => {
    const row = { id: '7', currency_pair: 'BTC_USDT', side: 'sell', amount: '1', left: '1', status: 'open' };
    const rows = [
      { ...row, type: 'limit', price: '1', account: 'margin' },
      { ...row, id: '8', type: 'limit', price: '1', account: 'spot' },
    ];
    const { exchange } = await startRequestRecorder('gate', (path) => {
      if (path === kindPath) return classic;
      return path.endsWith('/spot/orders') ? rows : [];
    });
    expect(await exchange.fetchOpenOrders(spot)).toMatchObject([{ order: { orderId: '8' } }]);
  });

  // The sample of the page has no status.
  test.each([
    ['', 'live'],
    ['open', 'live'],
    ['cancelled', 'done'],
    ['failed', 'done'],
    ['expired', 'done'],
  ])('is an order that waits for a price until Gate reports its end: "%s"', async (status, expected) => {
    const put = { type: 'limit', side: 'sell', price: '39900', amount: '0.2', account: 'normal' };
    const row = { trigger: { price: '40000', rule: '<=' }, put, id: 7, market: 'BTC_USDT', ctime: 1, status };
    const { exchange } = await startRecorder(row);
    const found = await exchange.fetchOrder(spot, { orderId: '7', conditional: true });
    expect(found).toMatchObject({ orderId: '7', status: expected });
  });

  test('is an order that its owner lets wait for a price, as a conditional one', async () => {
    const { exchange, market, sim } = await startTrader(gateSpot);
    const { id } = sim.core.placeOrder({
      ...{ ...keys, market: 'spot', symbol: 'BTCUSDT', side: 'sell', type: 'stop_limit' },
      ...{ amount: '0.2', price: '39900', stopPrice: '40000' },
    });
    const expected = { orderId: String(id), conditional: true, amount: '0.2', triggerPrice: '40000' };
    expect(await exchange.fetchOpenOrders(market)).toMatchObject([{ order: expected }]);
    expect(await exchange.fetchTrades(market, lastHour())).toEqual([]);
  });
});
