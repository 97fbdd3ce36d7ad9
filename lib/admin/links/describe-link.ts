import { describeEffect, type Effect, nothingChanges, whyNothing } from '../../close/describe-effect.ts';
import type { PlannedAction } from '../../close/step.ts';
import type { Position } from '../../position/position.ts';
import type { LinkView } from '../contract/commands.ts';

/** What stops all links. */
export interface Switches {
  paused: boolean;
  halted?: true | undefined;
}

/** What a link would do now to a position as the exchange just reported it. The engine's own plan says it. */
export function describeLink(link: LinkView, position: Position, switches: Switches): Effect {
  const { action, percent } = link;
  const planned: PlannedAction = { action: action === 'keep' ? 'keep' : 'close', percent };
  const reason = whyLinkDoesNothing(link, switches);
  const { fires, would } =
    reason === undefined ? describeForOwner(position, planned) : nothingChanges(reason);
  return { fires, would: `If fired now: ${would}` };
}

/** The same for an action without a link, in words that follow "If fired now:". */
export function describeForOwner(position: Position, planned: PlannedAction): Effect {
  return withReason(describeEffect(position, planned), position);
}

/** @returns the effect with why the position needs attention, which only its owner may read. */
export function withReason({ fires, would }: Effect, position: Position): Effect {
  const { attentionReason } = position;
  const isStopped = attentionReason !== undefined && would === whyNothing(position)?.would;
  return { fires, would: isStopped ? `${would} ${attentionReason}` : would };
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
