import { describe, expect, test } from 'vitest';
import { ccxtExchanges } from '../../../lib/exchange/ccxt/ccxt-exchange.ts';
import type { MarketRules } from '../../../lib/exchange/exchange.ts';
import recording from './recorded/kraken.json' with { type: 'json' };
import { clientOrderId, type Recorded, recordedCalls } from './recorded-calls.ts';
import { type Sent as Request, startRequestRecorder } from './request-recorder.ts';
import { accepted, keys, krakenSpot, lastHour, startTrader } from './test-markets.ts';

type Fields = Record<string, unknown>;

type Sent = Request & { body: Fields };

const recordings = recording.requests as Recorded<{ path?: string; body?: Fields; without?: string[] }>[];

type Answer = (request: Sent) => unknown;
const success = (result: unknown) => ({ error: [], result });
const refusal = (...error: string[]) => ({ error });

/** All of its requests have their fields in a form, or in the query. */
async function startKraken(answer: Answer = () => success({})) {
  const sent: Sent[] = [];
  const { exchange } = await startRequestRecorder('kraken', (_, request) => {
    const one = { ...request, body: (request.body ?? request.query) as Fields };
    sent.push(one);
    return answer(one);
  });
  return { exchange, sent, paths: () => sent.map(({ path }) => path.replace('/0/private/', '')) };
}

const market: MarketRules = {
  ...{ symbol: 'BTC/USD', id: 'XXBTZUSD', kind: 'spot', base: 'BTC', quote: 'USD' },
  ...{ amountStep: '0.00000001', amountMin: '0.00005', priceStep: '0.1' },
};
const { calls, sendDeadline, close } = recordedCalls(market);

/** Of each order, the commission is taken in quote currency; an order is looked up in the lists of its client order id. */
function toExpected({ recorded, ripcord: { path, body, without = [] } = {} }: (typeof recordings)[number]) {
  const own = Object.entries({ ...recorded.body, ...body }).filter(([name]) => !without.includes(name));
  return { method: 'POST', path: path ?? recorded.path, body: Object.fromEntries(own) };
}

describe('a request to Kraken', () => {
  test.each(recordings)('$name: is as recorded, but for what makes it safe', async (recorded) => {
    const { exchange, sent } = await startKraken();
    await calls[recorded.name]?.(exchange).catch(() => undefined);
    const { method, path, body } = sent[0] as Sent;
    const { nonce, deadline, ...own } = body;
    expect({ method, path, body: own }).toEqual(toExpected(recorded));
    expect(nonce).toMatch(/^\d{19}$/);
    expect(typeof deadline).toBe(path.endsWith('/AddOrder') ? 'string' : 'undefined');
  });

  test('has a nonce above the one before it, also with others at the same time', async () => {
    const { exchange, sent } = await startKraken();
    await Promise.all(Array.from({ length: 20 }, () => exchange.fetchBalance('BTC')));
    const nonces = sent.map(({ body }) => BigInt(String(body.nonce)));
    expect(new Set(nonces).size).toBe(20);
    const now = BigInt(Date.now()) * 1_000_000n;
    for (const nonce of nonces) expect(now - nonce).toBeLessThan(60_000_000_000n);
  });

  test.each([
    ['the send deadline', 30_000, 30_000],
    ["5 s, Kraken's own default, for a send deadline that Kraken would refuse as too near", 1_000, 5_000],
    ['55 s for one that Kraken would refuse as too far', 300_000, 55_000],
  ])('that places an order has a deadline: %s', async (_, leftMs, expectedMs) => {
    const { exchange, sent } = await startKraken();
    const now = Date.now();
    await exchange.createMarketOrder(market, { ...close, sendDeadline: now + leftMs });
    const deadline = String(sent[0]?.body.deadline);
    expect(deadline).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(Math.abs(Date.parse(deadline) - now - expectedMs)).toBeLessThan(500);
  });

  test('never carries a trigger: an exit at Kraken is refused', async () => {
    const { exchange, sent } = await startKraken();
    const stop = { ...close, kind: 'stop-loss', triggerPrice: '40000' } as const;
    expect(await exchange.createExitOrder(market, stop)).toMatchObject({
      ...{ kind: 'rejected', code: 'unsupported' },
      message: "Kraken can't hold such an exit. Nothing was sent",
    });
    expect(sent).toEqual([]);
  });
});

describe('a nonce that Kraken refuses', () => {
  const taken = 'EAPI:Invalid nonce';

  test('is followed by a higher one, and the order is placed once', async () => {
    let refusals = 2;
    const { exchange, sent } = await startKraken(() => {
      refusals -= 1;
      return refusals < 0 ? success({ txid: ['OAAAAA-AAAAA-AAAAAA'] }) : refusal(taken);
    });
    expect(accepted(await exchange.createMarketOrder(market, close))).toMatchObject({
      orderId: 'OAAAAA-AAAAA-AAAAAA',
    });
    const nonces = sent.map(({ body }) => BigInt(String(body.nonce)));
    expect(nonces).toHaveLength(3);
    expect(nonces).toEqual(nonces.toSorted((a, b) => Number(a - b)));
  });

  test('three times in a row proves that nothing was placed', async () => {
    const { exchange, sent } = await startKraken(() => refusal(taken));
    expect(await exchange.createMarketOrder(market, close)).toEqual({
      ...{ kind: 'rejected', reason: 'not-placed', code: taken, message: taken },
    });
    expect(sent).toHaveLength(3);
  });

  test('is not sent again after the send deadline', async () => {
    const { exchange, sent } = await startKraken(() => {
      while (Date.now() <= soon);
      return refusal(taken);
    });
    const soon = Date.now() + 150;
    const result = await exchange.createMarketOrder(market, { ...close, sendDeadline: soon });
    expect(result).toMatchObject({ kind: 'rejected', reason: 'too-late' });
    expect(sent).toHaveLength(1);
  });

  test('of two processes with one key costs neither its order', async () => {
    const { sim, stored, market: rules, close: closeHere } = await startTrader(krakenSpot);
    const other = await ccxtExchanges(stored).of('main');
    // A nonce of another program, a moment ahead.
    sim.core.accountOf(keys.apiKey).nonce = String(BigInt(Date.now() + 1) * 1_000_000n);
    const results = await Promise.all([
      closeHere({ clientOrderId: 'one', amount: '0.01' }),
      other.createMarketOrder(rules, { ...close, clientOrderId: 'two' }),
    ]);
    expect(results.map(({ kind }) => kind)).toEqual(['accepted', 'accepted']);
    expect(sim.core.orders().orders).toHaveLength(2);
  });
});

const row = {
  ...{ status: 'closed', opentm: 1_700_000_000.1234, closetm: 1_700_000_001.5, cl_ord_id: clientOrderId },
  descr: { pair: 'XBTUSD', type: 'sell', ordertype: 'market', price: '0', price2: '0', leverage: 'none' },
  ...{ vol: '0.01000000', vol_exec: '0.01000000', cost: '500.00', fee: '1.30', price: '50000.0' },
  ...{ stopprice: '0.00000', limitprice: '0.00000', misc: '', oflags: 'fciq' },
};

describe('a look-up by client order id', () => {
  const lists = (open: unknown, closed: unknown, key: Fields = {}) =>
    startKraken(({ path }) => {
      if (path.endsWith('/OpenOrders')) return success({ open });
      return success(path.endsWith('/ClosedOrders') ? { closed, count: 1 } : key);
    });

  test('reads the open orders, then the closed ones, and maps the pair by its other name', async () => {
    const { exchange, paths } = await lists({}, { 'OAAAAA-AAAAA-AAAAAA': row });
    expect(await exchange.fetchOrder(market, { clientOrderId })).toMatchObject({
      ...{ orderId: 'OAAAAA-AAAAA-AAAAAA', clientOrderId, symbol: 'BTC/USD', status: 'done' },
      ...{ side: 'sell', amount: '0.01', filled: '0.01', average: '50000', createdAt: 1_700_000_000_123 },
    });
    expect(paths()).toEqual(['OpenOrders', 'ClosedOrders']);
  });

  test('reports no order only after both lists, and a key that may query all dates', async () => {
    const { exchange, paths } = await lists({}, {}, { queryFrom: '0', queryTo: '0' });
    expect(await exchange.fetchOrder(market, { clientOrderId })).toBeUndefined();
    expect(await exchange.fetchOrder(market, { clientOrderId })).toBeUndefined();
    expect(paths()).toEqual(['OpenOrders', 'ClosedOrders', 'GetApiKeyInfo', 'OpenOrders', 'ClosedOrders']);
  });

  test.each([{ queryFrom: '1700000000' }, { queryTo: '1700000000' }])(
    'proves nothing with a key that may query some dates only: %s',
    async (dates) => {
      const { exchange } = await lists({}, {}, dates);
      await expect(exchange.fetchOrder(market, { clientOrderId })).rejects.toMatchObject({
        code: 'exchange-refused',
        message: expect.stringContaining('Remove the query dates of the key'),
      });
    },
  );

  test('reports no order at a server that knows no request about keys, such as a stand-in', async () => {
    const { exchange } = await startKraken(({ path }) => {
      if (path.endsWith('/GetApiKeyInfo')) return undefined;
      return success(path.endsWith('/OpenOrders') ? { open: {} } : { closed: {} });
    });
    expect(await exchange.fetchOrder(market, { clientOrderId })).toBeUndefined();
  });

  test.each([
    ['OpenOrders', { open: { 'OBBBBB-BBBBB-BBBBBB': { ...row, cl_ord_id: 'another' } } }],
    ['OpenOrders', {}],
    ['ClosedOrders', { closed: { 'OBBBBB-BBBBB-BBBBBB': { ...row, cl_ord_id: null } } }],
    ['ClosedOrders', {}],
  ])('proves nothing if %s answers with %j', async (path, result) => {
    const { exchange } = await startKraken((request) => {
      if (request.path.endsWith(`/${path}`)) return success(result);
      return success(request.path.endsWith('/OpenOrders') ? { open: {} } : { closed: {} });
    });
    await expect(exchange.fetchOrder(market, { clientOrderId })).rejects.toMatchObject({
      code: 'exchange-unreachable',
    });
  });

  test('finds the latest of the orders that had the id', async () => {
    const later = { ...row, opentm: row.opentm + 60, vol_exec: '0.00000000', status: 'canceled' };
    const { exchange } = await lists({}, { 'OAAAAA-AAAAA-AAAAAA': row, 'OBBBBB-BBBBB-BBBBBB': later });
    expect(await exchange.fetchOrder(market, { clientOrderId })).toMatchObject({
      ...{ orderId: 'OBBBBB-BBBBB-BBBBBB', status: 'done', filled: '0' },
    });
  });
});

describe('an order by cost', () => {
  const id = 'OAAAAA-AAAAA-AAAAAA';
  const trades = ['TAAAAA-AAAAA-AAAAAA', 'TBBBBB-BBBBB-BBBBBB'];
  const byCost = { ...row, vol: '500.00', oflags: 'fciq,viqc', trades };
  const trade = { ordertxid: id, pair: 'XXBTZUSD', time: 1_700_000_000.5, type: 'buy', price: '50000.0' };
  const listed = {
    'TAAAAA-AAAAA-AAAAAA': { ...trade, vol: '0.00400000', cost: '200.00', fee: '0.52' },
    'TBBBBB-BBBBB-BBBBBB': { ...trade, vol: '0.00600000', cost: '300.00', fee: '0.78' },
  };
  const start = (executed: string, shown: Fields = listed) =>
    startKraken(({ path }) =>
      success(path.endsWith('/QueryTrades') ? shown : { [id]: { ...byCost, vol_exec: executed } }),
    );

  test.each(['500.00', '0.01000000'])(
    'has the fill of its trades, whatever unit vol_exec has: %s',
    async (executed) => {
      const { exchange } = await start(executed);
      expect(await exchange.fetchOrder(market, { orderId: id })).toMatchObject({
        ...{ status: 'done', amount: '0.01', filled: '0.01', average: '50000' },
      });
    },
  );

  test('is not read until all of its trades are listed', async () => {
    const { exchange } = await start('500.00', { 'TAAAAA-AAAAA-AAAAAA': listed['TAAAAA-AAAAA-AAAAAA'] });
    await expect(exchange.fetchOrder(market, { orderId: id })).rejects.toMatchObject({
      code: 'exchange-unreachable',
    });
  });

  test('pays its commission in quote currency', async () => {
    const { exchange } = await start('500.00');
    const { cost, fees } = await exchange.fetchFills(market, { orderId: id }, '0.01');
    expect(cost).toBe('500');
    expect(fees.map(({ amount, currency }) => [amount, currency])).toEqual([
      ['0.52', 'USD'],
      ['0.78', 'USD'],
    ]);
  });
});

test.each([
  ['sell', '', 'BTC'],
  ['sell', 'fciq', 'USD'],
  ['buy', '', 'USD'],
  ['buy', 'fcib', 'BTC'],
])("The commission of the trader's own %s with the flags %j is in %s", async (type, oflags, currency) => {
  const own = { ...row, oflags, descr: { ...row.descr, type }, trades: ['T1'] };
  const trade = { ordertxid: 'O1', pair: 'XBTUSD', time: 1, type, price: '1', vol: '2', cost: '2', fee: '3' };
  const { exchange } = await startKraken(({ path }) =>
    success(path.endsWith('/QueryTrades') ? { T1: trade } : { O1: own }),
  );
  expect((await exchange.fetchFills(market, { orderId: 'O1' }, '2')).fees).toMatchObject([
    { amount: '3', currency },
  ]);
});

describe("Kraken's lists of an account", () => {
  test('show the orders that hold coins, in pairs by both of their names', async () => {
    const descr = { ...row.descr, ordertype: 'stop-loss', price: '40000.0' };
    const open = { ...row, status: 'open', vol_exec: '0.00000000' };
    const { exchange, sent } = await startKraken(({ path }) => {
      if (path === '/0/public/AssetPairs')
        return success({ XXBTZUSD: { altname: 'XBTUSD', base: 'XXBT', quote: 'ZUSD', ...pairRules } });
      return success({
        open: {
          'OAAAAA-AAAAA-AAAAAA': { ...open, descr },
          'OBBBBB-BBBBB-BBBBBB': { ...open, descr: { ...descr, leverage: '5:1' } },
        },
      });
    });
    const stop = {
      orderId: 'OAAAAA-AAAAA-AAAAAA',
      type: 'stop-loss',
      triggerPrice: '40000',
      price: undefined,
    };
    expect(await exchange.fetchOpenOrders()).toMatchObject([{ market: { id: 'XXBTZUSD' }, order: stop }]);
    expect(await exchange.fetchOpenOrders(market)).toMatchObject([{ order: stop }]);
    expect(sent.find(({ path }) => path === '/0/public/AssetPairs')?.body).toEqual({ pair: 'XBTUSD' });
  });

  test('add coins that earn in Kraken Rewards to the balance, less what open orders hold', async () => {
    const { exchange } = await startKraken(() =>
      success({
        XXBT: { balance: '0.5', hold_trade: '0.2' },
        'XBT.F': { balance: '0.3', hold_trade: '0' },
        'XBT.M': { balance: '9', hold_trade: '0' },
        ZUSD: { balance: '10', hold_trade: '0' },
      }),
    );
    expect(await exchange.fetchBalance('BTC')).toEqual({ free: '0.6', total: '0.8' });
  });

  test('show trades of the market in all pages, and those on margin as no trades of coins', async () => {
    const trades = Array.from({ length: 60 }, (_, at) => [
      `T${60 - at}`,
      {
        ...{ ordertxid: 'O1', pair: 'XXBTZUSD', time: Date.now() / 1_000 - at, type: 'sell', price: '1' },
        ...{ vol: '1', cost: '1', fee: '0', margin: at === 59 ? '5.0' : '0.00000' },
      },
    ]);
    const { exchange, sent } = await startKraken(({ body }) =>
      success({ trades: Object.fromEntries(trades.slice(Number(body.ofs), Number(body.ofs) + 50)) }),
    );
    const found = await exchange.fetchTrades(market, lastHour());
    expect(found).toHaveLength(60);
    expect(found.map(({ cause }) => cause).slice(0, 2)).toEqual(['other', 'trade']);
    expect(sent.map(({ body }) => body.ofs)).toEqual(['0', '50']);
  });
});

const pairRules = {
  ...{ status: 'online', pair_decimals: 1, lot_decimals: 8, ordermin: '0.00005', costmin: '0.5' },
  ...{ tick_size: '0.5', fees: [], fees_maker: [], leverage_buy: [] },
};

test('The price step of a Kraken market is its tick size', async () => {
  const { exchange } = await startKraken(() =>
    success({ XXBTZUSD: { altname: 'XBTUSD', base: 'XXBT', quote: 'ZUSD', ...pairRules } }),
  );
  expect(await exchange.loadMarket('BTC/USD')).toMatchObject({
    ...{ id: 'XXBTZUSD', base: 'BTC', quote: 'USD', priceStep: '0.5', amountMin: '0.00005', costMin: '0.5' },
  });
});

describe('a key of Kraken', () => {
  const info = {
    permissions: ['query-funds', 'query-open-trades', 'query-closed-trades', 'modify-trades', 'close-trades'],
    ...{ ipAllowlist: ['192.0.2.7'], validUntil: '1800000000', iban: 'AA00 N00N 0000 0000' },
  };

  test('shows its rights, its addresses, its end and its account', async () => {
    const { exchange } = await startKraken(() => success(info));
    expect(await exchange.fetchPermissions()).toEqual({
      ...{ canTrade: true, canWithdraw: false, ipRestricted: true, allowedAddresses: ['192.0.2.7'] },
      ...{ expiresAt: 1_800_000_000_000, accountId: 'AA00 N00N 0000 0000' },
    });
  });

  test.each(info.permissions)('can not trade without the right %s', async (right) => {
    const permissions = info.permissions.filter((each) => each !== right);
    const { exchange } = await startKraken(() => success({ ...info, permissions, ipAllowlist: [] }));
    expect(await exchange.fetchPermissions()).toMatchObject({ canTrade: false, ipRestricted: false });
  });
});

describe("an order that waits in Kraken's engine", () => {
  test('does not execute after its deadline', async () => {
    const { sim, close, clock } = await startTrader(krakenSpot);
    sim.core.addFault({ kind: 'late', ms: 100, match: krakenSpot.create });
    expect(await close()).toMatchObject({ kind: 'unknown', code: 'EService:Unavailable' });
    clock.ahead = 10_000;
    sim.core.runDue();
    expect(sim.core.orders().orders).toEqual([]);
  });

  test.each([-600_000, 20_000])(
    'is sent again with the clock of Kraken, if that is %i ms ahead',
    async (ahead) => {
      const { sim, close, clock, requests } = await startTrader(krakenSpot);
      clock.ahead = ahead;
      expect(await close()).toMatchObject({ kind: 'accepted' });
      expect(requests()).toEqual(
        ['POST', 'GET', 'POST'].map(
          (method, at) => `${method} ${at === 1 ? '/0/public/Time' : krakenSpot.create.path}`,
        ),
      );
      expect(sim.core.orders().orders).toHaveLength(1);
    },
  );
});

test.each([
  ['EOrder:Insufficient funds', 'insufficient'],
  ['EOrder:Some words that no list has', 'other'],
  ['EService: Throttled: 1741500000', 'rate-limit'],
  ['EService:Market in limit_only mode', 'refused-for-now'],
  ['EGeneral:Invalid arguments:volume minimum not met', 'below-minimum'],
])('%j refuses an order: %s', async (error, reason) => {
  const { exchange } = await startKraken(() => refusal(error));
  expect(await exchange.createMarketOrder(market, close)).toMatchObject({
    kind: 'rejected',
    reason,
  });
});

test.each([
  'EService:Unavailable',
  'EService:Timeout',
  'EService:Busy',
  'EGeneral:Internal error',
  'EGeneral:Internal error:1',
  'EDatabase:Internal error',
  'ESomething:New',
  'WOrder:A warning',
])('%j proves nothing about an order', async (error) => {
  const { exchange } = await startKraken(() => refusal(error));
  expect(await exchange.createMarketOrder(market, close)).toMatchObject({
    kind: 'unknown',
  });
});

test('A cancel that names no canceled order is not acknowledged', async () => {
  const { exchange } = await startKraken(() => success({ count: 0 }));
  expect(await exchange.cancelOrder(market, { clientOrderId }, sendDeadline)).toMatchObject({
    ...{ kind: 'unconfirmed', reason: 'no-response' },
  });
});
