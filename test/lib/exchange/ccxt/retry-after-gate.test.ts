import { expect, test } from 'vitest';
import { RetryAfterGate } from '../../../../lib/exchange/ccxt/retry-after-gate.ts';

const start = Date.UTC(2026, 0, 2, 3, 4, 5);

function begin() {
  const clock = { now: start };
  return { clock, gate: new RetryAfterGate(() => clock.now) };
}

test.each([
  [429, '7', 7_000],
  [418, '120', 120_000],
  [429, 'Fri, 02 Jan 2026 03:04:25 GMT', 20_000],
  [429, undefined, 10_000],
  [418, undefined, 60_000],
  [429, 'soon', 10_000],
  [418, '259200', 180_000],
])('a %i with "Retry-After: %s" blocks for %i ms', (status, retryAfter, ms) => {
  const { clock, gate } = begin();
  expect(gate.blockedUntil()).toBeUndefined();
  gate.onResponse(status, retryAfter);
  expect(gate.blockedUntil()).toBe(start + ms);
  // The response to an earlier request does not end the pause.
  gate.onResponse(200, undefined);
  clock.now += ms - 1;
  expect(gate.blockedUntil()).toBe(start + ms);
  clock.now += 1;
  expect(gate.blockedUntil()).toBeUndefined();
});

test.each([200, 400, 403, 500, 503])('a %i does not block', (status) => {
  const { gate } = begin();
  gate.onResponse(status, '60');
  expect(gate.blockedUntil()).toBeUndefined();
});

test('a longer pause is probed by one request at a time, until a response ends it', () => {
  const { clock, gate } = begin();
  gate.onResponse(418, '3600');
  clock.now += 180_000;
  expect(gate.blockedUntil()).toBeUndefined();
  expect(gate.blockedUntil()).toBe(clock.now + 4_000);
  // The probe got no response, so another request may try.
  clock.now += 4_000;
  expect(gate.blockedUntil()).toBeUndefined();
  gate.onResponse(418, '3600');
  expect(gate.blockedUntil()).toBe(clock.now + 180_000);
  clock.now += 180_000;
  expect(gate.blockedUntil()).toBeUndefined();
  gate.onResponse(200, undefined);
  expect(gate.blockedUntil()).toBeUndefined();
  expect(gate.blockedUntil()).toBeUndefined();
});

test('a pause that the venue documents is not probed, and a shorter one does not end it', () => {
  const { clock, gate } = begin();
  gate.onResponse(403, undefined, 600_000);
  gate.onResponse(429, '1');
  gate.onResponse(200, undefined);
  clock.now += 599_999;
  expect(gate.blockedUntil()).toBe(start + 600_000);
  clock.now += 1;
  expect(gate.blockedUntil()).toBeUndefined();
});
