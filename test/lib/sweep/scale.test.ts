import { expect, it, onTestFinished } from 'vitest';
import type { Position } from '../../../lib/position/position.ts';
import { sweep } from '../../../lib/sweep/sweep.ts';
import type { SweepReport } from '../../../lib/sweep/sweep-report.ts';
import { type Crowd, startCrowd } from './crowd.ts';
import { abandon, forget, type ModelCrowd, stageModelCrowd, unprotect } from './model-crowd.ts';

const minuteMs = 60_000;

async function begin(count: number): Promise<Crowd> {
  const crowd = await startCrowd(count);
  onTestFinished(() => crowd.stop());
  return crowd;
}

it('Exchange requests of a sweep grow with the accounts and not with the positions', async () => {
  const counts: number[] = [];
  for (const positions of [100, 1_000]) {
    const crowd = await begin(positions);
    const report = await sweep(crowd.services);
    expect(report).toMatchObject({ positions, refreshed: positions, deferred: 0, failures: [] });
    counts.push(crowd.requests().length);
    // Nothing changed: only prices whose minute it is may be stored.
    expect(crowd.writes.length).toBeLessThanOrEqual(positions / 3);
  }
  const [few = 0, many = 0] = counts;
  // Of each account: open orders, conditional orders, positions, prices. Bybit lists by settle coin, and 50 orders a page.
  expect(few).toBeLessThanOrEqual(5 * 5);
  expect(many - few).toBeLessThanOrEqual(2 * 3);
}, 60_000);

it('Positions that are stored at the same time are not saved again in the same minute', async () => {
  const crowd = await begin(100);
  const saved: number[] = [];
  for (let minute = 0; minute < 11; minute += 1) {
    crowd.later(minuteMs);
    await sweep(crowd.services);
    saved.push(crowd.writes.splice(0).length);
  }
  // Each is stored again after at most 5 minutes, and no minute has more than a third of the writes.
  expect(saved.slice(0, 6).reduce((total, count) => total + count, 0)).toBeGreaterThanOrEqual(100);
  expect(saved.slice(5, 10).reduce((total, count) => total + count, 0)).toBe(100);
  expect(Math.max(...saved)).toBeLessThanOrEqual(34);
}, 60_000);

/** Of Binance USDⓈ-M, as documented. A trades request is for a market. */
const weights: Record<string, number> = {
  'all orders': 80,
  'all positions': 5,
  'all prices': 10,
  holding: 5,
  trades: 5,
  fees: 5,
};

async function run({ services, during }: ModelCrowd): Promise<SweepReport & { ms: number }> {
  let report: SweepReport | undefined;
  const ms = await during(async () => {
    report = await sweep(services);
  });
  if (report === undefined) throw new Error('no report');
  return { ...report, ms };
}

it('With 1,000 changed positions, 20 claims come first and the run ends in its time and weight', async () => {
  const crowd = await stageModelCrowd({
    accounts: 5,
    perAccount: 200,
    change: (position, index, now) => (index < 4 ? abandon(position, now) : forget(position)),
  });
  const report = await run(crowd);
  expect(report).toMatchObject({ positions: 1_000, recovered: 20, failures: [] });
  expect(report.ms).toBeLessThanOrEqual(55_000);
  const closed = crowd.requests.findLast(({ name }) => name === 'create');
  const looked = crowd.requests.find(({ index = 0 }) => index >= 4);
  expect(closed?.at).toBeLessThan(looked?.at ?? 0);
  expect(closed?.at).toBeLessThan(5_000);
  // One address may send a weight of 2,400 a minute.
  const weight = crowd.requests.reduce((sum, { name }) => sum + (weights[name] ?? 1), 0);
  expect(weight).toBeLessThan(2_000);
  expect(report.refreshed).toBeGreaterThanOrEqual(40);
  expect(report.deferred).toBe(980 - report.refreshed);
}, 60_000);

it('Positions beyond the limits of a run are read by the next ones', async () => {
  const crowd = await stageModelCrowd({ accounts: 2, perAccount: 160, change: forget });
  const deferred: number[] = [];
  for (let runs = 0; runs < 4; runs += 1) {
    deferred.push((await run(crowd)).deferred);
    crowd.nextMinute();
  }
  expect(deferred[0]).toBeGreaterThan(160);
  expect(deferred.at(-1)).toBe(0);
  const looks = crowd.requests.filter(({ name }) => name === 'look');
  // Each was read once: what the record lacked is stored.
  expect(looks).toHaveLength(320);
  expect(new Set(looks.map(({ account, index }) => `${account} ${index}`)).size).toBe(320);
}, 60_000);

it('A changed exchange position is read once by its position, and then proven by snapshots', async () => {
  const crowd = await stageModelCrowd({ accounts: 1, perAccount: 60, change: enlarge });
  // Right after the entry's fill, a list may lag.
  crowd.nextMinute();
  const first = await run(crowd);
  expect(first).toMatchObject({ failures: [], refreshed: 60 - first.deferred });
  expect(first.deferred).toBeGreaterThan(0);
  crowd.nextMinute();
  expect((await run(crowd)).deferred).toBe(0);
  const reads = crowd.requests.filter(({ name }) => name === 'trades');
  expect(new Set(reads.map(({ index }) => index)).size).toBe(60);
  expect(reads).toHaveLength(60);
  crowd.nextMinute();
  crowd.requests.length = 0;
  expect(await run(crowd)).toMatchObject({ refreshed: 60, deferred: 0, failures: [] });
  expect(crowd.requests.map(({ name }) => name).sort()).toEqual([
    'all orders',
    'all positions',
    'all prices',
  ]);
}, 60_000);

/** Since it was read, another entry has made the exchange position larger. */
function enlarge(position: Position): Position {
  const { lastSync } = position;
  if (lastSync?.held === undefined) throw new Error('no exchange position');
  return { ...position, lastSync: { ...lastSync, held: { ...lastSync.held, amount: '0.05' } } };
}

it('Positions that lack exits are protected beside the claims, two of an account at a time', async () => {
  const crowd = await stageModelCrowd({
    accounts: 1,
    perAccount: 60,
    exchange: 'bybit',
    change: (position, index, now) => (index < 20 ? abandon(position, now) : unprotect(position)),
  });
  const report = await run(crowd);
  expect(report).toMatchObject({ recovered: 20, deferred: 0, failures: [] });
  const { requests } = crowd;
  const lastClose = requests.findLastIndex(({ name }) => name === 'create');
  const ofUrgent = requests.slice(0, lastClose).filter(({ index = 0 }) => index >= 20);
  expect(ofUrgent.length).toBeGreaterThan(0);
  expect(ofUrgent.length).toBeLessThan(lastClose / 3);
  // A stop each, and never more orders than Bybit takes in a second.
  const stops = requests.filter(({ name }) => name === 'create exit');
  expect(stops).toHaveLength(40);
  const perSecond = Map.groupBy(stops, ({ at }) => Math.floor(at / 1_000));
  expect(Math.max(...[...perSecond.values()].map(({ length }) => length))).toBeLessThanOrEqual(5);
}, 60_000);

it('A run waits for the lost exits of ten positions of an account, and not of all', async () => {
  const crowd = await stageModelCrowd({
    accounts: 1,
    perAccount: 40,
    exchange: 'bybit',
    change: unprotect,
    replace: { createExitOrder: async () => ({ kind: 'unknown', message: 'no answer' }) },
  });
  expect((await run(crowd)).failures).toEqual([]);
  // All were sent, and looked up at once, by then.
  const later = crowd.requests.filter(({ name, at }) => name === 'look' && at > 22_000);
  expect(new Set(later.map(({ index }) => index)).size).toBeLessThanOrEqual(10);
  expect(later.length).toBeGreaterThanOrEqual(10);
}, 60_000);

it('A snapshot that can not be read leaves the positions to their own reads, within the limits', async () => {
  const crowd = await stageModelCrowd({
    accounts: 2,
    perAccount: 100,
    replace: { fetchOrdersOfMarkets: () => Promise.reject(new Error('no')) },
  });
  const { refreshed, deferred, failures } = await run(crowd);
  expect({ all: refreshed + deferred, failures }).toEqual({ all: 200, failures: [] });
  expect(refreshed).toBeGreaterThan(100);
  expect(deferred).toBeGreaterThan(0);
}, 60_000);

it('Exits that are larger than what remains are reduced although a snapshot shows them unchanged', async () => {
  const crowd = await stageModelCrowd({
    accounts: 1,
    perAccount: 12,
    change: (position, index) => (index === 3 ? sellHalf(position) : position),
  });
  await run(crowd);
  const reduced = crowd.requests.filter(({ name }) => name === 'reduce');
  expect(reduced.map(({ index }) => index)).toEqual([3]);
}, 60_000);

/** Another exit has closed a half, and the process that was to reduce the rest died. */
function sellHalf(position: Position): Position {
  const [exit] = position.exitOrders;
  if (exit === undefined) throw new Error('no exit');
  const half = {
    ...exit,
    orderId: '77',
    status: 'done',
    amount: '0.05',
    filled: '0.05',
    average: '100',
  } as const;
  return { ...position, exitOrders: [exit, { ...half, fees: [], traded: { amount: '0.05' } }] };
}
