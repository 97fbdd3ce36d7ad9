import { describePlan } from '../../close/describe-plan.ts';
import type { PlannedAction } from '../../close/next-step.ts';
import { isFinal, type Position } from '../../position/position.ts';
import type { LinkView } from '../contract/commands.ts';

export interface Effect {
  /** Whether it would act. */
  fires: boolean;
  would: string;
}

/** What stops all links. */
export interface Switches {
  paused: boolean;
  halted?: true | undefined;
}

/** What a link would do now to a position as the exchange just reported it. The engine's own plan says it. */
export function describeLink(link: LinkView, position: Position, switches: Switches): Effect {
  const { action, percent } = link;
  const planned: PlannedAction = { action: action === 'keep' ? 'keep' : 'close', percent };
  const { fires, would } = describeEffect(position, planned, whyLinkDoesNothing(link, switches));
  return { fires, would: `If fired now: ${would}` };
}

/** The same for an action without a link, in words that follow "If fired now:". */
export function describeEffect(position: Position, planned: PlannedAction, linkReason?: string): Effect {
  const reason = linkReason ?? whyNothing(position);
  return reason === undefined
    ? { fires: true, would: describePlan(position, planned) }
    : { fires: false, would: `nothing changes; ${reason}` };
}

const stateReasons = {
  revoked: 'the link is revoked.',
  rehearsal: 'the link is in rehearsal.',
  expired: 'the link has expired.',
  'used-up': 'the link has reached its limit.',
  paused: 'the link is paused since a restore.',
} as const;

export function whyLinkDoesNothing({ state }: LinkView, { paused, halted }: Switches): string | undefined {
  if (state !== 'armed') return stateReasons[state];
  if (halted === true) return 'links are halted while a backup is restored.';
  return paused ? 'all links are paused.' : undefined;
}

function whyNothing({ state, outcome, attentionReason }: Position): string | undefined {
  if (isFinal(state)) return `the position is ${state}. ${outcome?.detail ?? ''}`.trim();
  if (state === 'needs-attention') return `the position needs your attention. ${attentionReason}`;
  return state === 'claimed' ? 'an action is already in progress.' : undefined;
}
