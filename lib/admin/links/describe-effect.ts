import { type Amount, decimal } from '../../amount.ts';
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
  if ('kind' in preview) return nothingChangesAs(preview.detail);
  const { decision, synced } = preview;
  const { quote } = synced.market;
  if (decision.kind === 'move') {
    const present = findPresentStop(synced);
    return { fires: true, would: describeMove(present?.price, decision.stop.price, quote) };
  }
  return decision.kind === 'unchanged'
    ? nothingChanges(`the present stop at ${decision.present.price} ${quote} is as good or better.`)
    : nothingChangesAs(decision.detail);
}

/** @param detail sentences of their own. */
function nothingChangesAs(detail: string): Effect {
  return { fires: false, would: `nothing changes. ${detail}` };
}

/** Stops that cover a part may be as good: then the same price counts for all. */
function describeMove(from: Amount | undefined, to: Amount, quote: string): string {
  if (from === undefined) return `places a stop at ${to} ${quote}.`;
  return decimal(from).eq(to)
    ? `places the stop at ${to} ${quote} for all that remains: the present one is for a part.`
    : `moves the stop from ${from} to ${to} ${quote}.`;
}
