import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SimulatedExchange } from '../../../infra/simulator/core/simulated-exchange.ts';
import type { RunningExchange } from '../../../infra/simulator/exchange.ts';
import { operations } from '../../../infra/simulator/server/control-operations.ts';
import { btc, btcPerp, connect, idOf, key, start } from './connect.ts';

async function sim(exchange: RunningExchange, name: string, input?: unknown) {
  const answer = await fetch(`${exchange.url}/sim/${name}`, {
    method: 'POST',
    ...(input === undefined ? {} : { body: JSON.stringify(input) }),
  });
  const body = (await answer.json()) as { error: string; id: number };
  return { status: answer.status, body };
}

describe('the control routes', () => {
  it('set up and control an exchange over HTTP', async () => {
    const exchange = await start({ funded: false });
    const added = await sim(exchange, 'addAccount', { ...key, balances: { spot: { BTC: '1' } } });
    expect(added).toEqual({ status: 200, body: { account: 'account-1' } });
    const placed = await sim(exchange, 'placeOrder', {
      apiKey: key.apiKey,
      market: 'spot',
      symbol: 'BTCUSDT',
      side: 'sell',
      type: 'limit',
      amount: '0.5',
      price: '70000',
      clientOrderId: 'by-hand',
    });
    expect(placed.body).toMatchObject({ status: 'new', clientOrderId: 'by-hand' });
    const filled = await sim(exchange, 'fill', { orderId: placed.body.id, amount: '0.2' });
    expect(filled.body).toMatchObject({ status: 'partially_filled', filled: '0.2' });
    expect((await sim(exchange, 'cancelOrder', { orderId: placed.body.id })).body).toMatchObject({
      status: 'canceled',
    });
    await sim(exchange, 'setPrice', { market: 'spot', symbol: 'BTCUSDT', price: '61000' });
    await sim(exchange, 'setBalance', { apiKey: key.apiKey, market: 'spot', asset: 'BTC', amount: '0.1' });
    await sim(exchange, 'setHedged', { apiKey: key.apiKey, hedged: true });
    const position = {
      apiKey: key.apiKey,
      symbol: 'BTCUSDT',
      positionSide: 'SHORT',
      amount: '-2',
      entryPrice: '60000',
    };
    expect((await sim(exchange, 'setPosition', position)).status).toBe(200);
    const client = await connect('spot', exchange);
    expect((await client.fetchBalance()).BTC?.free).toBe(0.1);
    const futures = await connect('usdm', exchange);
    expect((await futures.fetchPositions([btcPerp]))[0]).toMatchObject({ side: 'short', contracts: 2 });
  });

  it('report invalid requests with 400, 404 and 405', async () => {
    const exchange = await start();
    const float = await sim(exchange, 'setPrice', { market: 'spot', symbol: 'BTCUSDT', price: 61000 });
    expect(float.status).toBe(400);
    expect(float.body.error).toContain('price');
    const offTick = await sim(exchange, 'setPrice', {
      market: 'spot',
      symbol: 'BTCUSDT',
      price: '61000.001',
    });
    expect(offTick).toMatchObject({ status: 400, body: { error: expect.stringContaining('0.01') } });
    const unknown = await sim(exchange, 'setPrice', { market: 'spot', symbol: 'NOPE', price: '1' });
    expect(unknown.body.error).toContain('NOPE');
    expect((await sim(exchange, 'explode', {})).status).toBe(404);
    expect((await fetch(`${exchange.url}/sim/reset`)).status).toBe(405);
    const broken = await fetch(`${exchange.url}/sim/reset`, { method: 'POST', body: '{' });
    expect(broken.status).toBe(400);
  });

  it('exist for every operation of the exchange', () => {
    const internal = [
      'constructor',
      'accountOf',
      'describe',
      'acknowledgeOrder',
      'acknowledgeCancel',
      'acknowledgeChange',
    ];
    const methods = Object.getOwnPropertyNames(SimulatedExchange.prototype).filter(
      (name) => !internal.includes(name),
    );
    expect(Object.keys(operations).sort()).toEqual([...methods, 'state'].sort());
  });

  it('add a market that ccxt can trade', async () => {
    const exchange = await start();
    const lot = { min: '1', max: '1000', step: '1' };
    const added = await sim(exchange, 'addMarket', {
      kind: 'spot',
      symbol: 'PEPEUSDT',
      base: 'PEPE',
      quote: 'USDT',
      price: '0.5',
      tick: '0.1',
      lot,
      marketLot: lot,
      minNotional: '1',
      feeRate: '0.001',
    });
    expect(added.status).toBe(200);
    const client = await connect('spot', exchange);
    expect(await client.createOrder('PEPE/USDT', 'market', 'buy', 10)).toMatchObject({ filled: 10 });
  });

  it('reset the exchange', async () => {
    const exchange = await start();
    await sim(exchange, 'setPrice', { market: 'spot', symbol: 'BTCUSDT', price: '61000' });
    await sim(exchange, 'reset');
    const state = await sim(exchange, 'state');
    expect(state.body).toMatchObject({ accounts: [], faults: [] });
    expect(exchange.core.state.market('spot', 'BTCUSDT').price).toBe('60000');
  });
});

describe('the ledger', () => {
  it('lists every request, order, fill and cancel after a sequence number', async () => {
    const exchange = await start();
    const client = await connect('spot', exchange);
    const since = exchange.core.ledger().at(-1)?.seq ?? 0;
    const order = await client.createOrder(btc, 'limit', 'sell', 0.5, 70000, { clientOrderId: 'exit-1' });
    exchange.core.fill({ orderId: Number(order.id), amount: '0.2' });
    await client.cancelOrder(idOf(order), btc);
    const answer = await fetch(`${exchange.url}/sim/ledger?since=${since}`);
    const entries = (await answer.json()) as { type: string }[];
    expect(entries.map(({ type }) => type)).toEqual(['order', 'request', 'fill', 'cancel', 'request']);
    expect(entries[0]).toMatchObject({ account: 'account-1', clientOrderId: 'exit-1', amount: '0.5' });
    expect(entries[1]).toMatchObject({ method: 'POST', path: '/api/v3/order', status: 200 });
  });

  it('has a line per entry, filtered by type', async () => {
    const exchange = await start();
    const client = await connect('spot', exchange);
    const order = await client.createOrder(btc, 'limit', 'sell', 0.5, 70000);
    await client.cancelOrder(idOf(order), btc);
    const text = await (await fetch(`${exchange.url}/sim/ledger?type=order,cancel`)).text();
    expect((JSON.parse(text) as { type: string }[]).map(({ type }) => type)).toEqual(['order', 'cancel']);
    expect(text).toMatch(/^\[\n\{.*"type":"order".*\},\n\{.*"type":"cancel".*\}\n\]\n$/);
    expect(await (await fetch(`${exchange.url}/sim/ledger?type=fill`)).text()).toBe('[]\n');
  });

  it('contains neither key, secret nor signature', async () => {
    const exchange = await start();
    const client = await connect('spot', exchange);
    const futures = await connect('usdm', exchange);
    await client.createOrder(btc, 'market', 'sell', 0.1);
    await futures.createOrder(btcPerp, 'market', 'buy', 0.1);
    await futures.fetchPositions();
    for (const name of ['ledger', 'state', 'orders']) {
      const text = await (await fetch(`${exchange.url}/sim/${name}`)).text();
      expect(text).toContain('BTCUSDT');
      expect(text).not.toContain(key.apiKey);
      expect(text).not.toContain(key.secret);
      expect(text).not.toMatch(/signature/i);
    }
  });
});

describe('a snapshot', () => {
  it('restores orders, balances, positions and algo orders after a restart', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'simulated-exchange-'));
    const snapshotPath = join(folder, 'state', 'exchange.json');
    try {
      const first = await start({ snapshotPath });
      const spot = await connect('spot', first);
      const usdm = await connect('usdm', first);
      const order = await spot.createOrder(btc, 'limit', 'sell', 0.5, 70000, { clientOrderId: 'exit' });
      await usdm.createOrder(btcPerp, 'market', 'buy', 1);
      const stop = await usdm.createOrder(btcPerp, 'market', 'sell', 1, undefined, {
        stopLossPrice: 55000,
        reduceOnly: true,
      });
      await first.stop();
      // It contains the secrets of the simulated accounts.
      expect((await stat(snapshotPath)).mode & 0o777).toBe(0o600);
      expect(JSON.parse(await readFile(snapshotPath, 'utf8')).version).toBe(1);

      const second = await start({ snapshotPath, funded: false });
      const again = await connect('spot', second);
      expect((await again.fetchBalance()).BTC).toEqual({ free: 0.5, used: 0.5, total: 1 });
      await again.cancelOrder(idOf(order), btc);
      const next = await again.createOrder(btc, 'limit', 'sell', 0.5, 70000);
      expect(Number(next.id)).toBeGreaterThan(Number(stop.id));
      const usdmAgain = await connect('usdm', second);
      second.core.setPrice({ market: 'usdm', symbol: 'BTCUSDT', price: '55000' });
      expect(await usdmAgain.fetchOrder(idOf(stop), btcPerp, { trigger: true })).toMatchObject({
        status: 'closed',
      });
      expect(await usdmAgain.fetchPositions([btcPerp])).toEqual([]);
      // Otherwise it would write a last snapshot while the folder is removed.
      await second.stop();
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('the price ticker', () => {
  const prices = (core: SimulatedExchange) => [...core.state.markets.values()].map(({ price }) => price);

  it('moves prices identically for the same seed, in multiples of the tick', () => {
    const walk = (seed: number) => {
      const core = new SimulatedExchange({ seed });
      for (let step = 0; step < 20; step++) core.tick({ spread: '0.002' });
      return prices(core);
    };
    expect(walk(7)).toEqual(walk(7));
    expect(walk(7)).not.toEqual(walk(8));
  });

  it('fills orders, and does not record price moves in the ledger', () => {
    const core = new SimulatedExchange();
    core.addAccount({ ...key, balances: { spot: { BTC: '1' } } });
    const order = { apiKey: key.apiKey, market: 'spot', symbol: 'BTCUSDT', side: 'sell' } as const;
    core.placeOrder({ ...order, type: 'limit', amount: '1', price: '60000.01' });
    for (let step = 0; step < 50; step++) core.tick();
    expect(core.ledger().map(({ type }) => type)).toEqual(['order', 'fill']);
  });

  it('is off until started', () => {
    const core = new SimulatedExchange();
    core.startTicker({ everyMs: 60_000 });
    core.stopTicker();
    expect(prices(core)[0]).toBe('60000');
  });
});
