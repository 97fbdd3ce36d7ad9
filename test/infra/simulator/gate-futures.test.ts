import type { Exchange } from 'ccxt';
import { describe, expect, it } from 'vitest';
import type { RunningExchange } from '../../../infra/simulator/exchange.ts';
import { btcPerp, key, refusal, start } from './connect.ts';

type Fields = Record<string, unknown>;

const GateClass: new (config: object) => Exchange = (
  await import(new URL('./src/gate.js', import.meta.resolve('ccxt')).href)
).default;

/** Real ccxt with other URLs. It sends `X-Gate-Size-Decimal` only if it is told to. */
function connectGate(exchange: RunningExchange, headers: Fields = {}): Exchange {
  const client = new GateClass({ ...key, enableRateLimit: false, headers });
  client.urls.api = JSON.parse(JSON.stringify(client.urls.api).replaceAll(/https:\/\/[^/"]+/g, exchange.url));
  client.milliseconds = exchange.core.now;
  return client;
}

/** @returns Gate's own answer. */
function call(gate: Exchange, endpoint: string, params: Fields = {}) {
  const [method = '', path = ''] = endpoint.split(' ');
  return gate.request(`{settle}/${path}`, ['private', 'futures'], method, { settle: 'usdt', ...params });
}

/** Of the rows of an answer, in the order of the answer. */
const pick = (rows: Fields[], ...names: string[]) => rows.map((row) => names.map((name) => row[name]));

const btc = { contract: 'BTC_USDT' };
const toMarket = { ...btc, price: '0', tif: 'ioc' };
const inDecimals = { 'X-Gate-Size-Decimal': '1' };

const place = (gate: Exchange, order: Fields) => call(gate, 'POST orders', { ...toMarket, ...order });
const find = (gate: Exchange, order_id: unknown) => call(gate, 'GET orders/{order_id}', { order_id });

/** @returns Gate's label and words of a refused call. */
async function labelOf(call: Promise<unknown>): Promise<Fields> {
  const { message } = await refusal(call);
  return JSON.parse(message.slice(message.indexOf('{')));
}

/** An exchange whose clock the test moves. */
async function startAt(at = 1_764_000_000_123) {
  const time = { now: at };
  const exchange = await start({ clock: () => time.now });
  return { exchange, time, gate: connectGate(exchange) };
}

function hold(exchange: RunningExchange, amount: string, positionSide?: 'LONG' | 'SHORT') {
  exchange.core.setPosition({ apiKey: key.apiKey, symbol: 'BTCUSDT', amount, positionSide });
}

function hedge(exchange: RunningExchange) {
  exchange.core.setHedged({ apiKey: key.apiKey, hedged: true });
}

describe("Gate's perpetuals", () => {
  it('are what ccxt loads with its default options', async () => {
    const exchange = await start();
    const client = connectGate(exchange);
    await client.loadMarkets();
    expect(client.market(btcPerp)).toMatchObject({
      ...{ active: true, linear: true, contractSize: 0.001, settle: 'USDT' },
      ...{ precision: { amount: 1, price: 0.1 }, limits: { amount: { min: 1 } } },
    });
    expect((await client.fetchTicker(btcPerp)).last).toBe(60_000);
    expect(await client.fetchOHLCV(btcPerp, '1m', undefined, 5)).not.toEqual([]);
    expect((await client.fetchBalance({ type: 'swap' })).USDT?.total).toBe(100_000);
    const opened = await client.createOrder(btcPerp, 'market', 'buy', 10);
    expect(opened).toMatchObject({ status: 'closed', filled: 10, average: 60_000 });
    expect(await client.fetchPositions()).toMatchObject([
      {
        symbol: btcPerp,
        side: 'long',
        contracts: 10,
        contractSize: 0.001,
        marginMode: 'cross',
      },
    ]);
    const params = { clientOrderId: 'own-1', reduceOnly: true };
    await client.createOrder(btcPerp, 'market', 'sell', 10, undefined, params);
    expect(await client.fetchOrder('', btcPerp, { clientOrderId: 'own-1' })).toMatchObject({ filled: 10 });
    expect(await client.fetchMyTrades(btcPerp)).toMatchObject([{ side: 'buy' }, { side: 'sell' }]);
  });

  it('answer a create with the whole order, with the fields and types that Gate documents', async () => {
    const { exchange, gate } = await startAt();
    const order = await place(gate, { size: -10, text: 't-own.id_1-2' });
    expect(exchange.core.ledger().at(-1)).toMatchObject({ type: 'request', market: 'usdm', status: 201 });
    expect(gate.last_http_response).toContain('"size":-10,');
    expect(order).toEqual({
      ...{ id: expect.any(Number), user: 1, contract: 'BTC_USDT', text: 't-own.id_1-2' },
      ...{ size: -10, left: 0, iceberg: 0, price: '0', fill_price: '60000', tif: 'ioc' },
      ...{ is_reduce_only: false, is_close: false, is_liq: false, mkfr: '0.0004', tkfr: '0.0004' },
      ...{ status: 'finished', finish_as: 'filled', amend_text: '-', stp_id: 0, stp_act: '-', refu: 0 },
      ...{ create_time: 1_764_000_000.123, update_time: 1_764_000_000.123, finish_time: 1_764_000_000.123 },
      ...{ market_order_slip_ratio: '0.05', pos_margin_mode: 'cross' },
    });
    const resting = await place(gate, { size: '20', price: '50000', tif: 'gtc' });
    expect(resting).toMatchObject({ status: 'open', size: 20, left: 20, text: 'api', fill_price: '0' });
    expect(resting).not.toHaveProperty('finish_as');
  });

  it('have sizes as strings for who says so, and otherwise as whole numbers, cut off', async () => {
    const { exchange, gate } = await startAt();
    const xrp = { contract: 'XRP_USDT', size: '12.5' };
    expect(await place(gate, xrp)).toMatchObject({ size: 12, left: 0 });
    const decimals = connectGate(exchange, inDecimals);
    expect(await place(decimals, xrp)).toMatchObject({ size: '12.5', left: '0' });
    const position = { contract: 'XRP_USDT' };
    expect(await call(decimals, 'GET positions/{contract}', position)).toMatchObject({ size: '25' });
    const contract = await call(decimals, 'GET contracts/{contract}', position);
    expect(contract).toMatchObject({ quanto_multiplier: '10', enable_decimal: true, order_size_min: '0.01' });
  });

  it.each([
    ['a fraction of a contract', { size: -0.3 }, 'INVALID_PARAM_VALUE'],
    ['a size of 0 that closes nothing', { size: 0 }, 'INVALID_PARAM_VALUE'],
    ['a close with a size', { size: -1, close: true }, 'INVALID_ARGUMENT'],
    ['a close without a position', { size: 0, close: true }, 'POSITION_EMPTY'],
    ['no price', { size: 1, price: undefined }, 'MISSING_REQUIRED_PARAM'],
    ['a price of 0 that may rest', { size: 1, tif: 'gtc' }, 'INVALID_PARAM_VALUE'],
    ['a price far from the mark', { size: 1, price: '20000' }, 'PRICE_TOO_DEVIATED'],
    ['a price between two ticks', { size: 1, price: '60000.05' }, 'INVALID_PARAM_VALUE'],
    ['a post-only order that would take', { size: 2, price: '60000', tif: 'poc' }, 'ORDER_POC_IMMEDIATE'],
    ['a text without its prefix', { size: 1, text: 'own' }, 'INVALID_PARAM_VALUE'],
    ['a text of 29 bytes', { size: 1, text: `t-${'a'.repeat(29)}` }, 'INVALID_PARAM_VALUE'],
    ['a text with another character', { size: 1, text: 't-a~b' }, 'INVALID_PARAM_VALUE'],
    ['more than a MARKET order may have', { size: 20_000 }, 'SIZE_TOO_LARGE'],
    ['more than the margin allows', { size: 5_000_000, price: '59000' }, 'INSUFFICIENT_AVAILABLE'],
    ['an unknown contract', { contract: 'NO_USDT', size: 1 }, 'CONTRACT_NOT_FOUND'],
  ])('refuse %s', async (_, order, label) => {
    const { exchange, gate } = await startAt();
    const marketLot = { min: '0.001', max: '10', step: '0.001' };
    exchange.core.changeMarket({ market: 'usdm', symbol: 'BTCUSDT', marketLot });
    expect(await labelOf(place(gate, order))).toEqual({ label, detail: expect.any(String) });
    expect(exchange.core.orders().orders).toEqual([]);
  });

  it('close the whole position with a size of 0', async () => {
    const { exchange, gate } = await startAt();
    hold(exchange, '0.03');
    expect(await place(gate, { size: 0, close: true })).toMatchObject({ size: -30, left: 0, is_close: true });
    hedge(exchange);
    hold(exchange, '0.02', 'LONG');
    hold(exchange, '-0.05', 'SHORT');
    const closeShort = { size: 0, auto_size: 'close_short' };
    expect(await labelOf(place(gate, closeShort))).toMatchObject({ label: 'INVALID_PARAM_VALUE' });
    expect(await labelOf(place(gate, { size: 0, close: true }))).toMatchObject({
      label: 'MISSING_REQUIRED_PARAM',
    });
    expect(await place(gate, { ...closeShort, reduce_only: true })).toMatchObject({ size: 50, left: 0 });
    const sides = await call(gate, 'GET dual_comp/positions/{contract}', btc);
    expect(pick(sides, 'mode', 'size')).toEqual([
      ['dual_long', 20],
      ['dual_short', 0],
    ]);
  });

  it('reduce a one-way position to zero at most', async () => {
    const { exchange, gate } = await startAt();
    const sell = { size: -30, reduce_only: true };
    expect(await labelOf(place(gate, sell))).toMatchObject({ label: 'POSITION_EMPTY' });
    hold(exchange, '-0.01');
    expect(await labelOf(place(gate, sell))).toMatchObject({ label: 'INCREASE_POSITION' });
    hold(exchange, '0.02');
    expect(await place(gate, sell)).toMatchObject({
      ...{ size: -30, left: -10, status: 'finished', finish_as: 'reduce_only', is_reduce_only: true },
    });
    expect(await call(gate, 'GET positions/{contract}', btc)).toMatchObject({
      size: 0,
      mode: 'single',
    });
  });

  it('choose the side of a hedge by the sign of the size', async () => {
    const { exchange, gate } = await startAt();
    hedge(exchange);
    await place(gate, { size: 20 });
    await place(gate, { size: -50 });
    expect(await call(gate, 'GET accounts')).toMatchObject({
      ...{ in_dual_mode: true, position_mode: 'dual' },
    });
    for (const size of [-21, 51])
      expect(await labelOf(place(gate, { size, reduce_only: true }))).toMatchObject({
        label: 'REDUCE_EXCEEDED',
      });
    expect(await place(gate, { size: -5, reduce_only: true })).toMatchObject({
      left: 0,
      finish_as: 'filled',
    });
    const rows = await call(gate, 'GET positions', { holding: true });
    expect(pick(rows, 'mode', 'size')).toEqual([
      ['dual_long', 15],
      ['dual_short', -50],
    ]);
    expect(await labelOf(call(gate, 'GET positions/{contract}', btc))).toMatchObject({
      label: 'POSITION_DUAL_MODE',
    });
  });

  it('show by is_reduce_only which side of a hedge an order is about', async () => {
    const { exchange, gate } = await startAt();
    hedge(exchange);
    hold(exchange, '0.02', 'LONG');
    const sell = { market: 'usdm', symbol: 'BTCUSDT', side: 'sell', type: 'limit', price: '70000' } as const;
    for (const positionSide of ['LONG', 'SHORT'] as const)
      exchange.core.placeOrder({ apiKey: key.apiKey, ...sell, amount: '0.01', positionSide });
    const open = await call(gate, 'GET orders', { status: 'open' });
    expect(pick(open, 'size', 'is_reduce_only')).toEqual([
      [-10, false],
      [-10, true],
    ]);
  });

  it('have no position where the account never traded', async () => {
    const { gate } = await startAt();
    expect(await call(gate, 'GET positions')).toEqual([]);
    expect(await labelOf(call(gate, 'GET positions/{contract}', btc))).toMatchObject({
      label: 'POSITION_NOT_FOUND',
    });
  });

  it('find a filled order by its text for ever, and an unfilled one for a minute', async () => {
    const { exchange, gate, time } = await startAt();
    exchange.core.setLiquidity({ market: 'usdm', symbol: 'BTCUSDT', amount: '0.005' });
    const partly = await place(gate, { size: 8, text: 't-partly' });
    expect(partly).toMatchObject({ left: 3, status: 'finished', finish_as: 'ioc' });
    const unfilled = await place(gate, { size: 8, text: 't-unfilled' });
    expect(unfilled).toMatchObject({ left: 8, finish_as: 'ioc', fill_price: '0' });
    time.now += 60_000;
    expect(await find(gate, 't-unfilled')).toEqual(unfilled);
    time.now += 1;
    const absent = { label: 'ORDER_NOT_FOUND', detail: expect.any(String) };
    expect(await labelOf(find(gate, 't-unfilled'))).toEqual(absent);
    expect(await find(gate, unfilled.id)).toEqual(unfilled);
    const finished = () => call(gate, 'GET orders', { status: 'finished' });
    expect(await finished()).toEqual([unfilled, partly]);
    time.now += 540_000;
    expect(await labelOf(find(gate, unfilled.id))).toEqual(absent);
    expect(await finished()).toEqual([partly]);
    time.now += 200 * 86_400_000;
    expect(await find(gate, 't-partly')).toEqual(partly);
    expect(await finished()).toEqual([]);
  });

  it('answer with the latest of several orders with one text', async () => {
    const { gate } = await startAt();
    await place(gate, { size: 2, text: 't-twice' });
    const { id } = await place(gate, { size: 3, text: 't-twice' });
    expect(await find(gate, 't-twice')).toMatchObject({ id, size: 3 });
  });

  it('cancel an order once', async () => {
    const { gate } = await startAt();
    const { id } = await place(gate, { size: 2, price: '50000', tif: 'gtc', text: 't-resting' });
    expect(await call(gate, 'GET orders', { ...btc, status: 'open' })).toMatchObject([{ id }]);
    const cancel = (order_id: unknown) => call(gate, 'DELETE orders/{order_id}', { order_id });
    expect(await cancel('t-resting')).toMatchObject({
      id,
      status: 'finished',
      finish_as: 'cancelled',
      left: 2,
    });
    expect(await labelOf(cancel(id))).toMatchObject({ label: 'ORDER_FINISHED' });
    expect(await labelOf(cancel('t-unknown'))).toMatchObject({ label: 'ORDER_NOT_FOUND' });
  });

  it('change the size of an order, with what has filled of it', async () => {
    const { exchange, gate } = await startAt();
    const { id } = await place(gate, { size: -20, price: '70000', tif: 'gtc' });
    exchange.core.fill({ orderId: Number(id), amount: '0.005' });
    const amend = (size: number) => call(gate, 'PUT orders/{order_id}', { order_id: id, size });
    expect(await amend(-8)).toMatchObject({ id, size: -8, left: -3, status: 'open' });
    expect(await labelOf(amend(8))).toMatchObject({ label: 'INVALID_PARAM_VALUE' });
    expect(await amend(-5)).toMatchObject({ status: 'finished', finish_as: 'cancelled' });
    expect(await labelOf(amend(-4))).toMatchObject({ label: 'ORDER_FINISHED' });
  });

  it('fence creates and cancels by x-gate-exptime, but no conditional order', async () => {
    const { exchange, time } = await startAt();
    const late = connectGate(exchange, { 'x-gate-exptime': String(time.now - 1) });
    expect(await labelOf(place(late, { size: 2 }))).toMatchObject({ label: 'REQUEST_EXPIRED' });
    expect(await placeStop(late)).toMatchObject({ id: expect.any(Number) });
    expect(await find(late, 't-unknown').catch(() => 'not found')).toBe('not found');
    const inTime = connectGate(exchange, { 'x-gate-exptime': String(time.now) });
    expect(await place(inTime, { size: 2 })).toMatchObject({ left: 0 });
  });

  it('are for an account with a futures wallet and a key that may trade them', async () => {
    const exchange = await start({ funded: false });
    exchange.core.addAccount({ ...key, balances: { spot: { USDT: '1' } } });
    const noWallet = await labelOf(call(connectGate(exchange), 'GET accounts'));
    expect(noWallet).toMatchObject({ label: 'USER_NOT_FOUND' });
    const other = await start({ funded: false });
    const permissions = { futures: false };
    other.core.addAccount({ ...key, balances: { usdm: { USDT: '1' } }, permissions });
    expect(await labelOf(place(connectGate(other), { size: 2 }))).toMatchObject({ label: 'FORBIDDEN' });
  });
});

/** A stop of the owner's. */
function placeStop(gate: Exchange, over: Fields = {}) {
  const initial = { contract: 'BTC_USDT', size: -10, price: '0', reduce_only: true, tif: 'ioc', ...over };
  const trigger = { price_type: 0, price: '55000', rule: 2 };
  return call(gate, 'POST price_orders', { initial, trigger });
}

describe("conditional orders on Gate's perpetuals", () => {
  const list = (gate: Exchange, status: string) => call(gate, 'GET price_orders', { status });

  it('are a book of their own, and place an order at their trigger', async () => {
    const { exchange, gate } = await startAt();
    hold(exchange, '0.03');
    const { id, id_string } = await placeStop(gate);
    const [waiting] = await list(gate, 'open');
    expect(waiting).toEqual({
      initial: {
        ...{ contract: 'BTC_USDT', size: -10, amount: '-10', price: '0', tif: 'ioc', text: 'api' },
        ...{ is_reduce_only: true, is_close: false },
      },
      trigger: { strategy_type: 0, price_type: 0, price: '55000', rule: 2, expiration: 0 },
      ...{ id, id_string, user: 1, trade_id: 0, status: 'open', reason: '', me_order_id: 0 },
      ...{ order_type: 'plan-close-long-position', pos_margin_mode: 'cross' },
      ...{ create_time: 1_764_000_000.123, finish_time: 1_764_000_000.123 },
    });
    expect(await call(gate, 'GET orders', { status: 'open' })).toEqual([]);
    exchange.core.setPrice({ market: 'usdm', symbol: 'BTCUSDT', price: '54000' });
    const [fired] = await list(gate, 'finished');
    expect(fired).toMatchObject({ id, status: 'finished', finish_as: 'succeeded' });
    expect(await find(gate, fired?.trade_id)).toMatchObject({ size: -10, left: 0, is_reduce_only: true });
  });

  it('close what is held then with a size of 0, and can be canceled', async () => {
    const { exchange, gate } = await startAt();
    hold(exchange, '0.03');
    const { id: order_id } = await placeStop(gate, { size: 0, close: true, reduce_only: undefined });
    const one = { order_id };
    const shown = { initial: { size: 0, is_close: true }, order_type: 'close-long-position' };
    expect(await call(gate, 'GET price_orders/{order_id}', one)).toMatchObject(shown);
    const canceled = await call(gate, 'DELETE price_orders/{order_id}', one);
    expect(canceled).toMatchObject({ status: 'finished', finish_as: 'cancelled' });
    const again = call(gate, 'DELETE price_orders/{order_id}', one);
    expect(await labelOf(again)).toMatchObject({ label: 'ORDER_FINISHED' });
  });

  it('are refused at a price that the market has reached', async () => {
    const { exchange, gate } = await startAt();
    exchange.core.setPrice({ market: 'usdm', symbol: 'BTCUSDT', price: '55000' });
    expect(await labelOf(placeStop(gate))).toMatchObject({ label: 'AUTO_TRIGGER_PRICE_LESS_LAST' });
  });
});

describe("the records of Gate's perpetuals", () => {
  it('have what each trade closed, its fee and its source, by order in one list only', async () => {
    const { exchange, gate } = await startAt();
    await place(gate, { size: 20, text: 't-open' });
    const { id: order } = await place(gate, { size: -50, text: 't-flip' });
    const flip = {
      ...{ create_time: 1_764_000_000.123, contract: 'BTC_USDT', order_id: String(order), size: -50 },
      ...{ close_size: -20, price: '60000', role: 'taker', fee: '1.2', point_fee: '0', text: 't-flip' },
    };
    const trades = await call(gate, 'GET my_trades', { ...btc, order });
    expect(trades).toEqual([{ ...flip, id: expect.any(Number) }]);
    const byRange = await call(gate, 'GET my_trades_timerange', { ...btc, order_id: order });
    expect(byRange).toEqual([
      { ...flip, trade_id: expect.any(String) },
      expect.objectContaining({ size: 20, close_size: 0, text: 't-open' }),
    ]);
    const ends = {
      liquidation: /^liq-\d+$/,
      deleveraging: /^auto_deleveraging$/,
      delivery: /^clear$/,
    } as const;
    for (const cause of Object.keys(ends) as (keyof typeof ends)[]) {
      hold(exchange, '0.01');
      const { id } = exchange.core.endPosition({ apiKey: key.apiKey, symbol: 'BTCUSDT', cause });
      const [end] = await call(gate, 'GET my_trades', { ...btc, order: id });
      expect(end).toMatchObject({ close_size: -10, text: expect.stringMatching(ends[cause]) });
    }
  });

  it('have funding fees in the account book, with the balance after each', async () => {
    const { exchange, gate } = await startAt();
    await place(gate, { size: 20 });
    exchange.core.payFunding({ apiKey: key.apiKey, symbol: 'BTCUSDT', fee: '0.5' });
    const book = (type?: string) => call(gate, 'GET account_book', { ...btc, type });
    const [funding, ...others] = await book('fund');
    expect(others).toEqual([]);
    expect(funding).toMatchObject({
      type: 'fund',
      change: '-0.5',
      balance: '99999.02',
      time: 1_764_000_000.123,
    });
    expect(pick(await book(), 'type', 'change')).toEqual([
      ['fund', '-0.5'],
      ['fee', '-0.48'],
    ]);
    const fees = await call(gate, 'GET fee', btc);
    expect(fees).toEqual({ BTC_USDT: { taker_fee: '0.0004', maker_fee: '0.0004' } });
  });
});
