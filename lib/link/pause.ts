/** The kill switch as it is stored. Whether it is on is for `isPaused` to decide. */
export interface Pause {
  paused: boolean;
  /** When the pause ends by itself, ISO 8601, UTC. Absent: only when the owner resumes links. */
  pausedUntil?: string | undefined;
}

/** @returns whether no link acts at this time, epoch milliseconds. An end that is no time ends nothing. */
export function isPaused({ paused, pausedUntil }: Pause, now: number): boolean {
  const isOver = pausedUntil !== undefined && now >= Date.parse(pausedUntil);
  return paused && !isOver;
}

/** @returns the pause as it is at this time: one that has ended is none. */
export function toPresent(pause: Pause, now: number): Pause {
  if (!isPaused(pause, now)) return { paused: false };
  const { pausedUntil } = pause;
  return pausedUntil === undefined ? { paused: true } : { paused: true, pausedUntil };
}
