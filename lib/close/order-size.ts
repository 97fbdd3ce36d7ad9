import { type Amount, decimal, isPositive, larger, toAmount, truncateToStep } from '../amount.ts';
import type { MarketRules } from '../exchange/exchange.ts';
import { computeTotals } from '../position/totals.ts';
import type { Execution } from './execution.ts';

/** The step that a MARKET order's amount has to be a multiple of. */
export function marketOrderStep({ amountStep, marketAmountStep }: MarketRules): Amount {
  return larger(amountStep, marketAmountStep ?? '0');
}

/** How much a claim's close order is to be: all that is left, or its part of it, in whole steps. */
export function amountToClose({ position, claim }: Execution): Amount {
  const { remaining } = computeTotals(position);
  const part = decimal(remaining)
    .times(claim.percent ?? 100)
    .dividedBy(100);
  return truncateToStep(toAmount(part), marketOrderStep(position.market));
}

/** A price at hand is enough unless the value is near the minimum: then the exchange is asked for one. */
const nearMinimum = 3;

/** Whether the exchange would refuse a MARKET order of this amount as too small. */
export async function isDust(run: Execution, amount: Amount): Promise<boolean> {
  const { market, lastSync } = run.position;
  if (!isPositive(amount) || decimal(amount).lt(larger(market.amountMin, market.marketAmountMin ?? '0')))
    return true;
  if (market.costMin === undefined || market.kind === 'perpetual') return false;
  const known = lastSync?.price ?? computeTotals(run.position).averageEntry;
  if (known !== undefined && decimal(amount).times(known).gte(decimal(market.costMin).times(nearMinimum)))
    return false;
  const price = await run.deps.exchange.fetchPrice(market);
  return decimal(amount).times(price).lt(market.costMin);
}
