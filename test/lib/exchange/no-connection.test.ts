import { describe, expect, test, vi } from 'vitest';
import { ccxtExchanges } from '../../../lib/exchange/ccxt/ccxt-exchange.ts';
import { fromUuid } from '../../../lib/exchange/venues/coinbase-client-id.ts';
import { accountsInMemory } from '../../infra/local/accounts-in-memory.ts';
import {
  binanceSpot,
  closeOfLong,
  keys,
  startTrader,
  type TestMarket,
  testMarkets,
  toAccount,
} from './test-markets.ts';
import { type Handshake, startTlsFront, type TlsFront } from './tls-front.ts';

/** An order to an exchange behind HTTPS. */
async function startSecureTrader(testMarket: TestMarket) {
  const { sim, market } = await startTrader(testMarket);
  const front = await startTlsFront(sim.url);
  const account = toAccount(testMarket.exchange, front.url);
  const clock = { aheadMs: 0 };
  const now = () => Date.now() + clock.aheadMs;
  const exchange = await ccxtExchanges(accountsInMemory({ main: account }), now).of('main');
  return {
    front,
    clock,
    exchange,
    market,
    // Coinbase's have the form of a UUID.
    orders: () => sim.core.orders().orders.map(({ clientOrderId }) => fromUuid(clientOrderId)),
    buy: () =>
      exchange.createEntryOrder(market, {
        clientOrderId: 'entry1',
        side: 'buy',
        positionSide: 'long',
        amount: '0.1',
        hedged: false,
        type: 'limit',
        price: '50000',
        sendDeadline: now() + 5_000,
      }),
  };
}

const failures: Handshake[] = [
  'is reset',
  'is ended',
  'is answered in plain text',
  'presents an unknown certificate',
];
const noConnection = { kind: 'rejected', reason: 'no-connection' };

/** OKX and Gate are asked for the account's mode first: that read is what is lost, and no order was sent. */
const readsMode = new Set<string>(['okx', 'gate']);
const afterLoss = ({ exchange }: TestMarket) => (readsMode.has(exchange) ? 'rejected' : 'unknown');

async function expectNotSent(testMarket: TestMarket, handshake: Handshake): Promise<void> {
  const { front, buy, orders } = await startSecureTrader(testMarket);
  front.handshakes.push(handshake, handshake);
  expect(await buy()).toMatchObject(noConnection);
  expect(orders()).toEqual([]);
  expect(front.count).toBe(2);
}

async function expectSentOnce(
  testMarket: TestMarket,
  handshake: Handshake,
  prepare: (front: TlsFront, openConnection: () => void) => Promise<void> = async () => undefined,
): Promise<void> {
  const { front, exchange, buy, orders } = await startSecureTrader(testMarket);
  front.handshakes.push(handshake);
  await prepare(front, () => exchange.openConnection());
  expect(await buy()).toMatchObject({ kind: 'accepted' });
  expect(orders()).toEqual(['entry1']);
  expect(front.count).toBe(2);
}

describe.each(testMarkets)('An order to $name', (testMarket) => {
  test.each(failures)('is not sent if the handshake %s twice', (handshake) =>
    expectNotSent(testMarket, handshake),
  );

  test.each(failures)('is sent once, on a new connection, if the first handshake %s', (handshake) =>
    expectSentOnce(testMarket, handshake),
  );

  test('is sent once if the connection that was opened ahead of it fails meanwhile', () =>
    expectSentOnce(testMarket, 'is reset', async (_, openConnection) => openConnection()));

  test('is sent once if the connection that was opened ahead of it has failed', () =>
    expectSentOnce(testMarket, 'is reset', async (front, openConnection) => {
      openConnection();
      await vi.waitFor(() => expect(front.count).toBe(1));
    }));

  test('is not sent on a new connection after its send deadline', async () => {
    const { front, clock, buy, orders } = await startSecureTrader(testMarket);
    front.handshakes.push('is reset');
    front.onConnection = () => {
      clock.aheadMs += 5_001;
    };
    expect(await buy()).toMatchObject({ kind: 'rejected', reason: 'too-late' });
    expect(orders()).toEqual([]);
    expect(front.count).toBe(1);
  });

  test('is not sent again if its connection breaks after the handshake', async () => {
    const { front, buy, orders } = await startSecureTrader(testMarket);
    front.handshakes.push('succeeds, and the request is lost');
    expect(await buy()).toMatchObject({ kind: afterLoss(testMarket) });
    expect(orders()).toEqual([]);
    expect(front.count).toBe(1);
  });

  test('is not sent again if the connection that was opened ahead of it breaks', async () => {
    const { front, exchange, market, buy } = await startSecureTrader(testMarket);
    front.handshakes.push('succeeds, and the request is lost');
    exchange.openConnection();
    await vi.waitFor(() => expect(front.count).toBe(1));
    expect(await buy()).toMatchObject({ kind: afterLoss(testMarket) });
    expect(front.count).toBe(1);
    expect(await exchange.fetchOrder(market, { clientOrderId: 'entry1' })).toBeUndefined();
  });

  test('shares its connection with requests of the same second, and with no later one', async () => {
    const { front, exchange, market } = await startSecureTrader(testMarket);
    const find = () => exchange.fetchOrder(market, { clientOrderId: 'entry1' });
    await find();
    await find();
    expect(front.count).toBe(1);
    const now = Date.now;
    const clock = vi.spyOn(Date, 'now').mockImplementation(() => now() + 1_001);
    await find().finally(() => clock.mockRestore());
    expect(front.count).toBe(2);
  });

  test('travels on the connection that was opened ahead of it', async () => {
    const { front, exchange, market, buy } = await startSecureTrader(testMarket);
    exchange.openConnection();
    await vi.waitFor(() => expect(front.count).toBe(1));
    expect(await buy()).toMatchObject({ kind: 'accepted' });
    await exchange.fetchOrder(market, { clientOrderId: 'entry1' });
    expect(front.count).toBe(1);
  });
});

test('An order is not sent if no handshake is answered, which takes two seconds', async () => {
  const startedAt = performance.now();
  await expectNotSent(binanceSpot, 'is not answered');
  expect(performance.now() - startedAt).toBeLessThan(3_000);
});

test('An order counts as not sent if its time ends before there is a connection', async () => {
  const { market, sim } = await startTrader(binanceSpot);
  const front = await startTlsFront(sim.url);
  front.handshakes.push('is not answered');
  const account = { exchange: binanceSpot.exchange, ...keys, baseUrl: front.url };
  const exchanges = ccxtExchanges(accountsInMemory({ main: account }), Date.now, { callMs: 200 });
  const exchange = await exchanges.of('main');
  expect(await exchange.createMarketOrder(market, closeOfLong(market))).toMatchObject(noConnection);
  expect(sim.core.orders().orders).toEqual([]);
});

test('An order is sent once if the handshake that began ahead of it is not answered', () =>
  expectSentOnce(binanceSpot, 'is not answered', async (_, openConnection) => openConnection()));

test.each([
  ['a port that accepts no connection', 'http://127.0.0.1:9'],
  ['a host whose addresses all accept no connection', 'https://localhost:9'],
  // A label has at most 63 characters, so no server is asked for this one.
  ['a host without an address', `https://${'a'.repeat(64)}.invalid`],
])('An order is not sent to %s', async (_, baseUrl) => {
  const { market } = await startTrader(binanceSpot);
  const account = { exchange: binanceSpot.exchange, ...keys, baseUrl };
  const exchange = await ccxtExchanges(accountsInMemory({ main: account })).of('main');
  expect(await exchange.createMarketOrder(market, closeOfLong(market))).toMatchObject(noConnection);
});
