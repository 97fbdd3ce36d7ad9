import { describe, expect, it } from 'vitest';
import { listHistory } from '../../../../lib/admin/history/list.ts';
import { setStandingStage } from '../../../simulation/standing-stage.ts';
import { exampleHit } from '../../link/example-hit.ts';
import { positionIdAt } from '../../position/example-position.ts';
import { newAdmin } from '../new-admin.ts';

type Stage = Awaited<ReturnType<typeof setStandingStage>>;

function say(stage: Stage, word: string, bar: number): Promise<unknown> {
  const time = new Date(stage.environment.time - 3_600_000 + bar * 60_000).toISOString();
  return stage.during(() => stage.hit({ message: `${word} ${time}`, hasBody: true }));
}

/** Hits of a standing link that no position's list has. */
const wholes = {
  'nothing-open': [{}, (stage: Stage) => stage.during(() => stage.hit()), { decision: 'nothing-open' }],
  'a refusal': [
    {},
    (stage: Stage) => stage.during(() => stage.hit({ hasBody: true })),
    { decision: 'refused', refusal: 'body' },
  ],
  'an unreadable message': [
    { follows: 'market-position' },
    (stage: Stage) => stage.during(() => stage.hit({ message: 'sell all', hasBody: true })),
    { decision: 'refused', refusal: 'unreadable' },
  ],
  'a rehearsal': [
    { rehearsal: true },
    async (stage: Stage) => {
      await stage.open();
      await stage.during(() => stage.hit());
    },
    { decision: 'rehearsed' },
  ],
  'a late message': [
    { follows: 'market-position' },
    async (stage: Stage) => {
      await say(stage, 'long', 5);
      await say(stage, 'long', 1);
    },
    { decision: 'heard', why: 'A newer message arrived before this one, so nothing was done.' },
  ],
  'a position that is followed': [
    { follows: 'market-position' },
    async (stage: Stage) => {
      await stage.open();
      await say(stage, 'long', 1);
    },
    { decision: 'heard', positions: [{ outcome: 'followed' }] },
  ],
  'a flat that nothing follows': [
    { follows: 'market-position' },
    async (stage: Stage) => {
      await stage.open();
      await say(stage, 'flat', 1);
    },
    { decision: 'heard', why: expect.stringContaining('No open position is followed yet') },
  ],
} as const;

describe('the history without an id', () => {
  it.each(Object.entries(wholes))('has %s of a standing link', async (_, [link, hit, expected]) => {
    const stage = await setStandingStage(link);
    await hit(stage);
    const { hits } = await stage.during(() => listHistory({ services: stage.services }, {}));
    const { linkId } = stage.link;
    const [newest] = hits.filter(({ positionId }) => positionId === undefined);
    expect(newest).toMatchObject({ linkId, ...expected });
  });

  it('has them among the hits of positions, newest first, up to the limit', async () => {
    const admin = newAdmin();
    await admin.create(1, 1);
    const { link } = await admin.run('links.create', { tag: 'trend', action: 'close' });
    const { positionId: _, ...hit } = exampleHit;
    const whole = { ...hit, linkId: link.linkId };
    for (let minute = 0; minute < 6; minute += 1) {
      const at = `2026-11-22T11:0${minute}:00.000Z`;
      const recorded = minute % 2 === 0 ? whole : { ...whole, positionId: positionIdAt(1) };
      await admin.table.recordHit({ ...recorded, hitId: `hit_${minute}`, at }, 2e12);
    }
    const ids = (hits: { hitId: string }[]) => hits.map(({ hitId }) => hitId);
    expect(ids((await admin.run('history.list', {})).hits)).toEqual(
      [5, 4, 3, 2, 1, 0].map((minute) => `hit_${minute}`),
    );
    expect(ids((await admin.run('history.list', { limit: 2 })).hits)).toEqual(['hit_5', 'hit_4']);
  });
});
