import type { ExchangeOrder } from '../exchange/exchange.ts';
import { type Fault, isLasting } from '../fault.ts';
import { countMiss, isProvenAbsent, type Misses } from '../position/absence.ts';
import type { Claim } from '../position/position.ts';
import { lookUpIntervalMs, maxCloseAttempts, orderLostAfterMs, sendWindowMs } from '../position/timing.ts';
import { closeArrivableUntil } from './claim.ts';

/** What recovery has read about an abandoned claim's close order so far. */
export type Observation =
  | { kind: 'nothing-read' }
  /** The exchange, or the account, could not be asked. */
  | { kind: 'no-answer'; fault: Fault }
  | { kind: 'found'; order: ExchangeOrder }
  /** The exchange has no such order. `readAt` is Ripcord's clock; the venue states the others; milliseconds. */
  | {
      kind: 'not-found';
      readAt: number;
      recvWindowMs: number;
      lookupLagMs: number;
      /** How long after its first send the order may be sent again under its id. Absent: never. */
      replayWindowMs?: number | undefined;
    };

export type RecoveryStep =
  | { kind: 'read-close-order' }
  /** The close order is done: its fills decide. */
  | { kind: 'settle'; order: ExchangeOrder }
  /** Nothing is proven yet. `looked` is to be saved. */
  | { kind: 'wait'; reason: string; looked: Looked }
  /**
   * The order can no longer arrive, and may exist all the same. Sent again by `until` under its own id, it executes once
   * in all. The response proves nothing about what was sent before; only a look-up does. `missed`: this look-up, counted.
   */
  | { kind: 'resend'; firstSentAt: number; until: number; missed: Misses }
  /** Proven that no close order of the present attempt executed or can execute. */
  | { kind: 'start-attempt'; lostAttempts: number }
  /** Too many close orders in a row were sent and proven not accepted. */
  | { kind: 'give-up'; lostAttempts: number }
  | { kind: 'needs-attention' };

/** What a claim remembers of the look-ups of its close order. Times are epoch milliseconds. */
export type Looked = Pick<Claim, 'notFoundCount' | 'lastMissAt'> & { lookAgainAt: number };

/**
 * Decides what recovery does next with an abandoned claim. A new close order is started only when the earlier one is
 * proven absent: it can no longer arrive, look-ups no longer lag, and it was missed often enough.
 * @param now epoch milliseconds.
 */
export function recoveryStep(claim: Claim, observation: Observation, now: number): RecoveryStep {
  const { lostAttempts = 0 } = claim;
  switch (observation.kind) {
    case 'nothing-read':
      return claim.action === 'close' && claim.phase === 'may-have-sent'
        ? { kind: 'read-close-order' }
        : { kind: 'start-attempt', lostAttempts };
    case 'no-answer':
      return isHopeless(claim, observation.fault, now)
        ? { kind: 'needs-attention' }
        : { kind: 'wait', reason: observation.fault.message, looked: lookLater(claim, now) };
    case 'found':
      return observation.order.status === 'done'
        ? { kind: 'settle', order: observation.order }
        : { kind: 'wait', reason: 'The close order is not done yet', looked: lookLater(claim, now) };
    case 'not-found':
      return afterNotFound(claim, observation);
  }
}

function afterNotFound(
  claim: Claim,
  { readAt, recvWindowMs, lookupLagMs, replayWindowMs = 0 }: Extract<Observation, { kind: 'not-found' }>,
): RecoveryStep {
  const arrivableUntil = closeArrivableUntil(claim, recvWindowMs);
  if (readAt <= arrivableUntil) {
    const reason = 'The close order may still arrive at the exchange';
    return { kind: 'wait', reason, looked: lookLater(claim, readAt, arrivableUntil + 1) };
  }
  const firstSentAt = firstSend(claim);
  const missed = countMiss(claim, readAt);
  // Misses count from a resend that was refused, and the next one would be refused as well.
  if (claim.notFoundCount === undefined && readAt < firstSentAt + replayWindowMs)
    return { kind: 'resend', firstSentAt, until: firstSentAt + replayWindowMs, missed };
  if (!isProvenAbsent(missed, { arrivableUntil, lookupLagMs, readAt }))
    return {
      kind: 'wait',
      reason: 'The close order was not found. Confirming before retrying',
      looked: lookLater(missed, readAt, arrivableUntil + lookupLagMs),
    };
  // Several orders in a row were proven not accepted, so the next one most likely would not be either.
  const lost = (claim.lostAttempts ?? 0) + 1;
  return { kind: lost >= maxCloseAttempts ? 'give-up' : 'start-attempt', lostAttempts: lost };
}

/** @returns a time not later than the first send of the present attempt's close order. */
export function firstSend({ sentOrder, sendDeadline, claimedAt }: Claim): number {
  return sentOrder?.sentAt ?? Math.max(claimedAt, sendDeadline - sendWindowMs);
}

/** @param nextProof when a look-up will prove more, so that none has to wait for the interval's end. */
function lookLater({ notFoundCount, lastMissAt }: Misses, readAt: number, nextProof = 0): Looked {
  const soon = readAt + lookUpIntervalMs;
  return { notFoundCount, lastMissAt, lookAgainAt: nextProof > readAt ? Math.min(soon, nextProof) : soon };
}

/**
 * What will not pass by itself: a deleted key, a closed market. Counted from the last moment at which an order may
 * have left, so that the owner is asked only when the exchange's word about that order can be believed.
 */
function isHopeless({ sendDeadline }: Claim, { code }: Fault, now: number): boolean {
  return (isLasting(code) || code === 'exchange-refused') && now - sendDeadline > orderLostAfterMs;
}
