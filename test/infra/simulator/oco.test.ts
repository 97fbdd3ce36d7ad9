import type { Exchange } from 'ccxt';
import { describe, expect, it } from 'vitest';
import { btc, connect, key, refusal, start } from './connect.ts';

const newForm = {
  symbol: 'BTCUSDT',
  side: 'SELL',
  quantity: '0.5',
  aboveType: 'LIMIT_MAKER',
  abovePrice: '70000',
  belowType: 'STOP_LOSS_LIMIT',
  belowStopPrice: '55000',
  belowPrice: '54900',
  belowTimeInForce: 'GTC',
};

function idsOf(answer: { orders: { orderId: number }[] }): [string, string] {
  const [above, below] = answer.orders;
  return [String(above?.orderId), String(below?.orderId)];
}

async function statusOf(client: Exchange, id: string) {
  return (await client.fetchOrder(id, btc)).status;
}

describe('one-cancels-the-other orders', () => {
  it('lock the amount once for both legs', async () => {
    const client = await connect('spot', await start());
    const answer = await client.privatePostOrderListOco(newForm);
    expect(answer).toMatchObject({ contingencyType: 'OCO', listOrderStatus: 'EXECUTING' });
    expect(answer.orderReports).toHaveLength(2);
    expect((await client.fetchBalance()).BTC).toEqual({ free: 0.5, used: 0.5, total: 1 });
    const list = await client.privateGetOrderList({ orderListId: answer.orderListId });
    expect(list.orders).toHaveLength(2);
  });

  it('cancel both legs with one cancel, and unlock the amount', async () => {
    const client = await connect('spot', await start());
    const [above, below] = idsOf(await client.privatePostOrderListOco(newForm));
    await client.cancelOrder(below, btc);
    expect(await statusOf(client, above)).toBe('canceled');
    expect((await client.fetchBalance()).BTC).toEqual({ free: 1, used: 0, total: 1 });
  });

  it('can be canceled as a list, once', async () => {
    const client = await connect('spot', await start());
    const { orderListId } = await client.privatePostOrderListOco(newForm);
    const answer = await client.privateDeleteOrderList({ symbol: 'BTCUSDT', orderListId });
    expect(answer.listOrderStatus).toBe('ALL_DONE');
    const again = await refusal(client.privateDeleteOrderList({ symbol: 'BTCUSDT', orderListId }));
    expect(again.name).toBe('OrderNotFound');
  });

  it('expire the stop when the limit leg fills', async () => {
    const exchange = await start();
    const client = await connect('spot', exchange);
    const [above, below] = idsOf(await client.privatePostOrderListOco(newForm));
    exchange.core.setPrice({ market: 'spot', symbol: 'BTCUSDT', price: '70000' });
    expect(await statusOf(client, above)).toBe('closed');
    expect(await statusOf(client, below)).toBe('expired');
    expect((await client.fetchBalance()).BTC).toEqual({ free: 0.5, used: 0, total: 0.5 });
  });

  it('expire the stop when the limit leg fills partly, and keep the remainder locked', async () => {
    const exchange = await start();
    const client = await connect('spot', exchange);
    const [above, below] = idsOf(await client.privatePostOrderListOco(newForm));
    exchange.core.fill({ orderId: Number(above), amount: '0.2' });
    expect(await statusOf(client, below)).toBe('expired');
    expect((await client.fetchBalance()).BTC).toEqual({ free: 0.5, used: 0.3, total: 0.8 });
  });

  it('expire the limit leg when the stop triggers', async () => {
    const exchange = await start();
    const client = await connect('spot', exchange);
    const [above, below] = idsOf(await client.privatePostOrderListOco(newForm));
    exchange.core.setPrice({ market: 'spot', symbol: 'BTCUSDT', price: '54950' });
    expect(await statusOf(client, above)).toBe('expired');
    expect(await client.fetchOrder(below, btc)).toMatchObject({ status: 'closed', average: 54950 });
  });

  it('can be placed through the older endpoint and for a buy', async () => {
    const client = await connect('spot', await start());
    await client.privatePostOrderOco({
      symbol: 'BTCUSDT',
      side: 'BUY',
      quantity: '0.5',
      price: '50000',
      stopPrice: '65000',
      stopLimitPrice: '66000',
      stopLimitTimeInForce: 'GTC',
    });
    // The more expensive leg determines the locked amount.
    expect((await client.fetchBalance()).USDT).toEqual({ free: 67000, used: 33000, total: 100000 });
  });

  it('are rejected if a price is on the wrong side of the market', async () => {
    const client = await connect('spot', await start());
    const refused = await refusal(client.privatePostOrderListOco({ ...newForm, abovePrice: '59000' }));
    expect(refused.message).toContain('-2010');
  });

  it('can be placed through the control API', async () => {
    const exchange = await start();
    const list = exchange.core.placeOco({
      apiKey: key.apiKey,
      symbol: 'BTCUSDT',
      side: 'sell',
      amount: '0.5',
      above: { type: 'limit_maker', price: '70000' },
      below: { type: 'stop_market', triggerPrice: '55000' },
    });
    const client = await connect('spot', exchange);
    const open = await client.fetchOpenOrders(btc);
    expect(open.map(({ id }) => Number(id))).toEqual(list.orderIds);
  });
});
