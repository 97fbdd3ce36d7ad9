import { BigNumber } from 'bignumber.js';

/** @returns the multiple of the market's step that is nearest to the price, at least one step. */
export function snapToStep(price: string, step: string): string {
  const steps = new BigNumber(price).div(step).decimalPlaces(0, BigNumber.ROUND_HALF_UP);
  return BigNumber.max(steps, 1).times(step).toFixed();
}

/** What a key does to a line: arrows move it by one step, page keys by 1 %. */
export function moveByKey(price: string, key: string, step: string): string | undefined {
  const percent = snapToStep(new BigNumber(price).div(100).toFixed(), step);
  const change = { ArrowUp: step, ArrowDown: `-${step}`, PageUp: percent, PageDown: `-${percent}` }[key];
  return change === undefined ? undefined : snapToStep(new BigNumber(price).plus(change).toFixed(), step);
}
