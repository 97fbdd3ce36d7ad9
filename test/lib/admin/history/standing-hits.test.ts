import { expect, it } from 'vitest';
import { linkAt } from '../../link/example-link.ts';
import { examplePosition } from '../../position/example-position.ts';
import { newAdmin } from '../new-admin.ts';

const { positionId } = examplePosition;
const at = '2026-11-28T12:00:00.000Z';

async function stage() {
  const admin = newAdmin();
  await admin.table.createPosition(examplePosition);
  const { positionId: _, ...link } = linkAt(1);
  await admin.table.createLink({ ...link, scope: { tag: 'trend' } });
  return { ...admin, linkId: link.linkId };
}

it('The latest hits include what a standing link refused, heard and rehearsed, and each act once', async () => {
  const { table, run, linkId } = await stage();
  const record = (minute: number, hit: object) =>
    table.recordHit(
      {
        ...{ hitId: `hit_${minute}`, at: at.replace(':00:00', `:0${minute}:00`), actor: 'link', linkId },
        ...{ action: 'close', decision: 'fired', why: 'It did.', status: 200, requests: [] },
        ...hit,
      },
      Date.parse(at) + 86_400_000,
    );
  const positions = [{ positionId, outcome: 'closed' }];
  await record(1, { decision: 'refused', refusal: 'unreadable', status: 400 });
  await record(2, { decision: 'heard', positions: [{ positionId, outcome: 'followed' }] });
  await record(3, { decision: 'rehearsed', positions: [{ positionId, outcome: 'rehearsed' }] });
  await record(4, { positionId });
  await record(5, { positions });
  const { hits } = await run('history.list', {});
  expect(hits.map(({ hitId }) => hitId)).toEqual(['hit_4', 'hit_3', 'hit_2', 'hit_1']);
});
