import { expect, it, onTestFinished, vi } from 'vitest';
import { type Every, everyByClock, startSchedule } from '../../../infra/local/schedule.ts';

/** A clock that the test ticks. */
function handClock() {
  const ticks = new Set<() => void>();
  const intervals: number[] = [];
  const every: Every = (intervalMs, tick) => {
    intervals.push(intervalMs);
    ticks.add(tick);
    return () => ticks.delete(tick);
  };
  const tick = (): void => {
    for (const call of ticks) call();
  };
  return { every, intervals, tick };
}

/** A task whose runs the test ends. */
function handTask() {
  const runs: PromiseWithResolvers<void>[] = [];
  const run = () => {
    const started = Promise.withResolvers<void>();
    runs.push(started);
    return started.promise;
  };
  return { run, runs };
}

function turn() {
  return new Promise((resolve) => setImmediate(resolve));
}
function silent() {
  return undefined;
}

it('runs immediately and at every tick of the interval', async () => {
  const clock = handClock();
  const task = handTask();
  startSchedule({ run: task.run, intervalMs: 60_000, log: silent, every: clock.every });
  expect(clock.intervals).toEqual([60_000]);
  expect(task.runs).toHaveLength(1);
  task.runs[0]?.resolve();
  await turn();
  clock.tick();
  expect(task.runs).toHaveLength(2);
});

it('never overlaps with its previous run', async () => {
  const clock = handClock();
  const task = handTask();
  startSchedule({ run: task.run, intervalMs: 1, log: silent, every: clock.every });
  clock.tick();
  clock.tick();
  expect(task.runs).toHaveLength(1);
  task.runs[0]?.resolve();
  await turn();
  clock.tick();
  expect(task.runs).toHaveLength(2);
});

it('logs a failed run in one line and continues', async () => {
  const clock = handClock();
  const task = handTask();
  const lines: string[] = [];
  startSchedule({ run: task.run, intervalMs: 1, log: (line) => lines.push(line), every: clock.every });
  task.runs[0]?.reject(new Error('no\ntable'));
  await turn();
  expect(lines).toEqual(['The scheduled run failed: Error: no table']);
  clock.tick();
  expect(task.runs).toHaveLength(2);
});

it('stops when the current run has ended, and starts no other', async () => {
  const clock = handClock();
  const task = handTask();
  const schedule = startSchedule({ run: task.run, intervalMs: 1, log: silent, every: clock.every });
  let stopped = false;
  const stopping = schedule.stop().then(() => {
    stopped = true;
  });
  await turn();
  expect(stopped).toBe(false);
  task.runs[0]?.resolve();
  await stopping;
  clock.tick();
  expect(task.runs).toHaveLength(1);
});

it('ticks at full minutes by the clock, once for each', () => {
  vi.useFakeTimers({ now: Date.parse('2026-11-27T12:00:37.250Z') });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const ticks: string[] = [];
  const stop = everyByClock(60_000, () => ticks.push(new Date().toISOString()));
  vi.advanceTimersByTime(100_000);
  stop();
  vi.advanceTimersByTime(60_000);
  expect(ticks).toEqual(['2026-11-27T12:01:00.000Z', '2026-11-27T12:02:00.000Z']);
});
