import { expect, it } from 'vitest';
import type { StopMove } from '../../../../lib/sync/stop-move.ts';
import { toTargetAnswer } from '../../../../lib/trigger/standing/target-answer.ts';
import { linkAt } from '../../link/example-link.ts';
import { examplePosition as position } from '../../position/example-position.ts';

const link = { ...linkAt(1), positionId: undefined, scope: { tag: 'trend' }, action: 'stop' } as const;

function answerTo(move: StopMove) {
  return toTargetAnswer(link, position.positionId, { kind: 'moved', move }, position).response;
}

it.each(['would-trigger', 'refused'] as const)('a stop that is %s causes a notice', (kind) => {
  expect(answerTo({ kind, position, detail: 'x' }).refusal).toBe('stop-refused');
});

it.each(['moved', 'pending', 'unchanged', 'busy', 'unreachable', 'ended'] as const)(
  'a stop that is %s causes none',
  (kind) => {
    expect(answerTo({ kind, position, detail: 'x' }).refusal).toBeUndefined();
  },
);

it('a refused move does not state that the stop is unchanged: the earlier one may have had to end first', () => {
  expect(answerTo({ kind: 'would-trigger', position, detail: 'x' }).publicMessage).not.toMatch(/unchanged/i);
});
