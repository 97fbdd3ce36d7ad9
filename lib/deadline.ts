import { AsyncLocalStorage } from 'node:async_hooks';

/** The time until which requests may begin and are waited for. */
export class Deadline {
  /** By the clock `now`, in milliseconds. */
  readonly at: number;
  readonly #now: () => number;
  #hasEnded = false;
  /** Plain functions: a hit has a dozen deadlines, and an AbortSignal for each took 8 % of its CPU time. */
  readonly #listeners = new Set<() => void>();

  constructor(at: number, now: () => number) {
    this.at = at;
    this.#now = now;
  }

  /** In milliseconds, by the clock and not by a timer, so that a process that was frozen sees the deadline as passed. */
  timeLeft(): number {
    return this.#hasEnded ? 0 : this.at - this.#now();
  }

  /** No request begins after this, and those under way are aborted. */
  end(): void {
    this.#hasEnded = true;
    for (const listener of this.#listeners) listener();
  }

  /** Calls the listener if the deadline is ended early. Time alone does not call it. */
  onEnd(listener: () => void): void {
    this.#listeners.add(listener);
  }

  offEnd(listener: () => void): void {
    this.#listeners.delete(listener);
  }
}

interface Limit {
  /** Of the present work, and of all work around it. */
  deadlines: readonly Deadline[];
  /** Of the request that is under way. */
  signal?: AbortSignal | undefined;
}

const current = new AsyncLocalStorage<Limit>();

/** Runs work whose requests end at the deadline, or at that of the work around it if that one is earlier. */
export function runUntil<Result>(deadline: Deadline, work: () => Result): Result {
  const { deadlines = [], signal } = current.getStore() ?? {};
  return current.run({ deadlines: [...deadlines, deadline], signal }, work);
}

/** @returns milliseconds until the deadline of the present work; Infinity if it has none. */
export function timeLeft(): number {
  return findTimeLeft(current.getStore()?.deadlines ?? []);
}

function findTimeLeft(deadlines: readonly Deadline[]): number {
  let least = Number.POSITIVE_INFINITY;
  for (const deadline of deadlines) least = Math.min(least, deadline.timeLeft());
  return least;
}

/** @returns inside `inTime`, the signal that aborts its request at the deadline of the present work. */
export function deadlineSignal(): AbortSignal | undefined {
  return current.getStore()?.signal;
}

/**
 * Sends a request under the deadline of the present work: not at all after it, and aborted at it.
 *
 * @param late What it throws then, whether or not `send` obeys `deadlineSignal`.
 */
export async function inTime<Result>(send: () => Promise<Result>, late: () => Error): Promise<Result> {
  const { deadlines = [] } = current.getStore() ?? {};
  if (deadlines.length === 0) return send();
  const ms = findTimeLeft(deadlines);
  if (ms <= 0) throw late();
  const aborter = new AbortController();
  const { promise: over, reject } = Promise.withResolvers<never>();
  const end = () => {
    reject(late());
    aborter.abort();
  };
  const timer = setTimeout(end, ms);
  for (const deadline of deadlines) deadline.onEnd(end);
  try {
    return await Promise.race([over, current.run({ deadlines, signal: aborter.signal }, send)]);
  } finally {
    clearTimeout(timer);
    for (const deadline of deadlines) deadline.offEnd(end);
  }
}
