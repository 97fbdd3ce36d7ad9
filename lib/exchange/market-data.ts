import { z } from 'zod';
import type { Amount } from '../amount.ts';
import type { MarketKind, MarketRules } from './market.ts';

/** The length of one candle. */
export const candleIntervalSchema = z.enum(['1m', '5m', '15m', '1h', '4h', '1d']);
export type CandleInterval = z.infer<typeof candleIntervalSchema>;

export interface Candle {
  /** When it opened, epoch milliseconds. */
  at: number;
  open: Amount;
  high: Amount;
  low: Amount;
  close: Amount;
}

/** What the exchange reports about its markets. */
export interface MarketData {
  /**
   * Loads all markets of the venue, which is slow. Ripcord calls it to adopt or open a position, and after the
   * exchange rejected an order's precision.
   *
   * @throws Fault `market-not-found`.
   */
  loadMarket(symbol: string): Promise<MarketRules>;
  /**
   * Reads one market again, in one or two requests.
   * @returns its present rules, or `closed` if the exchange reports that it is not open for trading.
   */
  readMarket(market: MarketRules): Promise<MarketRules | 'closed'>;
  /** @returns the mark price of a perpetual, the last price of a spot market. */
  fetchPrice(market: MarketRules): Promise<Amount>;
  /** @returns the same prices of many markets by their ids, in one request. A market without a price is left out. */
  fetchPrices(kind: MarketKind, marketIds: readonly string[]): Promise<Map<string, Amount>>;
  /**
   * @param market another market, of the same kind and quote currency.
   * @returns the coin's price in that quote currency, at the opening of the minute of `at`.
   */
  fetchPastPrice(market: MarketRules, coin: string, at: number): Promise<Amount>;
  /** @returns the latest candles, oldest first, at most 1000. The last one is still open. */
  fetchCandles(market: MarketRules, interval: CandleInterval, limit: number): Promise<Candle[]>;
}
