import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decimal } from '../../../lib/amount.ts';
import { ccxtExchanges } from '../../../lib/exchange/ccxt/ccxt-exchange.ts';
import type { Fault } from '../../../lib/fault.ts';
import { accountsInMemory } from '../../infra/local/accounts-in-memory.ts';
import { startScriptedServer } from './scripted-server.ts';
import { accepted, enter, type Ground, keys, soon } from './trading-floor.ts';

const plain = /^\d+(\.\d+)?$/;

/** What a call was refused with. */
async function faultOf(call: Promise<unknown>): Promise<Fault> {
  try {
    await call;
  } catch (thrown) {
    return thrown as Fault;
  }
  throw new Error('the call was not refused');
}

/** What every venue does behind the port, whatever its wire is like. */
export function exchangeContract(ground: Ground): void {
  const perpetual = ground.market === 'usdm';

  describe(`the exchange port to ${ground.name}`, () => {
    test('tells a market by its rules', async () => {
      const { market } = await enter(ground);
      expect(market).toMatchObject({
        symbol: ground.symbol,
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

    test('says which markets there are not', async () => {
      const { exchange } = await enter(ground);
      for (const symbol of ['NOPE/USDT', 'NOPE/USDT:USDT', 'BTCUSDT']) {
        const fault = await faultOf(exchange.loadMarket(symbol));
        expect(fault).toMatchObject({ code: 'market-not-found' });
        expect(fault.message).toContain(symbol);
      }
    });

    test('finds an order by either id, in one request', async () => {
      const { exchange, market, buy, requests } = await enter(ground);
      const { orderId } = accepted(await buy());
      expect(requests()).toEqual([`${ground.create.method} ${ground.create.path}`]);
      const expected = {
        orderId,
        clientOrderId: 'entry-1',
        symbol: ground.symbol,
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
      const look = `${ground.fetch.method} ${ground.fetch.path}`;
      expect(requests()).toEqual([look, look]);
    });

    test('tells absence apart from failure', async () => {
      const { exchange, market, sim } = await enter(ground);
      expect(await exchange.fetchOrder(market, { clientOrderId: 'nobodys' })).toBeUndefined();
      expect(await exchange.fetchOrder(market, { orderId: '123456789' })).toBeUndefined();
      sim.core.addFault({ kind: 'html', match: ground.fetch });
      const fault = await faultOf(exchange.fetchOrder(market, { clientOrderId: 'nobodys' }));
      expect(fault.code).toBe('exchange-unreachable');
    });

    test('cancels what is open, whatever of it has filled', async () => {
      for (const filled of ['0', '0.04']) {
        const { exchange, market, buy, order, sim, requests } = await enter(ground);
        const { orderId } = accepted(await buy());
        if (filled !== '0') sim.core.fill({ orderId: order('entry-1').id, amount: filled });
        requests();
        const result = await exchange.cancelOrder(market, { orderId }, soon());
        expect(requests()).toEqual([`${ground.cancel.method} ${ground.cancel.path}`]);
        expect(result).toMatchObject(
          ground.exchange === 'bybit'
            ? { kind: 'unconfirmed', message: 'acknowledged' }
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
      const { exchange, market, buy, order } = await enter(ground);
      await buy();
      await exchange.cancelOrder(market, { clientOrderId: 'entry-1' }, soon());
      expect(order('entry-1').status).toBe('canceled');
    });

    test('has to look where a cancel finds nothing to cancel', async () => {
      const { exchange, market, buy, order, sim } = await enter(ground);
      const { orderId } = accepted(await buy());
      sim.core.fill({ orderId: order('entry-1').id });
      for (const name of [{ orderId }, { clientOrderId: 'nobodys' }]) {
        const result = await exchange.cancelOrder(market, name, soon());
        expect(result.kind).toBe('unconfirmed');
        expect('message' in result && result.message).not.toBe('acknowledged');
      }
      expect(await exchange.fetchOrder(market, { orderId })).toMatchObject({ status: 'done', filled: '0.1' });
    });

    test('tells what a partial fill has come to, and what it has cost', async () => {
      const { exchange, market, buy, order, sim } = await enter(ground);
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
      // Right after a fill: it is told of the order, and its trade not yet.
      for (const filled of ['0.05000001', '0.1']) {
        const fault = await faultOf(exchange.fetchBaseFee(market, orderId, filled));
        expect(fault).toMatchObject({ code: 'exchange-unreachable' });
        expect(fault.message).toMatch(/does not list all trades of order .+ yet: 0\.05 of 0\./);
      }
      const fault = await faultOf(exchange.fetchBaseFee(market, '123456789', '0.05'));
      expect(fault.code).toBe('exchange-unreachable');
    });

    test('goes by the market rules it was given last', async () => {
      const { exchange, market, buy, order } = await enter(ground);
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
          sendDeadline: soon(),
        });
      await send('rough', rough);
      await send('fine', market);
      await send('rough-again', rough);
      await buy({ amount: '0.123' });
      const amounts = ['rough', 'fine', 'rough-again', 'entry-1'].map((name) => order(name).amount);
      expect(amounts).toEqual(['0.1', '0.123', '0.1', '0.123']);
    });

    test('sends what its fence promises, whatever the options of an account say', async () => {
      const { market } = await enter(ground);
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
      const account = { exchange: ground.exchange, ...keys, baseUrl: server.url, options };
      const exchange = await ccxtExchanges(accountsInMemory({ main: account })).of('main');
      const sent: string[] = [];
      server.answer = (response) => {
        const { url, headers } = response.req;
        const isBybit = ground.exchange === 'bybit';
        const query = new URL(url ?? '', server.url).searchParams;
        const recvWindow = isBybit ? headers['x-bapi-recv-window'] : query.get('recvWindow');
        const timestamp = isBybit ? headers['x-bapi-timestamp'] : query.get('timestamp');
        expect(Math.abs(Date.now() - Number(timestamp))).toBeLessThan(60_000);
        sent.push(`${url?.split('?')[0]} ${recvWindow}`);
        response.end('{}');
      };
      await faultOf(exchange.fetchOrder(market, { orderId: '1' }));
      expect(sent).toEqual([`${ground.fetch.path} ${exchange.recvWindowMs}`]);
      expect(exchange.recvWindowMs).toBe(5_000);
    });

    test('is not handed out for a position that is on another exchange', async () => {
      const { stored, sim, requests } = await enter(ground);
      const exchanges = ccxtExchanges(stored);
      const other = ground.exchange === 'bybit' ? 'binance' : 'bybit';
      await exchanges.of('main', ground.exchange);
      const fault = await faultOf(exchanges.of('main', other));
      expect(fault).toMatchObject({
        code: 'account-not-found',
        message: `account "main" is now a ${ground.exchange} account, and this position is on ${other}`,
      });
      // What is cached may be the older one.
      const fresh = { exchange: other, ...keys, baseUrl: sim.url } as const;
      const cached = {
        ...stored,
        read: async (name: string, options?: { fresh?: boolean }) =>
          options?.fresh ? fresh : stored.read(name),
      };
      expect(await ccxtExchanges(cached).of('main', other)).toBeDefined();
      expect(requests()).toEqual([]);
    });

    test("takes no keys over that are another exchange's now", async () => {
      const { exchange, market, sim, stored, requests } = await enter(ground);
      const other = ground.exchange === 'bybit' ? 'binance' : 'bybit';
      const fresh = { apiKey: 'new-key-of-the-tests', secret: 'new-secret-of-the-tests' };
      sim.core.addAccount({ ...fresh, balances: {} });
      stored.all.main = { exchange: other, ...fresh, baseUrl: sim.url };
      sim.core.accountOf(keys.apiKey).apiKey = 'no-longer-valid';
      const fault = await faultOf(exchange.fetchOrder(market, { orderId: '1' }));
      expect(fault.code).toBe('exchange-refused');
      expect(requests()).toHaveLength(1);
    });

    test('sends nothing for as long as the exchange wants a pause', async () => {
      let late = 0;
      const { exchange, market, sim, buy, close, requests } = await enter(ground, {
        now: () => Date.now() + late,
      });
      await buy();
      sim.core.addFault({ kind: 'status', status: 429, retryAfter: 30, match: ground.fetch });
      await faultOf(exchange.fetchOrder(market, { clientOrderId: 'entry-1' }));
      requests();
      const calls = [
        () => exchange.fetchOrder(market, { clientOrderId: 'entry-1' }),
        () => exchange.cancelOrder(market, { clientOrderId: 'entry-1' }, soon()),
        () => exchange.fetchPrice(market),
        () => exchange.fetchBalance('BTC'),
      ];
      for (const call of calls) {
        const fault = await faultOf(call());
        expect(fault.code).toBe('exchange-unreachable');
        expect(fault.message).toMatch(/^the exchange asked for a pause until \d{4}-\d\d-\d\dT/);
      }
      for (const create of [buy, close])
        expect(await create()).toMatchObject({
          kind: 'rejected',
          reason: 'rate-limit',
          message: expect.stringContaining('the exchange asked for a pause until '),
        });
      expect(requests()).toEqual([]);
      late = 30_001;
      expect(await exchange.fetchOrder(market, { clientOrderId: 'entry-1' })).toMatchObject({
        status: 'live',
      });
    });

    test('asks again after three minutes of a longer pause, with a single request', async () => {
      let late = 0;
      const { exchange, market, sim, close, buy, requests } = await enter(ground, {
        now: () => Date.now() + late,
      });
      await buy({ type: 'market', price: undefined });
      const ban = { kind: 'status', status: 418, retryAfter: 7_200, match: {} } as const;
      const look = () => exchange.fetchOrder(market, { clientOrderId: 'nobodys' });
      sim.core.addFault(ban);
      await faultOf(look());
      requests();
      late = 179_000;
      await faultOf(look());
      expect(requests()).toEqual([]);
      late = 181_000;
      sim.core.addFault(ban);
      const faults = await Promise.all([faultOf(look()), faultOf(look())]);
      expect(faults.map(({ code }) => code)).toEqual(['exchange-unreachable', 'exchange-unreachable']);
      expect(requests()).toHaveLength(1);
      late = 200_000;
      expect(await close()).toMatchObject({ kind: 'rejected', reason: 'rate-limit' });
      late = 362_000;
      accepted(await close());
      expect(await look()).toBeUndefined();
    });

    test('closes with a MARKET order', async () => {
      const { exchange, market, buy, close, order, requests } = await enter(ground);
      await buy({ type: 'market', price: undefined });
      requests();
      const { orderId } = accepted(await close());
      expect(requests()).toEqual([`${ground.create.method} ${ground.create.path}`]);
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

    test('buys back a short with a MARKET order sized in base', async () => {
      const { exchange, market, buy, close } = await enter(ground);
      const short = { positionSide: 'short' } as const;
      await buy({ ...short, side: 'sell', type: 'market', price: undefined });
      const { orderId } = accepted(await close({ ...short, side: 'buy' }));
      expect(await exchange.fetchOrder(market, { orderId })).toMatchObject({ amount: '0.1', filled: '0.1' });
    });

    if (!perpetual)
      test('buys for a cost in quote', async () => {
        const { exchange, market, buy } = await enter(ground);
        await buy({ type: 'market', price: undefined, amount: undefined, cost: '6000' });
        expect(await exchange.fetchOrder(market, { clientOrderId: 'entry-1' })).toMatchObject({
          type: 'market',
          status: 'done',
          filled: '0.1',
        });
      });

    if (perpetual) {
      test('never opens or turns a position by closing it', async () => {
        const { exchange, market, buy, close } = await enter(ground);
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
          const { exchange, market, buy, close } = await enter(ground, { hedged: true });
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

    test('knows balances, price and what the key may do', async () => {
      const { exchange, market } = await enter(ground);
      expect(await exchange.fetchPrice(market)).toBe('60000');
      expect(await exchange.fetchBalance('NOPE')).toEqual({ free: '0', total: '0' });
      const held = { binance: '100000', binanceusdm: '100000', bybit: '200000' }[ground.exchange];
      expect(await exchange.fetchBalance('USDT')).toEqual({ free: held, total: held });
      expect(await exchange.fetchPermissions()).toEqual({
        canTrade: true,
        canWithdraw: false,
        ipRestricted: true,
      });
    });

    test('lists what is open, with the market of each order', async () => {
      const { exchange, market, buy } = await enter(ground);
      expect(await exchange.fetchOpenOrders()).toEqual([]);
      expect(await exchange.fetchOpenPositions()).toEqual([]);
      const { orderId } = accepted(await buy());
      expect(await exchange.fetchOpenOrders()).toMatchObject([
        { market, order: { orderId, symbol: ground.symbol, side: 'buy', status: 'live', price: '50000' } },
      ]);
      await buy({ clientOrderId: 'entry-2', type: 'market', price: undefined, amount: '0.03' });
      expect(await exchange.fetchOpenOrders()).toHaveLength(1);
      expect(await exchange.fetchOpenPositions()).toEqual(
        perpetual ? [{ symbol: ground.symbol, side: 'long', amount: '0.03', averagePrice: '60000' }] : [],
      );
    });

    test('tells candles oldest first, up to the price now', async () => {
      const { exchange, market, sim } = await enter(ground);
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
      sim.core.setPrice({ market: ground.market, symbol: market.id, price: '61000' });
      const [last] = (await exchange.fetchCandles(market, '1h', 5)).slice(-1);
      expect(last).toMatchObject({ high: '61000', close: '61000' });
    });

    test('sends nothing once its time is over', async () => {
      const { buy, close, exchange, market, requests } = await enter(ground);
      const late = { sendDeadline: Date.now() - 1 };
      expect(await exchange.cancelOrder(market, { orderId: '1' }, late.sendDeadline)).toEqual({
        kind: 'unconfirmed',
        message: 'not sent: its time was over',
      });
      expect(await close(late)).toMatchObject({ kind: 'rejected', reason: 'too-late' });
      expect(await buy(late)).toMatchObject({ kind: 'rejected', reason: 'too-late' });
      expect(requests()).toEqual([]);
    });

    test('refuses the same client order id among open orders', async () => {
      const { buy } = await enter(ground);
      accepted(await buy());
      expect(await buy()).toMatchObject({ kind: 'rejected', reason: 'duplicate-id' });
    });

    test('reads its keys again when they were changed, and not more often than that', async () => {
      const { exchange, market, sim, stored, requests } = await enter(ground);
      const account = stored.all.main;
      if (account === undefined) throw new Error('no account');
      const fresh = { apiKey: 'new-key-of-the-tests', secret: 'new-secret-of-the-tests' };
      sim.core.addAccount({ ...fresh, balances: {} });
      const was = sim.core.accountOf(keys.apiKey);
      was.apiKey = 'no-longer-valid';
      stored.all.main = { ...account, ...fresh };
      expect(await exchange.fetchOrder(market, { clientOrderId: 'nobodys' })).toBeUndefined();
      requests();
      // A second wrong key, with nothing new to read: asked once, and told.
      sim.core.accountOf(fresh.apiKey).apiKey = 'not-valid-either';
      const fault = await faultOf(exchange.fetchOrder(market, { clientOrderId: 'nobodys' }));
      expect(fault.code).toBe('exchange-refused');
      expect(requests()).toHaveLength(1);
      expect(await exchange.cancelOrder(market, { clientOrderId: 'nobodys' }, soon())).toMatchObject({
        kind: 'denied',
      });
    });

    test("goes by the venue's clock once it has heard that its own is wrong", async () => {
      const { exchange, market, clock, requests } = await enter(ground);
      clock.ahead = 60_000;
      expect(await exchange.fetchOrder(market, { clientOrderId: 'nobodys' })).toBeUndefined();
      requests();
      await exchange.fetchBalance('BTC');
      expect(requests()).toHaveLength(1);
    });

    test('puts no key, secret or signature into what it throws', async () => {
      const { exchange, market, sim, close } = await enter(ground);
      const told: string[] = [];
      for (const kind of ['bad-signature', 'drop-before', 'html', 'truncate'] as const) {
        sim.core.addFault({ kind, match: {}, times: 9 });
        told.push(inspect(await faultOf(exchange.fetchOrder(market, { orderId: '1' })), { depth: 9 }));
        told.push(inspect(await faultOf(exchange.fetchBalance('BTC')), { depth: 9 }));
        told.push(
          JSON.stringify(await close()),
          JSON.stringify(await exchange.cancelOrder(market, { orderId: '1' }, soon())),
        );
        sim.core.clearFaults();
      }
      sim.core.accountOf(keys.apiKey).secret = 'another-secret';
      told.push(inspect(await faultOf(exchange.fetchBalance('BTC')), { depth: 9 }));
      expect(told.join('\n')).toMatch(/exchange-refused/);
      expect(told.join('\n')).not.toMatch(/key-of-the-tests|secret-of-the-tests|signature=|[0-9a-f]{64}/i);
    });

    test('keeps amounts exact, as plain decimals', async () => {
      const { exchange, market, buy, order } = await enter(ground);
      const steps = perpetual ? 3 : 5;
      let count = 0;
      await fc.assert(
        fc.asyncProperty(
          fc.integer({ min: 1, max: 40 }),
          fc.integer({ min: 400_000, max: 500_000 }),
          async (n, tick) => {
            count += 1;
            const clientOrderId = `exact-${count}`;
            // From one step above the least value of an order, in steps; prices in tenths.
            const amount = decimal('0.003')
              .plus(decimal(String(n)).shiftedBy(-steps))
              .toFixed();
            const price = decimal(String(tick)).shiftedBy(-1).toFixed();
            await buy({ clientOrderId, amount, price });
            expect(order(clientOrderId)).toMatchObject({ amount, price });
            const view = await exchange.fetchOrder(market, { clientOrderId });
            expect(view).toMatchObject({ amount, price });
            expect([view?.amount, view?.filled, view?.price].every((each) => plain.test(each ?? ''))).toBe(
              true,
            );
          },
        ),
        { numRuns: 8 },
      );
    });
  });
}
