import { AsyncLocalStorage } from 'node:async_hooks';

/** The time until which requests may begin and are waited for. */
export class Deadline {
  /** By the clock `now`, in milliseconds. */
  readonly at: number;
  readonly #now: () => number;
  readonly #ended = new AbortController();

  constructor(at: number, now: () => number) {
    this.at = at;
    this.#now = now;
  }

  /** Aborts when the deadline is ended early. Time alone does not abort it. */
  get ended(): AbortSignal {
    return this.#ended.signal;
  }

  /** In milliseconds, by the clock and not by a timer, so that a process that was frozen sees the deadline as passed. */
  timeLeft(): number {
    return this.ended.aborted ? 0 : this.at - this.#now();
  }

  /** No request begins after this, and those under way are aborted. */
  end(): void {
    this.#ended.abort();
  }
}

interface Limit {
  timeLeft(): number;
  signal: AbortSignal;
}

const current = new AsyncLocalStorage<Limit>();

/** Runs work whose requests end at the deadline, or at that of the work around it if that one is earlier. */
export function runUntil<Result>(deadline: Deadline, work: () => Result): Result {
  const outer = current.getStore();
  if (outer === undefined)
    return current.run({ timeLeft: () => deadline.timeLeft(), signal: deadline.ended }, work);
  const timeLeft = () => Math.min(outer.timeLeft(), deadline.timeLeft());
  return current.run({ timeLeft, signal: AbortSignal.any([outer.signal, deadline.ended]) }, work);
}

/** @returns milliseconds until the deadline of the present work; Infinity if it has none. */
export function timeLeft(): number {
  return current.getStore()?.timeLeft() ?? Number.POSITIVE_INFINITY;
}

/** @returns the signal that aborts a request at the deadline of the present work, inside `inTime`. */
export function deadlineSignal(): AbortSignal | undefined {
  return current.getStore()?.signal;
}

/**
 * Sends a request under the deadline of the present work: not at all after it, and aborted at it.
 *
 * @param late What it throws then, whether or not `send` obeys `deadlineSignal`.
 */
export async function inTime<Result>(send: () => Promise<Result>, late: () => Error): Promise<Result> {
  const limit = current.getStore();
  if (limit === undefined) return send();
  const ms = limit.timeLeft();
  if (ms <= 0) throw late();
  const aborter = new AbortController();
  const { promise: over, reject } = Promise.withResolvers<never>();
  const end = () => {
    reject(late());
    aborter.abort();
  };
  const timer = setTimeout(end, ms);
  limit.signal.addEventListener('abort', end, { once: true });
  try {
    return await Promise.race([over, current.run({ ...limit, signal: aborter.signal }, send)]);
  } finally {
    clearTimeout(timer);
    limit.signal.removeEventListener('abort', end);
  }
}
