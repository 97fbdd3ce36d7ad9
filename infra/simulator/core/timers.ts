/**
 * Runs tasks later by the exchange's clock. On the real clock, it wakes itself. With an injected clock, nothing runs
 * until the clock's owner moves it and calls `runDue`, so tests never sleep.
 */
export class Timers {
  readonly #now: () => number;
  readonly #wakesItself: boolean;
  #tasks: { at: number; run: () => void }[] = [];
  readonly #handles = new Set<NodeJS.Timeout>();

  constructor({ now, wakesItself }: { now: () => number; wakesItself: boolean }) {
    this.#now = now;
    this.#wakesItself = wakesItself;
  }

  after(ms: number, run: () => void): void {
    this.#tasks.push({ at: this.#now() + ms, run });
    if (!this.#wakesItself) return;
    // A timer may fire a fraction of a millisecond before the clock shows its time.
    const handle = setTimeout(() => {
      this.#handles.delete(handle);
      this.runDue();
    }, ms + 1);
    this.#handles.add(handle);
  }

  wait(ms: number): Promise<void> {
    return new Promise((resolve) => this.after(ms, resolve));
  }

  /** The number of tasks that are not due yet. */
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
