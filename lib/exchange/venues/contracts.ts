import { type Amount, decimal, isPositive, toAmount, truncateToStep } from '../../decimal.ts';
import type { MarketRules } from '../exchange.ts';
import { Unsupported } from './venue-error.ts';

type Sized = Pick<MarketRules, 'symbol' | 'kind' | 'contractSize' | 'amountStep'>;

/** @returns base currency per unit of the venue's own amounts: 1 on spot. */
function unitOf({ symbol, kind, contractSize }: Sized): Amount {
  if (kind === 'spot') return '1';
  // A missing size read as 1 would make a close a hundred times too large.
  if (contractSize === undefined || decimal(contractSize).lte(0))
    throw new Unsupported(`The size of a contract of ${symbol} is not known`);
  return contractSize;
}

/** @returns base currency, of an amount in contracts. */
export function toBase(market: Sized, contracts: Amount): Amount {
  return toAmount(decimal(contracts).times(unitOf(market)));
}

/**
 * @returns contracts, of an amount in base currency.
 * @throws Unsupported for zero and for an amount that is no whole number of lots: the venue would round it.
 */
export function toContracts(market: Sized, amount: Amount): Amount {
  const unit = decimal(unitOf(market));
  const [base, step] = [decimal(amount), decimal(market.amountStep)];
  if (base.lte(0)) throw new Unsupported(`${amount} is no amount of an order in ${market.symbol}`);
  if (step.lte(0) || !base.modulo(step).isZero() || !base.dividedBy(unit).times(unit).eq(base))
    throw new Unsupported(`${amount} is no whole number of lots in ${market.symbol}`);
  return toAmount(base.dividedBy(unit));
}

/**
 * @returns the size of an order in the venue's own unit, rounded down to the market's step.
 * @throws Unsupported if nothing is left.
 */
export function toSize(market: Sized, amount: Amount = '0'): Amount {
  const whole = truncateToStep(amount, market.amountStep);
  if (market.kind === 'perpetual') return toContracts(market, whole);
  if (!isPositive(whole)) throw new Unsupported(`${amount} is no amount of an order in ${market.symbol}`);
  return whole;
}
