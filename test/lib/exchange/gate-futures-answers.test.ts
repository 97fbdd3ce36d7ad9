import { expect, test } from 'vitest';
import { ccxtExchanges } from '../../../lib/exchange/ccxt/ccxt-exchange.ts';
import type { MarketRules } from '../../../lib/exchange/exchange.ts';
import { accountsInMemory } from '../../infra/local/accounts-in-memory.ts';
import { faultOf } from './fault-of.ts';
import { byId, clientOrderId } from './recorded-calls.ts';
import { startRequestRecorder } from './request-recorder.ts';
import { fixedResponse, startScriptedServer } from './scripted-server.ts';
import { accepted, inFiveSeconds, toAccount } from './test-markets.ts';

type Fields = Record<string, unknown>;

const futures = '/api/v4/futures/usdt/';

/** 10 contracts are 0.001 BTC. */
const swap: MarketRules = {
  ...{ symbol: 'BTC/USDT:USDT', id: 'BTC_USDT', kind: 'perpetual', base: 'BTC', quote: 'USDT' },
  ...{ settle: 'USDT', contractSize: '0.0001', amountStep: '0.0001', amountMin: '0.0001', priceStep: '0.1' },
};

const toClose = () => ({
  ...({ clientOrderId, positionSide: 'long', hedged: false, sendDeadline: inFiveSeconds() } as const),
  ...({ side: 'sell', amount: '0.001', reduceOnly: true } as const),
});

const order = {
  ...{
    id: 1234567,
    contract: 'BTC_USDT',
    size: '-10',
    left: '0',
    price: '0',
    fill_price: '60000',
    tif: 'ioc',
  },
  ...{ text: `t-${clientOrderId}`, status: 'finished', finish_as: 'filled', is_reduce_only: true },
  ...{ create_time: 1_790_000_000.123, finish_time: 1_790_000_000.125 },
};

const position = {
  ...{ contract: 'BTC_USDT', size: '3', leverage: '0', cross_leverage_limit: '0', mode: 'single' },
  ...{ entry_price: '60000', margin: '4.43', liq_price: '50000', pos_margin_mode: 'cross', lever: '30' },
};

/** @param answers by method and end of the path; anything else is an empty list. */
const startGate = (answers: Record<string, unknown>, mode = 'single') =>
  startRequestRecorder('gate', (path, { method }) => {
    const own = path.replace(futures, '');
    return answers[`${method} ${own}`] ?? (own === 'accounts' ? { position_mode: mode } : []);
  });

test.each<Fields>([
  // Their size was 0, and they filled something.
  { size: '0', left: '0', is_close: true, finish_as: 'filled' },
  // They filled something without a price.
  { left: '0', fill_price: '0' },
  { left: '-4', fill_price: '0', status: 'open' },
  // More is left than was ordered.
  { left: '-18.66', status: 'open' },
])('no fill is read from an order that contradicts itself: %j', async (fields) => {
  const row = { ...order, ...fields };
  const { exchange } = await startGate({
    ...{ 'POST orders': row, 'GET orders/1234567': row, 'DELETE orders/1234567': row },
  });
  expect(await exchange.createMarketOrder(swap, toClose())).toMatchObject({ kind: 'unknown' });
  expect((await faultOf(exchange.fetchOrder(swap, byId))).code).toBe('exchange-unreachable');
  expect(await exchange.cancelOrder(swap, byId, inFiveSeconds())).toMatchObject({ kind: 'unconfirmed' });
});

test('no order is named by an id that lost its last digits', async () => {
  const scripted = await startScriptedServer();
  const accounts = accountsInMemory({ main: toAccount('gate', scripted.url) });
  const exchange = await ccxtExchanges(accounts).of('main');
  // 2^53 + 1, in an answer with spaces, whose numbers ccxt reads as JavaScript's.
  const toText = (id: string) =>
    JSON.stringify({ ...order, id: 1 }, undefined, 1).replace('"id": 1', `"id": ${id}`);
  scripted.respond = fixedResponse(toText('9007199254740993'));
  expect(await exchange.createMarketOrder(swap, toClose())).toMatchObject({ kind: 'unknown' });
  scripted.respond = fixedResponse(
    toText('9007199254740993').replace('"id"', '"id_string": "9007199254740993", "id"'),
  );
  expect(accepted(await exchange.createMarketOrder(swap, toClose())).orderId).toBe('9007199254740993');
  scripted.respond = fixedResponse(toText('9007199254740991'));
  expect(accepted(await exchange.createMarketOrder(swap, toClose())).orderId).toBe('9007199254740991');
});

test('a cancel of a price order is acknowledged, whatever the answer says of the order', async () => {
  // As ccxt 4.5.84 has it, with its times in microseconds.
  const canceled = { id: '2007047737421336576', trade_id: '0', status: 'finished', finish_as: 'cancelled' };
  const { exchange } = await startGate({
    'DELETE price_orders/1234567': { ...canceled, create_time: '1767352444402496', order_type: '' },
  });
  const ref = { ...byId, conditional: true };
  expect(await exchange.cancelOrder(swap, ref, inFiveSeconds())).toMatchObject({ reason: 'acknowledged' });
});

const closesAll = { ...order, size: '0', left: '0', fill_price: '0', status: 'open', is_close: true };
const priceOrder = {
  ...{ id: 7, status: 'open', create_time: 1_790_000_000, trade_id: 0, order_type: '' },
  ...{ trigger: { price: '40000' }, initial: { contract: 'BTC_USDT', size: 0, price: '0', is_close: true } },
};

test('an order without a size has the side that closes the position, also alone', async () => {
  const { exchange } = await startGate({
    ...{ 'GET positions': [position], 'GET orders/1234567': closesAll, 'GET price_orders/7': priceOrder },
    'DELETE orders/1234567': { ...closesAll, status: 'finished', finish_as: 'cancelled' },
  });
  const open = { side: 'sell', status: 'live', filled: '0', amount: '0', reduceOnly: true };
  expect(await exchange.fetchOrder(swap, byId)).toMatchObject(open);
  expect(await exchange.fetchOrder(swap, { orderId: '7', conditional: true })).toMatchObject(open);
  expect(await exchange.cancelOrder(swap, byId, inFiveSeconds())).toMatchObject({
    ...{ kind: 'confirmed', order: { side: 'sell', status: 'done', filled: '0' } },
  });
});

test('an order without a size that closed the position has the side of what it placed', async () => {
  const done = { ...priceOrder, status: 'finished', finish_as: 'succeeded', trade_id: 1_234_567 };
  const { exchange } = await startGate({ 'GET orders/1234567': order, 'GET price_orders/7': done });
  expect(await exchange.fetchOrder(swap, { orderId: '7', conditional: true })).toMatchObject({
    ...{ side: 'sell', status: 'done', filled: '0.001', placedOrderId: '1234567', orderId: '7' },
  });
});

test.each([
  { auto_size: 'close_short', side: 'buy' },
  { auto_size: 'close_long', side: 'sell' },
])('an order without a size of a hedge names its side: %j', async ({ auto_size, side }) => {
  const initial = { ...priceOrder.initial, is_close: false, is_reduce_only: true, auto_size };
  const { exchange } = await startGate({ 'GET price_orders': [{ ...priceOrder, initial }] }, 'dual');
  expect(await exchange.fetchOpenOrders(swap)).toMatchObject([{ order: { side, reduceOnly: true } }]);
});

test('a position has the margin mode that Gate names, and its margin', async () => {
  const rows = [position];
  const { exchange } = await startGate({ 'GET positions': rows });
  expect(await exchange.fetchPosition(swap, 'long')).toMatchObject({
    ...{ side: 'long', amount: '0.0003', hedged: false },
    margin: { marginMode: 'cross', margin: '4.43', leverage: '30' },
  });
  rows[0] = { ...position, pos_margin_mode: 'isolated' };
  expect((await exchange.fetchPosition(swap, 'long')).margin).toMatchObject({ marginMode: 'isolated' });
});

test('a position of an unknown mode is not taken for one of a known mode', async () => {
  const { exchange } = await startGate({ 'GET positions': [{ ...position, mode: 'dual_plus_long' }] });
  expect((await faultOf(exchange.fetchPosition(swap, 'long'))).code).toBe('exchange-refused');
});

test("an account at Gate's test network has one host for all its requests", async () => {
  const { exchange, sent } = await startRequestRecorder('gate', () => ({ mode: 'classic', balances: {} }), {
    sandbox: true,
  });
  expect(await exchange.fetchBalance('BTC')).toEqual({ free: '0', total: '0' });
  expect(sent.map(({ path }) => path)).toEqual(['/api/v4/unified/unified_mode', '/api/v4/spot/accounts']);
});

test('an order of the owner without a price to wait for hides no other', async () => {
  const { trigger: _, ...other } = priceOrder;
  const rows = [
    { ...other, id: 8, order_type: 'close-long-position' },
    { ...priceOrder, order_type: 'close-long-position' },
  ];
  const { exchange } = await startGate({ 'GET price_orders': rows });
  const listed = await exchange.fetchOpenOrders(swap);
  expect(listed.map((each) => [each.order.orderId, each.order.triggerPrice])).toEqual([
    ['8', undefined],
    ['7', '40000'],
  ]);
});

test('trades without an id are not taken for one', async () => {
  const trade = {
    contract: 'BTC_USDT',
    order_id: '7',
    size: '-5',
    price: '60000',
    fee: '0.1',
    create_time: 1,
  };
  const { exchange } = await startGate({ 'GET my_trades': [trade, trade] });
  const { cost } = await exchange.fetchFills(swap, { orderId: '7', createdAt: Date.now() }, '0.001');
  expect(cost).toBe('60');
});

test('no other change of the account is taken for funding', async () => {
  const change = { time: 1_790_000_000.5, change: '-0.25', contract: 'BTC_USDT' };
  const { exchange } = await startGate({
    'GET account_book': ['fund', 'fee', 'pnl'].map((type) => ({ ...change, type })),
  });
  const range = { since: 1_790_000_000_000, until: 1_790_000_001_000 };
  expect(await exchange.fetchFunding(swap, range)).toEqual([{ amount: '-0.25', at: 1_790_000_000_500 }]);
});

test.each([
  { position_mode: '', in_dual_mode: false, hedged: false },
  { position_mode: '', in_dual_mode: true, hedged: true },
  { position_mode: 'single', in_dual_mode: false, hedged: false },
])('an account that names its position mode in one of two ways: %j', async ({ hedged, ...account }) => {
  const { exchange } = await startGate({ 'GET accounts': account });
  expect(await exchange.fetchPosition(swap, 'long')).toMatchObject({ amount: '0', hedged });
});
