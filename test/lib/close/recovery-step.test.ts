import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Observation, recoveryStep } from '../../../lib/close/recovery-step.ts';
import type { ExchangeOrder } from '../../../lib/exchange/exchange.ts';
import { Fault } from '../../../lib/fault.ts';
import type { Claim } from '../../../lib/position/position.ts';
import {
  clockMarginMs,
  maxCloseAttempts,
  orderLostAfterMs,
  requiredNotFoundCount,
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
    });
  });
});

describe('a close order that was not found', () => {
  const last = { notFoundCount: requiredNotFoundCount - 1 };

  it('may still arrive until the receive window of its deadline is over', () => {
    expect(step(last, notFound(arrivableUntil))).toEqual({
      kind: 'wait',
      reason: 'The close order may still arrive at the exchange',
    });
  });

  it('is counted as missed from then on', () => {
    expect(step({}, notFound(arrivableUntil + 1))).toEqual({
      kind: 'wait',
      reason: 'The close order was not found. Confirming before retrying',
      notFoundCount: 1,
    });
  });

  it('is not proven absent one millisecond before look-ups stop lagging', () => {
    expect(step(last, notFound(believedFrom - 1))).toMatchObject({ kind: 'wait', notFoundCount: 3 });
  });

  it('is not proven absent when it was missed too seldom', () => {
    const { notFoundCount } = last;
    expect(step({ notFoundCount: notFoundCount - 1 }, notFound(believedFrom))).toMatchObject({
      kind: 'wait',
      notFoundCount,
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

describe('an exchange or account that cannot be asked', () => {
  const fault = (code: 'exchange-refused' | 'account-not-found' | 'exchange-unreachable') =>
    ({ kind: 'no-answer', fault: new Fault(code, 'no') }) as const;
  const late = sendDeadline + orderLostAfterMs + 1;

  it.each(['exchange-refused', 'account-not-found'] as const)('needs attention after long: %s', (code) => {
    expect(step({}, fault(code), late)).toEqual({ kind: 'needs-attention' });
    expect(step({}, fault(code), late - 1)).toEqual({ kind: 'wait', reason: 'no' });
  });

  it('is waited for when it may come back', () => {
    expect(step({}, fault('exchange-unreachable'), late)).toEqual({ kind: 'wait', reason: 'no' });
  });
});
