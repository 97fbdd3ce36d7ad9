import type { Exchange } from 'ccxt';
import { describe, expect, it } from 'vitest';
import { btc, idOf, key, refusal, start } from './connect.ts';
import { acknowledged, connectBybit } from './connect-bybit.ts';

const spot = { market: 'spot', symbol: 'BTCUSDT' } as const;
const entry = {
  category: 'spot',
  symbol: 'BTCUSDT',
  side: 'Buy',
  orderType: 'Limit',
  qty: '0.1',
  price: '50000',
};
const exits = { takeProfit: '65000', stopLoss: '45000' };

async function open(balances: Record<string, string> = { USDT: '100000' }) {
  const exchange = await start({ funded: false });
  exchange.core.addAccount({ ...key, balances: { spot: balances } });
  const client = await connectBybit(exchange);
  const setPrice = (price: string) => exchange.core.setPrice({ ...spot, price });
  const held = () => exchange.core.accountOf(key.apiKey).spot.BTC;
  return { exchange, client, setPrice, held };
}

async function enter(client: Exchange, params: object = exits): Promise<string> {
  const { result } = await client.privatePostV5OrderCreate({ ...entry, ...params });
  return String(result.orderId);
}

async function openExits(client: Exchange) {
  const { result } = await client.privateGetV5OrderRealtime({ category: 'spot', symbol: 'BTCUSDT' });
  return result.list.filter(({ stopOrderType }: { stopOrderType: string }) => stopOrderType !== '');
}

async function orderOf(client: Exchange, id: string) {
  return (await client.fetchOrder(id, btc, acknowledged)).info;
}

describe('exits attached to a spot order of Bybit', () => {
  it('are one order for two prices, which holds what was bought less the fee', async () => {
    const { client, setPrice, held } = await open();
    const id = await enter(client);
    expect(await orderOf(client, id)).toMatchObject(exits);
    expect(await openExits(client)).toEqual([]);
    setPrice('50000');
    expect(await openExits(client)).toMatchObject([
      {
        stopOrderType: 'OcoOrder',
        qty: '0.0999',
        side: 'Sell',
        orderStatus: 'Untriggered',
        triggerPrice: '',
        ...exits,
      },
    ]);
    expect(held()).toEqual({ free: '0', locked: '0.0999' });
  });

  it.each([
    { price: '65000', word: 'OcoTriggerByTp', average: '65000' },
    { price: '44000', word: 'OcoTriggerByBySl', average: '44000' },
  ])('sell once at $price, as $word', async ({ price, word, average }) => {
    const { client, setPrice, held } = await open();
    await enter(client);
    setPrice('50000');
    const [{ orderId }] = await openExits(client);
    setPrice(price);
    expect(await orderOf(client, orderId)).toMatchObject({
      orderStatus: 'Filled',
      cumExecQty: '0.0999',
      avgPrice: average,
      ocoTriggerBy: word,
    });
    expect(held()).toEqual({ free: '0', locked: '0' });
    expect(await openExits(client)).toEqual([]);
  });

  it('can rest as a limit order after their trigger', async () => {
    const { client, setPrice } = await open();
    await enter(client, { ...exits, tpOrderType: 'Limit', tpLimitPrice: '65500' });
    setPrice('50000');
    const [{ orderId }] = await openExits(client);
    setPrice('65000');
    expect(await orderOf(client, orderId)).toMatchObject({ orderStatus: 'New', price: '65500' });
    setPrice('65500');
    expect(await orderOf(client, orderId)).toMatchObject({ orderStatus: 'Filled' });
  });

  it('are a tpslOrder if there is only one, also for the filled part of an entry that was canceled', async () => {
    const { exchange, client, held } = await open();
    const id = await enter(client, { stopLoss: '45000' });
    exchange.core.fill({ orderId: Number(id), amount: '0.04' });
    expect(await openExits(client)).toEqual([]);
    await client.cancelOrder(id, btc);
    const [stop] = await openExits(client);
    expect(stop).toMatchObject({ stopOrderType: 'tpslOrder', qty: '0.03996', triggerPrice: '45000' });
    expect(held()).toEqual({ free: '0', locked: '0.03996' });
    await client.cancelOrder(stop.orderId, btc, { orderFilter: 'tpslOrder' });
    expect(held()).toEqual({ free: '0.03996', locked: '0' });
  });

  it.each([
    { what: 'at market', params: { ...exits, orderType: 'Market', price: undefined } },
    { what: 'above the price', params: { stopLoss: '51000' } },
    { what: 'below the price', params: { takeProfit: '49000' } },
  ])('are refused $what with 170130', async ({ params }) => {
    const { exchange, client } = await open();
    expect((await refusal(enter(client, params))).message).toContain('170130');
    expect(exchange.core.orders().orders).toEqual([]);
  });
});

describe('a spot order of two prices', () => {
  it('is canceled only together with the others of its kind, because no filter of a cancel finds it', async () => {
    const { client, setPrice, held } = await open();
    await enter(client);
    setPrice('50000');
    const [{ orderId }] = await openExits(client);
    expect((await refusal(client.cancelOrder(orderId, btc))).name).toBe('OrderNotFound');
    const filtered = refusal(client.cancelOrder(orderId, btc, { orderFilter: 'OcoOrder' }));
    expect((await filtered).message).toContain('170201');
    await client.cancelAllOrders(btc);
    expect(await openExits(client)).toHaveLength(1);
    await client.cancelAllOrders(btc, { orderFilter: 'OcoOrder' });
    expect(await orderOf(client, orderId)).toMatchObject({ orderStatus: 'Deactivated' });
    expect(held()).toEqual({ free: '0.0999', locked: '0' });
  });
});

describe('a conditional spot order of Bybit', () => {
  function placeStop(client: Exchange, orderFilter: string, amount = 0.6) {
    const params = { stopLossPrice: 55000, orderFilter };
    return client.createOrder(btc, 'market', 'sell', amount, undefined, params);
  }

  it('holds its coins before its trigger only as a tpslOrder', async () => {
    const { client, setPrice, held } = await open({ BTC: '1' });
    const stop = await placeStop(client, 'StopOrder');
    expect(held()).toEqual({ free: '1', locked: '0' });
    const tpsl = await placeStop(client, 'tpslOrder');
    expect(held()).toEqual({ free: '0.4', locked: '0.6' });
    expect(await orderOf(client, idOf(stop))).toMatchObject({ stopOrderType: 'Stop' });
    setPrice('55000');
    // The tpslOrder holds the coins, so the StopOrder gets none.
    expect(await orderOf(client, idOf(stop))).toMatchObject({ orderStatus: 'Rejected', cumExecQty: '0' });
    expect(await orderOf(client, idOf(tpsl))).toMatchObject({ orderStatus: 'Filled' });
  });

  it('is listed and canceled by its filter', async () => {
    const { client } = await open({ BTC: '1' });
    const stop = await placeStop(client, 'StopOrder', 0.3);
    const tpsl = await placeStop(client, 'tpslOrder', 0.3);
    const list = async (orderFilter: string) => {
      const query = { category: 'spot', symbol: 'BTCUSDT', orderFilter };
      const { result } = await client.privateGetV5OrderRealtime(query);
      return result.list.map(({ orderId }: { orderId: string }) => orderId);
    };
    expect(await list('StopOrder')).toEqual([stop.id]);
    expect(await list('tpslOrder')).toEqual([tpsl.id]);
    expect((await refusal(list('Nonsense'))).message).toContain('170201');
    const wrong = refusal(client.cancelOrder(idOf(stop), btc, { orderFilter: 'tpslOrder' }));
    expect((await wrong).name).toBe('OrderNotFound');
    await client.cancelOrder(idOf(stop), btc, { orderFilter: 'StopOrder' });
    expect(await list('StopOrder')).toEqual([]);
  });

  it('is accepted 30 times of each kind in a market', async () => {
    const { client } = await open({ BTC: '1' });
    for (let nth = 0; nth < 30; nth += 1) await placeStop(client, 'tpslOrder', 0.001);
    expect((await refusal(placeStop(client, 'tpslOrder', 0.001))).message).toContain('170810');
    expect((await placeStop(client, 'StopOrder', 0.001)).id).toBeDefined();
  });
});
