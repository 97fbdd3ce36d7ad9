// A hit loads these when it first needs them. That takes real time, in which simulated time would go on.
import '../../lib/trigger/standing/fire-standing.ts';
import '../../lib/trigger/standing/rehearse.ts';
import { setImmediate } from 'node:timers/promises';

/**
 * Virtual time. Nothing happens but what was scheduled, one after the other by time and then by order of
 * scheduling, so a run depends on its plan alone.
 */
export class Environment {
  /** True time, epoch milliseconds. Actors see it through clocks of their own. */
  time = 1_700_000_000_000;
  #sequence = 0;
  #queue: { at: number; sequence: number; run: () => void }[] = [];

  schedule(afterMs: number, run: () => void): void {
    const entry = { at: this.time + Math.max(0, afterMs), sequence: this.#sequence, run };
    this.#sequence += 1;
    // Kept sorted; the queue is short.
    let index = this.#queue.length;
    while (index > 0 && isLater(this.#queue[index - 1], entry)) index -= 1;
    this.#queue.splice(index, 0, entry);
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.schedule(ms, resolve));
  }

  /** A process that was killed: what it awaits never comes. A promise of its own, or the dead of all runs would pile up. */
  die(): Promise<never> {
    return new Promise(() => {});
  }

  /** Runs until nothing is scheduled any more, or until `limitMs` of virtual time are over. */
  async run(limitMs: number): Promise<void> {
    const end = this.time + limitMs;
    for (;;) {
      // Everything that the last event set off has to come to rest before time moves on.
      await setImmediate();
      const next = this.#queue[0];
      if (next === undefined || next.at > end) return;
      this.#queue.shift();
      this.time = next.at;
      next.run();
    }
  }
}

function isLater(
  a: { at: number; sequence: number } | undefined,
  b: { at: number; sequence: number },
): boolean {
  return a !== undefined && (a.at > b.at || (a.at === b.at && a.sequence > b.sequence));
}
