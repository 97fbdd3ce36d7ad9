import type { ExchangeOrder } from '../exchange/exchange.ts';
import type { Fault } from '../fault.ts';
import type { Claim } from '../position/position.ts';
import {
  clockMarginMs,
  maxCloseAttempts,
  orderLostAfterMs,
  requiredNotFoundCount,
} from '../position/timing.ts';

/** What recovery has read about an abandoned claim's close order so far. */
export type Observation =
  | { kind: 'nothing-read' }
  /** The exchange, or the account, could not be asked. */
  | { kind: 'no-answer'; fault: Fault }
  | { kind: 'found'; order: ExchangeOrder }
  /** The exchange has no such order. `readAt` is Ripcord's clock; the venue states the other two; milliseconds. */
  | { kind: 'not-found'; readAt: number; recvWindowMs: number; lookupLagMs: number };

export type RecoveryStep =
  | { kind: 'read-close-order' }
  /** The close order is done: its fills decide. */
  | { kind: 'settle'; order: ExchangeOrder }
  /** Nothing is proven yet. `notFoundCount` is to be saved. */
  | { kind: 'wait'; reason: string; notFoundCount?: number }
  /** Proven that no close order of the present attempt executed or can execute. */
  | { kind: 'start-attempt'; lostAttempts: number }
  /** Too many close orders in a row were sent and proven not accepted. */
  | { kind: 'give-up'; lostAttempts: number }
  | { kind: 'needs-attention' };

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
        : { kind: 'wait', reason: observation.fault.message };
    case 'found':
      return observation.order.status === 'done'
        ? { kind: 'settle', order: observation.order }
        : { kind: 'wait', reason: 'The close order is not done yet' };
    case 'not-found':
      return afterNotFound(claim, observation);
  }
}

function afterNotFound(
  { sendDeadline, notFoundCount = 0, lostAttempts = 0 }: Claim,
  { readAt, recvWindowMs, lookupLagMs }: Extract<Observation, { kind: 'not-found' }>,
): RecoveryStep {
  const arrivableUntil = sendDeadline + recvWindowMs + clockMarginMs;
  if (readAt <= arrivableUntil)
    return { kind: 'wait', reason: 'The close order may still arrive at the exchange' };
  // Each look-up needs a takeover of its own, so two are at least a lease apart.
  const missed = notFoundCount + 1;
  if (readAt - arrivableUntil < lookupLagMs || missed < requiredNotFoundCount)
    return {
      kind: 'wait',
      reason: 'The close order was not found. Confirming before retrying',
      notFoundCount: missed,
    };
  // Sent and proven not accepted several times in a row: the exchange has its reasons.
  const lost = lostAttempts + 1;
  return { kind: lost >= maxCloseAttempts ? 'give-up' : 'start-attempt', lostAttempts: lost };
}

/**
 * What will not pass by itself: a deleted key, a closed market. Counted from the last moment at which an order may
 * have left, so that the owner is asked only when the exchange's word about that order can be believed.
 */
function isHopeless({ sendDeadline }: Claim, { code }: Fault, now: number): boolean {
  return (
    (code === 'exchange-refused' || code === 'account-not-found') && now - sendDeadline > orderLostAfterMs
  );
}
