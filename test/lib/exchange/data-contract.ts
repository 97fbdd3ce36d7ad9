import { describe, expect, test } from 'vitest';
import type { SimulatedExchange } from '../../../infra/simulator/core/simulated-exchange.ts';
import { decimal } from '../../../lib/amount.ts';
import type { MarketRules } from '../../../lib/exchange/exchange.ts';
import { faultOf } from './fault-of.ts';
import { fetchBaseFee } from './fills.ts';
import { accepted, keys, lastHour, startTrader, type TestMarket, toCoreSymbol } from './test-markets.ts';

const plain = /^\d+(\.\d+)?$/;

/** Adds markets to the simulated exchange. @returns their rules, as a position stores them. */
function addMarkets(
  core: SimulatedExchange,
  { market: kind }: TestMarket,
  rules: MarketRules,
  count: number,
): MarketRules[] {
  const like = core.state.market(kind, toCoreSymbol(rules));
  return Array.from({ length: count }, (_, index) => {
    const base = `COIN${index}`;
    const [symbol, id] = [`${base}USDT`, rules.id.replace(/BTC|XBT/, base)];
    core.addMarket({ ...like, symbol, base });
    core.setPrice({ market: kind, symbol, price: '60000' });
    return { ...rules, id, base, symbol: rules.symbol.replace('BTC', base) };
  });
}

/** Their accounts hold spot and perpetuals together. */
const unifiedAccounts = new Set<string>(['bybit', 'okx']);

/** What every venue reports about its markets and an account. */
export function dataContract(testMarket: TestMarket): void {
  const perpetual = testMarket.market === 'usdm';
  const { exchange: id } = testMarket;
  // The minimum amount of spot orders is deprecated at Bybit and Bitget.
  const spotMinimum = ['bybit', 'bitget'].includes(id) ? '0' : '0.00001';
  // OKX lists no minimum value of an order, and Gate none of perpetuals.
  const costMin = id === 'okx' || (id === 'gate' && perpetual) ? undefined : perpetual ? '100' : '5';
  // OKX has the maximum of a spot MARKET order in USDT, and Bitget and Kraken have none.
  const marketAmountMax = !perpetual && ['okx', 'bitget', 'kraken'].includes(id) ? undefined : '9000000';

  // KuCoin charges the currency that a market names, which is usually that of its quotes, and Kraken and Coinbase that one.
  const feesInQuote = perpetual || ['kucoin', 'kraken', 'coinbase'].includes(id);
  // Coinbase says nothing of the addresses of a key, and Binance does not list them.
  const listsAddresses = !/^(binance|coinbase)/.test(id);

  describe(`market and account data of ${testMarket.name}`, () => {
    test('loads the rules of a market', async () => {
      const { market } = await startTrader(testMarket);
      expect(market).toMatchObject({
        symbol: testMarket.symbol,
        id: testMarket.marketId,
        kind: perpetual ? 'perpetual' : 'spot',
        base: 'BTC',
        quote: 'USDT',
        amountStep: perpetual ? '0.001' : '0.00001',
        amountMin: perpetual ? '0.001' : spotMinimum,
        priceStep: perpetual ? '0.1' : '0.01',
      });
      expect(market.costMin).toBe(costMin);
      expect(market.marketAmountMax).toBe(marketAmountMax);
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

    test('reports what an execution at MARKET costs the account', async () => {
      const { exchange, market, buy, order, sim } = await startTrader(testMarket);
      const rate = Number(await exchange.fetchTakerRate(market));
      await buy();
      sim.core.fill({ orderId: order('entry1').id });
      expect(rate).toBeGreaterThan(0);
      expect(rate).toBeLessThan(0.01);
    });

    test('reports the amount and the fee of a partial fill', async () => {
      const { exchange, market, buy, order, sim } = await startTrader(testMarket);
      const { orderId } = accepted(await buy());
      const { id } = order('entry1');
      sim.core.fill({ orderId: id, amount: '0.03' });
      sim.core.fill({ orderId: id, amount: '0.02' });
      expect(await exchange.fetchOrder(market, { orderId })).toMatchObject({
        status: 'live',
        amount: '0.1',
        filled: '0.05',
        average: '50000',
      });
      // 0.1 % of what was bought, on spot.
      expect(await fetchBaseFee(exchange, market, orderId, '0.05')).toBe(feesInQuote ? '0' : '0.00005');
      // Right after a fill, the order reports it and its trade is not listed yet.
      for (const filled of ['0.05000001', '0.1']) {
        const fault = await faultOf(fetchBaseFee(exchange, market, orderId, filled));
        expect(fault).toMatchObject({ code: 'exchange-unreachable' });
        expect(fault.message).toMatch(/does not list all trades of order .+ yet: 0\.05 of 0\./);
      }
      const fault = await faultOf(fetchBaseFee(exchange, market, '123456789', '0.05'));
      expect(fault.code).toBe('exchange-unreachable');
    });

    test('reads what the trades of an order came to, with every fee and its time', async () => {
      const { exchange, market, buy, order, sim } = await startTrader(testMarket);
      accepted(await buy());
      const { id } = order('entry1');
      sim.core.fill({ orderId: id, amount: '0.06' });
      sim.core.fill({ orderId: id, amount: '0.04' });
      const read = await exchange.fetchOrder(market, { clientOrderId: 'entry1' });
      if (read === undefined) throw new Error('no order');
      const { cost, fees } = await exchange.fetchFills(market, read, '0.1');
      expect(cost).toBe('5000');
      // 0.04 % of the value of a perpetual, 0.1 % on spot.
      const quoted = perpetual ? ['0.8', '1.2'] : ['2', '3'];
      const paid = feesInQuote
        ? { currency: 'USDT', amounts: quoted }
        : { currency: 'BTC', amounts: ['0.00004', '0.00006'] };
      expect(fees.map(({ amount }) => amount).sort()).toEqual(paid.amounts);
      for (const { currency, at } of fees) {
        expect(currency).toBe(paid.currency);
        expect(at).toBeGreaterThan(Date.now() - 60_000);
      }
    });

    test('reads funding, which is negative if it was paid', async () => {
      const { exchange, market, buy, sim } = await startTrader(testMarket);
      expect(await exchange.fetchFunding(market, lastHour())).toEqual([]);
      if (!perpetual) return;
      await buy({ type: 'market', price: undefined });
      for (const fee of ['1.5', '-0.25']) sim.core.payFunding({ ...keys, symbol: 'BTCUSDT', fee });
      const at = expect.any(Number);
      const fundings = await exchange.fetchFunding(market, lastHour());
      // Both have the same time.
      expect(fundings.toSorted((a, b) => Number(a.amount) - Number(b.amount))).toEqual([
        { amount: '-1.5', at },
        { amount: '0.25', at },
      ]);
      const now = Date.now();
      // Gate lists it since a day of 2023.
      const days = id === 'gate' ? now / 86_400_000 : 800;
      const fault = await faultOf(
        exchange.fetchFunding(market, { since: now - days * 86_400_000, until: now }),
      );
      expect(fault).toMatchObject({ code: 'exchange-refused' });
    });

    test('reads the price of another coin at the opening of a past minute', async () => {
      const { exchange, market, sim, clock } = await startTrader(testMarket);
      if (perpetual) sim.core.addMarket({ ...sim.core.state.market('spot', 'BNBUSDT'), kind: 'usdm' });
      const setPrice = (price: string) =>
        sim.core.setPrice({ market: testMarket.market, symbol: 'BNBUSDT', price });
      setPrice('610');
      clock.ahead = 60_000;
      setPrice('620');
      const at = Date.now() + clock.ahead;
      clock.ahead = 600_000;
      setPrice('700');
      expect(await exchange.fetchPastPrice(market, 'BNB', at)).toBe('610');
      for (const [coin, time] of [
        ['NOPE', at],
        ['BNB', at + 3_600_000],
      ] as const) {
        const fault = await faultOf(exchange.fetchPastPrice(market, coin, time));
        expect(fault.code).toMatch(/^exchange-(unreachable|refused)$/);
      }
    });

    test('reads balances, the price and the permissions of the key', async () => {
      const { exchange, market } = await startTrader(testMarket);
      expect(await exchange.fetchPrice(market)).toBe('60000');
      expect(await exchange.fetchBalance('NOPE')).toEqual({ free: '0', total: '0' });
      const held = unifiedAccounts.has(testMarket.exchange) ? '200000' : '100000';
      expect(await exchange.fetchBalance('USDT')).toEqual({ free: held, total: held });
      expect(await exchange.fetchPermissions()).toEqual({
        canTrade: true,
        // Gate does not report it.
        canWithdraw: testMarket.exchange === 'gate' ? undefined : false,
        ipRestricted: id === 'coinbase' ? undefined : true,
        accountId: expect.stringMatching(/^(account-)?\d+$/),
        ...(listsAddresses && { allowedAddresses: ['127.0.0.1'] }),
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
      await buy({ clientOrderId: 'entry2', type: 'market', price: undefined, amount: '0.03' });
      expect(await exchange.fetchOpenOrders()).toHaveLength(1);
      expect(await exchange.fetchOpenPositions()).toEqual(
        perpetual ? [{ symbol: testMarket.symbol, side: 'long', amount: '0.03', averagePrice: '60000' }] : [],
      );
    });

    test('lists the orders and positions of many markets in requests that do not depend on their number', async () => {
      const { exchange, market, buy, sim, order, requests } = await startTrader(testMarket);
      const others = addMarkets(sim.core, testMarket, market, 60);
      const markets = [market, ...others];
      for (const each of markets)
        accepted(
          await exchange.createEntryOrder(each, {
            ...{
              side: 'buy',
              positionSide: 'long',
              hedged: false,
              type: 'limit',
              sendDeadline: Date.now() + 60_000,
            },
            ...{ clientOrderId: `entry${each.base}`, price: '50000', amount: '0.004' },
          }),
        );
      await buy({ clientOrderId: 'entry2', type: 'market', price: undefined, amount: '0.03' });
      sim.core.fill({ orderId: order(`entry${others[0]?.base}`).id, amount: '0.002' });
      const { stopRef } = exchange.exits[market.kind] ?? {};
      // A venue that can't hold a stop has none to list.
      const stops = stopRef === undefined ? [] : [[market, { clientOrderId: 'stop1', ...stopRef }] as const];
      const stop = { kind: 'stop-loss', side: 'sell', positionSide: 'long', triggerPrice: '40000' } as const;
      for (const [each] of stops)
        accepted(
          await exchange.createExitOrder(each, {
            ...{ ...stop, clientOrderId: 'stop1', amount: '0.01', hedged: false },
            sendDeadline: Date.now() + 60_000,
          }),
        );
      requests();

      const listed = await exchange.fetchOrdersOfMarkets(markets);
      const positions = perpetual ? await exchange.fetchPositionsOfMarkets(markets) : [];
      const prices = await exchange.fetchPrices(
        market.kind,
        markets.map(({ id }) => id),
      );
      const sent = requests();

      expect(listed.map(({ symbol }) => symbol).sort()).toEqual(
        [...stops.map(([each]) => each), ...markets].map(({ symbol }) => symbol).sort(),
      );
      for (const [each, ref] of [
        [market, { clientOrderId: `entry${market.base}` }],
        [others[0] ?? market, { clientOrderId: `entry${others[0]?.base}` }],
        ...stops,
      ] as const) {
        // A list shows an order as a look-up does: what differs between the two would look like a change.
        const found = await exchange.fetchOrder(each, ref);
        expect(found).toMatchObject({ status: 'live' });
        expect(listed.find(({ clientOrderId }) => clientOrderId === ref.clientOrderId)).toEqual(found);
      }
      for (const { symbol, side, amount, averagePrice, margin } of positions) {
        const own = markets.find((each) => each.symbol === symbol) ?? market;
        expect(await exchange.fetchPosition(own, side)).toEqual({
          side,
          amount,
          averagePrice,
          margin,
          hedged: false,
        });
      }
      expect(positions).toHaveLength(perpetual ? 2 : 0);
      expect(prices.size).toBe(markets.length);
      // 61 orders are two pages on Bybit, which also lists each of its two settle coins by itself. OKX lists each of three
      // kinds of algo orders by itself. KuCoin lists only the orders of one market.
      const most = testMarket.exchange === 'kucoin' ? markets.length + 3 : 7;
      expect(sent.length).toBeLessThanOrEqual(most);
      expect(sent.filter((path) => /exchangeInfo|instruments/.test(path))).toEqual([]);
      // What is in none of these markets is left out.
      expect(await exchange.fetchOrdersOfMarkets([market])).toHaveLength(stops.length + 1);
      expect(await exchange.fetchOrdersOfMarkets([])).toEqual([]);
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
      sim.core.setPrice({ market: testMarket.market, symbol: toCoreSymbol(market), price: '61000' });
      const [last] = (await exchange.fetchCandles(market, '1h', 5)).slice(-1);
      expect(last).toMatchObject({ high: '61000', close: '61000' });
    });
  });
}
