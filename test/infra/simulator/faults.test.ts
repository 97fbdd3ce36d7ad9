import { describe, expect, it } from 'vitest';
import type { Fault } from '../../../infra/simulator/core/faults.ts';
import { btc, btcPerp, connect, idOf, refusal, start } from './connect.ts';

// ccxt's timeout in milliseconds, short because some responses never end.
const impatient = { timeout: 300 };

/** A clock that only the test moves, and a spot client that uses it. */
async function faulty(fault: Fault, config: object = {}) {
  const clock = { now: 1_700_000_000_000 };
  const exchange = await start({ clock: () => clock.now });
  const client = await connect('spot', exchange, config);
  exchange.core.addFault(fault);
  const advance = (ms: number) => {
    clock.now += ms;
    exchange.core.runDue();
  };
  const buy = () => client.createOrder(btc, 'market', 'buy', 0.1, undefined, { clientOrderId: 'close-1' });
  const find = () => client.fetchOrder('', btc, { clientOrderId: 'close-1' });
  return { exchange, client, advance, buy, find };
}

const onOrder = { method: 'POST', path: '/api/v3/order' };

describe('faults', () => {
  it('drop-before closes the connection and executes nothing', async () => {
    const { exchange, buy, find } = await faulty({ kind: 'drop-before', match: onOrder });
    expect((await refusal(buy())).name).not.toBe('InvalidOrder');
    expect((await refusal(find())).name).toBe('OrderNotFound');
    expect(
      exchange.core.ledger().findLast((entry) => entry.type === 'request' && entry.status === 0),
    ).toMatchObject({
      path: '/api/v3/order',
      fault: 'drop-before',
    });
  });

  it('drop-after executes and then closes the connection', async () => {
    const { buy, find } = await faulty({ kind: 'drop-after', match: onOrder });
    await refusal(buy());
    expect(await find()).toMatchObject({ status: 'closed', filled: 0.1 });
  });

  it('applies the given number of times, starting at the nth match', async () => {
    const { buy, client } = await faulty({ kind: 'drop-before', match: { ...onOrder, nth: 2 }, times: 2 });
    expect((await buy()).status).toBe('closed');
    await refusal(buy());
    await refusal(buy());
    expect((await buy()).status).toBe('closed');
    expect(await client.fetchOrders(btc)).toHaveLength(2);
  });

  it('matches by market and by path prefix', async () => {
    const { exchange, buy } = await faulty({
      kind: 'drop-before',
      match: { market: 'usdm', path: '/fapi/*' },
    });
    expect((await buy()).status).toBe('closed');
    const futures = await refusal(connect('usdm', exchange));
    expect(futures.name).not.toBe('Error');
  });

  it('delay executes later, while the receive window is open', async () => {
    const { exchange, advance, buy } = await faulty({ kind: 'delay', ms: 4000, match: onOrder });
    const order = buy();
    await expect.poll(() => exchange.core.describe().pending).toBe(1);
    expect(exchange.core.orders().orders).toEqual([]);
    advance(4000);
    expect((await order).status).toBe('closed');
  });

  it('delay beyond the receive window is rejected just before matching', async () => {
    const { exchange, advance, buy } = await faulty(
      { kind: 'delay', ms: 6000, match: onOrder },
      { options: { recvWindow: 5000 } },
    );
    const order = refusal(buy());
    await expect.poll(() => exchange.core.describe().pending).toBe(1);
    advance(6000);
    expect((await order).name).toBe('InvalidNonce');
    expect(exchange.core.orders().orders).toEqual([]);
  });

  it('stall-after executes and never completes its response', async () => {
    const { exchange, buy, find } = await faulty({ kind: 'stall-after', match: onOrder }, impatient);
    // ccxt's timeout may stop at the headers, so the test waits for the execution only.
    const stalled = buy().catch((error: unknown) => error);
    await expect.poll(() => exchange.core.orders().orders.length).toBe(1);
    expect(await find()).toMatchObject({ status: 'closed' });
    await exchange.stop();
    expect(await stalled).toBeInstanceOf(Error);
  });

  it('truncate executes and sends half of the response', async () => {
    const { buy, find } = await faulty({ kind: 'truncate', match: onOrder });
    await refusal(buy());
    expect(await find()).toMatchObject({ status: 'closed' });
  });

  it.each([true, false])('html responds with 200 and a page, executed: %s', async (executed) => {
    const { exchange, buy } = await faulty({ kind: 'html', executed, match: onOrder });
    await refusal(buy());
    expect(exchange.core.orders().orders).toHaveLength(executed ? 1 : 0);
  });

  it.each([
    [429, 'DDoSProtection'],
    [418, 'DDoSProtection'],
    [503, 'OperationFailed'],
  ])('status %d is answered without executing', async (status, name) => {
    const { exchange, buy } = await faulty({ kind: 'status', status, match: onOrder });
    expect((await refusal(buy())).name).toBe(name);
    expect(exchange.core.orders().orders).toEqual([]);
  });

  it('status 429 has a Retry-After header', async () => {
    const { exchange } = await faulty({
      kind: 'status',
      status: 429,
      retryAfter: 7,
      match: { path: '/api/v3/ping' },
    });
    const answer = await fetch(`${exchange.url}/api/v3/ping`);
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '7']);
  });

  it.each([
    [-1007, 'RequestTimeout'],
    [-1000, 'OperationFailed'],
  ])('error-after executes and answers %d', async (code, name) => {
    const { buy, find } = await faulty({ kind: 'error-after', code, match: onOrder });
    expect((await refusal(buy())).name).toBe(name);
    expect(await find()).toMatchObject({ status: 'closed' });
  });

  it('not-found hides an existing order from one look-up', async () => {
    const { buy, find } = await faulty({
      kind: 'not-found',
      match: { method: 'GET', path: '/api/v3/order' },
    });
    await buy();
    expect((await refusal(find())).name).toBe('OrderNotFound');
    expect(await find()).toMatchObject({ status: 'closed' });
  });

  it('late responds with an unknown outcome and executes afterward', async () => {
    const { advance, buy, find } = await faulty({ kind: 'late', ms: 3000, match: onOrder });
    expect((await refusal(buy())).name).toBe('RequestTimeout');
    expect((await refusal(find())).name).toBe('OrderNotFound');
    advance(3000);
    expect(await find()).toMatchObject({ status: 'closed', filled: 0.1 });
  });

  it('late does not execute after the receive window has closed', async () => {
    const { exchange, advance, buy } = await faulty(
      { kind: 'late', ms: 5001, match: onOrder },
      { options: { recvWindow: 5000 } },
    );
    await refusal(buy());
    advance(5001);
    expect(exchange.core.orders().orders).toEqual([]);
  });

  it('fill-before-cancel fills all of the order before the cancel arrives', async () => {
    const { client } = await faulty({ kind: 'fill-before-cancel', match: { method: 'DELETE' } });
    const order = await client.createOrder(btc, 'limit', 'sell', 0.5, 70000);
    expect((await refusal(client.cancelOrder(idOf(order), btc))).name).toBe('OrderNotFound');
    expect(await client.fetchOrder(idOf(order), btc)).toMatchObject({ status: 'closed', filled: 0.5 });
  });

  it('fill-before-cancel fills part, and the cancel returns the filled amount', async () => {
    const { exchange, client } = await faulty({
      kind: 'fill-before-cancel',
      amount: '0.2',
      match: { method: 'DELETE' },
    });
    const order = await client.createOrder(btc, 'limit', 'sell', 0.5, 70000, { clientOrderId: 'exit' });
    const canceled = await client.cancelOrder('', btc, { clientOrderId: 'exit' });
    expect(canceled).toMatchObject({ id: order.id, status: 'canceled', filled: 0.2 });
    const futures = await connect('usdm', exchange);
    exchange.core.addFault({ kind: 'fill-before-cancel', amount: '0.3', match: { method: 'DELETE' } });
    const short = await futures.createOrder(btcPerp, 'limit', 'sell', 1, 70000);
    expect(await futures.cancelOrder(idOf(short), btcPerp)).toMatchObject({
      status: 'canceled',
      filled: 0.3,
    });
  });

  it('fill-before-cancel triggers an algo order before its cancel arrives', async () => {
    const { exchange } = await faulty({ kind: 'fill-before-cancel', match: { method: 'DELETE' } });
    const client = await connect('usdm', exchange);
    await client.createOrder(btcPerp, 'market', 'buy', 1);
    const params = { stopLossPrice: 55000, reduceOnly: true };
    const stop = await client.createOrder(btcPerp, 'market', 'sell', 1, undefined, params);
    const algo = { trigger: true };
    expect((await refusal(client.cancelOrder(idOf(stop), btcPerp, algo))).name).toBe('OrderNotFound');
    expect((await client.fetchOrder(idOf(stop), btcPerp, algo)).info.algoStatus).toBe('FINISHED');
    expect(await client.fetchPositions([btcPerp])).toEqual([]);
  });

  it('late also executes by the real clock', async () => {
    const exchange = await start();
    const client = await connect('spot', exchange);
    exchange.core.addFault({ kind: 'late', ms: 5, match: onOrder });
    await refusal(client.createOrder(btc, 'market', 'buy', 0.1));
    await expect.poll(() => exchange.core.orders().orders.length).toBe(1);
  });

  it('bad-signature rejects one valid signature', async () => {
    const { buy } = await faulty({ kind: 'bad-signature', match: onOrder });
    expect((await refusal(buy())).name).toBe('AuthenticationError');
    expect((await buy()).status).toBe('closed');
  });

  it('clearFaults removes faults that have not applied yet', async () => {
    const { exchange, buy } = await faulty({ kind: 'drop-before', match: onOrder, times: 9 });
    exchange.core.clearFaults();
    expect((await buy()).status).toBe('closed');
  });
});
