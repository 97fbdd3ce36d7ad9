import { expect, test } from 'vitest';
import { createHitOutbox } from '../../functions/hit-outbox.ts';
import { Fault } from '../../lib/fault.ts';
import { createLog } from '../../lib/log.ts';
import { exampleHit } from '../lib/link/example-hit.ts';
import { createMemoryStore } from '../simulation/memory-store.ts';

const { positionId } = exampleHit;
const expiresAt = Date.parse('2027-01-01T00:00:00.000Z');

function hitAt(index: number) {
  return { ...exampleHit, decision: 'fired' as const, hitId: `hit_${String(index).padStart(12, '0')}` };
}

function newOutbox() {
  const table = createMemoryStore();
  const lines: Record<string, unknown>[] = [];
  let isDown = false;
  let isAnswerLost = false;
  const flaky = {
    ...table,
    async recordHit(...input: Parameters<typeof table.recordHit>) {
      if (isDown) throw new Fault('table-unreachable', 'The database did not respond.');
      await table.recordHit(...input);
      if (isAnswerLost) throw new Fault('table-unreachable', 'The database did not respond.');
    },
  };
  const log = createLog({ namespace: 'Ripcord', write: (line) => lines.push(JSON.parse(line)) });
  return {
    ...createHitOutbox(flaky, log),
    lines,
    go: (mode: 'up' | 'down' | 'lose-answers') => {
      isDown = mode === 'down';
      isAnswerLost = mode === 'lose-answers';
    },
    written: async () => (await table.listHits(positionId, 1_000)).map(({ hitId }) => hitId).toSorted(),
  };
}

test('a record that could not be written raises a metric, and is written beside the next one', async () => {
  const { store, lines, go, written } = newOutbox();
  go('down');
  await store.recordHit(hitAt(1), expiresAt);
  expect(await written()).toEqual([]);
  expect(lines).toMatchObject([
    { level: 'ERROR', event: 'record-failed', positionId, code: 'table-unreachable', UnwrittenHits: 1 },
  ]);
  go('up');
  await store.recordHit(hitAt(2), expiresAt);
  expect(await written()).toEqual([hitAt(1).hitId, hitAt(2).hitId]);
  expect(lines).toHaveLength(1);
});

test('records are kept through several failures, and written without a new one by writeKept', async () => {
  const { store, writeKept, go, written, lines } = newOutbox();
  go('down');
  for (const index of [1, 2, 3]) await store.recordHit(hitAt(index), expiresAt);
  await writeKept();
  expect(await written()).toEqual([]);
  go('up');
  await writeKept();
  await writeKept();
  expect(await written()).toEqual([1, 2, 3].map((index) => hitAt(index).hitId));
  expect(lines).toHaveLength(3);
});

test('a record whose response was lost is written again as the same item', async () => {
  const { store, writeKept, go, written } = newOutbox();
  go('lose-answers');
  await store.recordHit(hitAt(1), expiresAt);
  expect(await written()).toEqual([hitAt(1).hitId]);
  go('up');
  await writeKept();
  expect(await written()).toEqual([hitAt(1).hitId]);
});

test('at most 500 records are kept, the newest, and five of them are written beside a new one', async () => {
  const { store, writeKept, go, written } = newOutbox();
  go('down');
  for (let index = 1; index <= 510; index += 1) await store.recordHit(hitAt(index), expiresAt);
  go('up');
  await store.recordHit(hitAt(511), expiresAt);
  expect(await written()).toHaveLength(6);
  await writeKept();
  const ids = await written();
  expect(ids).toHaveLength(501);
  expect(ids.at(-1)).toBe(hitAt(511).hitId);
});

test('a handed-over record that does not fit raises the same metric', async () => {
  const { takeOver, lines, written } = newOutbox();
  const fitting = { version: 1, hit: hitAt(1), expiresAt };
  await takeOver({ unwritten: [{ ...fitting, hit: { ...hitAt(2), decision: 'later' } }, fitting] });
  expect(await written()).toEqual([hitAt(1).hitId]);
  expect(lines).toMatchObject([
    { level: 'ERROR', event: 'record-failed', positionId, code: 'unreadable', UnwrittenHits: 1 },
  ]);
});

test('records in an event that Lambda accepted are not handed over again, and stay until they are written', async () => {
  const { store, handOver, startSweep, writeKept, go, written } = newOutbox();
  const events: unknown[] = [];
  const accept = async (event: unknown) => {
    events.push(event);
    return true;
  };
  const refuse = async () => false;
  go('down');
  const writing = store.recordHit(hitAt(1), expiresAt);
  await startSweep(accept);
  await writing;
  await handOver(accept);
  await store.recordHit(hitAt(2), expiresAt);
  await handOver(refuse);
  await handOver(accept);
  await handOver(accept);
  const eventOf = (index: number) => ({ unwritten: [{ version: 1, hit: hitAt(index), expiresAt }] });
  expect(events).toEqual([1, 2].map(eventOf));
  go('up');
  await writeKept();
  expect(await written()).toEqual([hitAt(1).hitId, hitAt(2).hitId]);
});
