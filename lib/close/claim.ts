import type { Action, Claim, Position } from '../position/position.ts';
import { leaseMs, sendWindowMs } from '../position/timing.ts';
import type { Services } from '../services.ts';

/** What a claim is for, and who wants it. */
export type Intent = ActorIntent & { action: Action; percent?: number | undefined };
/** Who acts. Only a link has an id. */
export type ActorIntent = { actor: 'link'; linkId: string } | { actor: 'operator'; linkId?: undefined };

export function newClaim(services: Services, intent: Intent): Claim {
  const claimedAt = services.now();
  return {
    actor: intent.actor,
    linkId: intent.linkId,
    action: intent.action,
    percent: intent.percent,
    leaseToken: services.randomId(),
    claimedAt,
    leaseExpiresAt: claimedAt + leaseMs,
    sendDeadline: claimedAt + sendWindowMs,
    phase: 'may-have-sent',
  };
}

/** Whether another process may take the claim over. */
export function isLeaseExpired({ leaseExpiresAt }: Claim, now: number): boolean {
  return now > leaseExpiresAt;
}

/** Whether the position waits for recovery: it is claimed, and its holder's lease is over. */
export function isAbandoned(position: Position, now: number): boolean {
  return position.state === 'claimed' && isLeaseExpired(position.claim, now);
}
