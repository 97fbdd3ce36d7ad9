import type { Exchange } from 'ccxt';
import { describe, expect, it } from 'vitest';
import type { RunningExchange } from '../../../infra/simulator/exchange.ts';
import { btcPerp, connect, idOf, refusal, start } from './connect.ts';
import { acknowledged, connectBybit } from './connect-bybit.ts';

/** A long of 1 BTC and a reduce-only target for it at 70000. */
async function begin(open: (exchange: RunningExchange) => Promise<Exchange>) {
  const exchange = await start();
  const client = await open(exchange);
  await client.createOrder(btcPerp, 'market', 'buy', 1);
  const target = await client.createOrder(btcPerp, 'limit', 'sell', 1, 70000, { reduceOnly: true });
  const id = idOf(target);
  return {
    exchange,
    client,
    id,
    change: (amount: number, price?: number) => client.editOrder(id, btcPerp, 'limit', 'sell', amount, price),
    read: () => client.fetchOrder(id, btcPerp, acknowledged),
    fill: (amount: string) => {
      const order = exchange.core.orders().orders.findLast(({ type }) => type === 'limit');
      if (order !== undefined) exchange.core.fill({ orderId: order.id, amount });
    },
  };
}

describe('a changed order at Binance USDⓈ-M', () => {
  const usdm = (exchange: RunningExchange) => connect('usdm', exchange);

  it('has the new amount and price, and stays reduce-only', async () => {
    const { change, read } = await begin(usdm);
    expect(await change(0.4, 71000)).toMatchObject({ amount: 0.4, price: 71000, status: 'open' });
    expect(await read()).toMatchObject({ amount: 0.4, price: 71000, reduceOnly: true });
  });

  it('is canceled if it has filled as much by then', async () => {
    const { change, fill, read } = await begin(usdm);
    fill('0.5');
    expect(await change(0.5, 70000)).toMatchObject({ status: 'canceled', filled: 0.5 });
    expect(await read()).toMatchObject({ status: 'canceled', filled: 0.5 });
  });

  it('stays as it is if the filters refuse the change, or if it is none', async () => {
    const { change, read, client, id } = await begin(usdm);
    expect((await refusal(change(1, 70000))).message).toContain('-5027');
    const order = { symbol: 'BTCUSDT', orderId: id, side: 'SELL', quantity: '0.4005', price: '70000' };
    expect((await refusal(client.fapiPrivatePutOrder(order))).message).toContain('-1111');
    expect(await read()).toMatchObject({ amount: 1, price: 70000, status: 'open' });
  });

  it('does not exist once it has ended', async () => {
    const { change, client, id } = await begin(usdm);
    await client.cancelOrder(id, btcPerp);
    expect((await refusal(change(0.4, 70000))).message).toContain('-2013');
  });

  it('names side, amount and price', async () => {
    const { client, id } = await begin(usdm);
    const order = { symbol: 'BTCUSDT', orderId: id, side: 'SELL', quantity: '0.4' };
    expect((await refusal(client.fapiPrivatePutOrder(order))).message).toContain('-1102');
  });
});

describe('a changed order at Bybit', () => {
  it('has the new amount and its old price', async () => {
    const { change, read } = await begin(connectBybit);
    await change(0.4);
    expect(await read()).toMatchObject({ amount: 0.4, price: 70000, reduceOnly: true, status: 'open' });
  });

  it('is changed a moment after the acknowledgment', async () => {
    const { change, read, exchange, fill } = await begin(connectBybit);
    exchange.core.setEffectDelay({ ms: 50 });
    await change(0.4);
    fill('0.1');
    await expect.poll(async () => (await read()).amount).toBe(0.4);
    expect(await read()).toMatchObject({ filled: 0.1, remaining: 0.3 });
  });

  it('stays as it is if the change is none, or is below what has filled', async () => {
    const { change, fill, read } = await begin(connectBybit);
    expect((await refusal(change(1))).message).toContain('The order remains unchanged');
    fill('0.5');
    expect((await refusal(change(0.4))).message).toContain('greater than the filled quantity');
    expect(await read()).toMatchObject({ amount: 1, filled: 0.5 });
  });

  it('does not exist once it has ended', async () => {
    const { change, client, id } = await begin(connectBybit);
    await client.cancelOrder(id, btcPerp);
    expect((await refusal(change(0.4))).message).toContain('110001');
  });

  it('can be a conditional order', async () => {
    const { client } = await begin(connectBybit);
    const stop = await client.createOrder(btcPerp, 'market', 'sell', 1, undefined, {
      stopLossPrice: 50000,
      reduceOnly: true,
    });
    await client.editOrder(idOf(stop), btcPerp, 'market', 'sell', 0.4);
    expect(await client.fetchOrder(idOf(stop), btcPerp, acknowledged)).toMatchObject({
      amount: 0.4,
      triggerPrice: 50000,
      status: 'open',
    });
  });
});
