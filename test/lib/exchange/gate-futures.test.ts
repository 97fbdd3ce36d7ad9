import { describe, expect, test } from 'vitest';
import type { Exchange, MarketRules } from '../../../lib/exchange/exchange.ts';
import { faultOf } from './fault-of.ts';
import recording from './recorded/gate-futures.json' with { type: 'json' };
import { byId, clientOrderId, type Recorded } from './recorded-calls.ts';
import { startRequestRecorder } from './request-recorder.ts';
import { accepted, gateSwap, startTrader } from './test-markets.ts';

type Fields = Record<string, unknown>;

const recordings = recording.requests as Recorded<{
  path?: string;
  query?: Fields;
  body?: Fields;
  without?: string[];
}>[];
const futures = '/api/v4/futures/usdt';

/** 10 contracts are 0.001 BTC. */
const swap: MarketRules = {
  ...{ symbol: 'BTC/USDT:USDT', id: 'BTC_USDT', kind: 'perpetual', base: 'BTC', quote: 'USDT' },
  ...{ settle: 'USDT', contractSize: '0.0001', amountStep: '0.0001', amountMin: '0.0001', priceStep: '0.1' },
};
/** Contracts that have tenths. */
const tenths: MarketRules = { ...swap, amountStep: '0.00001', amountMin: '0.00001' };

const sendDeadline = Date.now() + 60_000;
const order = { clientOrderId, positionSide: 'long', hedged: false, sendDeadline } as const;
const close = { ...order, side: 'sell', amount: '0.001', reduceOnly: true } as const;
const entry = { ...order, side: 'buy', amount: '0.001' } as const;

const calls: Record<string, (exchange: Exchange) => Promise<unknown>> = {
  close: (at) => at.createMarketOrder(swap, close),
  'market entry': (at) => at.createEntryOrder(swap, { ...entry, type: 'market' }),
  'limit entry': (at) => at.createEntryOrder(swap, { ...entry, type: 'limit', price: '50000' }),
  'close of a hedge': (at) => at.createMarketOrder(swap, { ...close, hedged: true }),
  'look-up by client id': (at) => at.fetchOrder(swap, { clientOrderId }),
  'look-up by id': (at) => at.fetchOrder(swap, byId),
  'cancel by client id': (at) => at.cancelOrder(swap, { clientOrderId }, sendDeadline),
  'cancel by id': (at) => at.cancelOrder(swap, byId, sendDeadline),
  'cancel of a price order': (at) => at.cancelOrder(swap, { ...byId, conditional: true }, sendDeadline),
  'trades of an order': (at) => at.fetchFills(swap, { orderId: '1234567', createdAt: Date.now() }, '1'),
  balance: (at) => at.fetchBalance('USDT', 'perpetual'),
  candles: (at) => at.fetchCandles(swap, '1m', 5),
  price: (at) => at.fetchPrice(swap),
};

const account = {
  currency: 'USDT',
  available: '90',
  total: '100',
  in_dual_mode: false,
  position_mode: 'single',
};
/** Above what a JavaScript number holds exactly. */
const id = '36028827892199865';
const filled = {
  ...{ id: 0, contract: 'BTC_USDT', size: '-10', left: '0', price: '0', fill_price: '60000', tif: 'ioc' },
  ...{ text: `t-${clientOrderId}`, status: 'finished', finish_as: 'filled', is_reduce_only: true },
  ...{ create_time: 1_790_000_000.123, update_time: 1_790_000_000.124, finish_time: 1_790_000_000.125 },
};
const position = {
  ...{ contract: 'BTC_USDT', size: '-3.5', leverage: '0', cross_leverage_limit: '10', mode: 'single' },
  ...{ entry_price: '60000', margin: '1', initial_margin: '2.1', liq_price: '70000' },
};

/** @param answers by method and end of the path; anything else is an empty list. */
function startRecorder(answers: Record<string, unknown> = {}, accountFields: Fields = {}) {
  return startRequestRecorder('gate', (path, { method }) => {
    const own = path.startsWith(futures) ? path.slice(futures.length + 1) : path;
    const answer = answers[`${method} ${own}`];
    if (answer !== undefined) return answer;
    return own === 'accounts' ? { ...account, ...accountFields } : [];
  });
}

const isOwn = ({ path }: { path: string }) => !path.endsWith('/accounts');

function toExpected({ recorded: { method, path, query, body }, ripcord }: (typeof recordings)[number]) {
  const kept = (fields: Fields = {}) =>
    Object.fromEntries(Object.entries(fields).filter(([name]) => !ripcord?.without?.includes(name)));
  return {
    ...{ method, path: ripcord?.path ?? path, query: { ...kept(query), ...ripcord?.query } },
    body: body && { ...kept(body), ...ripcord?.body },
  };
}

describe('a request to the perpetuals of Gate', () => {
  // Sizes are text beside the header that asks for decimals. Trades by time have no parameter for their order. `hedged` is
  // ccxt's own word, and Gate ignores it.
  test.each(recordings)('has the fields of the recorded one: $name', async (each) => {
    const { exchange, sent } = await startRecorder();
    await calls[each.name]?.(exchange).catch(() => undefined);
    const [first] = sent.filter((one) => isOwn(one) || each.name === 'balance');
    const { headers: _, ...request } = first ?? { headers: {} };
    expect(request).toEqual(toExpected(each));
  });

  test('asks for decimal sizes, which Gate otherwise cuts down, and none of spot does', async () => {
    const { exchange, sent } = await startRecorder();
    for (const call of Object.values(calls)) await call(exchange).catch(() => undefined);
    await faultOf(exchange.fetchBalance('BTC'));
    const asking = sent.filter(({ headers }) => headers['x-gate-size-decimal'] === '1');
    expect(asking).toEqual(sent.filter(({ path }) => path.startsWith(futures)));
    expect(sent.length).toBeGreaterThan(asking.length);
  });

  test('carries its own send deadline, if it creates, changes or cancels an order', async () => {
    const { exchange, sent } = await startRecorder();
    await exchange.fetchPosition(swap, 'long');
    await Promise.all([
      exchange.createMarketOrder(swap, { ...close, sendDeadline: sendDeadline + 1, clientOrderId: 'first' }),
      exchange.createMarketOrder(swap, { ...close, sendDeadline: sendDeadline + 2, clientOrderId: 'second' }),
      exchange.cancelOrder(swap, byId, sendDeadline + 3),
      exchange.reduceOrder(swap, { ...byId, side: 'sell' }, '0.0005', sendDeadline + 4),
      exchange.cancelOrder(swap, { ...byId, conditional: true }, sendDeadline + 5),
      exchange.fetchOrder(swap, byId).catch(() => undefined),
    ]);
    const fences = sent.map(({ method, path, body, headers }) => ({
      request: [method, path.split('/')[5], (body as Fields | undefined)?.text].filter(Boolean).join(' '),
      expires: headers['x-gate-exptime'],
    }));
    expect(fences.filter(({ expires }) => expires !== undefined)).toEqual(
      expect.arrayContaining([
        { request: 'POST orders t-first', expires: String(sendDeadline + 1) },
        { request: 'POST orders t-second', expires: String(sendDeadline + 2) },
        { request: 'DELETE orders', expires: String(sendDeadline + 3) },
        { request: 'PUT orders', expires: String(sendDeadline + 4) },
      ]),
    );
    // Price orders have no deadline of their own.
    expect(fences.filter(({ expires }) => expires !== undefined)).toHaveLength(4);
  });
});

describe('an order of Gate perpetuals', () => {
  test.each(['0', '0.00009', '0.000001'])(
    'of %s BTC is less than a contract, and is not sent',
    async (amount) => {
      const { exchange, sent } = await startRecorder();
      expect(await exchange.createMarketOrder(swap, { ...close, amount })).toMatchObject({
        ...{ kind: 'rejected', code: 'unsupported', message: expect.stringContaining('is no amount') },
      });
      expect(sent.filter(({ method }) => method === 'POST')).toEqual([]);
    },
  );

  test('has a whole number of steps', async () => {
    const { exchange, last } = await startRecorder();
    await exchange.createMarketOrder(tenths, { ...close, amount: '0.00035' });
    expect(last()?.body).toMatchObject({ size: '-3.5' });
    await exchange.createMarketOrder(tenths, { ...close, amount: '0.0003' });
    expect(last()?.body).toMatchObject({ size: '-3' });
    await exchange.createMarketOrder(tenths, { ...close, amount: '0.000301' });
    expect(last()?.body).toMatchObject({ size: '-3' });
  });

  test.each([
    { positionSide: 'long', side: 'sell', hedged: true },
    { positionSide: 'short', side: 'buy', hedged: true },
    { positionSide: 'short', side: 'buy', hedged: false },
  ] as const)('that is a close reduces only, and never names all: %j', async (sides) => {
    const { exchange, last } = await startRecorder();
    await exchange.createMarketOrder(swap, { ...close, ...sides, reduceOnly: false });
    expect(last()?.body).toMatchObject({ reduce_only: true, price: '0', tif: 'ioc' });
    for (const name of ['close', 'auto_size', 'action_mode']) expect(last()?.body).not.toHaveProperty(name);
    await exchange.createEntryOrder(swap, {
      ...{ ...entry, ...sides, type: 'market', side: sides.side === 'buy' ? 'sell' : 'buy' },
    });
    expect(last()?.body).not.toHaveProperty('reduce_only');
  });

  test('reports its fill with the answer, whatever word says how it ended', async () => {
    const answer = JSON.parse(JSON.stringify({ ...filled, size: '-10', left: '-4', finish_as: 'stp' }));
    const { exchange } = await startRecorder({ 'POST orders': { ...answer, id } });
    expect(accepted(await exchange.createMarketOrder(swap, close))).toMatchObject({
      ...{ orderId: id, clientOrderId, side: 'sell', status: 'done', amount: '0.001', filled: '0.0006' },
      ...{ average: '60000', type: 'market', reduceOnly: true, createdAt: 1_790_000_000_123 },
    });
    const { status: _, ...unfinished } = answer;
    const { exchange: other } = await startRecorder({ 'POST orders': { ...unfinished, id } });
    expect(await other.createMarketOrder(swap, close)).toMatchObject({ kind: 'unknown' });
  });

  test.each([{}, [], { id: 7, text: 't-x' }])('is no order by an answer such as %j', async (answer) => {
    const { exchange } = await startRecorder({
      ...{ 'POST orders': answer, 'DELETE orders/1234567': answer, 'GET orders/1234567': answer },
    });
    expect(await exchange.createMarketOrder(swap, close)).toMatchObject({ kind: 'unknown' });
    expect(await exchange.cancelOrder(swap, byId, sendDeadline)).toMatchObject({ kind: 'unconfirmed' });
    expect((await faultOf(exchange.fetchOrder(swap, byId))).code).toBe('exchange-unreachable');
  });

  test('of a hedge belongs to the side that it is for, or that it reduces', async () => {
    const row = { ...filled, status: 'open', left: '-10', price: '50000' };
    const rows = [
      { ...row, id: 1, is_reduce_only: true },
      { ...row, id: 2, is_reduce_only: false },
      { ...row, id: 3, size: '10', left: '10', is_reduce_only: true },
      { ...row, id: 4, size: '10', left: '10', is_reduce_only: false },
    ];
    const dual = await startRecorder({ 'GET orders': rows }, { in_dual_mode: true, position_mode: 'dual' });
    const sides = (await dual.exchange.fetchOpenOrders(swap)).map(
      ({ order: { positionSide } }) => positionSide,
    );
    expect(sides).toEqual(['long', 'short', 'short', 'long']);
    const single = await startRecorder({ 'GET orders': rows });
    const none = (await single.exchange.fetchOpenOrders(swap)).map(
      ({ order: { positionSide } }) => positionSide,
    );
    expect(none).toEqual([undefined, undefined, undefined, undefined]);
  });

  test("is not sent before the account's position mode is known, nor in split position mode", async () => {
    const { exchange, sent } = await startRecorder({ 'GET accounts': {} });
    expect(await exchange.createMarketOrder(swap, close)).toMatchObject({
      ...{ kind: 'rejected', reason: 'no-connection' },
      message: "Gate did not report the account's position mode, so the order was not sent",
    });
    const split = await startRecorder({}, { position_mode: 'dual_plus' });
    expect(await split.exchange.createMarketOrder(swap, close)).toMatchObject({
      ...{ kind: 'rejected', code: 'unsupported', message: expect.stringContaining('split position mode') },
    });
    expect((await faultOf(split.exchange.fetchPosition(swap, 'long'))).code).toBe('exchange-refused');
    // An account that only trades spot can be in any mode.
    expect(await split.exchange.fetchOpenOrders(swap)).toEqual([]);
    expect([...sent, ...split.sent].filter(({ method }) => method === 'POST')).toEqual([]);
  });
});

describe('what the owner placed at Gate', () => {
  const trigger = { price: '40000', rule: 2 };
  const priceOrder = {
    ...{ id: 7, id_string: '7', status: 'open', create_time: 1_790_000_000, trigger, trade_id: 0 },
    initial: { contract: 'BTC_USDT', size: 0, price: '0', tif: 'ioc' },
  };

  test('is listed with the side that it closes, also without a size', async () => {
    const { exchange } = await startRecorder({
      'GET orders': [
        {
          ...filled,
          id: 5,
          size: '0',
          left: '0',
          fill_price: '0',
          price: '50000',
          status: 'open',
          is_close: true,
        },
      ],
      'GET price_orders': [
        { ...priceOrder, order_type: 'close-long-position' },
        { ...priceOrder, id_string: '8', order_type: 'plan-close-short-position' },
        { ...priceOrder, id_string: '9', initial: { ...priceOrder.initial, is_close: true } },
        { ...priceOrder, id_string: '10', initial: { ...priceOrder.initial, size: 0, amount: '-2.5' } },
      ],
      'GET positions': [position],
    });
    const listed = (await exchange.fetchOpenOrders(tenths)).map(({ order: each }) => each);
    expect(listed).toMatchObject([
      { orderId: '5', side: 'buy', amount: '0', type: 'limit', conditional: false, reduceOnly: true },
      { orderId: '7', side: 'sell', amount: '0', conditional: true, triggerPrice: '40000', reduceOnly: true },
      { orderId: '8', side: 'buy', amount: '0', conditional: true, reduceOnly: true },
      { orderId: '9', side: 'buy', amount: '0', conditional: true, reduceOnly: true },
      { orderId: '10', side: 'sell', amount: '0.00025', conditional: true, reduceOnly: false },
    ]);
  });

  test('and what a price order placed is one order', async () => {
    const placed = { ...filled, id: 70, size: '10', text: 'api' };
    const { exchange } = await startRecorder({
      'GET price_orders/7': {
        ...priceOrder,
        status: 'finished',
        finish_as: 'succeeded',
        trade_id: 70,
        initial: { ...priceOrder.initial, size: 10 },
      },
      'GET orders/70': placed,
    });
    expect(await exchange.fetchOrder(swap, { orderId: '7', conditional: true })).toMatchObject({
      ...{ orderId: '7', placedOrderId: '70', status: 'done', filled: '0.001', side: 'buy' },
    });
  });

  test.each(['USER_NOT_FOUND', 'FORBIDDEN'])(
    'is nothing for an account that only trades spot: %s',
    async (label) => {
      const { exchange } = await startRequestRecorder('gate', (path) =>
        path.startsWith(futures) ? { label, message: 'No.' } : [],
      );
      expect(await exchange.fetchOpenPositions()).toEqual([]);
      for (const read of [exchange.fetchOpenOrders(swap), exchange.fetchPosition(swap, 'long')])
        expect((await faultOf(read)).message).toContain(label);
    },
  );
});

describe('a position at Gate', () => {
  test('is in base currency, with the margin of its mode', async () => {
    const rows = [position, { ...position, contract: 'ETH_USDT', size: '7' }];
    const { exchange, sent } = await startRecorder({ 'GET positions': rows });
    expect(await exchange.fetchPosition(tenths, 'long')).toEqual({
      ...{ side: 'short', amount: '0.00035', averagePrice: '60000', hedged: false },
      margin: { leverage: '10', marginMode: 'cross', margin: '2.1', liquidationPrice: '70000' },
    });
    expect(sent.find(({ path }) => path.endsWith('/positions'))?.query).toEqual({
      ...{ holding: 'true', limit: '100', offset: '0' },
    });
    const isolated = await startRecorder({ 'GET positions': [{ ...position, leverage: '5', lever: '5' }] });
    expect(await isolated.exchange.fetchPosition(tenths, 'long')).toMatchObject({
      margin: { leverage: '5', marginMode: 'isolated', margin: '1' },
    });
  });

  test('of a hedge is that of its side, also while the mode was another one lately', async () => {
    const rows = [
      { ...position, mode: 'dual_long', size: '2' },
      { ...position, mode: 'dual_short', size: '-3' },
    ];
    const { exchange } = await startRecorder({ 'GET positions': rows });
    expect(await exchange.fetchPosition(tenths, 'long')).toMatchObject({
      ...{ side: 'long', amount: '0.0002', hedged: true },
    });
    expect(await exchange.fetchPosition(tenths, 'short')).toMatchObject({ side: 'short', amount: '0.0003' });
  });

  test('that is one of several on its side is refused', async () => {
    const { exchange } = await startRecorder({ 'GET positions': [position, position] });
    const fault = await faultOf(exchange.fetchPosition(tenths, 'short'));
    expect(fault).toMatchObject({
      code: 'exchange-refused',
      message: expect.stringContaining('several positions'),
    });
  });
});

describe('the contracts of Gate', () => {
  const contract = {
    ...{
      name: 'BTC_USDT',
      type: 'direct',
      quanto_multiplier: '0.0001',
      status: 'trading',
      order_size_min: '1',
    },
    ...{
      order_size_max: '1000000',
      market_order_size_max: '0',
      order_price_round: '0.1',
      enable_decimal: false,
    },
  };

  test('are converted to base currency', async () => {
    const { exchange } = await startRecorder({
      'GET contracts': [
        contract,
        {
          ...contract,
          name: 'ETH_USDT',
          enable_decimal: true,
          order_size_min: '0.1',
          quanto_multiplier: '0.01',
        },
        { ...contract, name: '币安人生_USDT', market_order_size_max: '50', quanto_multiplier: '10' },
      ],
    });
    expect(await exchange.loadMarket('BTC/USDT:USDT')).toMatchObject({
      ...{
        id: 'BTC_USDT',
        contractSize: '0.0001',
        amountStep: '0.0001',
        amountMin: '0.0001',
        settle: 'USDT',
      },
      ...{ marketAmountMax: '100', priceStep: '0.1' },
    });
    expect(await exchange.loadMarket('ETH/USDT:USDT')).toMatchObject({
      amountStep: '0.001',
      amountMin: '0.001',
    });
    expect(await exchange.loadMarket('币安人生/USDT:USDT')).toMatchObject({
      amountStep: '10',
      marketAmountMax: '500',
    });
  });

  test.each([{ type: 'inverse' }, { quanto_multiplier: '0' }, { name: 'BTC_USD' }, { status: 'delisted' }])(
    'that count something else, or are gone, are no market: %j',
    async (fields) => {
      const { exchange } = await startRecorder({ 'GET contracts': [{ ...contract, ...fields }] });
      for (const symbol of ['BTC/USDT:USDT', 'BTC/USD:USDT'])
        expect((await faultOf(exchange.loadMarket(symbol))).code).toBe('market-not-found');
    },
  );
});

describe('what traded at Gate', () => {
  const trade = {
    ...{ trade_id: '1', create_time: 1_790_000_000.5, contract: 'BTC_USDT', order_id: '7', price: '60000' },
    ...{ size: '-10', close_size: '-10', fee: '0.3', point_fee: '0', text: 't-x' },
  };
  const range = { since: 1_790_000_000_000, until: 1_790_000_001_000 };

  test('names its cause, and the side of its position', async () => {
    const { exchange } = await startRecorder({
      'GET my_trades_timerange': [
        { ...trade, trade_id: '12', text: 'web', close_size: '-4' },
        { ...trade, trade_id: '3', text: 'liq-7', size: '10', close_size: '10' },
        { ...trade, trade_id: '2', text: 'auto_deleveraging' },
        { ...trade, trade_id: '1', close_size: '0' },
      ],
    });
    expect(await exchange.fetchTrades(swap, range)).toMatchObject([
      { cause: 'trade', side: 'sell', positionSide: 'short', amount: '0.001', at: 1_790_000_000_500 },
      { cause: 'deleveraging', side: 'sell', positionSide: 'long' },
      { cause: 'liquidation', side: 'buy', positionSide: 'short' },
      { cause: 'trade', side: 'sell', positionSide: undefined },
    ]);
    expect(await exchange.fetchTrades(swap, { ...range, orderId: '8' })).toEqual([]);
  });

  test('has its fee in USDT or in points', async () => {
    const { exchange } = await startRecorder({
      'GET my_trades': [trade, { ...trade, id: '2', fee: '0', point_fee: '0.2' }],
    });
    const read = { orderId: '7', createdAt: Date.now() };
    const { cost, fees } = await exchange.fetchFills(swap, read, '0.002');
    expect([cost, fees.map(({ currency, amount }) => `${amount} ${currency}`)]).toEqual([
      '120',
      ['0.3 USDT', '0.2 POINT'],
    ]);
  });

  test('has paid funding, which Gate lists by market since October 2023', async () => {
    const { exchange, last } = await startRecorder({
      'GET account_book': [{ time: 1_790_000_000.5, change: '-0.25', type: 'fund', contract: 'BTC_USDT' }],
    });
    expect(await exchange.fetchFunding(swap, range)).toEqual([{ amount: '-0.25', at: 1_790_000_000_500 }]);
    expect(last()?.query).toMatchObject({ type: 'fund', contract: 'BTC_USDT', from: '1790000000' });
    const fault = await faultOf(exchange.fetchFunding(swap, { since: 0, until: 1 }));
    expect(fault).toMatchObject({
      code: 'exchange-refused',
      message: expect.stringContaining('October 2023'),
    });
  });
});

describe('a look-up of Gate perpetuals by client order id', () => {
  const lookUp = { method: 'GET', path: `${futures}/orders/*` };
  const ref = { clientOrderId: 'close1' };

  /** A long of 0.1 BTC that was closed. */
  async function startClosed() {
    const trader = await startTrader(gateSwap);
    await trader.buy({ type: 'market', price: undefined });
    const { orderId } = accepted(await trader.close());
    trader.requests();
    return { ...trader, orderId };
  }

  test('finds what filled long after its end, in one request', async () => {
    const { exchange, market, clock, requests, orderId } = await startClosed();
    clock.ahead = 40_000;
    expect(await exchange.fetchOrder(market, ref)).toMatchObject({ orderId, status: 'done', filled: '0.1' });
    expect(requests()).toEqual([`GET ${futures}/orders/t-close1`]);
  });

  test.each([
    { lists: [], reads: ['orders/t-close1', 'orders'] },
    { lists: ['orders'], reads: ['orders/t-close1', 'orders', 'my_trades_timerange', 'orders/'] },
  ])('finds it in a list if its text is forgotten: $reads', async ({ lists, reads }) => {
    const { exchange, market, sim, requests, orderId } = await startClosed();
    sim.core.addFault({ kind: 'not-found', match: lookUp });
    for (const list of lists)
      sim.core.addFault({ kind: 'not-found', match: { method: 'GET', path: `${futures}/${list}` } });
    expect(await exchange.fetchOrder(market, ref)).toMatchObject({ orderId, status: 'done', filled: '0.1' });
    expect(requests()).toEqual(
      reads.map((path) => `GET ${futures}/${path.endsWith('/') ? path + orderId : path}`),
    );
  });

  test.each(['orders/*', 'orders', 'my_trades_timerange'])(
    'reports no absence while %s does not answer',
    async (list) => {
      const { exchange, market, sim } = await startTrader(gateSwap);
      expect(await exchange.fetchOrder(market, ref)).toBeUndefined();
      const match = { method: 'GET', path: `${futures}/${list}` };
      sim.core.addFault({ kind: 'status', status: 503, match });
      expect((await faultOf(exchange.fetchOrder(market, ref))).code).toBe('exchange-unreachable');
    },
  );
});

test('An order of a Gate perpetual that arrives after its deadline is refused', async () => {
  const { sim, buy, clock } = await startTrader(gateSwap);
  sim.core.addFault({ kind: 'late', ms: 100, match: gateSwap.create });
  expect(await buy({ sendDeadline: Date.now() + 50 })).toMatchObject({ kind: 'unknown' });
  clock.ahead = 20_000;
  sim.core.runDue();
  expect(sim.core.orders().orders).toEqual([]);
});
