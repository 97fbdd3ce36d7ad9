import type { ExchangeId } from '../account/account.ts';
import { snapshotFrom } from '../position/snapshot.ts';

/** What one run may ask of the exchanges for positions that no claim holds. */
export interface SweepLimits {
  /** From this many positions on, an account is read in a snapshot, and the other limits apply to it. */
  snapshotFrom: number;
  /** How many positions of all of an exchange's accounts one run reads by themselves. */
  looks: PerExchange;
  /** For how many positions one run reads fees and funding. */
  figures: PerExchange;
  /** How far apart an account's looks begin, in milliseconds. Each may read and place several orders. */
  lookIntervalMs: number;
  /** For how many positions of one account a run waits to look for exits whose answers were lost. */
  awaitedExits: number;
}

type PerExchange = Readonly<Record<ExchangeId, number>>;

/**
 * Together with the snapshots of five accounts, these leave a part of what an address may send to claims and the console. A
 * look reads two or three orders, the price, the holding, and sometimes trades. Figures are an order's trades, or the
 * funding since the entry and what it was for.
 *
 * - Binance spot: weight of about 35 a look and 15 for figures, of 6,000 a minute:
 *   https://developers.binance.com/docs/binance-spot-api-docs/rest-api/limits
 * - Binance USDⓈ-M: 15 and 40, of 2,400: https://www.binance.com/en/support/faq/281596e222414cdd9051664ea621cdc3
 * - Bybit: about 8 requests and 4, of 600 in 5 s, and of 50 a second for each kind of request and account; orders of
 *   perpetuals 10 a second: https://bybit-exchange.github.io/docs/v5/rate-limit
 */
export const sweepLimits: SweepLimits = {
  snapshotFrom,
  looks: { binance: 100, binanceusdm: 60, bybit: 400 },
  figures: { binance: 60, binanceusdm: 20, bybit: 200 },
  lookIntervalMs: 400,
  awaitedExits: 10,
};
