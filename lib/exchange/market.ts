import { z } from 'zod';
import { amountSchema, isPositive } from '../amount.ts';

/** A long is closed by selling, a short by buying. */
export const sideSchema = z.enum(['long', 'short']);
export type Side = z.infer<typeof sideSchema>;
export type OrderSide = 'buy' | 'sell';

export function entrySide(side: Side): OrderSide {
  return side === 'long' ? 'buy' : 'sell';
}
export function exitSide(side: Side): OrderSide {
  return side === 'long' ? 'sell' : 'buy';
}

/**
 * The rules of one market, stored with the position so that the trigger never loads all markets of an exchange.
 * Amounts are in base currency.
 */
export const marketRulesSchema = z.object({
  /** ccxt's unified symbol: `BTC/USDT` (spot) or `BTC/USDT:USDT` (linear perpetual). */
  symbol: z.string(),
  /** The venue's own id, such as `BTCUSDT`. */
  id: z.string(),
  kind: z.enum(['spot', 'perpetual']),
  base: z.string(),
  quote: z.string(),
  settle: z.string().optional(),
  /** Step and minimum of any order. The `marketAmount…` fields apply to MARKET orders, on venues that have them. */
  amountStep: amountSchema,
  amountMin: amountSchema,
  marketAmountStep: amountSchema.optional(),
  marketAmountMin: amountSchema.optional(),
  marketAmountMax: amountSchema.optional(),
  /**
   * Minimum and maximum value of a MARKET order, in quote currency. Absent if the market has none for MARKET orders.
   * The minimum doesn't apply to reduce-only closes of perpetuals.
   */
  costMin: amountSchema.optional(),
  costMax: amountSchema.optional(),
  /** Minimum value of any other order, if it is another one. */
  restingCostMin: amountSchema.optional(),
  priceStep: amountSchema,
  /** Whether a LIMIT entry can carry exits. Absent: on every market of the venue, or on none. */
  opoAllowed: z.boolean().optional(),
  /** How many conditional orders the account may have open in this market, including the trader's own. */
  conditionalMax: z.number().int().optional(),
  /** What ccxt made of the market, on an exchange that is not proven: it sends orders by it. */
  ccxtMarket: z.record(z.string(), z.unknown()).optional(),
  /** Base currency per contract, on venues that count contracts. */
  contractSize: amountSchema.optional(),
});
export type MarketRules = z.infer<typeof marketRulesSchema>;
export type MarketKind = MarketRules['kind'];

/** @returns which of a market's minimums ccxt does not list, as sentences. An order below one of them may be refused. */
export function describeMissingLimits({ symbol, amountMin, costMin }: MarketRules): string[] {
  const missing = [...(isPositive(amountMin) ? [] : ['amount']), ...(costMin === undefined ? ['value'] : [])];
  return missing.length === 0
    ? []
    : [`${symbol} lists no minimum ${missing.join(' and no minimum ')} of an order.`];
}
