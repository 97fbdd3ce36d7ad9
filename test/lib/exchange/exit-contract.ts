import { describe, expect, test } from 'vitest';
import { type Sent, startLong } from './long-with-exits.ts';
import { accepted, type TestMarket } from './test-markets.ts';

/** What the venue's page of each request names. */
export interface ExitWire {
  stop: Sent;
  stopLimit: Sent;
  target: Sent;
  hedgedStop: Sent;
  stopOfShort: Sent;
  lookUp: Sent;
  cancel: Sent;
}

const waiting = { clientOrderId: 'stop1', side: 'sell', status: 'live', amount: '0.1', filled: '0' };

/** How exits of perpetuals rest. */
export function perpetualExitContract(testMarket: TestMarket, wire: ExitWire): void {
  describe(`exits at ${testMarket.name}`, () => {
    test('rest in one request each, with the parameters that the venue documents', async () => {
      const { stop, target, sent, requests } = await startLong(testMarket);
      accepted(await stop());
      expect(sent()).toEqual(wire.stop);
      accepted(await stop({ clientOrderId: 'stop2', price: '54900' }));
      expect(sent()).toEqual(wire.stopLimit);
      accepted(await target());
      expect(sent()).toEqual(wire.target);
      expect(requests()).toHaveLength(3);
    });

    test('of a short are bought above the price', async () => {
      const { exchange, market, buy, stop, sent } = await startLong(testMarket);
      await buy({ clientOrderId: 'short', side: 'sell', type: 'market', price: undefined, amount: '0.2' });
      accepted(await stop({ side: 'buy', positionSide: 'short', triggerPrice: '65000' }));
      expect(sent()).toEqual(wire.stopOfShort);
      expect(await exchange.fetchPosition(market, 'short')).toMatchObject({ side: 'short', amount: '0.1' });
    });

    test('are reported as live and unfilled', async () => {
      const { exchange, market, stop, target, lookUp } = await startLong(testMarket);
      const placed = accepted(await stop({ price: '54900' }));
      expect(placed).toMatchObject({ ...waiting, price: '54900', triggerPrice: '55000' });
      const found = await lookUp();
      expect(found).toMatchObject({ ...waiting, price: '54900', triggerPrice: '55000', reduceOnly: true });
      expect(found).toMatchObject({ type: placed.type, conditional: placed.conditional });
      const { orderId } = accepted(await target());
      expect(await exchange.fetchOrder(market, { orderId })).toMatchObject({
        clientOrderId: 'target1',
        type: 'limit',
        status: 'live',
        price: '70000',
        reduceOnly: true,
        conditional: false,
      });
    });

    test('that are stops are found and canceled by client order id alone', async () => {
      const { stop, lookUp, cancel, sent } = await startLong(testMarket);
      accepted(await stop());
      expect(await lookUp()).toMatchObject(waiting);
      expect(sent()).toEqual(wire.lookUp);
      expect(await cancel()).toMatchObject({ kind: 'unconfirmed', reason: 'acknowledged' });
      expect(sent()).toEqual(wire.cancel);
      expect(await lookUp()).toMatchObject({ ...waiting, status: 'done' });
      expect(await cancel()).toMatchObject({ reason: expect.stringMatching(/^(not-found|ended)$/) });
    });

    test('that were never placed are not found', async () => {
      const { lookUp, cancel } = await startLong(testMarket);
      expect(await lookUp()).toBeUndefined();
      expect(await cancel()).toMatchObject({ kind: 'unconfirmed', reason: 'not-found' });
    });

    test('have an unknown outcome if the answer is lost, and are found', async () => {
      const { sim, stop, lookUp } = await startLong(testMarket);
      sim.core.addFault({ kind: 'drop-after', match: { method: 'POST' } });
      expect(await stop()).toEqual({ kind: 'unknown', message: 'no readable response' });
      expect(await lookUp()).toMatchObject(waiting);
    });

    test('have an unknown outcome if the request is lost, and are not found', async () => {
      const { sim, stop, lookUp } = await startLong(testMarket);
      sim.core.addFault({ kind: 'drop-before', match: { method: 'POST' } });
      expect(await stop()).toMatchObject({ kind: 'unknown' });
      expect(await lookUp()).toBeUndefined();
    });

    test('are refused under the client order id of an open one', async () => {
      const { stop, target } = await startLong(testMarket);
      accepted(await stop());
      expect(await stop()).toMatchObject({ kind: 'rejected', reason: 'duplicate-id' });
      accepted(await target());
      expect(await target()).toMatchObject({ kind: 'rejected', reason: 'duplicate-id' });
    });

    test('are refused if the price has passed the trigger price', async () => {
      const { stop, lookUp, setPrice } = await startLong(testMarket);
      setPrice('54999');
      for (const price of [undefined, '54900'])
        expect(await stop({ price })).toMatchObject({ kind: 'rejected', reason: 'would-trigger' });
      expect(await lookUp()).toBeUndefined();
    });

    test('are not sent after the send deadline', async () => {
      const { stop, target, requests } = await startLong(testMarket);
      const late = { sendDeadline: Date.now() - 1 };
      expect(await stop(late)).toMatchObject({ kind: 'rejected', reason: 'too-late' });
      expect(await target(late)).toMatchObject({ kind: 'rejected', reason: 'too-late' });
      expect(requests()).toEqual([]);
    });

    test('report what a triggered stop filled, under the id of the stop', async () => {
      const { exchange, market, stop, lookUp, setPrice } = await startLong(testMarket);
      const { orderId, conditional } = accepted(await stop());
      setPrice('54000');
      const done = { orderId, status: 'done', filled: '0.1', average: '54000', conditional };
      expect(await lookUp()).toMatchObject(done);
      expect(await exchange.fetchOrder(market, { orderId, conditional })).toMatchObject(done);
      expect(await exchange.fetchPosition(market, 'long')).toMatchObject({ side: undefined });
    });

    test('report a triggered stop that its LIMIT price keeps from filling, until it is canceled', async () => {
      const { stop, lookUp, cancel, setPrice } = await startLong(testMarket);
      accepted(await stop({ price: '54900' }));
      setPrice('54000');
      expect(await lookUp()).toMatchObject(waiting);
      expect(await cancel()).toMatchObject({ kind: 'unconfirmed', reason: 'acknowledged' });
      expect(await lookUp()).toMatchObject({ ...waiting, status: 'done' });
    });

    test('never reverse a position that is smaller by then', async () => {
      const { exchange, market, close, stop, target, setPrice } = await startLong(testMarket);
      accepted(await stop());
      accepted(await target());
      await close({ amount: '0.07' });
      setPrice('54000');
      setPrice('71000');
      expect(await exchange.fetchPosition(market, 'long')).toMatchObject({ side: undefined, amount: '0' });
    });

    test('belong to one side of a hedge', async () => {
      const { exchange, market, buy, stop, target, lookUp, setPrice, sent } = await startLong(testMarket, {
        hedged: true,
      });
      const short = { clientOrderId: 'short', side: 'sell', positionSide: 'short' } as const;
      await buy({ ...short, type: 'market', price: undefined });
      expect(accepted(await stop())).toMatchObject({ positionSide: 'long' });
      expect(sent()).toEqual(wire.hedgedStop);
      expect(accepted(await target())).toMatchObject({ positionSide: 'long' });
      expect(await lookUp()).toMatchObject({ ...waiting, positionSide: 'long' });
      setPrice('54000');
      expect(await exchange.fetchPosition(market, 'long')).toMatchObject({ side: undefined });
      expect(await exchange.fetchPosition(market, 'short')).toMatchObject({ side: 'short', amount: '0.1' });
    });
  });
}
