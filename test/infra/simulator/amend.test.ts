import type { Exchange } from 'ccxt';
import { describe, expect, it } from 'vitest';
import { btc, connect, idOf, refusal, start } from './connect.ts';

/** ccxt knows the endpoint only as a path. */
function amend(client: Exchange, params: object) {
  return client.request('order/amend/keepPriority', 'private', 'PUT', { symbol: 'BTCUSDT', ...params });
}

describe('an amended spot order', () => {
  it('keeps its place with a smaller amount and gets a new client order id', async () => {
    const client = await connect('spot', await start());
    const order = await client.createOrder(btc, 'limit', 'sell', 0.5, 70000, { clientOrderId: 'target-1' });
    const { amendedOrder } = await amend(client, { orderId: order.id, newQty: '0.3' });
    expect(amendedOrder).toMatchObject({ qty: '0.30000000', origClientOrderId: 'target-1', status: 'NEW' });
    expect(amendedOrder.clientOrderId).not.toBe('target-1');
    expect((await client.fetchBalance()).BTC).toEqual({ free: 0.7, used: 0.3, total: 1 });
    const same = { newQty: '0.2', newClientOrderId: amendedOrder.clientOrderId };
    await amend(client, { orderId: order.id, ...same });
    const found = await client.fetchOrder('', btc, { clientOrderId: amendedOrder.clientOrderId });
    expect(found).toMatchObject({ id: order.id, amount: 0.2 });
    const amendments = await client.request('order/amendments', 'private', 'GET', {
      symbol: 'BTCUSDT',
      orderId: order.id,
    });
    expect(amendments.map(({ newQty }: { newQty: string }) => newQty)).toEqual(['0.30000000', '0.20000000']);
  });

  it('shares its amount with the other leg of its OCO', async () => {
    const client = await connect('spot', await start());
    const list = await client.privatePostOrderListOco({
      symbol: 'BTCUSDT',
      side: 'SELL',
      quantity: '0.5',
      aboveType: 'LIMIT_MAKER',
      abovePrice: '70000',
      belowType: 'STOP_LOSS',
      belowStopPrice: '55000',
    });
    const [above, below] = list.orders.map(({ orderId }: { orderId: string }) => String(orderId));
    const { listStatus } = await amend(client, { orderId: below, newQty: '0.2' });
    expect(listStatus).toMatchObject({ contingencyType: 'OCO', listOrderStatus: 'EXECUTING' });
    expect((await client.fetchOrder(above, btc)).amount).toBe(0.2);
    expect((await client.fetchBalance()).BTC).toEqual({ free: 0.8, used: 0.2, total: 1 });
  });

  it('is refused with -2038 or a filter, and stays as it was', async () => {
    const exchange = await start();
    const client = await connect('spot', exchange);
    const order = await client.createOrder(btc, 'limit', 'sell', 0.5, 70000);
    exchange.core.fill({ orderId: Number(order.id), amount: '0.2' });
    const refused = async (newQty: string) =>
      (await refusal(amend(client, { orderId: order.id, newQty }))).message;
    expect(await refused('0.6')).toContain('Order amend (quantity increase) is not supported.');
    expect(await refused('0.5')).toContain('The requested action would change no state');
    expect(await refused('0.2')).toContain('-2038');
    expect(await refused('0.3000001')).toContain('Filter failure: LOT_SIZE');
    expect((await client.fetchOrder(idOf(order), btc)).amount).toBe(0.5);
    for (let nth = 1; nth <= 10; nth += 1)
      await amend(client, { orderId: order.id, newQty: `0.${50 - nth}` });
    expect(await refused('0.3')).toContain('MAX_NUM_ORDER_AMENDS');
  });
});
