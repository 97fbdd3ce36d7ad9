import type { LinkState } from '../../link/link-state.ts';
import type { Position } from '../../position/position.ts';
import { type AdoptOptions, adoptExcess, toAdoptPlace } from '../../strategy/adopt-excess.ts';
import type { Found } from '../../strategy/late-adoption.ts';
import type { Listed } from '../../strategy/list-in-scope.ts';
import { reportedRefusal } from '../refusals.ts';
import type { HitResponse } from '../response.ts';
import type { StandingHit } from './standing-hit.ts';

/** A hit that may be a resend adopts only for its alert, and only if that was not done: it is newer than the alert. */
export async function adoptFirst(
  hit: StandingHit,
  { unsure, adoption }: LinkState,
  listed: Listed,
): Promise<Found> {
  const mayBeResend = Object.values(unsure).some((until) => until >= hit.arrivedAt);
  if (!mayBeResend) return adoptAt(hit, listed);
  return adoption === undefined ? untriedIfAdopting(hit) : adoptAt(hit, listed, adoption);
}

/** @param options with the alert's time, if it may be long ago. @returns undefined if the link adopts nothing. */
export async function adoptAt(
  hit: StandingHit,
  listed: Listed,
  options?: Pick<AdoptOptions, 'alertAt'>,
): Promise<Found> {
  const place = toAdoptPlace(hit.link);
  return (
    place && adoptExcess(hit.services, place, listed, { alertAt: options?.alertAt ?? readLateAlertAt(hit) })
  );
}

/** A hit that has waited, such as for a cold start, must not adopt what was opened in that time. */
function readLateAlertAt({ request: { sentAt }, arrivedAt }: StandingHit): number | undefined {
  return sentAt !== undefined && sentAt < arrivedAt ? sentAt : undefined;
}

export function untriedIfAdopting({ link }: StandingHit): Found {
  return toAdoptPlace(link) && { kind: 'untried' };
}

/** When its alert was sent, as far as that is known; epoch milliseconds. */
export function readAlertAt({ request: { sentAt }, arrivedAt }: StandingHit): number {
  return Math.min(arrivedAt, sentAt ?? arrivedAt);
}

/** The index may lack a position that was created just now. */
export function withAdopted(listed: Position[], found: Found): Position[] {
  if (found?.kind !== 'adopted') return listed;
  const { position } = found;
  return [...listed.filter(({ positionId }) => positionId !== position.positionId), position];
}

/** @returns the answer for a position that was adopted beside orders which belong to none. */
export function withUnadopted(response: HitResponse, positionId: string, found: Found): HitResponse {
  if (found?.kind !== 'adopted' || found.position.positionId !== positionId) return response;
  if (found.unadoptedOrders.length === 0) return response;
  const text = ` Open exit orders that belong to no position: ${found.unadoptedOrders.join(', ')}.`;
  const { publicMessage, detail } = response;
  return { ...response, publicMessage: `${publicMessage}${text}`, detail: `${detail}${text}` };
}

/** No request is answered with it: the sweep gives up what it could not find out for 5 minutes. */
export function notAdopted(why: string): HitResponse {
  return reportedRefusal(
    'not-adopted',
    'retrying',
    `Ripcord could not adopt what the exchange may hold beyond its own positions, and left that open. ${why}`,
  );
}

/** The sender may read that, and not why. */
export function withoutAdoption(response: HitResponse): HitResponse {
  const publicMessage = `${response.publicMessage} It is not known yet what the link has to adopt. Ripcord checks that again, for up to 5 minutes.`;
  return { ...response, publicMessage, detail: publicMessage };
}
