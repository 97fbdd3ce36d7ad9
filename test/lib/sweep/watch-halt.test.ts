import { expect, it } from 'vitest';
import type { Notifier } from '../../../lib/notify/notifier.ts';
import { createMemoryHealth } from '../../../lib/store/memory-health.ts';
import type { HealthStore } from '../../../lib/store/store.ts';
import { watchAccounts } from '../../../lib/sweep/watch-accounts.ts';
import { watchHalt } from '../../../lib/sweep/watch-halt.ts';
import { channelsOf, fakeChannel, newTrader, refused } from '../notify/trader.ts';

const minuteMs = 60_000;
const dayMinutes = 24 * 60;

/** Runs once a minute while links are halted. It has no positions and no exchange: only the health of a table. */
function newHalt(...channels: Notifier[]) {
  const { services, later } = newTrader();
  const { now } = services;
  return {
    now,
    later,
    async run(minutes: number, store: HealthStore) {
      for (let minute = 0; minute < minutes; minute += 1) {
        await watchHalt({ store, now }, channelsOf(...channels));
        later(minuteMs);
      }
    },
    /** A run that does not find links halted. */
    runNormally: (store: HealthStore) =>
      watchAccounts({ ...services, store: { ...services.store, ...store } }, channelsOf(...channels)),
  };
}

const still = (since: string) =>
  `Links have been halted since ${since} or earlier. A restore has not finished, so every link answers 503 and no sweep acts on a position. To finish it, run: ripcord restore. To see its state, run: ripcord doctor.`;

it('A halt is reported after an hour, and then once a day, to every channel', async () => {
  const channels = [fakeChannel('topic'), fakeChannel('slack')];
  const { run } = newHalt(...channels);
  const store = createMemoryHealth();
  await run(60, store);
  expect(channels.map(({ texts }) => texts)).toEqual([[], []]);
  await run(1, store);
  for (const { texts } of channels) expect(texts).toEqual([still('2025-10-09 08:56 UTC')]);
  await run(2 * dayMinutes, store);
  for (const { texts } of channels) expect(texts).toHaveLength(3);
});

it('A halt that is over within an hour is not reported, and neither is its end', async () => {
  const channel = fakeChannel('slack');
  const { run, runNormally } = newHalt(channel);
  const store = createMemoryHealth();
  await run(59, store);
  await runNormally(store);
  await run(59, store);
  expect(channel.texts).toEqual([]);
});

it('The end of a halt that was reported is reported once', async () => {
  const channel = fakeChannel('slack');
  const { run, runNormally, later } = newHalt(channel);
  const store = createMemoryHealth();
  await run(65, store);
  for (let looks = 0; looks < 3; looks += 1) {
    await runNormally(store);
    later(5 * minuteMs);
  }
  expect(channel.texts.slice(1)).toEqual(['Links are no longer halted.']);
});

it('A channel that fails gets the notice later', async () => {
  let answer = refused;
  const channel = fakeChannel('slack', () => answer);
  const { run } = newHalt(channel);
  const store = createMemoryHealth();
  await run(70, store);
  answer = { kind: 'sent' };
  const tries = channel.texts.length;
  await run(60, store);
  expect(channel.texts).toHaveLength(tries + 1);
});

it('A halt that a backup still has is not taken for the halt of its restore', async () => {
  const channel = fakeChannel('slack');
  const { run, later } = newHalt(channel);
  const store = createMemoryHealth();
  await run(65, store);
  later(2 * dayMinutes * minuteMs);
  await run(60, store);
  expect(channel.texts).toHaveLength(1);
  await run(1, store);
  expect(channel.texts[1]).toBe(still('2025-10-11 10:01 UTC'));
});

it('Writes of a halt that has nothing to report are 5 minutes apart', async () => {
  const { run } = newHalt();
  const store = createMemoryHealth();
  await run(50, store);
  expect((await store.readAccountHealth()).revision).toBe(10);
});
