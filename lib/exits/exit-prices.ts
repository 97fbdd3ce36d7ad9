import { type Amount, decimal, toAmount, truncateToStep } from '../decimal.ts';
import type { Side } from '../exchange/exchange.ts';

/**
 * @param takerRate what the account pays for an execution at MARKET: a part of its value, such as "0.0005".
 * @returns the amount of which a fill of the stop at its price loses the risk, fees of entry and exit included. It is
 * not rounded to the market's step.
 */
export function computeRiskedAmount(
  risk: Amount,
  { entryPrice, stopPrice, takerRate }: { entryPrice: Amount; stopPrice: Amount; takerRate: Amount },
): Amount {
  const fees = decimal(entryPrice).plus(stopPrice).times(takerRate);
  const lossPerUnit = decimal(entryPrice).minus(stopPrice).abs().plus(fees);
  return toAmount(decimal(risk).dividedBy(lossPerUnit));
}

/** What a position has cost so far. */
export interface EntryCost {
  side: Side;
  /** What filled, and what the position has of it after fees in base. */
  filled: Amount;
  net: Amount;
  averageEntry: Amount;
  /** The entry's fees that were not taken in base, in quote currency. */
  fees: Amount;
}

/** @returns the price at which a close at MARKET returns what the entry cost, all fees included, rounded to no loss. */
export function computeBreakEven(entry: EntryCost, takerRate: Amount, priceStep: Amount): Amount {
  const { side, filled, net, averageEntry, fees } = entry;
  const value = decimal(averageEntry).times(filled);
  if (side === 'short') {
    const price = value.minus(fees).dividedBy(decimal(net).times(decimal('1').plus(takerRate)));
    return truncateToStep(toAmount(price), priceStep);
  }
  const price = value.plus(fees).dividedBy(decimal(net).times(decimal('1').minus(takerRate)));
  const lower = truncateToStep(toAmount(price), priceStep);
  return price.eq(lower) ? lower : toAmount(decimal(lower).plus(priceStep));
}
