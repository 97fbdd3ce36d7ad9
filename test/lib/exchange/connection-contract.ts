import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { ccxtExchanges } from '../../../lib/exchange/ccxt/ccxt-exchange.ts';
import { exchangeName } from '../../../lib/exchange/exchange-name.ts';
import { accountsInMemory } from '../../infra/local/accounts-in-memory.ts';
import { faultOf } from './fault-of.ts';
import { startScriptedServer } from './scripted-server.ts';
import { accepted, inFiveSeconds, keys, startTrader, type TestMarket, toAccount } from './test-markets.ts';
import { toSecret } from './test-secrets.ts';

/** The exchanges whose look-ups have no parameter for a receive window. */
const withoutWindow = new Set<string>(['okx', 'kucoin', 'bitget', 'gate', 'kraken', 'coinbase']);

/** @returns when a request was signed, epoch milliseconds. */
function readTokenTime(authorization = ''): number | undefined {
  const [, content = ''] = authorization.split('.');
  return content === '' ? undefined : JSON.parse(atob(content)).nbf * 1000;
}

/** Coinbase has one answer for a wrong key and a wrong clock, so that its clock is read. */
const isNoClock = (request: string) => !request.endsWith('/brokerage/time');

/** How every connection uses keys, the clock, deadlines and pauses. */
export function connectionContract(testMarket: TestMarket): void {
  describe(`the connection to ${testMarket.name}`, () => {
    test('sends its receive window, and ignores an account that sets another one', async () => {
      const { market } = await startTrader(testMarket);
      const server = await startScriptedServer();
      const options = {
        recvWindow: 60_000,
        timeDifference: 3_600_000,
        defaultType: 'delivery',
        portfolioMargin: true,
        enableUnifiedMargin: undefined,
        enableUnifiedAccount: undefined,
        fetchMarkets: { types: ['option'] },
      };
      const account = { ...toAccount(testMarket.exchange, server.url), options };
      const exchange = await ccxtExchanges(accountsInMemory({ main: account })).of('main');
      const sent: string[] = [];
      server.respond = (response) => {
        const { url, headers } = response.req;
        const query = new URL(url ?? '', server.url).searchParams;
        // OKX, KuCoin and Coinbase have a window of their own, and Bitget one of orders only.
        const own = withoutWindow.has(testMarket.exchange)
          ? testMarket.recvWindowMs
          : query.get('recvWindow');
        const recvWindow = headers['x-bapi-recv-window'] ?? own;
        const stamped = headers['ok-access-timestamp'];
        const timestamp =
          headers['x-bapi-timestamp'] ??
          headers['access-timestamp'] ??
          headers['kc-api-timestamp'] ??
          // In seconds.
          (headers.timestamp === undefined ? undefined : Number(headers.timestamp) * 1_000) ??
          (testMarket.exchange === 'kraken' ? Date.now() : undefined) ??
          readTokenTime(headers.authorization) ??
          (stamped === undefined ? query.get('timestamp') : Date.parse(String(stamped)));
        expect(Math.abs(Date.now() - Number(timestamp))).toBeLessThan(60_000);
        sent.push(`${url?.split('?')[0]} ${recvWindow}`);
        response.end('{}');
      };
      await faultOf(exchange.fetchOrder(market, { orderId: '1' }));
      expect(sent).toEqual([`${testMarket.fetch.path.replace('*', '1')} ${exchange.recvWindowMs}`]);
      expect(exchange.recvWindowMs).toBe(testMarket.recvWindowMs);
    });

    test('is not returned for a position on another exchange', async () => {
      const { stored, sim, requests } = await startTrader(testMarket);
      const exchanges = ccxtExchanges(stored);
      const other = testMarket.exchange === 'bybit' ? 'binance' : 'bybit';
      await exchanges.of('main', testMarket.exchange);
      const fault = await faultOf(exchanges.of('main', other));
      expect(fault).toMatchObject({
        code: 'account-not-found',
        detail: `Account "main" is now a ${exchangeName(testMarket.exchange)} account, and this position is on ${exchangeName(other)}.`,
      });
      // A cached account may be outdated.
      const fresh = { exchange: other, ...keys, baseUrl: sim.url } as const;
      const cached = {
        ...stored,
        read: async (name: string, options?: { fresh?: boolean }) =>
          options?.fresh ? fresh : stored.read(name),
      };
      expect(await ccxtExchanges(cached).of('main', other)).toBeDefined();
      expect(requests()).toEqual([]);
    });

    test('does not use stored keys that belong to another exchange by now', async () => {
      const { exchange, market, sim, stored, requests } = await startTrader(testMarket);
      const other = testMarket.exchange === 'bybit' ? 'binance' : 'bybit';
      const fresh = { apiKey: 'new-key-of-the-tests', secret: 'new-secret-of-the-tests' };
      sim.core.addAccount({ ...fresh, balances: {} });
      stored.all.main = { exchange: other, ...fresh, baseUrl: sim.url };
      sim.core.accountOf(keys.apiKey).apiKey = 'no-longer-valid';
      const fault = await faultOf(exchange.fetchOrder(market, { orderId: '1' }));
      expect(fault.code).toBe('exchange-refused');
      expect(requests().filter(isNoClock)).toHaveLength(1);
    });

    test('sends nothing during a pause that the exchange asked for', async () => {
      let late = 0;
      const { exchange, market, sim, buy, close, requests } = await startTrader(testMarket, {
        now: () => Date.now() + late,
      });
      await buy();
      sim.core.addFault({ kind: 'status', status: 429, retryAfter: 30, match: {} });
      await faultOf(exchange.fetchOrder(market, { clientOrderId: 'entry1' }));
      requests();
      const calls = [
        () => exchange.fetchOrder(market, { clientOrderId: 'entry1' }),
        () => exchange.cancelOrder(market, { clientOrderId: 'entry1' }, inFiveSeconds()),
        () => exchange.fetchPrice(market),
        () => exchange.fetchBalance('BTC'),
      ];
      for (const call of calls) {
        const fault = await faultOf(call());
        expect(fault.code).toBe('exchange-unreachable');
        expect(fault.message).toMatch(/ asked for a pause until \d{4}-\d\d-\d\dT/);
        expect(fault.message).toContain(exchangeName(testMarket.exchange));
      }
      for (const create of [buy, close])
        expect(await create()).toMatchObject({
          kind: 'rejected',
          reason: 'rate-limit',
          message: expect.stringContaining(' asked for a pause until '),
        });
      expect(requests()).toEqual([]);
      late = 30_001;
      expect(await exchange.fetchOrder(market, { clientOrderId: 'entry1' })).toMatchObject({
        status: 'live',
      });
    });

    test('probes a longer pause after three minutes, with a single request', async () => {
      let late = 0;
      const { exchange, market, sim, close, buy, requests } = await startTrader(testMarket, {
        now: () => Date.now() + late,
      });
      await buy({ type: 'market', price: undefined });
      const ban = { kind: 'status', status: 418, retryAfter: 7_200, match: {} } as const;
      const fetchUnknown = () => exchange.fetchOrder(market, { clientOrderId: 'unknown' });
      sim.core.addFault(ban);
      await faultOf(fetchUnknown());
      requests();
      late = 179_000;
      await faultOf(fetchUnknown());
      expect(requests()).toEqual([]);
      late = 181_000;
      sim.core.addFault(ban);
      const faults = await Promise.all([faultOf(fetchUnknown()), faultOf(fetchUnknown())]);
      expect(faults.map(({ code }) => code)).toEqual(['exchange-unreachable', 'exchange-unreachable']);
      expect(requests()).toHaveLength(1);
      late = 200_000;
      expect(await close()).toMatchObject({ kind: 'rejected', reason: 'rate-limit' });
      late = 362_000;
      accepted(await close());
      expect(await fetchUnknown()).toBeUndefined();
    });

    test('reads its keys again once they are rejected, and retries only if they changed', async () => {
      const { exchange, market, sim, stored, requests } = await startTrader(testMarket);
      const account = stored.all.main;
      if (account === undefined) throw new Error('no account');
      const fresh = {
        apiKey: 'new-key-of-the-tests',
        secret: toSecret(testMarket.exchange, 'new-secret-of-the-tests'),
      };
      sim.core.addAccount({ ...fresh, balances: { usdm: { USDT: '0' } } });
      const was = sim.core.accountOf(keys.apiKey);
      was.apiKey = 'no-longer-valid';
      stored.all.main = { ...account, ...fresh };
      expect(await exchange.fetchOrder(market, { clientOrderId: 'unknown' })).toBeUndefined();
      requests();
      // The stored key is the rejected one, so the request is not repeated.
      sim.core.accountOf(fresh.apiKey).apiKey = 'not-valid-either';
      const fault = await faultOf(exchange.fetchOrder(market, { clientOrderId: 'unknown' }));
      expect(fault.code).toBe('exchange-refused');
      expect(requests().filter(isNoClock)).toHaveLength(1);
      expect(await exchange.cancelOrder(market, { clientOrderId: 'unknown' }, inFiveSeconds())).toMatchObject(
        {
          kind: 'denied',
        },
      );
    });

    test("uses the venue's clock after the venue rejected its own", async () => {
      const { exchange, market, clock, requests } = await startTrader(testMarket);
      clock.ahead = 90_000;
      expect(await exchange.fetchOrder(market, { clientOrderId: 'unknown' })).toBeUndefined();
      requests();
      await exchange.fetchBalance('BTC', market.kind);
      expect(requests()).toHaveLength(1);
    });

    test('puts no key, secret or signature into its errors and results', async () => {
      const { exchange, market, sim, close } = await startTrader(testMarket);
      const texts: string[] = [];
      for (const kind of ['bad-signature', 'drop-before', 'html', 'truncate'] as const) {
        sim.core.addFault({ kind, match: {}, times: 9 });
        texts.push(inspect(await faultOf(exchange.fetchOrder(market, { orderId: '1' })), { depth: 9 }));
        texts.push(inspect(await faultOf(exchange.fetchBalance('BTC')), { depth: 9 }));
        texts.push(
          JSON.stringify(await close()),
          JSON.stringify(await exchange.cancelOrder(market, { orderId: '1' }, inFiveSeconds())),
        );
        sim.core.clearFaults();
      }
      sim.core.accountOf(keys.apiKey).secret = 'another-secret';
      texts.push(inspect(await faultOf(exchange.fetchBalance('BTC')), { depth: 9 }));
      expect(texts.join('\n')).toMatch(/exchange-refused/);
      expect(texts.join('\n')).not.toMatch(/key-of-the-tests|secret-of-the-tests|signature=|[0-9a-f]{64}/i);
    });
  });
}
