import { describePlan } from '../../close/describe-plan.ts';
import type { Link, StopTarget } from '../../link/link.ts';
import type { Position } from '../../position/position.ts';

/** @returns what a standing link would do to a position, by its stored record, in words that follow "If armed:". */
export function describeWish(link: Link, position: Position): string {
  const { action, toPercent, byPercent, stop, linkId } = link;
  switch (action) {
    case 'heartbeat':
      return 'nothing; a heartbeat only shows that alerts arrive.';
    case 'stop':
      return stop === undefined ? 'nothing.' : `moves the stop ${describeTarget(stop)}, if that is tighter.`;
    case 'reduce':
      if (byPercent === undefined) return describePlan(position, { action: 'close', toPercent });
      if ((position.uses[linkId] ?? 0) > 0)
        return 'nothing changes; the link has reduced this position already.';
      return describePlan(position, { action: 'close', percent: Number(byPercent) });
    default:
      return describePlan(position, { action });
  }
}

export function describeTarget(target: StopTarget): string {
  if ('price' in target) return `to ${target.price}`;
  return 'breakEven' in target ? 'to break-even' : `to ${target.trailPercent} % from the current price`;
}
