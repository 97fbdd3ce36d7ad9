import { isFinal, type Position } from '../position/position.ts';
import { describePlan } from './describe-plan.ts';
import { planAction } from './plan.ts';
import type { PlannedAction } from './step.ts';

/** What an action would do to a position now. The preview, the console, a rehearsal and the page with the button state it. */
export interface Effect {
  /** Whether it would act. */
  fires: boolean;
  /** In words that follow "If fired now:". A sender may read it, so it names no reason that only the owner may know. */
  would: string;
}

export function describeEffect(position: Position, planned: PlannedAction): Effect {
  return (
    whyNothing(position) ?? {
      fires: changesAnything(position, planned),
      would: describePlan(position, planned),
    }
  );
}

/** A target that is reached, and a position that is kept already, stay as they are. */
function changesAnything(position: Position, planned: PlannedAction): boolean {
  const { cancels, end } = planAction(position, planned);
  if (cancels.length > 0) return true;
  return end !== 'reached' && !(end === 'kept' && position.state === 'kept');
}

export function nothingChanges(why: string): Effect {
  return { fires: false, would: `nothing changes; ${why}` };
}

/** @returns why no action does anything to the position now; undefined if it may. */
export function whyNothing({ state, outcome }: Position): Effect | undefined {
  if (isFinal(state)) return nothingChanges(`the position is ${state}. ${outcome?.detail ?? ''}`.trim());
  if (state === 'needs-attention') return nothingChanges("the position needs its owner's attention.");
  return state === 'claimed' ? nothingChanges('an action is already in progress.') : undefined;
}
