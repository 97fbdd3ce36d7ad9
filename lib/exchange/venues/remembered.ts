import type { Exchange as CcxtClient } from 'ccxt';
import type { VenueError } from './venue-error.ts';

export interface Remembered<Value> {
  /** Reads it again once it is ten minutes old. A read that failed is not kept. */
  read(client: CcxtClient): Promise<Value>;
  forget(client: CcxtClient): void;
  /** @returns what passes on the error of an order. A refused order is a sign that the value has changed. */
  forgetIfRefused(client: CcxtClient): (thrown: unknown) => never;
}

/** The owner changes the mode of an account rarely. */
const keptMs = 10 * 60_000;

/** What a client read about its account, which an order needs without another request. */
export function createRemembered<Value>(read: (client: CcxtClient) => Promise<Value>): Remembered<Value> {
  const known = new WeakMap<CcxtClient, { at: number; value: Promise<Value> }>();
  return {
    read(client) {
      const kept = known.get(client);
      const now = client.milliseconds();
      if (kept !== undefined && now - kept.at < keptMs) return kept.value;
      const value = read(client);
      known.set(client, { at: now, value });
      value.catch(() => known.delete(client));
      return value;
    },
    forget: (client) => void known.delete(client),
    forgetIfRefused: (client) => (thrown) => {
      if ((thrown as { venueError?: VenueError }).venueError !== undefined) known.delete(client);
      throw thrown;
    },
  };
}
