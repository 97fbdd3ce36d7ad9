import type { Exchanges } from './exchange/exchange.ts';
import type { Store } from './store/store.ts';

/** What the use cases run on. A simulation replaces every one of these. */
export interface Services {
  store: Store;
  exchanges: Exchanges;
  /** Epoch milliseconds. */
  now(): number;
  sleep(ms: number): Promise<void>;
  /** A mark nobody else has, and random digits for ids: letters and digits, at least 12. */
  randomId(): string;
}
