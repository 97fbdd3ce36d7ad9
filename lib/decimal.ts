import { BigNumber } from 'bignumber.js';

// Always plain notation: exchanges reject 1e-7.
const Decimal = BigNumber.clone({ EXPONENTIAL_AT: 1e9, DECIMAL_PLACES: 40 });

/** An amount or price: a plain decimal string such as "0.5". Never a float. */
export type Amount = string;

export const plainDecimal = /^\d{1,30}(\.\d{1,30})?$/;

/** @returns an exact decimal to calculate with; throws a TypeError for anything that is not a finite number. */
export function decimal(value: Amount | BigNumber): BigNumber {
  const parsed = parse(value);
  if (parsed?.isFinite() !== true) throw new TypeError(`not a decimal: ${value}`);
  return parsed;
}

/** The constructor throws an Error of its own for what is not a number. */
function parse(value: Amount | BigNumber): BigNumber | undefined {
  try {
    return new Decimal(value);
  } catch {
    return undefined;
  }
}

/** @returns the plain decimal string, without trailing zeros. */
export function toAmount(value: BigNumber): Amount {
  return value.toFixed();
}

/** @returns the sum; "0" for an empty list. */
export function sum(amounts: Amount[]): Amount {
  return toAmount(amounts.reduce((total, amount) => total.plus(amount), new Decimal(0)));
}

/** @returns `amount` rounded down to a whole number of steps; unchanged if `step` is zero. */
export function truncateToStep(amount: Amount, step: Amount): Amount {
  const size = decimal(step);
  if (size.lte(0)) return toAmount(decimal(amount));
  return toAmount(decimal(amount).dividedToIntegerBy(size).times(size));
}

/** @returns the larger one. */
export function larger(a: Amount, b: Amount): Amount {
  return decimal(a).gte(b) ? a : b;
}

/** @returns the smaller one. */
export function smaller(a: Amount, b: Amount): Amount {
  return decimal(a).lte(b) ? a : b;
}

/** @returns whether the amount is known and more than zero. */
export function isPositive(amount: Amount | undefined): boolean {
  return amount !== undefined && decimal(amount).gt(0);
}
