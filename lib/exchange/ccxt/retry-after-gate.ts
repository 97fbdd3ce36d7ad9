/**
 * The pause if a response names none. Binance bans with 418, for at least 2 minutes, after requests that ignore 429.
 */
const defaultPauseMs = new Map([
  [429, 10_000],
  [418, 60_000],
]);

/** A longer pause is probed after this time: bans last up to 3 days, and the venue may lift them earlier. */
const maxPauseMs = 3 * 60_000;

/** How long other requests wait while one request probes whether a longer pause has ended. */
const probeMs = 4_000;

/** @returns milliseconds from now; undefined if the header holds neither seconds nor a date. */
function parseRetryAfter(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  if (/^\s*\d+\s*$/.test(header)) return Number(header) * 1_000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}

/** Blocks requests while the venue wants none, because every request makes its pause longer. One per connection. */
export class RetryAfterGate {
  readonly #now: () => number;
  /** Epoch milliseconds until which this gate blocks. */
  #blockedUntil = 0;
  /** Epoch milliseconds until which the venue wants no requests. It can be later. */
  #requestedUntil = 0;
  /** Epoch milliseconds until which a documented pause lasts. It is never probed. */
  #pausedUntil = 0;
  #probing = false;

  constructor(now: () => number) {
    this.#now = now;
  }

  /**
   * Records what a response says about the pause.
   *
   * @param pauseMs The pause that the venue documents for this response. It is not probed.
   */
  onResponse(status: number, retryAfter: string | undefined, pauseMs?: number): void {
    if (pauseMs !== undefined) {
      this.#pausedUntil = this.#now() + pauseMs;
      return;
    }
    const defaultMs = defaultPauseMs.get(status);
    if (defaultMs === undefined) {
      // The response to a probe ends the pause. Any other response may be to a request sent before the pause began.
      if (this.#probing) this.#blockedUntil = this.#requestedUntil = 0;
      this.#probing = false;
      return;
    }
    const now = this.#now();
    const requestedMs = parseRetryAfter(retryAfter, now) ?? defaultMs;
    this.#requestedUntil = Math.max(this.#requestedUntil, now + requestedMs);
    this.#blockedUntil = Math.min(this.#requestedUntil, now + maxPauseMs);
    this.#probing = false;
  }

  /**
   * @returns epoch milliseconds until which nothing may be sent; undefined if the caller may send. During a longer
   * pause it lets one request through as a probe, and blocks the others for another `probeMs`.
   */
  blockedUntil(): number | undefined {
    const now = this.#now();
    if (now < this.#pausedUntil) return this.#pausedUntil;
    if (now < this.#blockedUntil) return this.#blockedUntil;
    if (now >= this.#requestedUntil) return undefined;
    this.#probing = true;
    this.#blockedUntil = now + probeMs;
    return undefined;
  }
}
