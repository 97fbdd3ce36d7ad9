/** Where the answer names no time. Binance bans with 418, for 2 minutes at least; 429 comes before that. */
const usualPauseMs = new Map([
  [429, 10_000],
  [418, 60_000],
]);

/** No longer than that without asking again: bans last up to 3 days, and may be lifted. */
const mostPauseMs = 3 * 60_000;

/** How long the others wait for the answer to a single request that finds out whether a longer pause is over. */
const probeMs = 4_000;

/** @returns milliseconds from now; undefined where the header says nothing. Seconds, or a date. */
function readRetryAfter(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  if (/^\s*\d+\s*$/.test(header)) return Number(header) * 1_000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}

/** The pause that a venue has asked for: what is sent all the same makes it longer. One for each connection. */
export class BackOff {
  readonly #now: () => number;
  /** Until when nothing is sent, and until when the venue wants nothing; epoch milliseconds. */
  #until = 0;
  #askedUntil = 0;
  #probing = false;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Notes what an answer says of it. */
  hear(status: number, retryAfter: string | undefined): void {
    const usualMs = usualPauseMs.get(status);
    if (usualMs === undefined) {
      // What was on its way when the pause began proves nothing; the answer to a probe does.
      if (this.#probing) this.#until = this.#askedUntil = 0;
      this.#probing = false;
      return;
    }
    const now = this.#now();
    const pauseMs = readRetryAfter(retryAfter, now) ?? usualMs;
    this.#askedUntil = Math.max(this.#askedUntil, now + pauseMs);
    this.#until = Math.min(this.#askedUntil, now + mostPauseMs);
    this.#probing = false;
  }

  /** @returns until when nothing may be sent, or undefined. Of a pause cut short, it lets one request through. */
  pausedUntil(): number | undefined {
    const now = this.#now();
    if (now < this.#until) return this.#until;
    if (now >= this.#askedUntil) return undefined;
    this.#probing = true;
    this.#until = now + probeMs;
    return undefined;
  }
}
