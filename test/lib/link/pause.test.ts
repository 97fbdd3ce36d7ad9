import { expect, it } from 'vitest';
import { isPaused, toPresent } from '../../../lib/link/pause.ts';

const end = '2026-11-27T13:00:00.000Z';
const endsAt = Date.parse(end);

it('A pause without an end lasts, one with an end lasts until just before it, and no pause is none', () => {
  expect(isPaused({ paused: true }, endsAt)).toBe(true);
  expect(isPaused({ paused: true, pausedUntil: end }, endsAt - 1)).toBe(true);
  expect(isPaused({ paused: true, pausedUntil: end }, endsAt)).toBe(false);
  expect(isPaused({ paused: false, pausedUntil: end }, endsAt - 1)).toBe(false);
});

it('An end that is no time, such as one of a broken item, ends no pause', () => {
  expect(isPaused({ paused: true, pausedUntil: '13:00' }, endsAt)).toBe(true);
});

it('A pause that has ended is reported as none, and its end with it', () => {
  expect(toPresent({ paused: true }, endsAt)).toStrictEqual({ paused: true });
  expect(toPresent({ paused: true, pausedUntil: end }, endsAt - 1)).toStrictEqual({
    paused: true,
    pausedUntil: end,
  });
  expect(toPresent({ paused: true, pausedUntil: end }, endsAt)).toStrictEqual({ paused: false });
});
