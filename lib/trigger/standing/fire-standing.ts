import { isPaused } from '../../link/pause.ts';
import { unlessItMayFire } from '../may-fire.ts';
import { recordHit } from '../record-hit.ts';
import { asLook } from '../refusals.ts';
import { isLookAgain } from '../request.ts';
import type { HitResponse } from '../response.ts';
import { actOnScope } from './act-on-scope.ts';
import { askToConfirm } from './ask-to-confirm.ts';
import { followStrategy } from './follow-strategy.ts';
import { rehearseScope } from './rehearse.ts';
import { reportEpisode } from './report-episode.ts';
import type { StandingHit } from './standing-hit.ts';
import { takeBeat } from './take-beat.ts';

/** Handles a hit of a link that chooses its positions at each hit. Loaded by the first of them. */
export async function fireStanding(hit: StandingHit): Promise<HitResponse> {
  const { services, link, pause, request } = hit;
  const now = services.now();
  const stop = unlessItMayFire(link, request, { paused: isPaused(pause, now), now });
  const response = stop === undefined ? await actOrRehearse(hit) : await answerStopped(hit, stop);
  return { ...response, linkId: link.linkId };
}

async function actOrRehearse(hit: StandingHit): Promise<HitResponse> {
  const { follows, action, rehearsal } = hit.link;
  // These must never act on the scope as a whole.
  if (follows !== undefined) return followStrategy(hit);
  if (action === 'heartbeat') return takeBeat(hit);
  return rehearsal === true ? rehearseScope(hit) : actOnScope(hit);
}

/** A page that waits for its hit starts nothing: it shows what has become of the hit's positions by now. */
async function answerStopped(hit: StandingHit, stop: HitResponse): Promise<HitResponse> {
  const { services, link, request } = hit;
  const asks = stop.decision === 'confirmation-required';
  if (isLookAgain(request)) {
    const reported = asks ? await reportEpisode(hit) : undefined;
    return reported ?? asLook(stop);
  }
  const response = asks ? await askToConfirm(hit, stop) : stop;
  const { linkId, action } = link;
  await recordHit(services, { actor: 'link', linkId, action }, response, [], request);
  return response;
}
