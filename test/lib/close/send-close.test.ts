import { describe, expect, it } from 'vitest';
import type { CreateResult, MarketOrder, OrderRef } from '../../../lib/exchange/exchange.ts';
import { Fault } from '../../../lib/fault.ts';
import { pollAttempts, pollIntervalMs, pollWindowMs } from '../../../lib/position/timing.ts';
import { type PositionFacts, perpetual } from './close-position.ts';
import {
  accepted,
  claimedAt,
  clientOrderId,
  closeOrder,
  rejected,
  runClose,
  type Scene,
  sendDeadline,
  unknown,
} from './close-scene.ts';

describe('a close order', () => {
  it.each<[string, PositionFacts, Partial<MarketOrder>]>([
    ['sells a spot long', {}, { side: 'sell', positionSide: 'long', reduceOnly: false, hedged: false }],
    [
      'buys back a hedged short, and only reduces',
      { market: perpetual, side: 'short', hedged: true },
      { side: 'buy', positionSide: 'short', reduceOnly: true, hedged: true },
    ],
  ])('%s', async (_, facts, order) => {
    const { sent } = await runClose({ facts });
    expect(sent).toEqual([{ clientOrderId, amount: '1', sendDeadline, ...order }]);
  });

  it('leaves at the send deadline and not after it', async () => {
    expect((await runClose({ startAt: sendDeadline })).sent).toHaveLength(1);
    const late = await runClose({ startAt: sendDeadline + 1 });
    expect(late.sent).toEqual([]);
    expect(late.result).toEqual({ kind: 'retry', reason: 'The time to send the close order was over' });
  });

  it('that executed settles the claim with its amount, price, ids and times', async () => {
    const { result } = await runClose({});
    expect(result).toMatchObject({
      kind: 'settled',
      reopens: false,
      outcome: {
        outcome: 'closed',
        closedBy: 'ripcord',
        detail: 'Closed 1 BTC with MARKET order 9 at 60000 USDT.',
        closedAmount: '1',
        averagePrice: '60000',
        remaining: '0',
        closeOrderId: '9',
        closeClientOrderId: clientOrderId,
        sentAt: new Date(claimedAt).toISOString(),
        settledAt: new Date(claimedAt + 40).toISOString(),
      },
    });
  });
});

describe('a close order without a final answer', () => {
  const running = accepted({ status: 'live', filled: '0' });

  it.each<[string, Scene, unknown]>([
    ['that stays live is pending', { creates: [running] }, { reason: 'The close order is not done yet' }],
    [
      'whose answer was lost is pending',
      { creates: [unknown] },
      { reason: 'no answer', exchangeMessage: undefined },
    ],
    ['whose id is taken is pending', { creates: [rejected('duplicate-id')] }, { reason: 'Rejected' }],
  ])('%s', async (_, scene, facts) => {
    const { result, elapsed, refs } = await runClose(scene);
    expect(result).toEqual({ kind: 'pending', ...(facts as object) });
    expect(refs).toHaveLength(pollAttempts);
    expect(elapsed).toBe((pollAttempts - 1) * pollIntervalMs);
  });

  it.each<[string, CreateResult, OrderRef]>([
    ['its order id', running, { orderId: '9' }],
    ['its client order id if the answer was lost', unknown, { clientOrderId }],
    ['its client order id if the id is taken', rejected('duplicate-id'), { clientOrderId }],
  ])('is looked up by %s, and settles', async (_, create, ref) => {
    const { result, refs } = await runClose({
      creates: [create],
      lookUps: (poll) => (poll === 0 ? undefined : closeOrder()),
    });
    expect(result).toMatchObject({ kind: 'settled', outcome: { closedAmount: '1', closeOrderId: '9' } });
    expect(refs).toMatchObject([ref, ref]);
  });

  it('survives a look-up that fails', async () => {
    const lookUps = (poll: number) => {
      if (poll === 0) throw new Fault('exchange-unreachable', 'no');
      return closeOrder();
    };
    expect((await runClose({ creates: [unknown], lookUps })).result).toMatchObject({ kind: 'settled' });
  });

  it.each([
    [pollWindowMs, 1],
    [pollWindowMs + 1, 0],
  ])('that took %d ms after the send deadline is polled %d times', async (createMs, times) => {
    const { refs } = await runClose({ creates: [unknown], startAt: sendDeadline, createMs });
    expect(refs).toHaveLength(times);
  });
});
