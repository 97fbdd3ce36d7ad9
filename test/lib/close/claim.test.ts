import { expect, it } from 'vitest';
import { isAbandoned, isLeaseExpired, newClaim } from '../../../lib/close/claim.ts';
import { leaseMs, sendWindowMs } from '../../../lib/position/timing.ts';
import type { Services } from '../../../lib/services.ts';
import { exampleClaim, examplePositionIn } from '../position/example-position.ts';

it('a new claim counts its send deadline and its lease from now', () => {
  const services = { now: () => 1_000, randomId: () => 'token1' } as Services;
  const intent = { actor: 'link', linkId: 'lnk_1', action: 'close', percent: 50 } as const;
  expect(newClaim(services, intent)).toEqual({
    ...intent,
    leaseToken: 'token1',
    claimedAt: 1_000,
    leaseExpiresAt: 1_000 + leaseMs,
    sendDeadline: 1_000 + sendWindowMs,
    phase: 'may-have-sent',
  });
});

const { leaseExpiresAt } = exampleClaim;

it.each([
  [leaseExpiresAt, false],
  [leaseExpiresAt + 1, true],
])('a claim whose lease ends at %d may be taken over: %s', (now, isOver) => {
  expect(isLeaseExpired(exampleClaim, now)).toBe(isOver);
  expect(isAbandoned(examplePositionIn('claimed'), now)).toBe(isOver);
});

it('a claim is not taken over before its next look-up is due', () => {
  const lookAgainAt = leaseExpiresAt + 3_000;
  const claimed = examplePositionIn('claimed', { claim: { ...exampleClaim, lookAgainAt } });
  expect(isAbandoned(claimed, lookAgainAt - 1)).toBe(false);
  expect(isAbandoned(claimed, lookAgainAt)).toBe(true);
});

it('a position that is not claimed is not abandoned', () => {
  expect(isAbandoned(examplePositionIn('open'), leaseExpiresAt + 1)).toBe(false);
});
