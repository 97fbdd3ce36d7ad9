import type { Exchanges } from './exchange/exchange.ts';
import type { Store } from './store/store.ts';

/** What the use cases run on. The simulation replaces all of it. */
export interface Services {
  store: Store;
  exchanges: Exchanges;
  /** Epoch milliseconds. */
  now(): number;
  sleep(ms: number): Promise<void>;
  /**
   * Epoch milliseconds: no new request to an exchange begins after it, because a hit has to be answered. Absent if only
   * an action's own window counts.
   */
  until?: number;
  /** Starts a sweep at once. Best effort and within 300 ms. Absent if this process can't: the next scheduled run does it. */
  wakeSweep?(): Promise<unknown>;
  /** Unique and random: at least 12 letters and digits. */
  randomId(): string;
}
