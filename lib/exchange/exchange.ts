import type { AccountData } from './account-data.ts';
import type { MarketData } from './market-data.ts';
import type { Trading } from './trading.ts';

export type * from './account-data.ts';
export * from './margin.ts';
export * from './market.ts';
export * from './market-data.ts';
export type * from './trading.ts';
export type * from './unproven.ts';

/**
 * The port to one account at one exchange. Every call ends by its own deadline. Times are epoch milliseconds.
 *
 * Reads throw a Fault: `exchange-unreachable` if a retry may succeed, `exchange-refused` if it can't (key,
 * permission).
 */
export interface Exchange extends Trading, MarketData, AccountData {}

export interface Exchanges {
  /**
   * @param exchange The exchange that a position is on.
   * @throws Fault `account-not-found` if the account does not exist, or is an account of another exchange by now.
   */
  of(account: string, exchange?: string): Promise<Exchange>;
}
