import { expect, test } from 'vitest';
import {
  clockMarginMs,
  leaseMs,
  missIntervalMs,
  orderLostAfterMs,
  pollAttempts,
  pollIntervalMs,
  pollWindowMs,
  sendWindowMs,
} from '../../../lib/position/timing.ts';

test('A lease outlasts the time to send, a receive window of 5 s and the clock margin.', () => {
  expect(sendWindowMs + 5_000 + clockMarginMs).toBeLessThanOrEqual(leaseMs);
});

test('All polls of one hit fit into its poll window.', () => {
  expect(pollAttempts * pollIntervalMs).toBeLessThan(pollWindowMs);
});

test('Look-ups that count as misses are at least a lease apart.', () => {
  expect(missIntervalMs).toBeGreaterThanOrEqual(leaseMs);
});

test('An order is lost when look-ups have missed it for 10 minutes.', () => {
  expect(orderLostAfterMs).toBe(600_000);
});
