import type { Action, Outcome, State } from '../position/position.ts';

/** What changes a position's state. The diagram in docs/exactly-once.md draws the same table. */
export type Transition =
  | 'claim-close'
  | 'claim-keep'
  | 'settle-closed'
  | 'settle-canceled'
  | 'settle-kept'
  | 'reopen'
  | 'fail'
  | 'need-attention'
  | 'found-closed'
  | 'found-restored'
  | 'resolve-open'
  | 'resolve-closed'
  | 'resolve-canceled';

/** From a state, by a transition, to the next state. What is not listed is illegal. */
export const legalTransitions = {
  open: {
    'claim-close': 'claimed',
    'claim-keep': 'claimed',
    'found-closed': 'closed',
    'found-restored': 'needs-attention',
    'resolve-closed': 'closed',
    'resolve-canceled': 'canceled',
  },
  kept: {
    'claim-close': 'claimed',
    'found-closed': 'closed',
    'found-restored': 'needs-attention',
    'resolve-closed': 'closed',
  },
  failed: {
    'claim-close': 'claimed',
    'claim-keep': 'claimed',
    'found-closed': 'closed',
    'found-restored': 'needs-attention',
    'resolve-closed': 'closed',
    'resolve-canceled': 'canceled',
  },
  claimed: {
    'settle-closed': 'closed',
    'settle-canceled': 'canceled',
    'settle-kept': 'kept',
    reopen: 'open',
    fail: 'failed',
    'need-attention': 'needs-attention',
    'found-restored': 'needs-attention',
    'resolve-open': 'open',
    'resolve-closed': 'closed',
    'resolve-canceled': 'canceled',
  },
  'needs-attention': {
    'resolve-open': 'open',
    'resolve-closed': 'closed',
    'resolve-canceled': 'canceled',
  },
  closed: {},
  canceled: {},
} as const satisfies Record<State, Partial<Record<Transition, State>>>;

/** @returns the state after a transition; undefined when it is illegal from here. */
export function nextState(from: State, transition: Transition): State | undefined {
  const legal: Partial<Record<Transition, State>> = legalTransitions[from];
  return legal[transition];
}

const claimTransition = { close: 'claim-close', keep: 'claim-keep' } as const satisfies Record<
  Action,
  Transition
>;

/** @returns the states from which a hit may claim the position for this action. */
export function claimableStates(action: Action): State[] {
  const states = Object.keys(legalTransitions) as State[];
  return states.filter((state) => nextState(state, claimTransition[action]) !== undefined);
}

/** The transition by which a settled outcome ends its claim. Dust ends a position as a close does. */
export const settleTransition = {
  closed: 'settle-closed',
  dust: 'settle-closed',
  canceled: 'settle-canceled',
  kept: 'settle-kept',
} as const satisfies Record<Outcome['outcome'], Transition>;
