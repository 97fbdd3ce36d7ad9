/** Runs are scheduled at every full minute by the wall clock. */
const scheduleMs = 60_000;
/** A run ends this long before the next scheduled one, so that the next one never waits for it. */
const endsBeforeMs = 5_000;
/** A scheduler's clock and a function's differ by a few milliseconds: a run that starts early is the next minute's. */
const earlyMs = 100;
/** A position or a notice that is started needs at most this long to be recorded. */
const recordMs = 15_000;
/** A look-up and the attempt that may follow it need at most this long, unless the exchange does not respond. */
const lookMs = 5_000;
/** A run that starts shortly before its end still makes one pass: it starts due work for this long. */
const leastPassMs = 3_000;
/** Lambda stops a function without warning, so a run ends this long before it would be stopped. */
const beforeTimeoutMs = 2_000;

/** How long one run may do what. All in epoch milliseconds. */
export interface RunTime {
  /** No position and no notice is started after this time. */
  startUntil: number;
  /** No look-up of a pending close is started after this time. */
  lookUntil: number;
  /** The run does not wait for a later one than this. */
  lingerUntil: number;
  endsAt: number;
}

/** @param remainingMs how long the function may still run. */
export function planRun(startedAt: number, remainingMs: number): RunTime {
  const nextRunAt = (Math.floor((startedAt + earlyMs) / scheduleMs) + 1) * scheduleMs;
  const endsAt = Math.min(nextRunAt - endsBeforeMs, startedAt + remainingMs - beforeTimeoutMs);
  const leastUntil = startedAt + leastPassMs;
  return {
    startUntil: Math.max(endsAt - recordMs, leastUntil),
    lookUntil: Math.max(endsAt - lookMs, leastUntil),
    lingerUntil: endsAt - lookMs,
    endsAt: Math.max(endsAt, leastUntil + lookMs),
  };
}
