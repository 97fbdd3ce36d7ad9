import { expect, test } from 'vitest';
import {
  exampleOutcome,
  examplePosition,
  examplePositionIn,
  positionIdAt,
} from '../../position/example-position.ts';
import { newAdmin } from '../new-admin.ts';

const { positionId } = examplePosition;

test('an edit changes what it names and leaves the rest', async () => {
  const admin = newAdmin();
  await admin.table.createPosition({ ...examplePosition, label: 'breakout' });
  const { position } = await admin.run('positions.edit', { positionId, tag: 'trend' });
  expect(position).toMatchObject({ tag: 'trend', label: 'breakout' });
  await admin.run('positions.edit', { positionId, label: null, nakedWatch: false });
  expect(await admin.table.readPosition(positionId)).toMatchObject({ tag: 'trend', nakedWatch: false });
  expect(await admin.table.readPosition(positionId)).not.toHaveProperty('label');
  const { position: last } = await admin.run('positions.edit', { positionId, tag: null, nakedWatch: true });
  expect(last).not.toHaveProperty('tag', 'trend');
  expect(await admin.table.readPosition(positionId)).not.toHaveProperty('nakedWatch');
});

test('an edit is repeated when a sync writes the position at the same time', async () => {
  const admin = newAdmin();
  await admin.table.createPosition(examplePosition);
  const { savePosition } = admin.table;
  let others = 2;
  admin.services.store.savePosition = async (position, change) => {
    if (others > 0) {
      others -= 1;
      await savePosition(position, { lastSync: { at: admin.now(), price: '61000' } });
    }
    return savePosition(position, change);
  };
  await admin.run('positions.edit', { positionId, tag: 'trend' });
  expect(await admin.table.readPosition(positionId)).toMatchObject({
    tag: 'trend',
    lastSync: { price: '61000' },
  });
});

test('an edit is refused for a position that is closing, that does not exist, or without a change', async () => {
  const admin = newAdmin();
  await admin.table.createPosition(examplePositionIn('claimed'));
  const edit = { command: 'positions.edit', positionId, tag: 'trend' };
  expect(await admin.refusal(edit)).toMatchObject({ code: 'conflict' });
  expect(await admin.table.readPosition(positionId)).toMatchObject({ revision: 0 });
  expect(await admin.refusal({ ...edit, positionId: positionIdAt(7) })).toMatchObject({
    code: 'position-not-found',
  });
  expect(await admin.refusal({ command: 'positions.edit', positionId })).toMatchObject({
    code: 'invalid-input',
  });
  for (const tag of ['', 'a b', 'x'.repeat(33)])
    expect(await admin.refusal({ ...edit, tag })).toMatchObject({ code: 'invalid-input' });
});

test('positions that have ended can be edited, too', async () => {
  const admin = newAdmin();
  await admin.create(1, 1, { state: 'closed', outcome: exampleOutcome });
  const { position } = await admin.run('positions.edit', { positionId: positionIdAt(1), label: 'first' });
  expect(position).toMatchObject({ status: 'closed', label: 'first' });
});

test('the list of positions can be limited to a tag, also page by page', async () => {
  const admin = newAdmin();
  await admin.create(1, 3, { tag: 'trend' });
  await admin.create(4, 5, { tag: 'other' });
  await admin.create(6, 7);
  const ids = async (input: object) =>
    (await admin.run('positions.list', { live: false, ...input })).positions.map(
      (position) => position.positionId,
    );
  const tagged = [3, 2, 1].map(positionIdAt);
  expect(await ids({ tag: 'trend' })).toEqual(tagged);
  expect(await ids({ tag: 'trend', limit: 2 })).toEqual(tagged.slice(0, 2));
  expect(await ids({ tag: 'trend', after: positionIdAt(2), limit: 2 })).toEqual(tagged.slice(2));
  expect(await ids({ tag: 'none' })).toEqual([]);
});
