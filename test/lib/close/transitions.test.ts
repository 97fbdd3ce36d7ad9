import { expect, it } from 'vitest';
import {
  claimableStates,
  legalTransitions,
  nextState,
  settleTransition,
} from '../../../lib/close/transitions.ts';
import { isFinal, stateSchema } from '../../../lib/position/position.ts';

it('a close may claim what is open, kept or failed', () => {
  expect(claimableStates('close')).toEqual(['open', 'kept', 'failed']);
});

it('a keep may claim what is open or failed: a kept position is kept already', () => {
  expect(claimableStates('keep')).toEqual(['open', 'failed']);
});

it('nothing leaves a final state', () => {
  expect(stateSchema.options.filter((state) => Object.keys(legalTransitions[state]).length === 0)).toEqual(
    stateSchema.options.filter(isFinal),
  );
});

it('only a claimed position settles, fails or needs attention', () => {
  const ends = [...Object.values(settleTransition), 'fail', 'need-attention', 'reopen'] as const;
  for (const state of stateSchema.options)
    for (const end of ends) expect(nextState(state, end) !== undefined).toBe(state === 'claimed');
});

it.each([
  ['closed', 'closed'],
  ['dust', 'closed'],
  ['canceled', 'canceled'],
  ['kept', 'kept'],
] as const)('the outcome %s leaves the position %s', (outcome, state) => {
  expect(nextState('claimed', settleTransition[outcome])).toBe(state);
});
