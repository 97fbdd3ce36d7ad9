import { describePlan } from '../../close/describe-plan.ts';
import { isFinal, type Position } from '../../position/position.ts';
import type { LinkView } from '../contract/commands.ts';

/** What a link would do now to a position as the exchange just reported it. The engine's own plan says it. */
export function describeLink(
  link: LinkView,
  position: Position,
  { paused }: { paused: boolean },
): { fires: boolean; would: string } {
  const reason = whyNothing(link, position, paused);
  if (reason !== undefined) return { fires: false, would: `If fired now: nothing changes; ${reason}` };
  return { fires: true, would: `If fired now: ${describePlan(position, link)}` };
}

const stateReasons = {
  revoked: 'the link is revoked.',
  expired: 'the link has expired.',
  'used-up': 'the link has reached its limit.',
} as const;

function whyNothing(link: LinkView, position: Position, paused: boolean): string | undefined {
  if (link.state !== 'armed') return stateReasons[link.state];
  if (paused) return 'all links are paused.';
  if (isFinal(position.state))
    return `the position is ${position.state}. ${position.outcome?.detail ?? ''}`.trim();
  if (position.state === 'needs-attention')
    return `the position needs your attention. ${position.attentionReason}`;
  return position.state === 'claimed' ? 'an action is already in progress.' : undefined;
}
