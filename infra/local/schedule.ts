import { inOneLine, type Log } from '../loopback/log.ts';

/** Calls `tick` again and again. @returns what ends it. */
export type Every = (intervalMs: number, tick: () => void) => () => void;

/** The one by the clock. */
export const everyByClock: Every = (intervalMs, tick) => {
  const timer = setInterval(tick, intervalMs);
  return () => clearInterval(timer);
};

export interface Schedule {
  /** No run starts any more; ends when the running one has ended. */
  stop(): Promise<void>;
}

/** Runs a task now and then at every interval, but never beside itself: a tick during a run is left out. */
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
      .catch((thrown: unknown) => options.log(`The schedule's run failed: ${inOneLine(thrown)}`))
      .finally(() => {
        running = undefined;
      });
  };
  const end = options.every(options.intervalMs, tick);
  tick();
  return {
    async stop() {
      end();
      await running;
    },
  };
}
