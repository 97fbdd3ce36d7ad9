import { describe, expect, it } from 'vitest';
import type { Failure, Position } from '../../../lib/position/position.ts';
import { type Acted, isLeft, toProgress } from '../../../lib/strategy/act.ts';
import { exampleClaim, exampleOutcome, examplePosition } from '../position/example-position.ts';

const claim = { ...exampleClaim, actor: 'link', linkId: 'lnk_0123456789abcdef', action: 'close' } as const;
const ours = { ...exampleOutcome, claimedAt: new Date(claim.claimedAt).toISOString() };
const earlier = { ...exampleOutcome, claimedAt: '2025-01-01T00:00:00.000Z' };
const failure = {
  source: 'exchange',
  code: '-1',
  message: 'No',
  actor: 'link',
  linkId: claim.linkId,
  at: ours.settledAt,
  canceledExitOrderIds: [],
} satisfies Failure;

/** A run whose claim another process has taken over and ended, and what is stored since. */
function takenOver(stored: Partial<Position>, action: 'close' | 'keep' = 'close'): Acted {
  const position = { ...examplePosition, claim: undefined, ...stored } as Position;
  const execution = { position, result: undefined, requests: [] };
  return { kind: 'executed', result: { kind: 'ran', execution, claim: { ...claim, action } } };
}

describe('a claim that another process took over', () => {
  it.each<[string, Acted]>([
    ['gave back', takenOver({ state: 'open' })],
    ['gave back after an earlier part', takenOver({ state: 'open', outcome: earlier })],
    ['gave back to a kept position', takenOver({ state: 'kept', outcome: earlier })],
    [
      'gave back, before a claim of another actor failed',
      takenOver({ state: 'failed', failure: { ...failure, actor: 'operator', linkId: undefined } }),
    ],
  ])('and %s is for the sweep', (_, acted) => {
    expect([toProgress(acted), isLeft(acted)]).toEqual(['going', true]);
  });

  it.each<[string, Acted, string]>([
    ['reopened with its part closed', takenOver({ state: 'open', outcome: ours }), 'done'],
    ['closed', takenOver({ state: 'closed', outcome: ours }), 'done'],
    ['kept', takenOver({ state: 'kept', outcome: earlier }, 'keep'), 'done'],
    ['failed', takenOver({ state: 'failed', failure }), 'refused'],
    ['left to its owner', takenOver({ state: 'needs-attention', attentionReason: 'x' }), 'refused'],
  ])('and %s is not', (_, acted, progress) => {
    expect([toProgress(acted), isLeft(acted)]).toEqual([progress, false]);
  });
});
