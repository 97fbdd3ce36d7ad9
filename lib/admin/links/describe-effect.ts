import type { Link } from '../../link/link.ts';
import type { Position } from '../../position/position.ts';
import type { Services } from '../../services.ts';
import { previewStop } from '../../sync/move-stop.ts';
import { findPresentStop } from '../../sync/present-stop.ts';
import { describeEffect, type Effect } from './describe-link.ts';

/** What an armed standing link would do to a position that was just synced. */
export async function describeStandingEffect(
  services: Services,
  link: Link,
  position: Position,
): Promise<Effect> {
  const { action, byPercent, toPercent, stop, linkId } = link;
  if (action === 'heartbeat') return nothing('the link only shows that alerts arrive.');
  if (action === 'stop') return stop === undefined ? nothing('') : describeStopMove(services, position, stop);
  if (action === 'keep') return describeEffect(position, { action });
  const isUsed = byPercent !== undefined && (position.uses[linkId] ?? 0) > 0;
  if (isUsed) return nothing('the link has reduced this position already.');
  const part = {
    ...(byPercent === undefined ? {} : { percent: Number(byPercent) }),
    ...(toPercent === undefined ? {} : { toPercent }),
  };
  return describeEffect(position, { action: 'close', ...part });
}

function nothing(why: string): Effect {
  return { fires: false, would: `nothing changes; ${why}` };
}

async function describeStopMove(
  services: Services,
  position: Position,
  stop: NonNullable<Link['stop']>,
): Promise<Effect> {
  const preview = await previewStop(services, position, stop);
  if ('kind' in preview) return nothing(preview.detail);
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
    ? nothing(`the present stop at ${decision.present.price} ${quote} is as good or better.`)
    : nothing(decision.detail);
}
