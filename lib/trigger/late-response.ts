import { Deadline, runUntil } from '../deadline.ts';
import type { Action, Claim, Position } from '../position/position.ts';
import { lateReadMs } from '../position/timing.ts';
import type { Services } from '../services.ts';
import { type HitResponse, isOutcomeOf, statesPresent, toResponse, withoutPresent } from './response.ts';

/** A hit whose response is late, such as after a freeze. `claim`: the one that it made, if any. */
export interface LateHit {
  positionId: string;
  action: Action;
  claim: Claim | undefined;
}

/** @returns a response from the current record. If that can't be read, the response leaves out the position's state. */
export async function respondLate(
  services: Services,
  hit: LateHit,
  response: HitResponse,
): Promise<HitResponse> {
  if (!statesPresent(response)) return response;
  const deadline = new Deadline(services.now() + lateReadMs, services.now);
  const position = await runUntil(deadline, () => services.store.readPosition(hit.positionId)).catch(
    () => undefined,
  );
  // The hit's own claim has not changed, so its response is still true.
  if (
    position?.claim !== undefined &&
    position.claim.leaseToken === hit.claim?.leaseToken &&
    deadline.timeLeft() > 0
  )
    return response;
  if (position === undefined || deadline.timeLeft() <= 0 || !isReported(position, hit))
    return withoutPresent(response);
  const { detail, decision } = response;
  const recorded = toResponse({ position, result: undefined, claim: hit.claim });
  return { ...recorded, detail: `${detail} Late response: ${recorded.detail}`, decision };
}

/** Whether the record shows what became of the hit: another claim may do less, and an open position shows nothing. */
function isReported(position: Position, { action, claim }: LateHit): boolean {
  const { state, outcome } = position;
  if (claim !== undefined && isOutcomeOf(claim, outcome)) return true;
  switch (state) {
    case 'open':
      return false;
    case 'claimed':
      return position.claim.claimedAt === claim?.claimedAt;
    case 'failed':
      return claim !== undefined;
    case 'kept':
      return action === 'keep';
    default:
      return true;
  }
}
