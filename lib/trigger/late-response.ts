import { Deadline, runUntil } from '../deadline.ts';
import type { Action, Claim, Position } from '../position/position.ts';
import { lateReadMs } from '../position/timing.ts';
import type { Services } from '../services.ts';
import { type HitResponse, isOutcomeOf, statesPresent, toResponse, withoutPresent } from './response.ts';

/** A hit that is answered too late, as after a freeze. `claim`: the one that it made, if it made one. */
export interface LateHit {
  positionId: string;
  action: Action;
  claim: Claim | undefined;
}

/** @returns a response that is true now: what is recorded by now, or nothing of the present if that can't be read. */
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
  // The hit's own claim is as it left it.
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
  return { ...recorded, detail: `${detail} Answered late: ${recorded.detail}`, decision };
}

/** Whether the record is about what the hit asked for: another claim may do less, and an open position says nothing. */
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
