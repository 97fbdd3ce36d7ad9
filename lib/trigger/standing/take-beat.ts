import { changeLinkState } from '../../strategy/change-link-state.ts';
import { isBeatOfNote, noteBeat } from '../../strategy/watch.ts';
import { recordHit } from '../record-hit.ts';
import { notRun } from '../refusals.ts';
import { createResponse, type HitResponse } from '../response.ts';
import type { StandingHit } from './standing-hit.ts';

const heard = createResponse('done', {
  publicMessage: 'The heartbeat arrived.',
  positions: [],
  decision: 'heard',
});

const rehearsed = createResponse('rehearsed', {
  publicMessage: 'The heartbeat arrived. This link is in rehearsal.',
  positions: [],
  decision: 'rehearsed',
});

/** A heartbeat only shows that alerts arrive. The first one, and one that was missed, are in the history. */
export async function takeBeat({ services, link, request, arrivedAt }: StandingHit): Promise<HitResponse> {
  const { linkId, action } = link;
  let isOfNote = false;
  const saved = await changeLinkState(services.store, linkId, (state) => {
    isOfNote ||= isBeatOfNote(state);
    return noteBeat(state, arrivedAt);
  });
  const arrived = link.rehearsal === true ? rehearsed : heard;
  const response = saved === undefined ? notRun['out-of-time'] : arrived;
  if (isOfNote || saved === undefined)
    await recordHit(services, { actor: 'link', linkId, action }, response, [], request);
  return response;
}
