import { BigNumber } from 'bignumber.js';

const minus = '−';

/** How many decimals a step such as "0.01" has. */
const placesOf = (step: string): number => new BigNumber(step).decimalPlaces() ?? 0;

const grouped = (text: string): string => text.replace('-', minus);

/** @returns a price with all decimals of its market: "60,000.00". */
export const price = (value: string | undefined, step: string): string =>
  value === undefined ? '–' : grouped(new BigNumber(value).toFormat(placesOf(step)));

/** @returns an amount, cut down to its market's step, without zeros at its end: "0.04995". */
export const amount = (value: string, step: string): string => {
  const cut = new BigNumber(value).decimalPlaces(placesOf(step), BigNumber.ROUND_DOWN);
  // What is left may be less than a step, and yet not nothing.
  return grouped((cut.isZero() ? new BigNumber(value) : cut).toFormat());
};

/** @returns an amount with all decimals of its market, for columns. */
export const fixedAmount = (value: string, step: string): string =>
  grouped(new BigNumber(value).toFormat(placesOf(step), BigNumber.ROUND_DOWN));

/** @returns a gain or loss with its sign and two decimals. */
export const signed = (value: string): string => {
  const number = new BigNumber(value);
  return `${number.gt(0) ? '+' : ''}${grouped(number.toFormat(2))}`;
};

export const tendency = (value: string | undefined): 'gain' | 'loss' | 'flat' => {
  const number = new BigNumber(value ?? '0');
  return number.isZero() ? 'flat' : number.gt(0) ? 'gain' : 'loss';
};

/** @returns how much of `whole` a part is, in whole per cent, never 0 or 100 for what is in between. */
export const share = (part: string, whole: string): number => {
  const ratio = new BigNumber(part).div(whole).times(100);
  if (!ratio.isFinite() || ratio.lte(0)) return 0;
  return ratio.gte(100) ? 100 : Math.min(99, Math.max(1, ratio.decimalPlaces(0).toNumber()));
};

export const total = (values: string[]): string => BigNumber.sum(0, ...values).toFixed();

export const product = (a: string, b: string): string => new BigNumber(a).times(b).toFixed();

export const percentOf = (part: string, whole: string): string =>
  new BigNumber(part).div(whole).times(100).toFixed(2);

export const minusOf = (a: string, b: string): string => new BigNumber(a).minus(b).toFixed();

export const compare = (a: string | undefined, b: string | undefined): number =>
  new BigNumber(a ?? '-1e30').comparedTo(b ?? '-1e30') ?? 0;

export const isPositive = (value: string): boolean => new BigNumber(value).gt(0);
