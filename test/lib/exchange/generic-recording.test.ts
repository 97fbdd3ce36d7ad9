import type { Exchange as CcxtClient } from 'ccxt';
import { describe, expect, test } from 'vitest';
import { genericIds } from '../../../lib/account/generic-id.ts';
import type { MarketRules } from '../../../lib/exchange/exchange.ts';
import { recordSale, sendSale } from '../../../lib/exchange/venues/generic-orders.ts';
import { findFlaw, watchRequests } from '../../../lib/exchange/venues/generic-wire.ts';
import type { VenueOrder } from '../../../lib/exchange/venues/venue.ts';

const ccxtMarket = {
  ...{ id: 'BTCUSDT', lowercaseId: 'btcusdt', numericId: 1, symbol: 'BTC/USDT', base: 'BTC', quote: 'USDT' },
  ...{ baseId: 'BTC', quoteId: 'USDT', type: 'spot', spot: true, active: true, contract: false },
  precision: { amount: '0.0001', price: '0.01' },
  limits: { amount: { min: '0.0001' }, price: {}, cost: { min: '5' } },
  info: { symbol: 'BTCUSDT', orderTypes: ['MARKET'] },
};
const market: MarketRules = {
  ...{ symbol: 'BTC/USDT', id: 'BTCUSDT', kind: 'spot', base: 'BTC', quote: 'USDT', ccxtMarket },
  ...{ amountStep: '0.0001', amountMin: '0.0001', priceStep: '0.01' },
};

/** ccxt's client with one market, and what leaves it. */
async function startClient(id: string, answer: object = {}) {
  const file = new URL(`src/${id}.js`, import.meta.resolve('ccxt'));
  const { default: Client }: { default: new (config: object) => CcxtClient } = await import(file.href);
  const credentials = { apiKey: 'key', secret: 'c2VjcmV0', password: 'pass', uid: 'uid' };
  const client = new Client({ ...credentials, enableRateLimit: false });
  client.number = String as unknown as typeof client.number;
  client.setMarkets([ccxtMarket]);
  const left: string[] = [];
  client.fetch = async (url) => {
    left.push(url);
    return answer;
  };
  watchRequests(client);
  return { client, left };
}

describe.each(genericIds)('a recorded sale at %s', (id) => {
  test('is one request with its amount, and leaves nothing', async () => {
    const { client, left } = await startClient(id);
    const { method, url, fields } = await recordSale(client, market, '0.0123');
    expect(method).toMatch(/^(POST|GET)$/);
    expect(url).toMatch(/^[\w.-]+\//);
    expect(fields.length).toBeGreaterThan(1);
    expect(left).toEqual([]);
  });
});

test('names the fields that it has', async () => {
  const { client } = await startClient('whitebit');
  expect(await recordSale(client, market, '0.0123')).toEqual({
    ...{
      symbol: 'BTC/USDT',
      method: 'POST',
      url: 'whitebit.com/api/v4/order/stock_market',
      namesOrder: true,
    },
    fields: ['request', 'nonce', 'nonceWindow', 'market', 'side', 'amount', 'clientOrderId'],
  });
});

test.each([
  { id: 'htx', why: 'A sale would be 2 requests' },
  { id: 'cryptocom', why: 'A sale would name "margin"' },
  { id: 'phemex', why: 'A sale of 0.0123 would not name that amount' },
  { id: 'coinone', why: 'ccxt refuses the order: coinone createOrder() allows limit orders only' },
  { id: 'bitvavo', why: 'ccxt refuses the order' },
])('is refused at $id: $why', async ({ id, why }) => {
  const { client, left } = await startClient(id);
  await expect(recordSale(client, market, '0.0123')).rejects.toThrow(why);
  expect(left).toEqual([]);
});

test.each([
  { word: 'approveBuilder', body: '{"action":"approveBuilder","amount":"1"}' },
  { word: 'referrer', body: 'referrer=a&amount=1' },
  { word: 'leverage', body: '{"leverage":1,"amount":"1"}' },
])('a request that names $word is no plain sale', ({ body }) => {
  expect(findFlaw([{ method: 'POST', url: 'https://api.example.org/orders', body }], '1')).toMatch(
    /^A sale would name/,
  );
});

const order: VenueOrder = {
  ...{
    clientOrderId: 'rc000000000001x1',
    type: 'market',
    side: 'sell',
    positionSide: 'long',
    amount: '0.0123',
  },
  ...{ hedged: false, sendDeadline: Number.POSITIVE_INFINITY },
};

describe('an order', () => {
  test('is one request', async () => {
    const { client, left } = await startClient('whitebit');
    await sendSale(client, market, order);
    expect(left).toEqual(['https://whitebit.com/api/v4/order/stock_market']);
  });

  test.each([{ side: 'buy' }, { type: 'limit', price: '1' }, { triggerPrice: '1' }] as const)(
    'with %o does not leave',
    async (change) => {
      const { client, left } = await startClient('whitebit');
      await expect(sendSale(client, market, { ...order, ...change })).rejects.toThrow('only MARKET sales');
      expect(left).toEqual([]);
    },
  );

  test('of another shape than recorded does not leave', async () => {
    const { client, left } = await startClient('whitebit');
    const { sign } = client;
    let signed = 0;
    client.sign = function (this: CcxtClient, ...parameters: Parameters<typeof sign>) {
      signed += 1;
      const request = sign.apply(this, parameters);
      return signed === 1 ? request : { ...request, url: `${request.url}?hidden=1` };
    };
    await expect(sendSale(client, market, order)).rejects.toThrow('not be the request that was recorded');
    expect(left).toEqual([]);
  });

  test('that would send a second request sends only the first', async () => {
    const { client, left } = await startClient('whitebit');
    const { createOrder } = client;
    let orders = 0;
    client.createOrder = async function (this: CcxtClient, ...parameters: Parameters<typeof createOrder>) {
      orders += 1;
      const created = await createOrder.apply(this, parameters);
      return orders === 1 ? created : createOrder.apply(this, parameters);
    };
    await expect(sendSale(client, market, order)).rejects.toThrow('a second request');
    expect(left).toHaveLength(1);
  });

  test('without an id of the exchange in its answer is none', async () => {
    const { client } = await startClient('whitebit', { orderId: order.clientOrderId });
    expect(await sendSale(client, market, order)).toBeUndefined();
  });
});
