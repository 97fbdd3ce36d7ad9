import { describe, expect, it, test } from 'vitest';
import { newClaim } from '../../../lib/close/claim.ts';
import { runClaim } from '../../../lib/close/run-claim.ts';
import { claimableStates } from '../../../lib/close/transitions.ts';
import type { CreateResult } from '../../../lib/exchange/exchange.ts';
import { Fault } from '../../../lib/fault.ts';
import type { Claim, Position } from '../../../lib/position/position.ts';
import { leaseMs } from '../../../lib/position/timing.ts';
import { planRun } from '../../../lib/sweep/run-time.ts';
import { sweep } from '../../../lib/sweep/sweep.ts';
import { type Stage, setStage } from '../../simulation/harness.ts';
import type { Plan } from '../../simulation/plan.ts';
import { channelsOf, fakeChannel, newTrader } from '../notify/trader.ts';
import { exampleFailure, positionIdAt } from '../position/example-position.ts';

const second = 1_000;
const minute = 60 * second;
const linkId = 'lnk_0123456789abcdef';

/** A full minute by the wall clock. */
const fullMinute = 1_700_000_040_000;

/** Claims the position, as a hit does. */
async function claim({ services, position }: Stage): Promise<Position> {
  const { positionId } = position;
  const fresh = newClaim(services, { actor: 'link', linkId, action: 'close' });
  const claimed = await services.store.claimPosition({
    positionId,
    claim: fresh,
    from: claimableStates('close'),
    maxUses: undefined,
  });
  if (claimed.kind !== 'claimed') throw new Error('not claimed');
  return claimed.position;
}

/** A hit at this second of a minute whose order is lost on its way, and what is left of it. */
async function lostRequestStage(atSecond: number, plan: Partial<Plan> = {}): Promise<Stage> {
  const stage = await setStage(plan);
  const { environment, services, exchange, during } = stage;
  environment.time = fullMinute + atSecond * second;
  const { createMarketOrder } = exchange;
  exchange.createMarketOrder = async (): Promise<CreateResult> => {
    exchange.createMarketOrder = createMarketOrder;
    return { kind: 'unknown', message: 'no answer' };
  };
  await during(async () => {
    const claimed = await claim(stage);
    await runClaim(services, claimed, claimed.claim as NonNullable<Position['claim']>);
  });
  return stage;
}

/** Runs a sweep now and at every full minute. @returns how long the position was claimed after `since`. */
async function sweepUntilOver(stage: Stage, since: number, runs: { woken: boolean }): Promise<number> {
  const { environment, services, during, now } = stage;
  if (runs.woken) await during(() => sweep(services));
  while ((await now()).state === 'claimed') {
    const next = Math.floor(environment.time / minute + 1) * minute;
    await during(async () => {
      await environment.sleep(next - environment.time);
      await sweep(services);
    });
  }
  return Date.parse((await now()).outcome?.sentAt ?? '') - since;
}

const seconds = [0, 5, 20, 33, 37, 38, 40, 43, 46, 48, 52, 55, 57, 59];

describe('a close order that was lost', () => {
  it.each(seconds)('at second %i is sent again at most 95 s after the hit', async (atSecond) => {
    const stage = await lostRequestStage(atSecond);
    const since = fullMinute + atSecond * second;
    const ms = await sweepUntilOver(stage, since, { woken: true });
    expect(ms).toBeGreaterThanOrEqual(77 * second);
    expect(ms).toBeLessThanOrEqual(93 * second);
    expect(stage.book.of('close')).toHaveLength(1);
  });

  it.each(seconds)(
    'with its process at second %i is sent again at most 95 s after the hit',
    async (atSecond) => {
      const stage = await setStage();
      const since = fullMinute + atSecond * second;
      stage.environment.time = since;
      await stage.during(() => claim(stage));
      const ms = await sweepUntilOver(stage, since, { woken: false });
      expect(ms).toBeGreaterThanOrEqual(77 * second);
      expect(ms).toBeLessThanOrEqual(93 * second);
    },
  );

  it('is sent once by two sweeps at once', async () => {
    const stage = await lostRequestStage(0);
    const { environment, services, during, now, book } = stage;
    for (let run = 0; run < 2; run += 1) {
      await during(() => Promise.all([sweep(services), sweep(services), sweep(services)]));
      environment.time = fullMinute + minute;
    }
    expect(book.of('close')).toHaveLength(1);
    expect(await now()).toMatchObject({ state: 'closed', attempt: 2, outcome: { closedAmount: '0.1' } });
  });
});

describe('a close order that was lost on a venue that accepts an id once', () => {
  it.each(seconds)('at second %i is sent again at most 40 s after the hit', async (atSecond) => {
    const stage = await lostRequestStage(atSecond, { tells: false });
    const since = fullMinute + atSecond * second;
    await sweepUntilOver(stage, since, { woken: true });
    const [order, ...others] = stage.book.of('close');
    expect((order?.placedAt ?? 0) - since).toBeLessThanOrEqual(30 * second);
    expect(others).toEqual([]);
    expect(await stage.now()).toMatchObject({ state: 'closed', attempt: 1 });
  });

  it('is sent once by sweeps at once', async () => {
    const stage = await lostRequestStage(0, { tells: false, foreign: 5_000 });
    const { services, during, now, book } = stage;
    await during(() => Promise.all([sweep(services), sweep(services), sweep(services)]));
    expect(book.of('close')).toHaveLength(1);
    expect(await now()).toMatchObject({ state: 'closed', attempt: 1, outcome: { closedAmount: '0.1' } });
  });
});

describe('a close order that left before its process died', () => {
  it.each(seconds)('at second %i is found at most 62 s after the hit', async (atSecond) => {
    const stage = await setStage();
    const { environment, services, during, exchange, now } = stage;
    const since = fullMinute + atSecond * second;
    environment.time = since;
    const { fetchOrder } = exchange;
    // The process dies when the order has arrived.
    exchange.fetchOrder = () => environment.die();
    const create = exchange.createMarketOrder;
    exchange.createMarketOrder = async (market, order) => {
      await create(market, order);
      exchange.fetchOrder = fetchOrder;
      return environment.die();
    };
    await during(async () => {
      const claimed = await claim(stage);
      void runClaim(services, claimed, claimed.claim as NonNullable<Position['claim']>);
      await environment.sleep(second);
    });
    exchange.createMarketOrder = create;
    let settledAt: number | undefined;
    const { savePosition } = services.store;
    services.store.savePosition = async (position, change) => {
      if (change.state === 'closed') settledAt = environment.time;
      return savePosition(position, change);
    };
    await sweepUntilOver(stage, since, { woken: false });
    expect((settledAt ?? 0) - since).toBeLessThanOrEqual(62 * second);
    expect((await now()).state).toBe('closed');
    expect(stage.book.of('close')).toHaveLength(1);
  });
});

describe('a run', () => {
  /** An exchange that reports no result for as long as the run lasts. */
  async function pendingStage(atSecond: number): Promise<Stage> {
    const stage = await setStage();
    stage.environment.time = fullMinute + atSecond * second;
    await stage.during(() => claim(stage));
    stage.exchange.fetchOrder = () => Promise.reject(new Fault('exchange-unreachable', 'no answer'));
    return stage;
  }

  it.each([0, 5, 20, 33, 37])(
    'that starts at second %i waits for a pending close and ends 5 s before the next full minute',
    async (atSecond) => {
      const { environment, services, during } = await pendingStage(atSecond);
      await during(() => sweep(services));
      const endedAt = environment.time - fullMinute;
      expect(endedAt).toBeGreaterThan((50 - 3.5) * second);
      expect(endedAt).toBeLessThanOrEqual(55 * second);
    },
  );

  it('ends at once if the pending close is not due before the end', async () => {
    const { environment, services, during } = await pendingStage(40);
    await during(() => sweep(services));
    expect(environment.time - fullMinute).toBeLessThan(41 * second);
  });

  it.each([51, 55, 57, 59])('that starts at second %i tries what is due, and ends', async (atSecond) => {
    const { environment, services, during } = await pendingStage(atSecond);
    const startedAt = environment.time;
    await during(() => sweep(services));
    expect(environment.time - startedAt).toBeLessThanOrEqual(4 * second);
  });

  it('that starts a moment early is the next minute’s', () => {
    const early = planRun(fullMinute - 20, Number.POSITIVE_INFINITY);
    expect(early.endsAt).toBe(fullMinute + 55 * second);
    expect(planRun(fullMinute, Number.POSITIVE_INFINITY)).toEqual(early);
  });

  it('ends at once if no close is pending', async () => {
    const { environment, services, during } = await setStage();
    environment.time = fullMinute;
    await during(() => sweep(services));
    expect(environment.time - fullMinute).toBeLessThan(second);
  });

  it('does not wait for a close that has been pending for more than five minutes', async () => {
    const { environment, services, during } = await pendingStage(0);
    environment.time += 5 * minute + 1;
    const startedAt = environment.time;
    await during(() => sweep(services));
    expect(environment.time - startedAt).toBeLessThan(second);
  });

  it('waits no longer than its function may run', async () => {
    const { environment, services, during } = await pendingStage(0);
    const stopsAt = environment.time + 20 * second;
    await during(() => sweep(services, undefined, { remainingMs: () => stopsAt - environment.time }));
    expect(environment.time).toBeLessThanOrEqual(stopsAt - 2 * second);
    expect(environment.time).toBeGreaterThan(stopsAt - 11 * second);
  });

  it('ends soon after its function has to stop', async () => {
    const { environment, services, during } = await pendingStage(0);
    const stopsAt = environment.time + 10 * second;
    await during(() =>
      sweep(services, undefined, { remainingMs: () => (environment.time < stopsAt ? 58 * second : 0) }),
    );
    expect(environment.time - stopsAt).toBeLessThanOrEqual(second);
  });

  it('reports a claim that it completed once, however often it looked', async () => {
    const stage = await lostRequestStage(0);
    const { environment, services, during } = stage;
    expect(await during(() => sweep(services))).toMatchObject({ recovered: 0, recoveries: [], failures: [] });
    environment.time = fullMinute + minute;
    expect(await during(() => sweep(services))).toMatchObject({
      recovered: 1,
      recoveries: [{ status: 200, outcome: 'closed' }],
    });
  });

  it('settles a claim that appears while it waits for another one', async () => {
    const stage = await pendingStage(0);
    const { environment, services, position, table, during } = stage;
    const other = { ...position, positionId: positionIdAt(2) };
    let endedAt: number | undefined;
    const { savePosition } = services.store;
    services.store.savePosition = async (before, change) => {
      if (before.positionId === other.positionId && change.state !== undefined) endedAt ??= environment.time;
      return savePosition(before, change);
    };
    const sweeps = during(() => Promise.all([sweep(services), sweep(services), appear()]));
    /** A hit whose sweep was throttled: nothing left yet. */
    async function appear() {
      await environment.sleep(8 * second);
      await table.createPosition(other);
      const claimed = await claim({ ...stage, position: other });
      const released = { ...claimed.claim, phase: 'not-sent', leaseExpiresAt: environment.time };
      await table.savePosition(claimed, { claim: released as Claim });
    }
    const [first, overlapping] = await sweeps;
    expect(first.recovered + overlapping.recovered).toBe(1);
    expect((endedAt ?? Number.POSITIVE_INFINITY) - fullMinute).toBeLessThanOrEqual(17 * second);
  });

  it('reads at most five of one account at a time for claims that appear while it waits', async () => {
    const stage = await pendingStage(0);
    const { environment, services, position, table, during } = stage;
    const looked = new Set<string | undefined>();
    let reading = 0;
    let most = 0;
    stage.exchange.fetchOrder = async (_market, { clientOrderId }) => {
      const isFirst = looked.size < looked.add(clientOrderId).size;
      if (!isFirst) throw new Fault('exchange-unreachable', 'no answer');
      reading += 1;
      most = Math.max(most, reading);
      await environment.sleep(500);
      reading -= 1;
      throw new Fault('exchange-unreachable', 'no answer');
    };
    await during(() => Promise.all([sweep(services), appear()]));
    expect(most).toBe(5);
    expect(looked.size).toBe(21);
    /** Hits whose sweeps were throttled, and whose processes died. */
    async function appear() {
      await environment.sleep(8 * second);
      for (let index = 2; index <= 21; index += 1) {
        const other = { ...position, positionId: positionIdAt(index) };
        await table.createPosition(other);
        const claimed = await claim({ ...stage, position: other });
        const expired = { ...claimed.claim, leaseExpiresAt: environment.time };
        await table.savePosition(claimed, { claim: expired as Claim });
      }
    }
  });

  it('continues when the table does not respond for a moment', async () => {
    const stage = await lostRequestStage(0);
    const { environment, services, during, now } = stage;
    environment.time = fullMinute + minute;
    const { readPosition } = services.store;
    let reads = 0;
    services.store.readPosition = (positionId) => {
      reads += 1;
      if (reads === 2) return Promise.reject(new Fault('table-unreachable', 'no answer'));
      return readPosition(positionId);
    };
    expect(await during(() => sweep(services))).toMatchObject({ failures: [] });
    expect(reads).toBeGreaterThan(2);
    services.store.readPosition = readPosition;
    expect(await now()).toMatchObject({ state: 'closed' });
  });
});

describe('an account', () => {
  /** A second position, at an account of its own whose exchange responds after `delayMs`. */
  async function twoAccounts(delayMs: number) {
    const stage = await setStage();
    const { environment, services, position, table } = stage;
    environment.time = fullMinute;
    const other = { ...position, positionId: positionIdAt(2), account: 'slow' };
    await stage.during(() => table.createPosition(other));
    const { of } = services.exchanges;
    services.exchanges.of = async (account, exchange) => {
      if (account === 'slow') {
        await environment.sleep(delayMs);
        throw new Fault('exchange-unreachable', 'no answer');
      }
      return of(account, exchange);
    };
    return stage;
  }

  it('that does not respond delays no other', async () => {
    const stage = await twoAccounts(30 * second);
    const { environment, services, during, now } = stage;
    await during(() => claim(stage));
    let syncedAt: number | undefined;
    const { savePosition } = services.store;
    services.store.savePosition = async (position, change) => {
      if (position.account !== 'slow' && change.claim?.takenOver === true) syncedAt ??= environment.time;
      return savePosition(position, change);
    };
    await during(() => sweep(services));
    expect((syncedAt ?? 0) - fullMinute).toBeLessThan(leaseMs + second);
    expect((await now()).claim?.notFoundCount).toBeGreaterThanOrEqual(3);
  });

  it('has its positions without exits read before the others', async () => {
    const stage = await setStage();
    const { environment, services, position, table, during } = stage;
    const read: string[] = [];
    await during(async () => {
      for (let index = 1; index <= 20; index += 1) {
        const failure = { ...exampleFailure, canceledExitOrderIds: index === 20 ? ['4713'] : [] };
        const state = { state: 'failed', failure } as const;
        await table.createPosition({
          ...position,
          ...state,
          positionId: positionIdAt(index),
          lastSync: { at: index },
          entryOrders: [{ ...position.entryOrders[0], status: 'live', clientOrderId: `${index}` }] as never,
        });
      }
    });
    stage.exchange.fetchOrder = async (_market, { clientOrderId }) => {
      read.push(clientOrderId ?? '');
      await environment.sleep(second);
      return undefined;
    };
    await during(() => sweep(services));
    expect(read.slice(0, 5)).toContain('20');
    expect(read).toHaveLength(20);
  });
});

test('a channel that is slow delays no other channel', async () => {
  const trader = newTrader();
  for (let index = 1; index <= 5; index += 1) await trader.ended(index);
  const release = Promise.withResolvers<{ kind: 'sent' }>();
  const slow = fakeChannel('slow', () => release.promise);
  const quick = fakeChannel('quick');
  const sweeping = sweep(trader.services, channelsOf(slow, quick));
  await expect.poll(() => quick.texts).toHaveLength(5);
  await expect.poll(() => trader.record(5, 'quick')).toMatchObject({ state: 'sent' });
  expect(slow.texts).toHaveLength(1);
  release.resolve({ kind: 'sent' });
  expect(await sweeping).toMatchObject({ notified: 10 });
  expect(await trader.record(5, 'slow')).toMatchObject({ state: 'sent' });
});
