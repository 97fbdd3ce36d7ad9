import { expect, test } from 'vitest';
import { BackOff } from '../../../../lib/exchange/ccxt/retry-after-gate.ts';

const start = Date.UTC(2026, 0, 2, 3, 4, 5);

function begin() {
  const clock = { now: start };
  return { clock, backOff: new BackOff(() => clock.now) };
}

test.each([
  [429, '7', 7_000],
  [418, '120', 120_000],
  [429, 'Fri, 02 Jan 2026 03:04:25 GMT', 20_000],
  [429, undefined, 10_000],
  [418, undefined, 60_000],
  [429, 'soon', 10_000],
  [418, '259200', 180_000],
])('a %i with "Retry-After: %s" is a pause of %i ms', (status, retryAfter, ms) => {
  const { clock, backOff } = begin();
  expect(backOff.pausedUntil()).toBeUndefined();
  backOff.hear(status, retryAfter);
  expect(backOff.pausedUntil()).toBe(start + ms);
  // The answer to an earlier request ends nothing.
  backOff.hear(200, undefined);
  clock.now += ms - 1;
  expect(backOff.pausedUntil()).toBe(start + ms);
  clock.now += 1;
  expect(backOff.pausedUntil()).toBeUndefined();
});

test.each([200, 400, 403, 500, 503])('a %i is none', (status) => {
  const { backOff } = begin();
  backOff.hear(status, '60');
  expect(backOff.pausedUntil()).toBeUndefined();
});

test('a longer one is probed with one request at a time, until an answer ends it', () => {
  const { clock, backOff } = begin();
  backOff.hear(418, '3600');
  clock.now += 180_000;
  expect(backOff.pausedUntil()).toBeUndefined();
  expect(backOff.pausedUntil()).toBe(clock.now + 4_000);
  // Nothing came back: another one may try.
  clock.now += 4_000;
  expect(backOff.pausedUntil()).toBeUndefined();
  backOff.hear(418, '3600');
  expect(backOff.pausedUntil()).toBe(clock.now + 180_000);
  clock.now += 180_000;
  expect(backOff.pausedUntil()).toBeUndefined();
  backOff.hear(200, undefined);
  expect(backOff.pausedUntil()).toBeUndefined();
  expect(backOff.pausedUntil()).toBeUndefined();
});
