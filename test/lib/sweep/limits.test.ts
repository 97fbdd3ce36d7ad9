import { expect, it } from 'vitest';
import type { Exchange } from '../../../lib/exchange/exchange.ts';
import type { Position } from '../../../lib/position/position.ts';
import { sweepLimits } from '../../../lib/sweep/limits.ts';
import { type SweepOptions, sweep } from '../../../lib/sweep/sweep.ts';
import type { SweepReport } from '../../../lib/sweep/sweep-report.ts';
import { exampleOutcome } from '../position/example-position.ts';
import { abandon, forget, type ModelCrowd, stageModelCrowd, unprotect } from './model-crowd.ts';

async function run({ services, during }: ModelCrowd, options?: SweepOptions): Promise<SweepReport> {
  let report: SweepReport | undefined;
  await during(async () => {
    report = await sweep(services, undefined, options);
  });
  if (report === undefined) throw new Error('no report');
  return report;
}

/** Of Binance USDⓈ-M, as documented, for a position whose mode is known. Trades are read with their causes. */
const weights: Record<string, number> = {
  'all orders': 80,
  'all positions': 5,
  'all prices': 10,
  holding: 5,
  trades: 26,
  fees: 5,
};

/** @returns what the requests of one run weigh. */
function takeWeight({ requests }: ModelCrowd): number {
  return requests.splice(0).reduce((sum, { name }) => sum + (weights[name] ?? 1), 0);
}

const flat: Partial<Exchange> = {
  fetchPosition: async () => ({ side: undefined, amount: '0', hedged: false }),
  fetchPositionsOfMarkets: async () => [],
};

/** Long before the run, so that no read lags behind its fill. */
function age(position: Position, now: number): Position {
  const createdAt = new Date(now - 3_600_000).toISOString();
  const entryOrders = position.entryOrders.map((entry) => ({ ...entry, updatedAt: now - 3_600_000 }));
  return { ...position, createdAt, entryOrders };
}

it.each([
  ['ten large accounts', 10, 100],
  ['twenty large accounts', 20, 12],
  ['forty small accounts', 40, 9],
])(
  'The requests for %s leave a third of what one address may send',
  async (_name, accounts, perAccount) => {
    const crowd = await stageModelCrowd({ accounts, perAccount, change: forget });
    const report = await run(crowd);
    expect(report.refreshed).toBeGreaterThan(0);
    expect(report.refreshed + report.deferred).toBe(accounts * perAccount);
    expect(takeWeight(crowd)).toBeLessThan(1_600);
  },
  60_000,
);

it('Small accounts whose positions fit the limits are all read in each run', async () => {
  const crowd = await stageModelCrowd({ accounts: 10, perAccount: 9 });
  expect(await run(crowd)).toMatchObject({ refreshed: 90, deferred: 0 });
}, 60_000);

it('Funding of all positions at once stays within the limits, and is read by the next runs', async () => {
  const read: string[] = [];
  const crowd = await stageModelCrowd({
    accounts: 2,
    perAccount: 40,
    change: (position) => ({ ...position, funding: { amount: '0', at: 0 } }),
    replace: {
      fetchFunding: async ({ symbol }) => {
        read.push(symbol);
        return [];
      },
    },
  });
  const counts: number[] = [];
  for (let runs = 0; runs < 3; runs += 1) {
    const { deferred, deferredFigures } = await run(crowd);
    expect({ deferred, deferredFigures }).toEqual({ deferred: 0, deferredFigures: 80 - read.length });
    counts.push(read.length);
    crowd.nextMinute();
  }
  // Each weighs 30.
  expect(counts[0]).toBeLessThan(1_440 / 30);
  expect(counts.at(-1)).toBe(80);
}, 60_000);

it('A list of all positions is the first check of those it lacks, and the second one ends each of them', async () => {
  const crowd = await stageModelCrowd({
    accounts: 5,
    perAccount: 24,
    change: (position, _index, now) => age(position, now),
    replace: flat,
  });
  expect(await run(crowd)).toMatchObject({ deferred: 0, refreshed: 120 });
  // No position was read by itself.
  expect(new Set(crowd.requests.splice(0).map(({ name }) => name))).toEqual(
    new Set(['all orders', 'all prices']),
  );
  const ended = () => crowd.store.positions().filter(({ state }) => state === 'closed').length;
  expect(ended()).toBe(0);
  const counts: number[] = [];
  for (let runs = 0; runs < 4; runs += 1) {
    crowd.nextMinute();
    await run(crowd);
    counts.push(ended());
    expect(takeWeight(crowd)).toBeLessThan(1_600);
  }
  expect(counts[0]).toBeGreaterThanOrEqual(30);
  expect(counts.at(-1)).toBe(120);
}, 60_000);

it('A list soon after an entry filled is no check: it may be older than the fill', async () => {
  const crowd = await stageModelCrowd({
    accounts: 1,
    perAccount: 12,
    change: (position, _index, now) => ({
      ...age(position, now),
      entryOrders: position.entryOrders.map((entry) => ({ ...entry, updatedAt: now - 20_000 })),
    }),
    replace: flat,
  });
  await run(crowd);
  expect(crowd.store.positions().filter(({ lastSync }) => lastSync?.flatSince !== undefined)).toEqual([]);
}, 60_000);

it('The second check of positions found flat comes before changed orders', async () => {
  const crowd = await stageModelCrowd({
    accounts: 1,
    perAccount: 200,
    change: (position, index, now) => {
      const old = age(position, now);
      if (index < 180 || old.lastSync === undefined) return forget(old);
      return { ...old, lastSync: { ...old.lastSync, flatSince: now - 60_000 } };
    },
    replace: { fetchPosition: flat.fetchPosition as Exchange['fetchPosition'] },
  });
  const { deferred } = await run(crowd);
  expect(deferred).toBeGreaterThan(0);
  expect(crowd.store.positions().filter(({ state }) => state === 'closed')).toHaveLength(20);
}, 60_000);

it.each([false, true])(
  'Positions that lack a stop get it in one run, with funding due: %s',
  async (isDue) => {
    const crowd = await stageModelCrowd({
      accounts: 1,
      perAccount: 200,
      exchange: 'bybit',
      change: (position, index) => {
        const changed = index < 80 ? unprotect(position) : position;
        return isDue ? { ...changed, funding: { amount: '0', at: 0 } } : changed;
      },
    });
    expect(await run(crowd)).toMatchObject({ deferred: 0, deferredUrgent: 0, failures: [] });
    expect(crowd.requests.filter(({ name }) => name === 'create exit')).toHaveLength(80);
  },
  60_000,
);

it('Positions whose reads keep failing take turns, and a changed one among them is read', async () => {
  const asked = new Set<string>();
  const crowd = await stageModelCrowd({
    accounts: 1,
    perAccount: 250,
    change: forget,
    replace: {
      fetchOrder: async ({ symbol }) => {
        asked.add(symbol);
        throw new Error('Invalid symbol.');
      },
    },
  });
  for (let runs = 0; runs < 8; runs += 1) {
    await run(crowd);
    crowd.nextMinute();
  }
  expect(asked.size).toBe(250);
}, 60_000);

it('Positions whose stop is always refused leave turns to others', async () => {
  const crowd = await stageModelCrowd({
    accounts: 1,
    perAccount: 155,
    exchange: 'bybit',
    change: (position, index) => (index < 150 ? unprotect(position) : forget(position)),
    replace: {
      createExitOrder: async () => ({ kind: 'rejected', reason: 'other', code: '1', message: 'no margin' }),
    },
  });
  for (let runs = 0; runs < 8; runs += 1) {
    expect((await run(crowd)).deferredUrgent).toBeGreaterThan(0);
    crowd.nextMinute();
  }
  const read = crowd.requests.filter(({ name, index = 0 }) => name === 'look' && index >= 150);
  expect(new Set(read.map(({ index }) => index)).size).toBe(5);
}, 60_000);

it('A run that a hit started completes claims and places missing exits, and leaves the rest', async () => {
  const crowd = await stageModelCrowd({
    accounts: 1,
    perAccount: 40,
    exchange: 'bybit',
    change: (position, index, now) => {
      if (index < 2) return abandon(position, now);
      return index < 5 ? unprotect(position) : forget(position);
    },
  });
  const report = await run(crowd, { startedBy: 'hit' });
  expect(report).toMatchObject({ recovered: 2, refreshed: 3, deferred: 0, failures: [] });
  expect(crowd.requests.filter(({ name }) => name === 'create exit')).toHaveLength(3);
  expect(crowd.requests.filter(({ name, index = 5 }) => index >= 5 || name.startsWith('all'))).toEqual([]);
  expect(await crowd.store.readStatus()).not.toHaveProperty('sweptAt');
}, 60_000);

it('An ended position is archived only after its fees were tried, however long ago it ended', async () => {
  const crowd = await stageModelCrowd({
    accounts: 1,
    perAccount: 1,
    change: (position, _index, now) => ({
      ...age(position, now - 7_200_000),
      entryOrders: position.entryOrders.map(({ fees: _fees, traded: _traded, ...entry }) => entry),
      state: 'closed',
      outcome: { ...exampleOutcome, settledAt: new Date(now - 7_200_000).toISOString() },
    }),
  });
  const { binanceusdm } = sweepLimits.exchanges;
  const exchanges = { ...sweepLimits.exchanges, binanceusdm: { ...binanceusdm, weight: 0 } };
  const none = await run(crowd, { limits: { ...sweepLimits, exchanges } });
  expect(none).toMatchObject({ archived: 0, deferredFigures: 1 });
  crowd.nextMinute();
  expect(await run(crowd)).toMatchObject({ archived: 1, deferredFigures: 0 });
  expect(crowd.requests.map(({ name }) => name)).toContain('fees');
}, 60_000);
