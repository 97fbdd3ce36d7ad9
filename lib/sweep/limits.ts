import type { ExchangeId } from '../account/account.ts';
import { snapshotFrom } from '../position/snapshot.ts';

/** What one run may ask of the exchanges. */
export interface SweepLimits {
  /** From this many positions on, an account is read in a snapshot. */
  snapshotFrom: number;
  /** How many positions of all of an exchange's accounts one run reads by themselves. */
  looks: Readonly<Record<ExchangeId, number>>;
  /** How far apart an account's looks begin, in milliseconds. Each may read and place several orders. */
  lookIntervalMs: number;
  /** For how many positions of one account a run waits to look for exits whose answers were lost. */
  awaitedExits: number;
}

/**
 * A look reads two or three orders, the price, the holding, and sometimes trades and fees. Claims need room beside them.
 *
 * - Binance spot: request weight of about 30, of 6,000 a minute and address:
 *   https://developers.binance.com/docs/binance-spot-api-docs/rest-api/limits
 * - Binance USDⓈ-M: about 18, of 2,400: https://www.binance.com/en/support/faq/281596e222414cdd9051664ea621cdc3
 * - Bybit: about 8 requests, of 600 in 5 s and address, and of 50 a second for each kind of request and account; orders
 *   of perpetuals 10 a second: https://bybit-exchange.github.io/docs/v5/rate-limit
 */
export const sweepLimits: SweepLimits = {
  snapshotFrom,
  looks: { binance: 130, binanceusdm: 100, bybit: 400 },
  lookIntervalMs: 400,
  awaitedExits: 10,
};
