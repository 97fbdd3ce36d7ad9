import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RunningExchange } from '../../../infra/simulator/exchange.ts';
import { sign } from '../../../infra/simulator/server/hmac.ts';
import { btc, btcPerp, idOf, key, refusal, start } from './connect.ts';
import { acknowledged, connectBybit as connect } from './connect-bybit.ts';

/** A signed request without ccxt, for errors that ccxt never makes. */
async function ask(
  exchange: RunningExchange,
  query: string,
  over: { timestamp?: number; window?: string; secret?: string; signed?: string; apiKey?: string } = {},
): Promise<{ status: number; code: number; message: string }> {
  const { timestamp = exchange.core.now(), window = '5000', secret = key.secret, apiKey = key.apiKey } = over;
  const origin = `${timestamp}${apiKey}${window}${over.signed ?? query}`;
  const response = await fetch(`${exchange.url}/v5/order/realtime?${query}`, {
    headers: {
      'x-bapi-api-key': apiKey,
      'x-bapi-timestamp': String(timestamp),
      'x-bapi-recv-window': window,
      'x-bapi-sign': sign(secret, origin),
    },
  });
  const { retCode, retMsg } = (await response.json()) as { retCode: number; retMsg: string };
  return { status: response.status, code: retCode, message: retMsg };
}

describe('the Bybit API', () => {
  it('returns markets, prices, order book and candles', async () => {
    const client = await connect(await start());
    expect(client.market(btc)).toMatchObject({
      spot: true,
      precision: { amount: 0.00001, price: 0.01 },
      limits: { amount: { min: 0.00001 }, cost: { min: 5 } },
    });
    expect(client.market(btcPerp)).toMatchObject({
      linear: true,
      contractSize: 1,
      precision: { amount: 0.001, price: 0.1 },
      limits: { cost: { min: 100 } },
    });
    expect(await client.fetchTicker(btcPerp)).toMatchObject({ last: 60000, markPrice: 60000 });
    expect((await client.fetchOrderBook(btc)).bids[0]?.[0]).toBe(60000);
    const candles = await client.fetchOHLCV(btc, '1m', undefined, 5);
    expect(candles).toHaveLength(5);
    expect(candles.at(-1)?.[4]).toBe(60000);
    expect(Math.abs(Number(await client.fetchTime()) - Date.now())).toBeLessThan(2_000);
  });

  it('trades spot, with the fee of a buy in the base asset', async () => {
    const client = await connect(await start());
    const order = await client.createOrder(btc, 'market', 'buy', 0.1);
    expect(await client.fetchOrder(idOf(order), btc, acknowledged)).toMatchObject({
      status: 'closed',
      filled: 0.1,
      average: 60000,
      fee: { cost: 0.0001, currency: 'BTC' },
    });
    expect((await client.fetchBalance()).BTC).toMatchObject({ total: 1.0999 });
    expect((await client.fetchMyTrades(btc))[0]).toMatchObject({
      order: order.id,
      amount: 0.1,
      fee: { cost: 0.0001, currency: 'BTC' },
    });
  });

  it('reads the amount of a spot MARKET buy as quote amount by default', async () => {
    const exchange = await start();
    const client = await connect(exchange);
    await client.createOrder(btc, 'market', 'buy', 0, undefined, { cost: 6000, clientOrderId: 'by-cost' });
    expect(exchange.core.orders().orders[0]).toMatchObject({ filled: '0.1', quoteAmount: '6000' });
  });

  it('trades perpetuals in one-way and hedge mode', async () => {
    for (const hedged of [false, true]) {
      const exchange = await start();
      exchange.core.setHedged({ apiKey: key.apiKey, hedged });
      const client = await connect(exchange);
      await client.createOrder(btcPerp, 'market', 'buy', 0.2, undefined, { hedged });
      const [position] = await client.fetchPositions([btcPerp]);
      expect(position).toMatchObject({ side: 'long', contracts: 0.2, entryPrice: 60000, hedged });
      await client.createOrder(btcPerp, 'market', 'sell', 0.2, undefined, { hedged, reduceOnly: true });
      const closed = await client.fetchPositions([btcPerp]);
      expect(closed.every(({ contracts }) => !contracts)).toBe(true);
      const wrong = await refusal(
        client.createOrder(btcPerp, 'market', 'buy', 0.2, undefined, { hedged: !hedged }),
      );
      expect(wrong.message).toContain('position idx not match position mode');
    }
  });

  it('triggers stops and take profits of perpetuals under the same order id, and reserves margin only then', async () => {
    const exchange = await start();
    const client = await connect(exchange);
    await client.createOrder(btcPerp, 'market', 'buy', 0.1);
    const stop = await client.createOrder(btcPerp, 'market', 'sell', 0.1, undefined, {
      stopLossPrice: 55000,
    });
    const target = await client.createOrder(btcPerp, 'market', 'sell', 0.1, undefined, {
      takeProfitPrice: 65000,
    });
    expect((await client.fetchOpenOrders(btcPerp)).map((order) => order.info.stopOrderType).sort()).toEqual([
      'Stop',
      'Stop',
    ]);
    const raised = exchange.core.setPrice({ market: 'usdm', symbol: 'BTCUSDT', price: '65000' });
    expect(raised.price).toBe('65000');
    expect(await client.fetchOrder(idOf(target), btcPerp, acknowledged)).toMatchObject({
      status: 'closed',
      filled: 0.1,
    });
    // No position is left for the stop loss.
    exchange.core.setPrice({ market: 'usdm', symbol: 'BTCUSDT', price: '54000' });
    expect(await client.fetchOrder(idOf(stop), btcPerp, acknowledged)).toMatchObject({
      status: 'canceled',
      filled: 0,
    });
    const high = await refusal(
      client.createOrder(btcPerp, 'market', 'sell', 0.1, undefined, { stopLossPrice: 56000 }),
    );
    expect(high.message).toContain('110092');
  });

  it('cancels a conditional spot order only if orderFilter selects it', async () => {
    const client = await connect(await start());
    const stop = await client.createOrder(btc, 'market', 'sell', 0.1, undefined, { stopLossPrice: 55000 });
    expect((await refusal(client.cancelOrder(idOf(stop), btc))).name).toBe('OrderNotFound');
    await client.cancelOrder(idOf(stop), btc, { orderFilter: 'tpslOrder' });
    expect((await client.fetchOrder(idOf(stop), btc, acknowledged)).info.orderStatus).toBe('Deactivated');
  });

  it('has its own status for a partly filled order that was canceled', async () => {
    for (const [symbol, word] of [
      [btc, 'PartiallyFilledCanceled'],
      [btcPerp, 'Cancelled'],
    ] as const) {
      const exchange = await start();
      const client = await connect(exchange);
      const order = await client.createOrder(symbol, 'limit', 'buy', 0.1, 50000);
      exchange.core.fill({ orderId: exchange.core.orders().orders[0]?.id ?? 0, amount: '0.04' });
      await client.cancelOrder(idOf(order), symbol);
      const view = await client.fetchOrder(idOf(order), symbol, acknowledged);
      expect(view).toMatchObject({ filled: 0.04, info: { orderStatus: word, leavesQty: '0' } });
      expect(await client.fetchOpenOrders(symbol)).toEqual([]);
      expect((await client.fetchCanceledAndClosedOrders(symbol))[0]?.id).toBe(order.id);
    }
  });

  it('checks key, time and signature of every request', async () => {
    const exchange = await start();
    const now = exchange.core.now();
    const query = 'category=spot&orderId=1';
    expect(await ask(exchange, query)).toMatchObject({ status: 200, code: 0 });
    expect(await ask(exchange, query, { apiKey: 'nobodys' })).toMatchObject({ status: 200, code: 10003 });
    expect(await ask(exchange, query, { secret: 'wrong' })).toMatchObject({ status: 200, code: 10004 });
    expect(await ask(exchange, query, { signed: 'category=linear&orderId=1' })).toMatchObject({
      code: 10004,
    });
    expect(await ask(exchange, query, { timestamp: now - 5_500 })).toMatchObject({ code: 10002 });
    expect(await ask(exchange, query, { timestamp: now - 5_500, window: '20000' })).toMatchObject({
      code: 0,
    });
    expect(await ask(exchange, query, { timestamp: now + 1_500 })).toMatchObject({ code: 10002 });
    expect(await ask(exchange, 'category=inverse')).toMatchObject({ code: 181001 });
    // Bybit's message contains what it signed, and with it the API key.
    expect((await ask(exchange, query, { secret: 'wrong' })).message).toContain(key.apiKey);
  });

  it('rejects an order whose receive window closed before matching', async () => {
    const clock = { now: 1_700_000_000_000 };
    const exchange = await start({ clock: () => clock.now });
    const client = await connect(exchange);
    exchange.core.addFault({ kind: 'delay', ms: 6_000, match: { path: '/v5/order/create' } });
    const order = refusal(client.createOrder(btcPerp, 'market', 'buy', 0.1));
    await expect.poll(() => exchange.core.describe().pending).toBe(1);
    clock.now += 6_000;
    exchange.core.runDue();
    expect((await order).message).toContain('10002');
    expect(exchange.core.orders().orders).toEqual([]);
  });

  it.each([
    { does: 'too little', symbol: btc, amount: 0.00001, price: 50000, code: '170140' },
    { does: 'more than there is', symbol: btc, amount: 3, price: 50000, code: '170131' },
    { does: 'too much margin', symbol: btcPerp, amount: 100, price: 50000, code: '110007' },
    { does: 'too little of a perpetual', symbol: btcPerp, amount: 0.001, price: 50000, code: '110094' },
  ])('refuses $does with $code', async ({ symbol, amount, price, code }) => {
    const client = await connect(await start());
    expect((await refusal(client.createOrder(symbol, 'limit', 'buy', amount, price))).message).toContain(
      code,
    );
  });

  it('requires the permission to trade the category', async () => {
    const exchange = await start();
    const client = await connect(exchange);
    exchange.core.accountOf(key.apiKey).permissions.futures = false;
    await client.createOrder(btc, 'market', 'sell', 0.1);
    expect((await refusal(client.createOrder(btcPerp, 'market', 'buy', 0.1))).name).toBe('PermissionDenied');
    exchange.core.accountOf(key.apiKey).permissions.trade = false;
    expect((await refusal(client.createOrder(btc, 'market', 'sell', 0.1))).name).toBe('PermissionDenied');
    expect(await client.fetchOpenOrders(btc)).toEqual([]);
  });
});

describe('a delayed effect', () => {
  const effectDelayMs = 1_000;

  async function delayed() {
    const clock = { now: 1_700_000_000_000 };
    const exchange = await start({ clock: () => clock.now, effectDelayMs });
    const client = await connect(exchange);
    const pass = (ms: number) => {
      clock.now += ms;
      exchange.core.runDue();
    };
    return { exchange, client, pass };
  }

  it('is invisible before it is due', async () => {
    const { exchange, client, pass } = await delayed();
    const order = await client.createOrder(btc, 'limit', 'buy', 0.1, 50000);
    expect((await refusal(client.fetchOrder(idOf(order), btc, acknowledged))).name).toBe('OrderNotFound');
    expect((await refusal(client.cancelOrder(idOf(order), btc))).name).toBe('OrderNotFound');
    // It does not fill either, although the market has reached its price.
    exchange.core.setPrice({ market: 'spot', symbol: 'BTCUSDT', price: '49000' });
    expect(exchange.core.orders().fills).toEqual([]);
    pass(effectDelayMs - 1);
    expect(await client.fetchOpenOrders(btc)).toEqual([]);
    pass(1);
    expect(await client.fetchOrder(idOf(order), btc, acknowledged)).toMatchObject({ filled: 0.1 });
  });

  it('locks the funds of a MARKET order, so that no second order can use them', async () => {
    const { client, pass } = await delayed();
    await client.createOrder(btc, 'market', 'sell', 0.8);
    expect((await refusal(client.createOrder(btc, 'market', 'sell', 0.8))).message).toContain('170131');
    pass(effectDelayMs);
    expect((await client.fetchBalance()).BTC).toMatchObject({ total: 0.2 });
  });

  it('of a cancel loses to a fill in between', async () => {
    const { exchange, client, pass } = await delayed();
    const order = await client.createOrder(btcPerp, 'limit', 'buy', 0.1, 50000);
    pass(effectDelayMs);
    await client.cancelOrder(idOf(order), btcPerp);
    exchange.core.setPrice({ market: 'usdm', symbol: 'BTCUSDT', price: '50000' });
    pass(effectDelayMs);
    expect(await client.fetchOrder(idOf(order), btcPerp, acknowledged)).toMatchObject({
      status: 'closed',
      filled: 0.1,
    });
    expect(exchange.core.ledger().some((entry) => entry.type === 'cancel')).toBe(false);
  });

  it('happens by the real clock without another request', async () => {
    const exchange = await start({ effectDelayMs: 50 });
    const client = await connect(exchange);
    await client.createOrder(btc, 'market', 'sell', 0.1);
    expect(exchange.core.orders().fills).toEqual([]);
    await expect.poll(() => exchange.core.orders().fills.length).toBe(1);
  });

  it('survives a restart', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ripcord-bybit-'));
    try {
      const clock = { now: 1_700_000_000_000 };
      const options = { clock: () => clock.now, snapshotPath: join(folder, 'exchange.json'), effectDelayMs };
      const first = await start(options);
      await (await connect(first)).createOrder(btc, 'market', 'sell', 0.1);
      await first.stop();
      clock.now += effectDelayMs;
      const second = await start({ ...options, funded: false });
      expect((await (await connect(second)).fetchMyTrades(btc))[0]).toMatchObject({ amount: 0.1 });
      // It saves a snapshot in the folder when it ends.
      await second.stop();
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('is set by a control request', async () => {
    const exchange = await start();
    const client = await connect(exchange);
    const body = JSON.stringify({ ms: 60_000 });
    await fetch(`${exchange.url}/sim/setEffectDelay`, { method: 'POST', body });
    await client.createOrder(btc, 'market', 'sell', 0.1);
    expect(exchange.core.orders().fills).toEqual([]);
  });
});
