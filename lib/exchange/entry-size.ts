import { type Amount, decimal, isPositive, larger, toAmount, truncateToStep } from '../decimal.ts';
import type { MarketRules } from './market.ts';

/** An entry order as its owner wants it: with an amount, or a cost in quote currency. */
export interface WantedEntry {
  type: 'market' | 'limit';
  price?: Amount | undefined;
  amount?: Amount | undefined;
  cost?: Amount | undefined;
}

/** What an entry order asks for. With `cost`, the exchange sizes the order and `amount` is the estimate. */
export interface EntrySize {
  amount: Amount;
  cost?: Amount;
}

export interface SizeRefusal {
  path: 'price' | 'amount' | 'cost';
  sentence: string;
  /** What to do. */
  hint: string;
}

type SizeRules = Pick<
  MarketRules,
  | 'kind'
  | 'base'
  | 'quote'
  | 'priceStep'
  | 'amountStep'
  | 'amountMin'
  | 'marketAmountStep'
  | 'marketAmountMin'
  | 'costMin'
  | 'restingCostMin'
>;

/** @returns the size, rounded down to the market's step, or why the market does not allow the price or the size. */
export function checkEntrySize(
  wanted: WantedEntry,
  market: SizeRules,
  lastPrice: Amount,
): EntrySize | { refusal: SizeRefusal } {
  const { price = lastPrice, type, cost } = wanted;
  const { base, quote, kind, priceStep, costMin, restingCostMin = costMin } = market;
  if (wanted.price !== undefined && truncateToStep(price, priceStep) !== toAmount(decimal(price)))
    return refuse('price', `The price ${price} is not a multiple of the market's price step ${priceStep}.`);
  const isMarket = type === 'market';
  const step = isMarket ? larger(market.amountStep, market.marketAmountStep ?? '0') : market.amountStep;
  const minimum = isMarket ? larger(market.amountMin, market.marketAmountMin ?? '0') : market.amountMin;
  const requested = wanted.amount ?? toAmount(decimal(cost ?? '0').dividedBy(price));
  const amount = truncateToStep(requested, step);
  const path = wanted.amount === undefined ? 'cost' : 'amount';
  if (!isPositive(amount) || decimal(amount).lt(minimum))
    return refuse(
      path,
      `${requested} ${base} is below the market's minimum of ${minimum} ${base} (in steps of ${step}).`,
    );
  const minimumCost = isMarket ? costMin : restingCostMin;
  if (minimumCost !== undefined && decimal(amount).times(price).lt(minimumCost))
    return refuse(
      path,
      `${amount} ${base} is worth less than the market's minimum of ${minimumCost} ${quote}.`,
    );
  return isMarket && kind === 'spot' && cost !== undefined ? { amount, cost } : { amount };
}

function refuse(path: SizeRefusal['path'], sentence: string): { refusal: SizeRefusal } {
  const hint = path === 'price' ? 'Round the price to the step.' : 'Increase the size.';
  return { refusal: { path, sentence, hint } };
}
