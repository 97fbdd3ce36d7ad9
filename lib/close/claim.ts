import { toArrivableUntil } from '../position/absence.ts';
import type { Part } from '../position/part.ts';
import type { Action, Claim, Position } from '../position/position.ts';
import { leaseMs, sendWindowMs } from '../position/timing.ts';
import type { Services } from '../services.ts';

/** What a claim is for, and who wants it. */
export type Intent = ActorIntent & Part & { action: Action };
/** Who acts. A link's watch has the link's id: a revocation stops it, and it counts as no use. */
export type ActorIntent =
  | { actor: 'link' | 'watch'; linkId: string }
  | { actor: 'operator'; linkId?: undefined };

export function newClaim(services: Services, intent: Intent): Claim {
  const claimedAt = services.now();
  return {
    actor: intent.actor,
    linkId: intent.linkId,
    action: intent.action,
    percent: intent.percent,
    toPercent: intent.toPercent,
    leaseToken: services.randomId(),
    claimedAt,
    leaseExpiresAt: claimedAt + leaseMs,
    sendDeadline: toSendDeadline(services, claimedAt),
    phase: 'may-have-sent',
  };
}

/** @returns when the holder of a claim or a takeover of `from` sends its last order or cancel. */
export function toSendDeadline({ until = Number.POSITIVE_INFINITY }: Services, from: number): number {
  return Math.min(from + sendWindowMs, until);
}

/** Whether the claim's holder can no longer act: its lease is over. */
export function isLeaseExpired({ leaseExpiresAt }: Claim, now: number): boolean {
  return now > leaseExpiresAt;
}

/** Whether the position waits for recovery: it is claimed, its holder's lease is over, and a look-up is due. */
export function isAbandoned(position: Position, now: number): boolean {
  return position.state === 'claimed' && now >= dueAt(position.claim);
}

/** @returns when another process may take the claim over next, in epoch milliseconds. */
export function dueAt({ leaseExpiresAt, lookAgainAt = 0 }: Claim): number {
  return Math.max(leaseExpiresAt + 1, lookAgainAt);
}

/**
 * @returns until when a close order of this claim can still arrive at the exchange, in epoch milliseconds. It left by
 * `sendDeadline`, and the exchange refuses it once its receive window has passed.
 */
export function closeArrivableUntil({ sendDeadline }: Claim, recvWindowMs: number): number {
  return toArrivableUntil(sendDeadline, recvWindowMs);
}
