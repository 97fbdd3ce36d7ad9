import { describe, expect, it } from 'vitest';
import { setExits } from '../../../lib/admin/positions/set-exits.ts';
import type { Position } from '../../../lib/position/position.ts';
import { toPositionView } from '../../../lib/position/position-view.ts';
import { toOrderRecord } from '../../../lib/position/totals.ts';
import { sweepLimits } from '../../../lib/sweep/limits.ts';
import { sweep } from '../../../lib/sweep/sweep.ts';
import { setStage } from '../../simulation/harness.ts';
import { accepted } from '../exchange/test-markets.ts';
import { examplePlan } from '../exits/example-exits.ts';

const minute = 60_000;

/** As its owner sets it in the exchange's app. */
const ownStop = {
  kind: 'stop-loss',
  triggerPrice: '85',
  side: 'sell',
  positionSide: 'long',
  amount: '0.1',
  hedged: false,
} as const;

/** A filled perpetual of 0.1 BTC whose stop at 90 rests. `snapshotFrom` 1: the sweeps read lists of the account. */
async function begin({
  snapshotFrom = 10,
  ...differing
}: Partial<Position> & { snapshotFrom?: number } = {}) {
  const stage = await setStage(
    { market: 'perpetual', exitsOnlyReduce: true },
    (position) => ({ ...position, exitPlan: examplePlan({ stop: '90' }), ...differing }) as Position,
  );
  const { environment, services, during, book, now } = stage;
  environment.time = Math.ceil(environment.time / minute) * minute;
  const limits = { ...sweepLimits, snapshotFrom };
  const sweepFor = async (minutes: number) => {
    for (let count = 0; count < minutes; count += 1) {
      environment.time += minute;
      await during(() => sweep(services, undefined, { limits }));
    }
  };
  const cancelStop = () => {
    for (const order of book.of('exit')) book.end(order);
  };
  await sweepFor(1);
  return {
    ...stage,
    sweepFor,
    cancelStop,
    told: async () =>
      ((await now()).notices ?? []).map(({ text }) => text).filter((text) => text.startsWith('No stop')),
    since: async () => toPositionView(await now()).nakedSince,
  };
}

describe.each([
  { how: 'each position is read', snapshotFrom: 10 },
  { how: 'lists of the account are read', snapshotFrom: 1 },
])('a stop that its owner cancels at the exchange, while $how', ({ snapshotFrom }) => {
  it('is reported once, after two minutes', async () => {
    const { sweepFor, cancelStop, told, since } = await begin({ snapshotFrom });
    cancelStop();
    await sweepFor(2);
    expect(await told()).toEqual([]);
    await sweepFor(8);
    const [text, ...others] = await told();
    expect(others).toEqual([]);
    expect(text).toMatch(
      /^No stop: BTC\/USDT:USDT long on simulated\. The position has had no stop at the exchange since \d{4}-\d\d-\d\d \d\d:\d\d UTC\. Set one, or close the position: ripcord positions exits pos_\w+ --stop-loss PRICE$/,
    );
    expect(text).toContain((await since())?.slice(11, 16));
  });

  it('ends silently when a stop rests again, and is reported again the next time', async () => {
    const { sweepFor, cancelStop, told, since, services, during, position, now } = await begin({
      snapshotFrom,
    });
    const { positionId } = position;
    cancelStop();
    await sweepFor(5);
    await during(() => setExits({ services }, { positionId, stopLoss: { price: '80' } }));
    await sweepFor(2);
    expect(await since()).toBeUndefined();
    expect((await now()).naked).toBeUndefined();
    expect(await told()).toHaveLength(1);
    cancelStop();
    await sweepFor(5);
    expect(await told()).toHaveLength(2);
  });
});

describe('no notice of a missing stop', () => {
  it('follows when its owner removed it through Ripcord', async () => {
    const { sweepFor, told, since, services, during, position } = await begin();
    await during(() => setExits({ services }, { positionId: position.positionId, stopLoss: null }));
    await sweepFor(5);
    expect(await told()).toEqual([]);
    expect(await since()).toBeUndefined();
  });

  it('follows when the position never had one', async () => {
    const { sweepFor, told } = await begin({ exitPlan: undefined });
    await sweepFor(5);
    expect(await told()).toEqual([]);
  });

  it('follows for a position without the watch', async () => {
    const { sweepFor, cancelStop, told } = await begin({ nakedWatch: false });
    cancelStop();
    await sweepFor(5);
    expect(await told()).toEqual([]);
  });

  it('is written while the exchange does not answer', async () => {
    const { sweepFor, cancelStop, told, exchange } = await begin();
    cancelStop();
    await sweepFor(1);
    const { fetchOpenOrders } = exchange;
    exchange.fetchOpenOrders = () => Promise.reject(new Error('no answer'));
    await sweepFor(5);
    expect(await told()).toEqual([]);
    exchange.fetchOpenOrders = fetchOpenOrders;
    await sweepFor(1);
    expect(await told()).toHaveLength(1);
  });

  it('is written while the account looks flat', async () => {
    const { sweepFor, cancelStop, told, book } = await begin();
    cancelStop();
    await sweepFor(1);
    book.seemFlat(40_000 + minute);
    await sweepFor(1);
    expect(await told()).toEqual([]);
  });

  it('is written while its owner has a stop at the exchange that Ripcord does not know', async () => {
    const { sweepFor, cancelStop, told, exchange, during, position, environment } = await begin();
    cancelStop();
    const own = { ...ownStop, clientOrderId: 'own-stop', sendDeadline: environment.time + 5_000 };
    await during(() => exchange.createExitOrder(position.market, own));
    await sweepFor(5);
    expect(await told()).toEqual([]);
  });
});

it.each([
  { whose: 'that another position has placed', clientOrderId: 'rcexample00002p1', adopted: false },
  { whose: 'that another position has adopted', clientOrderId: 'own-stop', adopted: true },
])('reports a missing stop beside one $whose', async ({ clientOrderId, adopted }) => {
  const { sweepFor, cancelStop, told, exchange, during, position, table, environment } = await begin();
  cancelStop();
  const result = await during(() =>
    exchange.createExitOrder(position.market, {
      ...ownStop,
      clientOrderId,
      sendDeadline: environment.time + 5_000,
    }),
  );
  const order = toOrderRecord(accepted(result));
  const exitOrders = [order].filter(() => adopted);
  await during(() =>
    table.createPosition({ ...position, positionId: 'pos_other0000001', exitPlan: undefined, exitOrders }),
  );
  await sweepFor(5);
  expect(await told()).toHaveLength(1);
});

it('reports an adopted stop that ended without a fill', async () => {
  const { sweepFor, told, now } = await begin({
    exitPlan: undefined,
    exitOrders: [
      {
        orderId: '99',
        type: 'stop_market',
        status: 'done',
        amount: '0.1',
        filled: '0',
        triggerPrice: '90',
        updatedAt: 1,
      },
    ],
  });
  await sweepFor(5);
  expect(await told()).toHaveLength(1);
  expect((await now()).exitPlan).toBeUndefined();
});

it('reports a stop that the exchange refuses, with its reason', async () => {
  const { sweepFor, told, exchange, cancelStop, services, during, position } = await begin();
  cancelStop();
  await sweepFor(1);
  exchange.createExitOrder = () =>
    Promise.resolve({ kind: 'rejected', reason: 'other', code: '-1', message: 'Filter failure' });
  await during(() => setExits({ services }, { positionId: position.positionId, stopLoss: { price: '80' } }));
  await sweepFor(5);
  expect(await told()).toEqual([expect.stringContaining('The stop at 80 is not placed: Filter failure.')]);
});
