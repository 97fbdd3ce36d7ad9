import { recordHit } from '../record-hit.ts';
import type { HitResponse } from '../response.ts';
import type { StandingHit } from './standing-hit.ts';
import type { TargetAnswer } from './target-answer.ts';

/** Records a standing link's hit as a whole. The requests to the exchange are in the records of its positions. */
export async function recordWhole(
  { services, link: { linkId, action }, request }: StandingHit,
  response: HitResponse,
): Promise<HitResponse> {
  await recordHit(services, { actor: 'link', linkId, action }, response, [], request);
  return response;
}

/** Records what the hit did to one position. */
export function recordTarget(
  { services, link: { linkId, action }, request }: StandingHit,
  { positionId, response, requests }: Pick<TargetAnswer, 'positionId' | 'response' | 'requests'>,
): Promise<void> {
  return recordHit(services, { actor: 'link', linkId, positionId, action }, response, requests, request);
}
