import { expect, it } from 'vitest';
import type { Position } from '../../../lib/position/position.ts';
import { type Acted, act, isLeft, toProgress } from '../../../lib/strategy/act.ts';
import {
  cutOff,
  type StandingStage,
  setStandingStage,
  sweepMinutes,
} from '../../simulation/standing-stage.ts';
import { exampleClaim } from '../position/example-position.ts';

/** Replaces one method of the stage's store. */
function withStore(stage: StandingStage, over: Record<string, unknown>) {
  stage.services.store = new Proxy(stage.table, {
    get: (target, name) => over[String(name)] ?? Reflect.get(target, name),
  });
}

it('a hit that answered "paused, nothing was done" is not replayed after the resume', async () => {
  const stage = await setStandingStage();
  const staged = await stage.open();
  const { readLinkAndPause } = stage.table;
  let reads = 0;
  withStore(stage, {
    async readLinkAndPause(id: string) {
      reads += 1;
      if (reads === 2) await stage.table.setPaused(true);
      return readLinkAndPause.call(stage.table, id);
    },
  });
  const response = await stage.during(() => stage.hit());
  expect(response.positions?.[0]).toMatchObject({
    outcome: 'paused',
    detail: 'All links are paused. Nothing was done.',
  });
  await sweepMinutes(stage, 2);
  await stage.during(() => stage.table.setPaused(false));
  await sweepMinutes(stage, 2);
  expect(stage.closes(staged)).toBe(0);
});

it('a watch whose owner chose "tell" since does nothing to positions', async () => {
  const stage = await setStandingStage({
    action: 'heartbeat',
    watch: { every: '5m', missed: 2, then: 'tell' },
  });
  const { position } = await stage.open();
  const acted = await stage.during(() =>
    act(stage.services, stage.link.linkId, position.positionId, 'watch'),
  );
  expect(acted.kind).toBe('withheld');
});
it('a watch that moves stops to break-even leaves nothing to do for an entry that has not filled', async () => {
  const stage = await setStandingStage({
    action: 'heartbeat',
    watch: { every: '5m', missed: 2, then: 'stop-break-even' },
  });
  const { position } = await stage.open({}, { entryOrders: [{ amount: 100, filled: 0 }] });
  const acted = await stage.during(() =>
    act(stage.services, stage.link.linkId, position.positionId, 'watch'),
  );
  expect([toProgress(acted), isLeft(acted)]).toEqual(['done', false]);
});

it('a watch that was removed since does nothing to positions', async () => {
  const stage = await setStandingStage({ action: 'heartbeat' });
  const { position } = await stage.open();
  const acted = await stage.during(() =>
    act(stage.services, stage.link.linkId, position.positionId, 'watch'),
  );
  expect(acted.kind).toBe('withheld');
});

it('the sweep leaves a position alone that was re-tagged since the hit', async () => {
  const stage = await setStandingStage();
  const staged = await stage.open();
  const { restore } = cutOff(stage);
  await stage.during(() => stage.hit());
  const known = await stage.read(staged);
  await stage.during(() => stage.table.savePosition(known, { tag: 'mine' }));
  restore();
  await sweepMinutes(stage, 1);
  expect(stage.closes(staged)).toBe(0);
});
it('a hit whose list lags leaves a position alone that was re-tagged before it', async () => {
  const stage = await setStandingStage();
  const staged = await stage.open();
  const stale = await stage.during(() => stage.table.listPositions('open'));
  const known = await stage.read(staged);
  await stage.during(() => stage.table.savePosition(known, { tag: 'mine' }));
  withStore(stage, { listPositions: async () => stale });
  await stage.during(() => stage.hit());
  expect(stage.closes(staged)).toBe(0);
});

it('a claim that another process took over and gave back without an order is not "done"', async () => {
  const stage = await setStandingStage();
  const { position } = await stage.open();
  const acted: Acted = {
    kind: 'executed',
    result: { kind: 'ran', claim: exampleClaim, execution: { position, result: undefined, requests: [] } },
  };
  expect({ progress: toProgress(acted), left: isLeft(acted) }).toMatchObject({ left: true });
});

it('a position in scope that cannot be read is not "nothing-open"', async () => {
  const stage = await setStandingStage();
  withStore(stage, {
    async listPositions(_: string, onUnreadable?: (id: string) => void) {
      onUnreadable?.('pos_standing0009');
      return [];
    },
  });
  await expect(stage.during(() => stage.hit())).rejects.toMatchObject({ code: 'newer-version' });
});
it('a reduce link for one position finds it although the list lags', async () => {
  const stage = await setStandingStage({
    scope: undefined,
    positionId: 'pos_standing0001',
    action: 'reduce',
    toPercent: '50',
  });
  const staged = await stage.open();
  withStore(stage, { listPositions: async () => [] });
  await stage.during(() => stage.hit());
  expect(stage.closes(staged)).toBe(1);
});

it('giving up on what a watch began is recorded for a kept position of a keep link', async () => {
  const stage = await setStandingStage({
    action: 'keep',
    follows: 'market-position',
    watch: { every: '5m', missed: 3, then: 'close' },
  });
  const staged = await stage.open({ state: 'kept' } as Partial<Position>);
  const at = stage.environment.time;
  await stage.during(() =>
    stage.table.saveLinkState({
      linkId: stage.link.linkId,
      revision: 0,
      unsure: {},
      followed: [staged.position.positionId],
      unfollowedReported: [],
      unfinished: {
        positionIds: [staged.position.positionId],
        notBefore: at - 1,
        giveUpAt: at - 1,
        by: 'watch',
      },
    }),
  );
  await sweepMinutes(stage, 1);
  const hits = await stage.during(() => stage.table.listHits(staged.position.positionId, 9));
  expect(hits.map(({ refusal }) => refusal)).toContain('gave-up');
});

it('act does nothing for a link in rehearsal', async () => {
  const stage = await setStandingStage({ rehearsal: true });
  const staged = await stage.open();
  await stage.during(() => act(stage.services, stage.link.linkId, staged.position.positionId));
  expect(stage.closes(staged)).toBe(0);
});

it('a final write that outlasts the sender keeps the hit unsure, so that its resend joins', async () => {
  const stage = await setStandingStage();
  await stage.open();
  let writes = 0;
  withStore(stage, {
    async saveLinkState(state: never) {
      writes += 1;
      const saved = await stage.table.saveLinkState(state);
      if (writes === 2) await stage.environment.sleep(2_300);
      return saved;
    },
  });
  const at = stage.environment.time;
  // The gateway got it a second before (a cold start): the sender cuts at + 2 s.
  await stage.during(() => stage.hit({ sentAt: at - 1_000 }));
  expect(stage.environment.time - (at - 1_000)).toBeGreaterThan(3_000);
  const newer = await stage.open();
  await stage.during(() => stage.environment.sleep(5_000));
  await stage.during(() => stage.hit());
  expect(stage.closes(newer)).toBe(0);
});
