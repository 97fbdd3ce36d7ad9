import { BigNumber } from 'bignumber.js';

// A clone of its own, so that no other module's BigNumber.config changes how the exchange rounds.
// 20 places: entry prices are averages, and must not lose the 8 places Binance prints.
const Decimal = BigNumber.clone({
  DECIMAL_PLACES: 20,
  EXPONENTIAL_AT: 1e9,
  ROUNDING_MODE: BigNumber.ROUND_DOWN,
});

export type Decimal = BigNumber;

export function decimal(value: string | BigNumber): BigNumber {
  const parsed = new Decimal(value);
  if (!parsed.isFinite()) throw new TypeError(`not a decimal number: ${value}`);
  return parsed;
}

export const zero = decimal('0');

export function text(value: BigNumber): string {
  return value.toFixed();
}

export function smaller(a: BigNumber, b: BigNumber): BigNumber {
  return a.lt(b) ? a : b;
}

export function larger(a: BigNumber, b: BigNumber): BigNumber {
  return a.gt(b) ? a : b;
}

/** Rounds down to a whole number of steps; a step of zero means any amount will do. */
export function floorToStep(value: BigNumber, step: BigNumber): BigNumber {
  return step.isZero() ? value : value.div(step).integerValue(BigNumber.ROUND_FLOOR).times(step);
}

export function isStepMultiple(value: BigNumber, step: BigNumber): boolean {
  return step.isZero() || value.mod(step).isZero();
}
