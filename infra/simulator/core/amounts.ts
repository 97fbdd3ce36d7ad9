import { BigNumber } from 'bignumber.js';

// A clone, so that BigNumber.config in another module does not change how the exchange rounds.
// 20 places, because entry prices are averages and must keep the 8 places that Binance prints.
const Decimal = BigNumber.clone({
  DECIMAL_PLACES: 20,
  EXPONENTIAL_AT: 1e9,
  ROUNDING_MODE: BigNumber.ROUND_DOWN,
});

export type Decimal = BigNumber;

export function decimal(value: string | BigNumber): BigNumber {
  const parsed = new Decimal(value);
  if (!parsed.isFinite()) throw new TypeError(`Not a decimal number: ${value}`);
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

/** Rounds down to a multiple of the step; a step of zero allows any amount. */
export function floorToStep(value: BigNumber, step: BigNumber): BigNumber {
  return step.isZero() ? value : value.div(step).integerValue(BigNumber.ROUND_FLOOR).times(step);
}

export function isStepMultiple(value: BigNumber, step: BigNumber): boolean {
  return step.isZero() || value.mod(step).isZero();
}
