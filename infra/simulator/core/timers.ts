/**
 * Runs things later by the exchange's clock. On the real clock a timer wakes it; with an injected clock nothing
 * moves until its owner has moved it and calls `runDue`, so that a test never sleeps.
 */
export class Timers {
  readonly #now: () => number;
  readonly #realClock: boolean;
  #tasks: { at: number; run: () => void }[] = [];
  readonly #handles = new Set<NodeJS.Timeout>();

  constructor(now: () => number, realClock: boolean) {
    this.#now = now;
    this.#realClock = realClock;
  }

  after(ms: number, run: () => void): void {
    this.#tasks.push({ at: this.#now() + ms, run });
    if (!this.#realClock) return;
    // One millisecond more: a timer may fire a fraction before the clock shows its time.
    const handle = setTimeout(() => {
      this.#handles.delete(handle);
      this.runDue();
    }, ms + 1);
    this.#handles.add(handle);
  }

  wait(ms: number): Promise<void> {
    return new Promise((resolve) => this.after(ms, resolve));
  }

  /** How many things still wait for their time. */
  get pending(): number {
    return this.#tasks.length;
  }

  runDue(): void {
    const due = this.#tasks.filter((task) => task.at <= this.#now()).sort((a, b) => a.at - b.at);
    this.#tasks = this.#tasks.filter((task) => !due.includes(task));
    for (const task of due) task.run();
  }

  clear(): void {
    for (const handle of this.#handles) clearTimeout(handle);
    this.#handles.clear();
    this.#tasks = [];
  }
}
