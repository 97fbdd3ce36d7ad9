import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decimal } from '../../../lib/amount.ts';
import { faultOf } from './fault-of.ts';
import {
  accepted,
  inFiveSeconds,
  keys,
  lastHour,
  requestTo,
  startTrader,
  type TestMarket,
  toCoreSymbol,
} from './test-markets.ts';

const plain = /^\d+(\.\d+)?$/;

/** How every venue sends, cancels and reads orders. */
export function tradingContract(testMarket: TestMarket): void {
  const perpetual = testMarket.market === 'usdm';

  describe(`trading at ${testMarket.name}`, () => {
    test('finds an order by either id, in one request', async () => {
      const { exchange, market, buy, requests } = await startTrader(testMarket);
      const { orderId } = accepted(await buy());
      expect(requests()).toEqual([requestTo(testMarket.create)]);
      const expected = {
        orderId,
        clientOrderId: 'entry1',
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
      expect(await exchange.fetchOrder(market, { clientOrderId: 'entry1' })).toMatchObject(expected);
      const { fetch, fetchByClientId = fetch } = testMarket;
      expect(requests()).toEqual([fetch, fetchByClientId].map(requestTo));
    });

    test('distinguishes an unknown order from a failure', async () => {
      const { exchange, market, sim } = await startTrader(testMarket);
      expect(await exchange.fetchOrder(market, { clientOrderId: 'unknown' })).toBeUndefined();
      expect(await exchange.fetchOrder(market, { orderId: '123456789' })).toBeUndefined();
      sim.core.addFault({ kind: 'html', match: testMarket.fetchByClientId ?? testMarket.fetch });
      const fault = await faultOf(exchange.fetchOrder(market, { clientOrderId: 'unknown' }));
      expect(fault.code).toBe('exchange-unreachable');
    });

    test('cancels an open order, unfilled or partly filled', async () => {
      for (const filled of ['0', '0.04']) {
        const { exchange, market, buy, order, sim, requests } = await startTrader(testMarket);
        const { orderId } = accepted(await buy());
        if (filled !== '0') sim.core.fill({ orderId: order('entry1').id, amount: filled });
        requests();
        const result = await exchange.cancelOrder(market, { orderId }, inFiveSeconds());
        // KuCoin's response lacks what an open order still shows.
        const before = testMarket.exchange === 'kucoin' ? [requestTo(testMarket.fetch)] : [];
        expect(requests()).toEqual([...before, requestTo(testMarket.cancel)]);
        expect(result).toMatchObject(
          testMarket.acknowledges
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
      await exchange.cancelOrder(market, { clientOrderId: 'entry1' }, inFiveSeconds());
      expect(order('entry1').status).toBe('canceled');
    });

    test('leaves a cancel unconfirmed if there was nothing to cancel', async () => {
      const { exchange, market, buy, order, sim } = await startTrader(testMarket);
      const { orderId } = accepted(await buy());
      sim.core.fill({ orderId: order('entry1').id });
      for (const ref of [{ orderId }, { clientOrderId: 'unknown' }]) {
        const result = await exchange.cancelOrder(market, ref, inFiveSeconds());
        expect(result).toMatchObject({
          kind: 'unconfirmed',
          reason: expect.stringMatching(/^(not-found|ended)$/),
        });
      }
      expect(await exchange.fetchOrder(market, { orderId })).toMatchObject({ status: 'done', filled: '0.1' });
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
      await send('roughagain', rough);
      await buy({ amount: '0.123' });
      const amounts = ['rough', 'fine', 'roughagain', 'entry1'].map((name) => order(name).amount);
      expect(amounts).toEqual(['0.1', '0.123', '0.1', '0.123']);
    });

    test('closes with a MARKET order', async () => {
      const { exchange, market, buy, close, order, requests } = await startTrader(testMarket);
      await buy({ type: 'market', price: undefined });
      requests();
      const { orderId } = accepted(await close());
      expect(requests()).toEqual([requestTo(testMarket.create)]);
      expect(await exchange.fetchOrder(market, { orderId })).toMatchObject({
        clientOrderId: 'close1',
        side: 'sell',
        type: 'market',
        status: 'done',
        amount: '0.1',
        filled: '0.1',
        average: '60000',
      });
      expect(order('close1')).toMatchObject({ type: 'market', side: 'sell', reduceOnly: perpetual });
      expect(await exchange.fetchTrades(market, lastHour())).toMatchObject([
        { side: 'buy', amount: '0.1', price: '60000', cause: 'trade' },
        { orderId, side: 'sell', amount: '0.1', price: '60000', cause: 'trade' },
      ]);
    });

    test('lists trades of the same millisecond in the order in which they executed', async () => {
      const { exchange, market, sim } = await startTrader(testMarket);
      const amounts = ['0.01', '0.02', '0.03', '0.04', '0.05', '0.06', '0.07', '0.08'];
      for (const amount of amounts)
        sim.core.placeOrder({
          apiKey: keys.apiKey,
          market: testMarket.market,
          symbol: toCoreSymbol(market),
          side: 'buy',
          type: 'market',
          amount,
        });
      const trades = await exchange.fetchTrades(market, lastHour());
      expect(trades.map(({ amount }) => amount)).toEqual(amounts);
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
        expect(await exchange.fetchOrder(market, { clientOrderId: 'entry1' })).toMatchObject({
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
        expect(await close()).toMatchObject({
          kind: 'rejected',
          reason: expect.stringMatching(/^(would-not-reduce|exit-in-the-way)$/),
        });
        await buy({ type: 'market', price: undefined, amount: '0.03' });
        expect(await exchange.fetchPosition(market, 'long')).toEqual({
          side: 'long',
          amount: '0.03',
          averagePrice: '60000',
          margin: expect.objectContaining({ leverage: '20', margin: '90' }),
          hedged: false,
        });
        // OKX refuses a reduce-only order for more than the position, and does not reduce its amount.
        if (testMarket.exchange === 'okx') {
          expect(await close()).toMatchObject({ kind: 'rejected', reason: 'would-not-reduce' });
          accepted(await close({ clientOrderId: 'close2', amount: '0.03' }));
        } else await close({ clientOrderId: 'close2' });
        expect(await exchange.fetchPosition(market, 'long')).toMatchObject({ side: undefined, amount: '0' });
      });

      test('closes one side of a hedge and leaves the other', async () => {
        for (const side of ['long', 'short'] as const) {
          const { exchange, market, buy, close } = await startTrader(testMarket, { hedged: true });
          const toMarket = { type: 'market', price: undefined } as const;
          await buy({ ...toMarket, clientOrderId: 'long', positionSide: 'long', side: 'buy' });
          await buy({ ...toMarket, clientOrderId: 'short', positionSide: 'short', side: 'sell' });
          accepted(await close({ positionSide: side, side: side === 'long' ? 'sell' : 'buy' }));
          expect(await exchange.fetchOrder(market, { clientOrderId: 'close1' })).toMatchObject({
            positionSide: side,
            filled: '0.1',
          });
          const other = side === 'long' ? 'short' : 'long';
          expect(await exchange.fetchPosition(market, side)).toMatchObject({ side: undefined, hedged: true });
          expect(await exchange.fetchPosition(market, other)).toMatchObject({ side: other, amount: '0.1' });
        }
      });
    }

    reductionContract(testMarket);

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

    test('accepts the client order id of another open order only where it is documented', async () => {
      const { buy } = await startTrader(testMarket);
      const { orderId } = accepted(await buy());
      // Gate does not document that an id is unique. Coinbase answers with the order that has it.
      const answers: Partial<Record<string, object>> = {
        gate: { kind: 'accepted' },
        coinbase: { kind: 'accepted', order: { orderId } },
      };
      expect(await buy()).toMatchObject(
        answers[testMarket.exchange] ?? { kind: 'rejected', reason: 'duplicate-id' },
      );
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
            const clientOrderId = `exact${count}`;
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

/** How the amount of a live order is reduced. */
function reductionContract(testMarket: TestMarket): void {
  /** A filled long of 0.1 and an exit for all of it at 70000. */
  async function startWithExit(options: { hedged?: boolean } = {}) {
    const trader = await startTrader(testMarket, options);
    await trader.buy({ type: 'market', price: undefined });
    const exit = trader.sim.core.placeOrder({
      apiKey: keys.apiKey,
      market: testMarket.market,
      symbol: 'BTCUSDT',
      side: 'sell',
      type: 'limit',
      price: '70000',
      amount: '0.1',
      clientOrderId: 'exit1',
      ...(options.hedged === true ? { positionSide: 'LONG' } : { reduceOnly: testMarket.market === 'usdm' }),
    });
    const found = await trader.exchange.fetchOrder(trader.market, { clientOrderId: 'exit1' });
    if (found === undefined) throw new Error('no exit');
    trader.requests();
    return { ...trader, exit: found, exitId: exit.id };
  }

  if (testMarket.market === 'spot') {
    test('changes no order', async () => {
      const { exchange, market, exit, requests } = await startWithExit();
      expect(await exchange.reduceOrder(market, exit, '0.04', inFiveSeconds())).toMatchObject({
        kind: 'unsupported',
      });
      expect(requests()).toEqual([]);
    });
    return;
  }

  test.each(['0', '0.03'])('reduces an order of which %s has filled, and nothing else', async (filled) => {
    const { exchange, market, exit, exitId, requests, sim } = await startWithExit();
    if (filled !== '0') sim.core.fill({ orderId: exitId, amount: filled });
    const before = await exchange.fetchOrder(market, exit);
    requests();
    expect(await exchange.reduceOrder(market, exit, '0.04', inFiveSeconds())).toMatchObject({
      kind: 'accepted',
    });
    expect(requests()).toEqual([requestTo(testMarket.reduce)]);
    const { updatedAt: _, ...expected } = { ...before, amount: '0.04' };
    expect(await exchange.fetchOrder(market, exit)).toMatchObject(expected);
  });

  test('keeps the side of a hedge', async () => {
    const { exchange, market, exit } = await startWithExit({ hedged: true });
    await exchange.reduceOrder(market, exit, '0.04', inFiveSeconds());
    expect(await exchange.fetchOrder(market, exit)).toMatchObject({
      amount: '0.04',
      positionSide: 'long',
      status: 'live',
    });
  });

  test('leaves an order as it is if its new amount is refused', async () => {
    const { exchange, market, exit } = await startWithExit();
    // An amount that is no whole number of contracts is not sent.
    expect(await exchange.reduceOrder(market, exit, '0.0405', inFiveSeconds())).toMatchObject(
      ['okx', 'gate'].includes(testMarket.exchange)
        ? { kind: 'not-sent', message: expect.stringContaining('no whole number of lots') }
        : { kind: 'refused', message: expect.stringMatching(/\(-?\d+\)$/) },
    );
    expect(await exchange.fetchOrder(market, exit)).toMatchObject({ amount: '0.1', status: 'live' });
  });

  test('refuses to reduce an order that has ended', async () => {
    const { exchange, market, exit, exitId, sim } = await startWithExit();
    sim.core.fill({ orderId: exitId });
    expect(await exchange.reduceOrder(market, exit, '0.04', inFiveSeconds())).toMatchObject({
      kind: 'refused',
    });
    expect(await exchange.fetchOrder(market, exit)).toMatchObject({ filled: '0.1', status: 'done' });
  });

  test('reduces nothing after the send deadline', async () => {
    const { exchange, market, exit, requests } = await startWithExit();
    expect(await exchange.reduceOrder(market, exit, '0.04', Date.now() - 1)).toEqual({
      kind: 'not-sent',
      message: 'The send deadline had passed',
    });
    expect(requests()).toEqual([]);
  });

  test('does not know whether an order was reduced if the answer is lost', async () => {
    const { exchange, market, exit, sim } = await startWithExit();
    sim.core.addFault({ kind: 'drop-after', match: testMarket.reduce });
    expect(await exchange.reduceOrder(market, exit, '0.04', inFiveSeconds())).toMatchObject({
      kind: 'unconfirmed',
    });
    expect(await exchange.fetchOrder(market, exit)).toMatchObject({ amount: '0.04' });
  });
}
