import { inOneLine, type Log } from '../loopback/log.ts';

/** Calls `tick` at every interval. @returns a function that stops it. */
export type Every = (intervalMs: number, tick: () => void) => () => void;

/** A timer can fire this early. Its tick must not be followed by another one for the same moment. */
const earlyMs = 100;

/** Uses the real clock, and ticks at its full intervals as EventBridge does: at every full minute, for example. */
export const everyByClock: Every = (intervalMs, tick) => {
  let timer: NodeJS.Timeout;
  const arm = (): void => {
    const next = intervalMs - (Date.now() % intervalMs);
    timer = setTimeout(
      () => {
        arm();
        tick();
      },
      next < earlyMs ? next + intervalMs : next,
    );
  };
  arm();
  return () => clearTimeout(timer);
};

export interface Schedule {
  /** Starts no more runs. Ends when the current run has ended. */
  stop(): Promise<void>;
}

/** Runs a task now and at every interval. Runs never overlap: a tick during a run is skipped. */
export function startSchedule(options: {
  run: () => Promise<unknown>;
  intervalMs: number;
  log: Log;
  every: Every;
}): Schedule {
  let running: Promise<void> | undefined;
  const tick = (): void => {
    running ??= options
      .run()
      .then(() => undefined)
      .catch((thrown: unknown) => options.log(`The scheduled run failed: ${inOneLine(thrown)}`))
      .finally(() => {
        running = undefined;
      });
  };
  const stop = options.every(options.intervalMs, tick);
  tick();
  return {
    async stop() {
      stop();
      await running;
    },
  };
}
