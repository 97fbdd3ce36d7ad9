import { BigNumber } from 'bignumber.js';
import { type Decimal, decimal } from '../core/amounts.ts';

/** Both APIs print at most this many places. */
const maximumPlaces = 8;

export function toFixedPlaces(value: string | Decimal, places = maximumPlaces): string {
  return decimal(value).toFixed(places, BigNumber.ROUND_DOWN);
}

/** @returns the number of places that a step allows: 3 for "0.001". */
export function countPlaces(step: string): number {
  return decimal(step).decimalPlaces() ?? 0;
}
