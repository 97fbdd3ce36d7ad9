import { expect, test } from 'vitest';
import { createHitOutbox } from '../../functions/hit-outbox.ts';
import type { Hit } from '../../lib/link/hit.ts';
import { describeWhy } from '../../lib/link/refusal.ts';
import { createLog } from '../../lib/log.ts';
import { exampleHit, fullHit } from '../lib/link/example-hit.ts';
import { createMemoryStore } from '../simulation/memory-store.ts';

const { positionId } = exampleHit;
const start = Date.parse('2026-11-27T12:00:00.000Z');
const refused: Hit = { ...exampleHit, method: 'POST', decision: 'refused', refusal: 'body', status: 400 };

/** Records hits one second apart. @returns how many of them are in the table. */
async function record(hits: Partial<Hit>[], everyMs = 1_000): Promise<number> {
  const table = createMemoryStore();
  const { store } = createHitOutbox(table, createLog({ namespace: 'Ripcord', write: () => undefined }));
  for (const [index, hit] of hits.entries())
    await store.recordHit(
      { ...refused, ...hit, hitId: `hit_${index}`, at: new Date(start + index * everyMs).toISOString() },
      start + 90 * 86_400_000,
    );
  return (await table.listHits(positionId, 1_000)).length;
}

const times = (count: number, hit: Partial<Hit> = {}) => Array.from({ length: count }, () => hit);

test('a flood of 500 refused hits in 8 minutes costs 20 writes', async () => {
  expect(await record(times(500))).toBe(20);
});

test('refused hits that keep coming are recorded again after 10 minutes, so that the next notice counts them', async () => {
  expect(await record(times(60), 30_000)).toBe(60);
  expect(await record(times(1_200))).toBe(40);
});

test('the flood of one link or cause hides no other refusal', async () => {
  const others = [
    { refusal: 'expired' },
    { linkId: 'lnk_0000000000000000' },
    { refusal: undefined },
  ] as const;
  expect(await record([...times(100), ...others])).toBe(23);
});

test.each(['nothing-open', 'rehearsed'] as const)(
  'hits of a standing link with the result "%s" are limited as well',
  async (decision) => {
    expect(await record(times(100, { decision, refusal: undefined, status: 200 }))).toBe(20);
  },
);

test('the last recorded refusal states that further ones are missing', async () => {
  const table = createMemoryStore();
  const { store } = createHitOutbox(table, createLog({ namespace: 'Ripcord', write: () => undefined }));
  for (const index of times(30).keys())
    await store.recordHit(
      { ...refused, hitId: `hit_${index}`, at: new Date(start + index).toISOString() },
      start,
    );
  const [last, ...others] = await table.listHits(positionId, 100);
  expect(last).toMatchObject({ hitId: 'hit_19', limitReached: true });
  expect(others.filter(({ limitReached }) => limitReached !== undefined)).toEqual([]);
  if (last !== undefined)
    expect(describeWhy(last)).toMatch(/ Further ones were not recorded for 10 minutes\.$/);
});

test('refusals that several processes hand over are all written', async () => {
  const table = createMemoryStore();
  const { takeOver } = createHitOutbox(table, createLog({ namespace: 'Ripcord', write: () => undefined }));
  const unwritten = times(40).map((_, index) => ({
    hit: { ...refused, hitId: `hit_${index}`, at: new Date(start + index).toISOString() },
    expiresAt: start + 90 * 86_400_000,
  }));
  await takeOver({ unwritten: unwritten.slice(0, 20) });
  await takeOver({ unwritten: unwritten.slice(20) });
  expect(await table.listHits(positionId, 100)).toHaveLength(40);
});

test.each(['duplicate', 'confirmation-required'] as const)(
  'a flood of hits with the decision "%s" is limited too, since it would displace refused alerts',
  async (decision) => {
    const flood = { refusal: undefined, status: 200, decision } as const;
    expect(await record([...times(300, flood), {}])).toBe(21);
  },
);

test('every hit that acted, or asked the exchange, is recorded', async () => {
  const { requests } = fullHit;
  const failed = { refusal: undefined, status: 422, requests };
  expect(await record([...times(50, failed), ...times(50, { decision: 'fired', refusal: undefined })])).toBe(
    100,
  );
});
