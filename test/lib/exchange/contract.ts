import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decimal } from '../../../lib/amount.ts';
import { ccxtExchanges } from '../../../lib/exchange/ccxt/ccxt-exchange.ts';
import { exchangeName } from '../../../lib/exchange/exchange-name.ts';
import type { Fault } from '../../../lib/fault.ts';
import { accountsInMemory } from '../../infra/local/accounts-in-memory.ts';
import { startScriptedServer } from './scripted-server.ts';
import { accepted, inFiveSeconds, keys, startTrader, type TestMarket } from './test-markets.ts';

const plain = /^\d+(\.\d+)?$/;

/** @returns the Fault that a call threw. */
async function faultOf(call: Promise<unknown>): Promise<Fault> {
  try {
    await call;
  } catch (thrown) {
    return thrown as Fault;
  }
  throw new Error('the call did not throw');
}

/** What every venue does behind the port. */
export function exchangeContract(testMarket: TestMarket): void {
  const perpetual = testMarket.market === 'usdm';

  describe(`the exchange port to ${testMarket.name}`, () => {
    test('loads the rules of a market', async () => {
      const { market } = await startTrader(testMarket);
      expect(market).toMatchObject({
        symbol: testMarket.symbol,
        id: 'BTCUSDT',
        kind: perpetual ? 'perpetual' : 'spot',
        base: 'BTC',
        quote: 'USDT',
        amountStep: perpetual ? '0.001' : '0.00001',
        amountMin: perpetual ? '0.001' : '0.00001',
        priceStep: perpetual ? '0.1' : '0.01',
        costMin: perpetual ? '100' : '5',
        marketAmountMax: '9000000',
      });
      expect(market.settle).toBe(perpetual ? 'USDT' : undefined);
    });

    test('reports a market that it does not have', async () => {
      const { exchange } = await startTrader(testMarket);
      for (const symbol of ['NOPE/USDT', 'NOPE/USDT:USDT', 'BTCUSDT']) {
        const fault = await faultOf(exchange.loadMarket(symbol));
        expect(fault).toMatchObject({ code: 'market-not-found' });
        expect(fault.message).toContain(symbol);
      }
    });

    test('finds an order by either id, in one request', async () => {
      const { exchange, market, buy, requests } = await startTrader(testMarket);
      const { orderId } = accepted(await buy());
      expect(requests()).toEqual([`${testMarket.create.method} ${testMarket.create.path}`]);
      const expected = {
        orderId,
        clientOrderId: 'entry-1',
        symbol: testMarket.symbol,
        side: 'buy',
        type: 'limit',
        status: 'live',
        amount: '0.1',
        filled: '0',
        price: '50000',
        conditional: false,
        average: undefined,
        positionSide: undefined,
      };
      expect(await exchange.fetchOrder(market, { orderId })).toMatchObject(expected);
      expect(await exchange.fetchOrder(market, { clientOrderId: 'entry-1' })).toMatchObject(expected);
      const fetch = `${testMarket.fetch.method} ${testMarket.fetch.path}`;
      expect(requests()).toEqual([fetch, fetch]);
    });

    test('distinguishes an unknown order from a failure', async () => {
      const { exchange, market, sim } = await startTrader(testMarket);
      expect(await exchange.fetchOrder(market, { clientOrderId: 'unknown' })).toBeUndefined();
      expect(await exchange.fetchOrder(market, { orderId: '123456789' })).toBeUndefined();
      sim.core.addFault({ kind: 'html', match: testMarket.fetch });
      const fault = await faultOf(exchange.fetchOrder(market, { clientOrderId: 'unknown' }));
      expect(fault.code).toBe('exchange-unreachable');
    });

    test('cancels an open order, unfilled or partly filled', async () => {
      for (const filled of ['0', '0.04']) {
        const { exchange, market, buy, order, sim, requests } = await startTrader(testMarket);
        const { orderId } = accepted(await buy());
        if (filled !== '0') sim.core.fill({ orderId: order('entry-1').id, amount: filled });
        requests();
        const result = await exchange.cancelOrder(market, { orderId }, inFiveSeconds());
        expect(requests()).toEqual([`${testMarket.cancel.method} ${testMarket.cancel.path}`]);
        expect(result).toMatchObject(
          testMarket.exchange === 'bybit'
            ? { kind: 'unconfirmed', reason: 'acknowledged' }
            : { kind: 'confirmed', order: { orderId, status: 'done', filled } },
        );
        expect(await exchange.fetchOrder(market, { orderId })).toMatchObject({
          status: 'done',
          amount: '0.1',
          filled,
        });
      }
    });

    test('cancels by client order id', async () => {
      const { exchange, market, buy, order } = await startTrader(testMarket);
      await buy();
      await exchange.cancelOrder(market, { clientOrderId: 'entry-1' }, inFiveSeconds());
      expect(order('entry-1').status).toBe('canceled');
    });

    test('leaves a cancel unconfirmed if there was nothing to cancel', async () => {
      const { exchange, market, buy, order, sim } = await startTrader(testMarket);
      const { orderId } = accepted(await buy());
      sim.core.fill({ orderId: order('entry-1').id });
      for (const ref of [{ orderId }, { clientOrderId: 'unknown' }]) {
        const result = await exchange.cancelOrder(market, ref, inFiveSeconds());
        expect(result).toMatchObject({ kind: 'unconfirmed', reason: 'error' });
      }
      expect(await exchange.fetchOrder(market, { orderId })).toMatchObject({ status: 'done', filled: '0.1' });
    });

    test('reports the amount and the fee of a partial fill', async () => {
      const { exchange, market, buy, order, sim } = await startTrader(testMarket);
      const { orderId } = accepted(await buy());
      const { id } = order('entry-1');
      sim.core.fill({ orderId: id, amount: '0.03' });
      sim.core.fill({ orderId: id, amount: '0.02' });
      expect(await exchange.fetchOrder(market, { orderId })).toMatchObject({
        status: 'live',
        amount: '0.1',
        filled: '0.05',
        average: '50000',
      });
      // 0.1 % of what was bought, on spot.
      expect(await exchange.fetchBaseFee(market, orderId, '0.05')).toBe(perpetual ? '0' : '0.00005');
      if (perpetual) return;
      // Right after a fill, the order reports it and its trade is not listed yet.
      for (const filled of ['0.05000001', '0.1']) {
        const fault = await faultOf(exchange.fetchBaseFee(market, orderId, filled));
        expect(fault).toMatchObject({ code: 'exchange-unreachable' });
        expect(fault.message).toMatch(/does not list all trades of order .+ yet: 0\.05 of 0\./);
      }
      const fault = await faultOf(exchange.fetchBaseFee(market, '123456789', '0.05'));
      expect(fault.code).toBe('exchange-unreachable');
    });

    test('uses the market rules of the latest call', async () => {
      const { exchange, market, buy, order } = await startTrader(testMarket);
      const sell = {
        side: 'buy',
        positionSide: 'long',
        hedged: false,
        type: 'limit',
        price: '50000',
      } as const;
      const rough = { ...market, amountStep: '0.1' };
      const send = (clientOrderId: string, rules: typeof market) =>
        exchange.createEntryOrder(rules, {
          ...sell,
          clientOrderId,
          amount: '0.123',
          sendDeadline: inFiveSeconds(),
        });
      await send('rough', rough);
      await send('fine', market);
      await send('rough-again', rough);
      await buy({ amount: '0.123' });
      const amounts = ['rough', 'fine', 'rough-again', 'entry-1'].map((name) => order(name).amount);
      expect(amounts).toEqual(['0.1', '0.123', '0.1', '0.123']);
    });

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
      const account = { exchange: testMarket.exchange, ...keys, baseUrl: server.url, options };
      const exchange = await ccxtExchanges(accountsInMemory({ main: account })).of('main');
      const sent: string[] = [];
      server.respond = (response) => {
        const { url, headers } = response.req;
        const isBybit = testMarket.exchange === 'bybit';
        const query = new URL(url ?? '', server.url).searchParams;
        const recvWindow = isBybit ? headers['x-bapi-recv-window'] : query.get('recvWindow');
        const timestamp = isBybit ? headers['x-bapi-timestamp'] : query.get('timestamp');
        expect(Math.abs(Date.now() - Number(timestamp))).toBeLessThan(60_000);
        sent.push(`${url?.split('?')[0]} ${recvWindow}`);
        response.end('{}');
      };
      await faultOf(exchange.fetchOrder(market, { orderId: '1' }));
      expect(sent).toEqual([`${testMarket.fetch.path} ${exchange.recvWindowMs}`]);
      expect(exchange.recvWindowMs).toBe(5_000);
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
      expect(requests()).toHaveLength(1);
    });

    test('sends nothing during a pause that the exchange asked for', async () => {
      let late = 0;
      const { exchange, market, sim, buy, close, requests } = await startTrader(testMarket, {
        now: () => Date.now() + late,
      });
      await buy();
      sim.core.addFault({ kind: 'status', status: 429, retryAfter: 30, match: testMarket.fetch });
      await faultOf(exchange.fetchOrder(market, { clientOrderId: 'entry-1' }));
      requests();
      const calls = [
        () => exchange.fetchOrder(market, { clientOrderId: 'entry-1' }),
        () => exchange.cancelOrder(market, { clientOrderId: 'entry-1' }, inFiveSeconds()),
        () => exchange.fetchPrice(market),
        () => exchange.fetchBalance('BTC'),
      ];
      for (const call of calls) {
        const fault = await faultOf(call());
        expect(fault.code).toBe('exchange-unreachable');
        expect(fault.message).toMatch(
          /^(Binance|Binance USDⓈ-M|Bybit) asked for a pause until \d{4}-\d\d-\d\dT/,
        );
      }
      for (const create of [buy, close])
        expect(await create()).toMatchObject({
          kind: 'rejected',
          reason: 'rate-limit',
          message: expect.stringContaining(' asked for a pause until '),
        });
      expect(requests()).toEqual([]);
      late = 30_001;
      expect(await exchange.fetchOrder(market, { clientOrderId: 'entry-1' })).toMatchObject({
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

    test('closes with a MARKET order', async () => {
      const { exchange, market, buy, close, order, requests } = await startTrader(testMarket);
      await buy({ type: 'market', price: undefined });
      requests();
      const { orderId } = accepted(await close());
      expect(requests()).toEqual([`${testMarket.create.method} ${testMarket.create.path}`]);
      expect(await exchange.fetchOrder(market, { orderId })).toMatchObject({
        clientOrderId: 'close-1',
        side: 'sell',
        type: 'market',
        status: 'done',
        amount: '0.1',
        filled: '0.1',
        average: '60000',
      });
      expect(order('close-1')).toMatchObject({ type: 'market', side: 'sell', reduceOnly: perpetual });
      expect(await exchange.fetchLastTrade(market, 'sell')).toMatchObject({
        orderId,
        amount: '0.1',
        price: '60000',
      });
    });

    test('buys back a short with a MARKET order sized in base currency', async () => {
      const { exchange, market, buy, close } = await startTrader(testMarket);
      const short = { positionSide: 'short' } as const;
      await buy({ ...short, side: 'sell', type: 'market', price: undefined });
      const { orderId } = accepted(await close({ ...short, side: 'buy' }));
      expect(await exchange.fetchOrder(market, { orderId })).toMatchObject({ amount: '0.1', filled: '0.1' });
    });

    if (!perpetual)
      test('buys for a cost in quote currency', async () => {
        const { exchange, market, buy } = await startTrader(testMarket);
        await buy({ type: 'market', price: undefined, amount: undefined, cost: '6000' });
        expect(await exchange.fetchOrder(market, { clientOrderId: 'entry-1' })).toMatchObject({
          type: 'market',
          status: 'done',
          filled: '0.1',
        });
      });

    if (perpetual) {
      test('never opens or flips a position by closing it', async () => {
        const { exchange, market, buy, close } = await startTrader(testMarket);
        expect(await exchange.fetchPosition(market, 'long')).toMatchObject({
          side: undefined,
          hedged: false,
        });
        expect(await close()).toMatchObject({ kind: 'rejected', reason: 'would-not-reduce' });
        await buy({ type: 'market', price: undefined, amount: '0.03' });
        expect(await exchange.fetchPosition(market, 'long')).toEqual({
          side: 'long',
          amount: '0.03',
          averagePrice: '60000',
          hedged: false,
        });
        await close({ clientOrderId: 'close-2' });
        expect(await exchange.fetchPosition(market, 'long')).toMatchObject({ side: undefined, amount: '0' });
      });

      test('closes one side of a hedge and leaves the other', async () => {
        for (const side of ['long', 'short'] as const) {
          const { exchange, market, buy, close } = await startTrader(testMarket, { hedged: true });
          const toMarket = { type: 'market', price: undefined } as const;
          await buy({ ...toMarket, clientOrderId: 'long', positionSide: 'long', side: 'buy' });
          await buy({ ...toMarket, clientOrderId: 'short', positionSide: 'short', side: 'sell' });
          accepted(await close({ positionSide: side, side: side === 'long' ? 'sell' : 'buy' }));
          expect(await exchange.fetchOrder(market, { clientOrderId: 'close-1' })).toMatchObject({
            positionSide: side,
            filled: '0.1',
          });
          const other = side === 'long' ? 'short' : 'long';
          expect(await exchange.fetchPosition(market, side)).toMatchObject({ side: undefined, hedged: true });
          expect(await exchange.fetchPosition(market, other)).toMatchObject({ side: other, amount: '0.1' });
        }
      });
    }

    test('reads balances, the price and the permissions of the key', async () => {
      const { exchange, market } = await startTrader(testMarket);
      expect(await exchange.fetchPrice(market)).toBe('60000');
      expect(await exchange.fetchBalance('NOPE')).toEqual({ free: '0', total: '0' });
      const held = { binance: '100000', binanceusdm: '100000', bybit: '200000' }[testMarket.exchange];
      expect(await exchange.fetchBalance('USDT')).toEqual({ free: held, total: held });
      expect(await exchange.fetchPermissions()).toEqual({
        canTrade: true,
        canWithdraw: false,
        ipRestricted: true,
      });
    });

    test('lists open orders with their markets, and open positions', async () => {
      const { exchange, market, buy } = await startTrader(testMarket);
      expect(await exchange.fetchOpenOrders()).toEqual([]);
      expect(await exchange.fetchOpenPositions()).toEqual([]);
      const { orderId } = accepted(await buy());
      expect(await exchange.fetchOpenOrders()).toMatchObject([
        {
          market,
          order: { orderId, symbol: testMarket.symbol, side: 'buy', status: 'live', price: '50000' },
        },
      ]);
      await buy({ clientOrderId: 'entry-2', type: 'market', price: undefined, amount: '0.03' });
      expect(await exchange.fetchOpenOrders()).toHaveLength(1);
      expect(await exchange.fetchOpenPositions()).toEqual(
        perpetual ? [{ symbol: testMarket.symbol, side: 'long', amount: '0.03', averagePrice: '60000' }] : [],
      );
    });

    test('returns candles oldest first, up to the current price', async () => {
      const { exchange, market, sim } = await startTrader(testMarket);
      for (const [interval, ms] of [
        ['1m', 60_000],
        ['4h', 14_400_000],
        ['1d', 86_400_000],
      ] as const) {
        const candles = await exchange.fetchCandles(market, interval, 20);
        expect(candles.map(({ at }) => at)).toEqual(
          Array.from({ length: 20 }, (_, index) => (candles[0]?.at ?? 0) + index * ms),
        );
        expect(candles.at(-1)?.close).toBe('60000');
        for (const { open, high, low, close } of candles) {
          expect([open, high, low, close].every((price) => plain.test(price))).toBe(true);
          for (const price of [open, close]) {
            expect(decimal(high).gte(price)).toBe(true);
            expect(decimal(low).lte(price)).toBe(true);
          }
        }
      }
      sim.core.setPrice({ market: testMarket.market, symbol: market.id, price: '61000' });
      const [last] = (await exchange.fetchCandles(market, '1h', 5)).slice(-1);
      expect(last).toMatchObject({ high: '61000', close: '61000' });
    });

    test('sends nothing after the send deadline', async () => {
      const { buy, close, exchange, market, requests } = await startTrader(testMarket);
      const late = { sendDeadline: Date.now() - 1 };
      expect(await exchange.cancelOrder(market, { orderId: '1' }, late.sendDeadline)).toEqual({
        kind: 'unconfirmed',
        reason: 'not-sent',
        message: 'The send deadline had passed',
      });
      expect(await close(late)).toMatchObject({ kind: 'rejected', reason: 'too-late' });
      expect(await buy(late)).toMatchObject({ kind: 'rejected', reason: 'too-late' });
      expect(requests()).toEqual([]);
    });

    test('rejects the client order id of another open order', async () => {
      const { buy } = await startTrader(testMarket);
      accepted(await buy());
      expect(await buy()).toMatchObject({ kind: 'rejected', reason: 'duplicate-id' });
    });

    test('reads its keys again once they are rejected, and retries only if they changed', async () => {
      const { exchange, market, sim, stored, requests } = await startTrader(testMarket);
      const account = stored.all.main;
      if (account === undefined) throw new Error('no account');
      const fresh = { apiKey: 'new-key-of-the-tests', secret: 'new-secret-of-the-tests' };
      sim.core.addAccount({ ...fresh, balances: {} });
      const was = sim.core.accountOf(keys.apiKey);
      was.apiKey = 'no-longer-valid';
      stored.all.main = { ...account, ...fresh };
      expect(await exchange.fetchOrder(market, { clientOrderId: 'unknown' })).toBeUndefined();
      requests();
      // The stored key is the rejected one, so the request is not repeated.
      sim.core.accountOf(fresh.apiKey).apiKey = 'not-valid-either';
      const fault = await faultOf(exchange.fetchOrder(market, { clientOrderId: 'unknown' }));
      expect(fault.code).toBe('exchange-refused');
      expect(requests()).toHaveLength(1);
      expect(await exchange.cancelOrder(market, { clientOrderId: 'unknown' }, inFiveSeconds())).toMatchObject(
        {
          kind: 'denied',
        },
      );
    });

    test("uses the venue's clock after the venue rejected its own", async () => {
      const { exchange, market, clock, requests } = await startTrader(testMarket);
      clock.ahead = 60_000;
      expect(await exchange.fetchOrder(market, { clientOrderId: 'unknown' })).toBeUndefined();
      requests();
      await exchange.fetchBalance('BTC');
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

    test('keeps amounts exact, as plain decimals', async () => {
      const { exchange, market, buy, order } = await startTrader(testMarket);
      const steps = perpetual ? 3 : 5;
      let count = 0;
      await fc.assert(
        fc.asyncProperty(
          fc.integer({ min: 1, max: 40 }),
          fc.integer({ min: 400_000, max: 500_000 }),
          async (n, tick) => {
            count += 1;
            const clientOrderId = `exact-${count}`;
            // Amounts in steps from just above the minimum value of an order; prices in tenths.
            const amount = decimal('0.003')
              .plus(decimal(String(n)).shiftedBy(-steps))
              .toFixed();
            const price = decimal(String(tick)).shiftedBy(-1).toFixed();
            await buy({ clientOrderId, amount, price });
            expect(order(clientOrderId)).toMatchObject({ amount, price });
            const found = await exchange.fetchOrder(market, { clientOrderId });
            expect(found).toMatchObject({ amount, price });
            expect([found?.amount, found?.filled, found?.price].every((each) => plain.test(each ?? ''))).toBe(
              true,
            );
          },
        ),
        { numRuns: 8 },
      );
    });
  });
}
