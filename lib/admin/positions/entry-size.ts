import { type Amount, decimal, isPositive, larger, toAmount, truncateToStep } from '../../amount.ts';
import type { MarketRules } from '../../exchange/exchange.ts';
import { Fault } from '../../fault.ts';
import type { CommandInput } from '../contract/commands.ts';

type Wanted = Pick<CommandInput<'positions.open'>, 'type' | 'price' | 'amount' | 'cost'>;

/** What an entry order asks for. With `cost`, the exchange sizes the order and `amount` is the estimate. */
export interface EntrySize {
  amount: Amount;
  cost?: Amount;
}

/** Throws `invalid-input` if the market does not allow the price or the size. */
export function computeEntrySize(wanted: Wanted, market: MarketRules, lastPrice: Amount): EntrySize {
  const price = wanted.price ?? lastPrice;
  if (wanted.price !== undefined) checkPrice(wanted.price, market);
  const isMarket = wanted.type === 'market';
  const step = isMarket ? larger(market.amountStep, market.marketAmountStep ?? '0') : market.amountStep;
  const minimum = isMarket ? larger(market.amountMin, market.marketAmountMin ?? '0') : market.amountMin;
  const requested = wanted.amount ?? toAmount(decimal(wanted.cost ?? '0').dividedBy(price));
  const amount = truncateToStep(requested, step);
  const { base, quote, costMin } = market;
  const path = wanted.amount === undefined ? 'cost' : 'amount';
  if (!isPositive(amount) || decimal(amount).lt(minimum))
    throw tooSmall(
      path,
      `${requested} ${base} is below the market's minimum of ${minimum} ${base} (in steps of ${step}).`,
    );
  if (costMin !== undefined && decimal(amount).times(price).lt(costMin))
    throw tooSmall(path, `${amount} ${base} is worth less than the market's minimum of ${costMin} ${quote}.`);
  return isMarket && market.kind === 'spot' && wanted.cost !== undefined
    ? { amount, cost: wanted.cost }
    : { amount };
}

function checkPrice(price: Amount, { priceStep }: MarketRules): void {
  if (truncateToStep(price, priceStep) !== toAmount(decimal(price)))
    throw refuse(
      'price',
      `The price ${price} is not a multiple of the market's price step ${priceStep}.`,
      'Round the price to the step.',
    );
}

function tooSmall(path: string, sentence: string): Fault {
  return refuse(path, sentence, 'Increase the size.');
}

function refuse(path: string, sentence: string, text: string): Fault {
  return new Fault('invalid-input', `${sentence} Nothing was sent.`, {
    hint: { text },
    issues: [`${path}: ${sentence}`],
  });
}
