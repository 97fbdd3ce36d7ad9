import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { findArmable, type JournalEntry, planReplay } from '../../../bin/stack/restore-plan.ts';

const ids = fc.constantFrom('a', 'b', 'c', 'd');
const linkIds = ids.map((id) => `lnk_${id}`);
const positionIds = ids.map((id) => `pos_${id}`);
const commands = [
  ...['links.create', 'links.revoke', 'links.update', 'links.pause', 'links.resume', 'links.arm'],
  ...['positions.adopt', 'positions.open', 'positions.close', 'positions.closeAll', 'positions.setExits'],
  ...['positions.resolve', 'positions.forget', 'accounts.add', 'notify.test'],
];
const entries: fc.Arbitrary<JournalEntry[]> = fc.array(
  fc.record({
    at: fc.integer({ min: 1, max: 5 }).map((second) => second * 1_000),
    what: fc.constantFrom('fired', 'recovered', ...commands),
    positionId: fc.option(positionIds, { nil: undefined }),
    linkId: fc.option(linkIds, { nil: undefined }),
    outcome: fc.constantFrom('ok', 'conflict', 'closed', undefined),
  }),
);
const links = fc.uniqueArray(fc.record({ linkId: linkIds, positionId: positionIds }), {
  selector: ({ linkId }) => linkId,
});
const reason = 'Restored from a backup.';
const toPaused = (paused: readonly { linkId: string; positionId: string }[]) =>
  paused.map((link) => ({ ...link, pausedReason: reason }));
const backups = fc.record({ links, positionIds: fc.uniqueArray(positionIds) });
const acting = new Set(['fired', 'recovered']);

describe('whatever the logs hold', () => {
  it('no link is armed that acted or was revoked, and none of a position that is not open as it was', () => {
    fc.assert(
      fc.property(entries, backups, fc.uniqueArray(positionIds), (journal, backup, open) => {
        const plan = planReplay({ entries: journal }, backup);
        const armed = findArmable(toPaused(backup.links), {
          reason,
          open: new Set(open),
          plan,
          gap: undefined,
        });
        for (const { linkId, positionId } of armed) {
          expect(open).toContain(positionId);
          const known = journal.filter((entry) => entry.linkId === linkId || entry.positionId === positionId);
          for (const { what, ...entry } of known) {
            if (entry.linkId === linkId) expect(['fired', 'recovered', 'links.revoke']).not.toContain(what);
            if (entry.positionId === positionId) expect(acting).not.toContain(what);
          }
        }
      }),
    );
  });

  it('every link is armed of a position that is open and that no line names', () => {
    fc.assert(
      fc.property(entries, backups, (journal, backup) => {
        const plan = planReplay({ entries: journal }, backup);
        const open = new Set(backup.links.map(({ positionId }) => positionId));
        const armed = findArmable(toPaused(backup.links), { reason, open, plan, gap: undefined });
        const untouched = backup.links.filter(
          ({ linkId, positionId }) =>
            !journal.some((entry) => entry.linkId === linkId || entry.positionId === positionId),
        );
        expect(armed).toEqual(expect.arrayContaining(toPaused(untouched)));
      }),
    );
  });

  it('the same is done in any order of the lines, and if they are read twice', () => {
    const shuffled = entries.chain((journal) =>
      fc.tuple(fc.constant(journal), fc.shuffledSubarray(journal, { minLength: journal.length })),
    );
    fc.assert(
      fc.property(shuffled, backups, ([journal, other], backup) => {
        const plan = planReplay({ entries: journal }, backup);
        expect(planReplay({ entries: other }, backup)).toEqual(plan);
        expect(planReplay({ entries: [...journal, ...other] }, backup)).toEqual(plan);
      }),
    );
  });

  it('only what the backup has is revoked or forgotten, and nothing that it has counts as lost', () => {
    fc.assert(
      fc.property(entries, backups, (journal, backup) => {
        const plan = planReplay({ entries: journal }, backup);
        const known = [...backup.positionIds, ...backup.links.map(({ linkId }) => linkId)];
        for (const id of [...plan.revoke, ...plan.forget]) expect(known).toContain(id);
        for (const id of [...plan.lostLinks, ...plan.lostPositions]) expect(known).not.toContain(id);
      }),
    );
  });

  it('no link is armed that was paused before', () => {
    fc.assert(
      fc.property(
        entries,
        backups,
        fc.option(fc.string(), { nil: undefined }),
        (journal, backup, earlier) => {
          const plan = planReplay({ entries: journal }, backup);
          const open = new Set(backup.positionIds);
          const paused = backup.links.map((link) => ({ ...link, pausedReason: earlier }));
          expect(findArmable(paused, { reason, open, plan, gap: undefined })).toEqual([]);
        },
      ),
    );
  });

  it('no link is armed if the logs do not reach back to the backup', () => {
    fc.assert(
      fc.property(entries, backups, (journal, backup) => {
        const plan = planReplay({ entries: journal }, backup);
        const open = new Set(backup.positionIds);
        expect(
          findArmable(toPaused(backup.links), { reason, open, plan, gap: 'The logs begin later.' }),
        ).toEqual([]);
      }),
    );
  });
});

const backup = { links: [{ linkId: 'lnk_a', positionId: 'pos_a' }], positionIds: ['pos_a'] };
const command = (what: string, more: Partial<JournalEntry> = {}): JournalEntry => ({
  ...{ at: Date.parse('2026-11-27T10:00:00Z'), what, outcome: 'ok' },
  ...more,
});

test('A position that was begun and forgotten after the backup is not lost', () => {
  const begun = command('positions.adopt', { positionId: 'pos_b' });
  expect(planReplay({ entries: [begun] }, backup).lostPositions).toEqual(['pos_b']);
  const forgotten = command('positions.forget', { positionId: 'pos_b', at: begun.at + 1 });
  expect(planReplay({ entries: [begun, forgotten] }, backup).lostPositions).toEqual([]);
});

test('A position that was opened just before the backup is as it was', () => {
  const opened = command('positions.open', { positionId: 'pos_a' });
  const { changed, lostPositions } = planReplay({ entries: [opened] }, backup);
  expect([changed.size, lostPositions]).toEqual([0, []]);
});

test('A position whose removal was refused is not removed, but counts as changed', () => {
  const refused = command('positions.forget', { positionId: 'pos_a', outcome: 'conflict' });
  const { forget, changed } = planReplay({ entries: [refused] }, backup);
  expect(forget).toEqual([]);
  expect(changed.get('pos_a')).toBe(
    'Command positions.forget on 2026-11-27T10:00:00.000Z, after the backup.',
  );
});

test.each([
  [['links.pause', 'links.resume'], false],
  [['links.resume', 'links.pause'], true],
])('The kill switch is as it was set last: %j', (names, pause) => {
  const entries = names.map((what, index) => command(what, { at: 1_000 + index }));
  expect(planReplay({ entries }, backup).pause).toBe(pause);
  expect(planReplay({ entries: [] }, backup)).not.toHaveProperty('pause');
});
