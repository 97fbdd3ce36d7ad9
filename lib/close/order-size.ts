import { type Amount, decimal, isPositive, larger, toAmount, truncateToStep } from '../amount.ts';
import type { MarketRules } from '../exchange/exchange.ts';
import type { Position } from '../position/position.ts';
import { computeTotals } from '../position/totals.ts';

/** @returns the step that a MARKET order's amount has to be a multiple of. */
export function marketOrderStep({ amountStep, marketAmountStep }: MarketRules): Amount {
  return larger(amountStep, marketAmountStep ?? '0');
}

/** @returns how much a close order is for: all that remains, or its part of it, in whole steps. */
export function amountToClose(position: Position, percent: number | undefined): Amount {
  const { remaining } = computeTotals(position);
  const part = decimal(remaining)
    .times(percent ?? 100)
    .dividedBy(100);
  return truncateToStep(toAmount(part), marketOrderStep(position.market));
}

/** Whether the market's maximum for a MARKET order is smaller than this amount. */
export function isAboveMaximum({ marketAmountMax }: MarketRules, amount: Amount): boolean {
  return marketAmountMax !== undefined && decimal(amount).gt(marketAmountMax);
}

/** Below this multiple of the minimum a stored price is not believed: a fresh one is read. */
const nearMinimumFactor = 3;

/**
 * Whether the exchange would refuse a MARKET order of this amount as too small; `needs-price` when only a fresh
 * price can say.
 * @param freshPrice a price read in this run.
 */
export function judgeDust(
  position: Position,
  amount: Amount,
  freshPrice: Amount | undefined,
): boolean | 'needs-price' {
  const { market, lastSync } = position;
  if (!isPositive(amount) || decimal(amount).lt(larger(market.amountMin, market.marketAmountMin ?? '0')))
    return true;
  // Reduce-only closes of perpetuals have no minimum value.
  if (market.costMin === undefined || market.kind === 'perpetual') return false;
  if (freshPrice !== undefined) return decimal(amount).times(freshPrice).lt(market.costMin);
  const stored = lastSync?.price ?? computeTotals(position).averageEntry;
  const enough = decimal(market.costMin).times(nearMinimumFactor);
  return stored !== undefined && decimal(amount).times(stored).gte(enough) ? false : 'needs-price';
}
