import { type Amount, decimal, isPositive, larger } from '../amount.ts';
import type { MarketRules } from '../exchange/exchange.ts';
import { tallyOf } from '../position/tally.ts';
import type { Run } from './run.ts';

/** The step that a MARKET order's amount has to be a multiple of. */
export const marketStepOf = ({ amountStep, marketAmountStep }: MarketRules): Amount =>
  larger(amountStep, marketAmountStep ?? '0');

/** A price at hand is enough unless the value is near the minimum: then the exchange is asked for one. */
const nearMinimum = 3;

/** Whether the exchange would refuse a MARKET order of this amount as too small. */
export const isDust = async (run: Run, amount: Amount): Promise<boolean> => {
  const { market, seen } = run.position;
  if (!isPositive(amount) || decimal(amount).lt(larger(market.amountMin, market.marketAmountMin ?? '0')))
    return true;
  if (market.costMin === undefined || market.kind === 'perpetual') return false;
  const known = seen?.price ?? tallyOf(run.position).averageEntry;
  if (known !== undefined && decimal(amount).times(known).gte(decimal(market.costMin).times(nearMinimum)))
    return false;
  const price = await run.deps.exchange.fetchPrice(market);
  return decimal(amount).times(price).lt(market.costMin);
};
