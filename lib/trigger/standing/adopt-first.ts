import type { LinkState } from '../../link/link-state.ts';
import type { Position } from '../../position/position.ts';
import { type Adoption, adoptExcess, type Listed } from '../../strategy/adopt-excess.ts';
import { reportedRefusal } from '../refusals.ts';
import type { HitResponse } from '../response.ts';
import type { StandingHit } from './standing-hit.ts';

/** A hit that may be a resend adopts nothing: it would be newer than its alert. */
export async function adoptFirst(
  { services, link, arrivedAt }: StandingHit,
  { unsure }: LinkState,
  listed: Listed,
): Promise<Adoption> {
  const { adopt, account, exchange, scope } = link;
  const mayBeResend = Object.values(unsure).some((until) => until >= arrivedAt);
  if (adopt !== true || mayBeResend || account === undefined || exchange === undefined)
    return { kind: 'nothing' };
  if (scope === undefined || !('symbol' in scope)) return { kind: 'nothing' };
  return adoptExcess(services, { account, exchange, symbol: scope.symbol, side: scope.side }, listed);
}

/** The index may lack a position that was created just now. */
export function withAdopted(listed: Position[], adoption: Adoption): Position[] {
  if (adoption.kind !== 'adopted') return listed;
  const { position } = adoption;
  return [...listed.filter(({ positionId }) => positionId !== position.positionId), position];
}

/** The record of a hit that went on without it. */
export function notAdopted(why: string): HitResponse {
  return reportedRefusal(
    'not-adopted',
    'unchanged',
    `Ripcord does not know what the exchange holds beyond its own positions, and left that open. ${why}`,
  );
}

/** The sender may read that, and not why. */
export function withoutAdoption(response: HitResponse): HitResponse {
  const publicMessage = `${response.publicMessage} Ripcord could not determine whether positions were opened elsewhere: if there are any, they were left open.`;
  return { ...response, publicMessage, detail: publicMessage };
}
