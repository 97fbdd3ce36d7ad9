import { expect, it } from 'vitest';
import { unknownLinkState } from '../../../lib/link/link-state.ts';
import { giveUpMs } from '../../../lib/strategy/alert-times.ts';
import { arrive, findOverdue, finish, giveUp } from '../../../lib/strategy/episode.ts';

const minute = 60_000;
const state = unknownLinkState('lnk_0123456789abcdef');

/** @returns the state after a hit at each of these times found these positions, and finished none. */
function after(hits: [at: number, inScope: string[]][]) {
  return hits.reduce((known, [at, inScope]) => arrive(known, `hit_${at}`, inScope, at).state, state);
}

function overdueAt(known: typeof state, now: number): string[] {
  return known.unfinished === undefined ? [] : findOverdue(known.unfinished, now);
}

it('A position is overdue 5 minutes after the oldest hit that left it, however many follow', () => {
  const left = after([0, 1, 2, 3, 4].map((count) => [count * minute, ['a']]));
  expect(overdueAt(left, giveUpMs - 1)).toEqual([]);
  expect(overdueAt(left, giveUpMs)).toEqual(['a']);
});

it('A position that a later hit left has its own 5 minutes', () => {
  const left = after([
    [0, ['a']],
    [4 * minute, ['a', 'b']],
  ]);
  expect(overdueAt(left, giveUpMs)).toEqual(['a']);
  expect(overdueAt(left, 9 * minute)).toEqual(['a', 'b']);
});

it('Once it is reported, the sweep continues with what a later hit left, and reports that at its end', () => {
  const left = after([
    [0, ['a']],
    [4 * minute, ['a']],
  ]);
  const reported = giveUp(left, ['a'], giveUpMs);
  expect(reported.unfinished?.positionIds).toEqual(['a']);
  expect(overdueAt(reported, 9 * minute - 1)).toEqual([]);
  expect(overdueAt(reported, 9 * minute)).toEqual(['a']);
  expect(giveUp(reported, ['a'], 9 * minute).unfinished).toBeUndefined();
});

it('A position that was finished and left again counts from then', () => {
  const finished = finish(after([[0, ['a', 'b']]]), ['a'], minute);
  const again = arrive(finished, 'hit_again', ['a', 'b'], 2 * minute).state;
  expect(overdueAt(again, giveUpMs)).toEqual(['b']);
});
