import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Observation, recoveryStep } from '../../../lib/close/recovery-step.ts';
import type { ExchangeOrder } from '../../../lib/exchange/exchange.ts';
import { Fault, type FaultCode } from '../../../lib/fault.ts';
import type { Claim } from '../../../lib/position/position.ts';
import {
  clockMarginMs,
  lookUpIntervalMs,
  maxCloseAttempts,
  missIntervalMs,
  orderLostAfterMs,
  requiredNotFoundCount,
  sendWindowMs,
} from '../../../lib/position/timing.ts';
import { exampleClaim } from '../position/example-position.ts';

const { sendDeadline } = exampleClaim;
const recvWindowMs = 5_000;
const lookupLagMs = 65_000;
/** The last moment at which the close order can still arrive. */
const arrivableUntil = sendDeadline + recvWindowMs + clockMarginMs;
/** From here on a look-up no longer lags. */
const believedFrom = arrivableUntil + lookupLagMs;

const order: ExchangeOrder = {
  orderId: '1',
  symbol: 'BTC/USDT',
  side: 'sell',
  type: 'market',
  status: 'done',
  amount: '1',
  filled: '1',
  conditional: false,
};

function notFound(readAt: number): Observation {
  return { kind: 'not-found', readAt, recvWindowMs, lookupLagMs };
}

function step(claim: Partial<Claim>, observation: Observation, now = sendDeadline) {
  return recoveryStep({ ...exampleClaim, ...claim }, observation, now);
}

describe('before anything was read', () => {
  const nothing = { kind: 'nothing-read' } as const;

  it('reads the close order that may have been sent', () => {
    expect(step({}, nothing)).toEqual({ kind: 'read-close-order' });
  });

  it('starts an attempt when it is proven that nothing was sent', () => {
    expect(step({ phase: 'not-sent', lostAttempts: 2 }, nothing)).toEqual({
      kind: 'start-attempt',
      lostAttempts: 2,
    });
  });

  it('starts an attempt for a keep, which sends no close order', () => {
    expect(step({ action: 'keep' }, nothing)).toEqual({ kind: 'start-attempt', lostAttempts: 0 });
  });
});

describe('a close order that was found', () => {
  it('is settled once it is done', () => {
    expect(step({}, { kind: 'found', order })).toEqual({ kind: 'settle', order });
  });

  it('is waited for while it is live', () => {
    expect(step({}, { kind: 'found', order: { ...order, status: 'live' } })).toEqual({
      kind: 'wait',
      reason: 'The close order is not done yet',
      looked: { lookAgainAt: sendDeadline + lookUpIntervalMs },
    });
  });
});

describe('a close order that was not found', () => {
  const last = { notFoundCount: requiredNotFoundCount - 1 };

  it('may still arrive until the receive window of its deadline is over', () => {
    expect(step(last, notFound(arrivableUntil))).toEqual({
      kind: 'wait',
      reason: 'The close order may still arrive at the exchange',
      looked: { ...last, lookAgainAt: arrivableUntil + 1 },
    });
  });

  it('is looked up again before that, because it may have arrived late', () => {
    expect(step({}, notFound(sendDeadline))).toMatchObject({
      looked: { lookAgainAt: sendDeadline + lookUpIntervalMs },
    });
  });

  it('is counted as missed from then on', () => {
    const readAt = arrivableUntil + 1;
    expect(step({}, notFound(readAt))).toEqual({
      kind: 'wait',
      reason: 'The close order was not found. Confirming before retrying',
      looked: { notFoundCount: 1, lastMissAt: readAt, lookAgainAt: readAt + lookUpIntervalMs },
    });
  });

  it('is not counted as missed twice within one interval', () => {
    const lastMissAt = arrivableUntil + 1;
    const missed = { notFoundCount: 1, lastMissAt };
    expect(step(missed, notFound(lastMissAt + missIntervalMs - 1))).toMatchObject({ looked: missed });
    expect(step(missed, notFound(lastMissAt + missIntervalMs))).toMatchObject({
      looked: { notFoundCount: 2, lastMissAt: lastMissAt + missIntervalMs },
    });
  });

  it('is looked up at the very moment at which look-ups stop lagging', () => {
    expect(step({}, notFound(believedFrom - 1))).toMatchObject({ looked: { lookAgainAt: believedFrom } });
  });

  it('is not proven absent one millisecond before look-ups stop lagging', () => {
    expect(step(last, notFound(believedFrom - 1))).toMatchObject({
      kind: 'wait',
      looked: { notFoundCount: 3 },
    });
  });

  it('is not proven absent when it was missed too seldom', () => {
    const { notFoundCount } = last;
    expect(step({ notFoundCount: notFoundCount - 1 }, notFound(believedFrom))).toMatchObject({
      kind: 'wait',
      looked: { notFoundCount },
    });
  });

  it('is proven absent when it was missed often enough and look-ups no longer lag', () => {
    expect(step(last, notFound(believedFrom))).toEqual({ kind: 'start-attempt', lostAttempts: 1 });
  });

  it('is given up after several lost attempts in a row', () => {
    const lost = { ...last, lostAttempts: maxCloseAttempts - 1 };
    expect(step(lost, notFound(believedFrom))).toEqual({ kind: 'give-up', lostAttempts: maxCloseAttempts });
    const oneLess = { ...last, lostAttempts: maxCloseAttempts - 2 };
    expect(step(oneLess, notFound(believedFrom))).toMatchObject({ kind: 'start-attempt' });
  });

  it('is proven absent only by three look-ups a whole interval apart, the last of them when none lags', () => {
    const gaps = fc.array(fc.integer({ min: 1, max: 2 * missIntervalMs }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(gaps, (steps) => {
        const misses: number[] = [];
        let claim: Claim = exampleClaim;
        let readAt = sendDeadline;
        for (const gap of steps) {
          readAt += gap;
          const next = step(claim, notFound(readAt));
          if (readAt > arrivableUntil) misses.push(readAt);
          if (next.kind === 'wait') claim = { ...claim, ...next.looked };
          else break;
        }
        if (readAt >= believedFrom && step(claim, notFound(readAt)).kind === 'start-attempt')
          expect(countApart(misses)).toBeGreaterThanOrEqual(requiredNotFoundCount);
      }),
    );
  });

  /** How many of these look-ups are pairwise an interval apart, counted back from the last. */
  function countApart(misses: number[]): number {
    let count = 0;
    let later = Number.POSITIVE_INFINITY;
    for (const at of misses.toReversed()) {
      if (later - at < missIntervalMs) continue;
      count += 1;
      later = at;
    }
    return count;
  }

  it('never leads to a new attempt while the order can still execute or hide', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: sendDeadline - 60_000, max: believedFrom - 1 }),
        fc.nat({ max: 100 }),
        fc.nat({ max: 5 }),
        (readAt, notFoundCount, lostAttempts) => {
          expect(step({ notFoundCount, lostAttempts }, notFound(readAt)).kind).toBe('wait');
        },
      ),
    );
  });
});

describe('a close order that was not found on a venue that accepts an id once', () => {
  const replayWindowMs = 60_000;
  const sentAt = sendDeadline - 4_000;
  const until = sentAt + replayWindowMs;
  const missed = (readAt: number): Observation => ({
    kind: 'not-found',
    readAt,
    recvWindowMs,
    lookupLagMs,
    replayWindowMs,
  });

  it('is sent again when it can no longer arrive', () => {
    const claim = { sentOrder: { amount: '1', sentAt } };
    expect(step(claim, missed(arrivableUntil))).toMatchObject({ kind: 'wait' });
    expect(step(claim, missed(arrivableUntil + 1))).toEqual({
      kind: 'resend',
      firstSentAt: sentAt,
      until,
      missed: { notFoundCount: 1, lastMissAt: arrivableUntil + 1 },
    });
  });

  it('counts as sent at the start of its attempt when its holder died', () => {
    const firstSentAt = sendDeadline - sendWindowMs;
    expect(step({}, missed(arrivableUntil + 1))).toEqual({
      kind: 'resend',
      firstSentAt,
      until: firstSentAt + replayWindowMs,
      missed: { notFoundCount: 1, lastMissAt: arrivableUntil + 1 },
    });
  });

  it('was not sent before its claim, however short the time to send was', () => {
    const { claimedAt } = exampleClaim;
    const hit = { sendDeadline: claimedAt + 2_000 };
    expect(step(hit, missed(arrivableUntil))).toMatchObject({ kind: 'resend', firstSentAt: claimedAt });
  });

  it('is not sent again a minute after it was sent first', () => {
    const claim = { sentOrder: { sentAt } };
    expect(step(claim, missed(until - 1))).toMatchObject({ kind: 'resend' });
    expect(step(claim, missed(until))).toMatchObject({ kind: 'wait', looked: { notFoundCount: 1 } });
  });

  it('is not sent again when an earlier resend may still arrive', () => {
    const resent = { sentOrder: { sentAt }, sendDeadline: sendDeadline + 12_000 };
    expect(step(resent, missed(arrivableUntil + 12_000))).toMatchObject({ kind: 'wait' });
    expect(step(resent, missed(arrivableUntil + 12_001))).toMatchObject({ kind: 'resend', until });
  });

  it('is not sent again once a miss counts, because the last resend was refused', () => {
    const claim = { sentOrder: { sentAt }, notFoundCount: 1 };
    expect(step(claim, missed(arrivableUntil + 12_000))).toMatchObject({ kind: 'wait' });
  });

  it('is proven absent by the same rule as on any other venue', () => {
    const late = { sentOrder: { sentAt }, notFoundCount: requiredNotFoundCount - 1 };
    expect(step(late, missed(believedFrom))).toEqual({ kind: 'start-attempt', lostAttempts: 1 });
    expect(step(late, missed(believedFrom - 1)).kind).toBe('wait');
  });
});

describe('an exchange or account that cannot be asked', () => {
  const fault = (code: FaultCode) => ({ kind: 'no-answer', fault: new Fault(code, 'no') }) as const;
  const late = sendDeadline + orderLostAfterMs + 1;

  it.each<FaultCode>(['exchange-refused', 'account-not-found', 'accounts-denied', 'account-invalid'])(
    'needs attention after long: %s',
    (code) => {
      expect(step({}, fault(code), late)).toEqual({ kind: 'needs-attention' });
      expect(step({}, fault(code), late - 1)).toMatchObject({ kind: 'wait', reason: 'no' });
    },
  );

  it('is waited for when it may come back', () => {
    expect(step({}, fault('exchange-unreachable'), late)).toEqual({
      kind: 'wait',
      reason: 'no',
      looked: { lookAgainAt: late + lookUpIntervalMs },
    });
  });
});
