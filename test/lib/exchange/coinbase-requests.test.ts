import { createPrivateKey, generateKeyPairSync, verify } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { ccxtExchanges } from '../../../lib/exchange/ccxt/ccxt-exchange.ts';
import type { MarketRules } from '../../../lib/exchange/exchange.ts';
import { fromUuid, toUuid } from '../../../lib/exchange/venues/coinbase-client-id.ts';
import { accountsInMemory } from '../../infra/local/accounts-in-memory.ts';
import { faultOf } from './fault-of.ts';
import recording from './recorded/coinbase.json' with { type: 'json' };
import { byId, clientOrderId, type Recorded, recordedCalls } from './recorded-calls.ts';
import { startRequestRecorder } from './request-recorder.ts';
import { accepted, coinbaseSpot, keys, startTrader } from './test-markets.ts';
import { toSecret } from './test-secrets.ts';

type Fields = Record<string, unknown>;

const recordings = recording.requests as Recorded<{ path?: string; query?: Fields; body?: Fields }>[];

const spot: MarketRules = {
  ...{ symbol: 'BTC/USDT', id: 'BTC-USDT', kind: 'spot', base: 'BTC', quote: 'USDT' },
  ...{ amountStep: '0.00000001', amountMin: '0.00001', priceStep: '0.1' },
};
const { calls, sendDeadline, close } = recordedCalls(spot);

const listed = {
  order_id: '7',
  client_order_id: toUuid(clientOrderId),
  product_id: 'BTC-USDT',
  side: 'SELL',
};
const named = { order_id: '7', client_order_id: toUuid(clientOrderId), product_id: 'BTC-USDT', side: 'SELL' };

const startRecorder = (answer: unknown = { orders: [listed], has_next: false }) =>
  startRequestRecorder('coinbase', () => answer);

/** ccxt's example has the id as it is. */
function withUuid(body: Fields | undefined): Fields | undefined {
  return body?.client_order_id === undefined ? body : { ...body, client_order_id: toUuid(clientOrderId) };
}

describe('a request to Coinbase', () => {
  test.each(recordings)('has the fields of the recorded one: $name', async ({ name, recorded, ripcord }) => {
    const { exchange, last } = await startRecorder();
    await calls[name]?.(exchange).catch(() => undefined);
    const { method, path, query = {}, body } = recorded;
    const { headers: _, ...sent } = last() ?? {};
    expect(sent).toEqual({ method, path, query, body: withUuid(body), ...ripcord });
  });

  test('that closes a short is sized in the coin', async () => {
    const { exchange, last } = await startRecorder();
    await exchange.createMarketOrder(spot, { ...close, side: 'buy', positionSide: 'short' });
    expect(last()?.body).toMatchObject({
      side: 'BUY',
      order_configuration: { market_market_ioc: { base_size: '0.01' } },
    });
  });

  test('is signed for its method and path, for two minutes at most', async () => {
    const { exchange, last } = await startRecorder();
    await faultOf(exchange.fetchOrder(spot, { clientOrderId }));
    const token = String(last()?.headers.authorization).replace('Bearer ', '');
    const [header = '', content = '', signature = ''] = token.split('.');
    const read = (part: string): Fields => JSON.parse(Buffer.from(part, 'base64url').toString());
    expect(read(header)).toMatchObject({ alg: 'ES256', typ: 'JWT', kid: keys.apiKey });
    const { nbf, exp, ...claims } = read(content);
    const uri = 'GET api.coinbase.com/api/v3/brokerage/orders/historical/batch';
    expect(claims).toEqual({ iss: 'cdp', sub: keys.apiKey, uri });
    expect(Number(exp) - Number(nbf)).toBe(120);
    expect(Number(exp)).toBeLessThanOrEqual(Date.now() / 1000 + 116);
    const key = { key: toSecret('coinbase', keys.secret), dsaEncoding: 'ieee-p1363' } as const;
    const bytes = Buffer.from(signature, 'base64url');
    expect(verify('sha256', Buffer.from(`${header}.${content}`), key, bytes)).toBe(true);
  });

  test('is signed with each form of a key that Coinbase issues', async () => {
    const { sim } = await startTrader(coinbaseSpot);
    const sec1 = toSecret('coinbase', 'other');
    const pkcs8 = createPrivateKey(sec1).export({ type: 'pkcs8', format: 'pem' }).toString();
    const { d = '', x = '' } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
    const bytes = Buffer.concat([d, x].map((part) => Buffer.from(part, 'base64url'))).toString('base64');
    for (const [index, secret] of [sec1, pkcs8, sec1.replaceAll('\n', '\\n'), bytes].entries()) {
      const apiKey = `organizations/1/apiKeys/${index}`;
      sim.core.addAccount({ apiKey, secret: secret.replaceAll('\\n', '\n'), balances: {} });
      const account = { exchange: 'coinbase', apiKey, secret, baseUrl: sim.url } as const;
      const exchange = await ccxtExchanges(accountsInMemory({ main: account })).of('main');
      expect(await exchange.fetchBalance('BTC')).toEqual({ free: '0', total: '0' });
    }
  });
});

test('a client order id is one UUID, and is read back from it', () => {
  const ids = ['rc0123456789abx1', 'rc0123456789abxzzz', '0', '00', '-_Az', 'a'.repeat(20)];
  for (const id of ids) {
    expect(toUuid(id)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(fromUuid(toUuid(id))).toBe(id);
  }
  expect(new Set(ids.map(toUuid)).size).toBe(ids.length);
  expect(fromUuid(toUuid('rc0123456789abx1').toUpperCase())).toBe('rc0123456789abx1');
  const foreign = ['18eb9947-db49-4874-8e7b-39b8fe5f4317', '00000000-0000-8000-8000-000000000000', 'a b'];
  for (const id of foreign) expect([toUuid(id), fromUuid(id)]).toEqual([id, id]);
});

describe('an answer of Coinbase', () => {
  test.each([
    ['without a reason', { success: false }],
    [
      'with a reason that says nothing',
      { success: false, error_response: { error: 'UNKNOWN_FAILURE_REASON' } },
    ],
    [
      'from the matching engine',
      { success: false, error_response: { error: 'COMMANDER_REJECTED_NEW_ORDER' } },
    ],
    ['that names no order', { success: true }],
    ['that names another order', { success: true, success_response: { ...named, client_order_id: 'other' } }],
    ['that names another market', { success: true, success_response: { ...named, product_id: 'ETH-USDT' } }],
    ['that names another side', { success: true, success_response: { ...named, side: 'BUY' } }],
    ['of an unknown form', {}],
  ])('%s leaves the outcome of a create unknown', async (_, answer) => {
    const { exchange } = await startRecorder(answer);
    expect(await exchange.createMarketOrder(spot, close)).toMatchObject({ kind: 'unknown' });
  });

  test('refuses a create by the reason of either check, and with status 200', async () => {
    for (const reasons of [
      { error: 'INSUFFICIENT_FUND', new_order_failure_reason: 'INSUFFICIENT_FUND' },
      { error: 'UNKNOWN_FAILURE_REASON', preview_failure_reason: 'PREVIEW_INSUFFICIENT_FUND' },
    ]) {
      const { exchange } = await startRecorder({ success: false, error_response: reasons });
      expect(await exchange.createMarketOrder(spot, close)).toMatchObject({
        ...{ kind: 'rejected', reason: 'insufficient' },
      });
    }
  });

  test.each([
    ['PREVIEW_INSUFFICIENT_LEDGER_BALANCE', 'insufficient'],
    ['PREVIEW_INVALID_QUOTE_SIZE_PRECISION', 'precision'],
    ['PREVIEW_BREACHED_PRICE_LIMIT', 'refused-for-now'],
    ['PREVIEW_COMPLIANCE_PURCHASE_LIMIT_EXCEEDED', 'other'],
  ])('that was refused before the order was sent is no unknown outcome: %s', async (code, reason) => {
    const error_response = { error: 'UNKNOWN_FAILURE_REASON', preview_failure_reason: code };
    const { exchange } = await startRecorder({ success: false, error_response });
    const created = await exchange.createMarketOrder(spot, close);
    expect(created).toMatchObject({ kind: 'rejected', reason, code });
  });

  test('shows the words of a request that Coinbase did not understand', async () => {
    const answer = { error: 'invalid_request', error_description: 'The request is malformed.' };
    const { exchange } = await startRecorder({ success: false, error_response: answer });
    expect(await exchange.createMarketOrder(spot, close)).toMatchObject({
      message: 'The request is malformed. (invalid_request)',
    });
  });

  test('that names the order counts although it has a failure reason', async () => {
    const failure_reason = 'UNKNOWN_FAILURE_REASON';
    const { exchange } = await startRecorder({ success: true, failure_reason, success_response: named });
    expect(accepted(await exchange.createMarketOrder(spot, close))).toMatchObject({ orderId: '7' });
  });

  test('with a list that needs a proof token proves no absence, and is not waited for', async () => {
    const { exchange } = await startRecorder({ orders: [], has_next: false, proof_token_required: true });
    expect(await faultOf(exchange.fetchOrder(spot, { clientOrderId }))).toMatchObject({
      code: 'exchange-refused',
      message:
        'Coinbase lists the orders and trades of this account only with a proof token, which Ripcord does not have',
    });
  });

  test.each([{ orders: [], has_next: true, cursor: '' }, { has_next: false }])(
    'with a list that is not whole proves no absence: %j',
    async (answer) => {
      const { exchange } = await startRecorder(answer);
      const fault = await faultOf(exchange.fetchOrder(spot, { clientOrderId }));
      expect(fault.code).toBe('exchange-unreachable');
    },
  );

  test('to a cancel counts only if it names success', async () => {
    for (const answer of [{}, { results: [] }, { results: [{ success: false, failure_reason: '' }] }]) {
      const { exchange } = await startRecorder(answer);
      const result = await exchange.cancelOrder(spot, byId, sendDeadline);
      expect(result).toMatchObject({
        kind: 'unconfirmed',
        reason: expect.not.stringMatching('acknowledged'),
      });
    }
  });
});

describe('an order at Coinbase', () => {
  test('is not absent if its list is what is not found', async () => {
    const { sim, exchange, market } = await startTrader(coinbaseSpot);
    const path = '/api/v3/brokerage/orders/historical/batch';
    const fault = { kind: 'status', status: 404, code: 'NOT_FOUND', msg: 'portfolio not found' } as const;
    sim.core.addFault({ ...fault, match: { path }, times: 2 });
    expect(await faultOf(exchange.fetchOrder(market, { clientOrderId: 'entry1' }))).toMatchObject({
      code: 'exchange-refused',
      message: 'Coinbase did not list its orders: portfolio not found (NOT_FOUND)',
    });
    const canceled = await exchange.cancelOrder(market, { clientOrderId: 'entry1' }, Date.now() + 5_000);
    expect(canceled).toMatchObject({ kind: 'unconfirmed', reason: 'not-sent' });
  });

  test('is the same one when it is sent again, while it is open and after it has ended', async () => {
    const { sim, buy: send, close: sell, order: find } = await startTrader(coinbaseSpot);
    const { orderId } = accepted(await send());
    expect(accepted(await send()).orderId).toBe(orderId);
    sim.core.fill({ orderId: find('entry1').id });
    expect(accepted(await send()).orderId).toBe(orderId);
    // The funds of a second one are not there.
    sim.core.setBalance({ apiKey: keys.apiKey, market: 'spot', asset: 'BTC', amount: '0.1' });
    const sold = accepted(await sell());
    expect(accepted(await sell()).orderId).toBe(sold.orderId);
    expect(sim.core.orders().orders).toHaveLength(2);
  });

  test('that arrives late is the same one that was sent again meanwhile', async () => {
    const { sim, exchange, market, buy: send, clock } = await startTrader(coinbaseSpot);
    sim.core.addFault({ kind: 'late', ms: 60_000, match: coinbaseSpot.create });
    expect(await send()).toMatchObject({ kind: 'unknown' });
    const { orderId } = accepted(await send());
    clock.ahead = 61_000;
    sim.core.runDue();
    expect(await exchange.fetchOrder(market, { clientOrderId: 'entry1' })).toMatchObject({ orderId });
    expect(sim.core.orders().orders).toHaveLength(1);
  });

  test('that arrives after its token has ended is refused', async () => {
    const { sim, buy: send, clock } = await startTrader(coinbaseSpot);
    sim.core.addFault({ kind: 'late', ms: 121_000, match: coinbaseSpot.create });
    expect(await send()).toMatchObject({ kind: 'unknown' });
    clock.ahead = 122_000;
    sim.core.runDue();
    expect(sim.core.orders().orders).toEqual([]);
  });

  test('is found beyond the first page, and behind the orders before it was sent', async () => {
    const { exchange, market, buy: send, requests } = await startTrader(coinbaseSpot);
    for (let count = 1; count <= 102; count += 1) await send({ clientOrderId: `e${count}`, amount: '0.001' });
    requests();
    expect(await exchange.fetchOrder(market, { clientOrderId: 'e1' })).toMatchObject({ amount: '0.001' });
    expect(requests()).toHaveLength(2);
    const sentAfter = Date.now() + 3_600_000;
    expect(await exchange.fetchOrder(market, { clientOrderId: 'e1', sentAfter })).toBeUndefined();
  });

  test('by cost has all of its trades, although their sizes are in the quote currency', async () => {
    const { sim, exchange, market, buy: send } = await startTrader(coinbaseSpot);
    sim.core.setPrice({ market: 'spot', symbol: 'BTCUSDT', price: '59999.99' });
    const { orderId } = accepted(
      await send({ type: 'market', price: undefined, amount: undefined, cost: '1000' }),
    );
    const read = await exchange.fetchOrder(market, { orderId });
    const fills = await exchange.fetchFills(market, read ?? { orderId }, read?.filled ?? '');
    expect(fills.fees).toMatchObject([{ currency: 'USDT' }]);
  });

  test("is listed beside its owner's stop order, which holds its coins", async () => {
    const { sim, exchange, market, buy: send } = await startTrader(coinbaseSpot);
    const stop = sim.core.placeOrder({
      ...{ apiKey: keys.apiKey, market: 'spot', symbol: 'BTCUSDT', side: 'sell', type: 'stop_limit' },
      ...{ amount: '0.1', stopPrice: '40000', price: '39900', timeInForce: 'GTC' },
    });
    await send();
    const open = await exchange.fetchOpenOrders(market);
    expect(open.map(({ order: { orderId, clientOrderId: id } }) => id ?? orderId)).toContain('entry1');
    expect(open.find(({ order: { orderId } }) => orderId === String(stop.id))?.order).toMatchObject({
      ...{ amount: '0.1', triggerPrice: '40000', price: '39900', conditional: false, status: 'live' },
    });
    expect(await exchange.fetchBalance('BTC')).toEqual({ free: '0.9', total: '1' });
  });
});

describe('what Coinbase lists', () => {
  const product = {
    ...{ base_currency_id: 'BTC', quote_currency_id: 'USDT', base_increment: '0.00000001' },
    ...{ quote_increment: '0.01', base_min_size: '0.00001', quote_min_size: '1' },
  };

  test('is read page by page, also of products', async () => {
    const { exchange, sent } = await startRequestRecorder('coinbase', (_, { query }) =>
      query.cursor === 'next'
        ? { products: [{ ...product, product_id: 'BTC-USDT' }], pagination: { has_next: false } }
        : {
            products: [{ ...product, product_id: 'ETH-USDT', base_currency_id: 'ETH' }],
            pagination: { has_next: true, next_cursor: 'next' },
          },
    );
    expect(await exchange.loadMarket('BTC/USDT')).toMatchObject({ id: 'BTC-USDT' });
    expect(sent).toHaveLength(2);
  });

  test.each([
    [{ view_only: true }, expect.objectContaining({ id: 'BTC-USDT' })],
    [{ limit_only: true }, 'closed'],
  ])('is a market that Ripcord can close in, or none: %j', async (mode, market) => {
    const { exchange } = await startRecorder({ products: [{ ...product, product_id: 'BTC-USDT', ...mode }] });
    expect(await exchange.readMarket(spot)).toEqual(market);
  });

  // "By default, returns RETAIL_ADVANCED placement source": orders of the app are of another.
  test('as open orders includes those that their owner placed in the app', async () => {
    const open = { ...listed, filled_size: '0', status: 'OPEN', created_time: '2026-01-01T00:00:00Z' };
    const { exchange } = await startRequestRecorder('coinbase', (_, { query }) => {
      const { order_status, order_placement_source = 'RETAIL_ADVANCED' } = query;
      const orders = [{ ...open, order_id: `${order_status} ${order_placement_source}` }];
      return { orders, has_next: false };
    });
    const ids = (await exchange.fetchOpenOrders(spot)).map(({ order }) => order.orderId);
    expect(ids).toEqual(expect.arrayContaining(['OPEN RETAIL_ADVANCED', 'OPEN RETAIL_SIMPLE']));
  });

  // BTC-USD and BTC-USDC are one book.
  test('as the fee of a trade is in the currency of the position', async () => {
    const fill = {
      ...{ entry_id: '1', order_id: '7', product_id: 'BTC-USD', side: 'SELL', size: '0.01', price: '50000' },
      ...{ commission: '3', trade_time: '2026-01-01T00:00:00Z', size_in_quote: false },
    };
    const { exchange } = await startRecorder({ fills: [fill] });
    const usdc = { ...spot, symbol: 'BTC/USDC', id: 'BTC-USDC', quote: 'USDC' };
    const { fees } = await exchange.fetchFills(usdc, { orderId: '7' }, '0.01');
    expect(fees).toMatchObject([{ currency: 'USDC', amount: '3' }]);
  });

  test('as a balance is of the accounts that spot orders use', async () => {
    const row = (differing: Fields) => ({
      ...{ currency: 'BTC', type: 'ACCOUNT_TYPE_CRYPTO', hold: { value: '0.1', currency: 'BTC' } },
      ...{ available_balance: { value: '1', currency: 'BTC' }, ...differing },
    });
    const accounts = [
      row({}),
      row({ platform: 'ACCOUNT_PLATFORM_UNSPECIFIED' }),
      row({ platform: 'ACCOUNT_PLATFORM_CONSUMER' }),
      row({ platform: 'ACCOUNT_PLATFORM_CFM_CONSUMER' }),
      row({ platform: 'ACCOUNT_PLATFORM_INTX' }),
      row({ type: 'ACCOUNT_TYPE_VAULT' }),
    ];
    const { exchange } = await startRecorder({ accounts, has_next: false });
    expect(await exchange.fetchBalance('BTC')).toEqual({ free: '3', total: '3.3' });
  });
});
