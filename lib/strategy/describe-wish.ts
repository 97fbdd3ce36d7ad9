import { describeEffect, type Effect, nothingChanges, whyNothing } from '../close/describe-effect.ts';
import type { Link, StopTarget } from '../link/link.ts';
import type { Position } from '../position/position.ts';

/**
 * @returns what an armed standing link would do to a position. Where a stop goes is left in words: the price is not read for it.
 */
export function describeWish(link: Link, position: Position): Effect {
  const { action, toPercent, byPercent, stop, linkId } = link;
  switch (action) {
    case 'heartbeat':
      return nothingChanges('the link only shows that alerts arrive.');
    case 'stop':
      if (stop === undefined) return nothingChanges('the link has no stop.');
      return (
        whyNothing(position) ?? { fires: true, would: `moves the stop ${toWords(stop)}, if that is tighter.` }
      );
    case 'reduce':
      if (byPercent === undefined) return describeEffect(position, { action: 'close', toPercent });
      return (position.uses[linkId] ?? 0) > 0
        ? nothingChanges('the link has reduced this position already.')
        : describeEffect(position, { action: 'close', percent: Number(byPercent) });
    default:
      return describeEffect(position, { action });
  }
}

/** @returns where a stop goes, such as `to break-even`. */
export function toWords(target: StopTarget): string {
  if ('price' in target) return `to ${target.price}`;
  return 'breakEven' in target ? 'to break-even' : `to ${target.trailPercent} % from the current price`;
}
