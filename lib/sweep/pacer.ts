import type { Services } from '../services.ts';

/** Waits for its turn. */
export type Pacer = () => Promise<void>;

/** @returns a pacer whose turns are this far apart, in milliseconds. The first is now. */
export function createPacer({ now, sleep }: Pick<Services, 'now' | 'sleep'>, intervalMs: number): Pacer {
  let nextAt = 0;
  return async () => {
    const startedAt = now();
    const at = Math.max(startedAt, nextAt);
    nextAt = at + intervalMs;
    if (at > startedAt) await sleep(at - startedAt);
  };
}
