import { type Effect, nothingChanges, whyNothing } from '../../close/describe-effect.ts';
import type { Link, StopTarget } from '../../link/link.ts';
import type { Position } from '../../position/position.ts';
import type { Services } from '../../services.ts';
import { describeWish } from '../../strategy/describe-wish.ts';
import { previewStop } from '../../sync/move-stop.ts';
import { findPresentStop } from '../../sync/present-stop.ts';
import { withReason } from './describe-link.ts';

/** What an armed standing link would do to a position that was just synced. A stop's target is read from the exchange. */
export async function describeStandingEffect(
  services: Services,
  link: Link,
  position: Position,
): Promise<Effect> {
  const { action, stop } = link;
  const isMoved = action === 'stop' && stop !== undefined && whyNothing(position) === undefined;
  return isMoved
    ? describeStopMove(services, position, stop)
    : withReason(describeWish(link, position), position);
}

async function describeStopMove(services: Services, position: Position, stop: StopTarget): Promise<Effect> {
  const preview = await previewStop(services, position, stop);
  if ('kind' in preview) return nothingChanges(preview.detail);
  const { decision, synced } = preview;
  const { quote } = synced.market;
  if (decision.kind === 'move') {
    const present = findPresentStop(synced);
    const to = `${decision.stop.price} ${quote}`;
    const would =
      present === undefined ? `places a stop at ${to}.` : `moves the stop from ${present.price} to ${to}.`;
    return { fires: true, would };
  }
  return decision.kind === 'unchanged'
    ? nothingChanges(`the present stop at ${decision.present.price} ${quote} is as good or better.`)
    : nothingChanges(decision.detail);
}
