import { BigNumber } from 'bignumber.js';

const minus = '−';

/** How many decimals a step such as "0.01" has. */
function placesOf(step: string): number {
  return new BigNumber(step).decimalPlaces() ?? 0;
}

function grouped(text: string): string {
  return text.replace('-', minus);
}

/** @returns a price with all decimals of its market: "60,000.00". */
export function price(value: string | undefined, step: string): string {
  return value === undefined ? '–' : grouped(new BigNumber(value).toFormat(placesOf(step)));
}

/** @returns an amount, cut down to its market's step, without zeros at its end: "0.04995". */
export function amount(value: string, step: string): string {
  const cut = new BigNumber(value).decimalPlaces(placesOf(step), BigNumber.ROUND_DOWN);
  // What is left may be less than a step, and yet not nothing.
  return grouped((cut.isZero() ? new BigNumber(value) : cut).toFormat());
}

/** @returns an amount with all decimals of its market, for columns. */
export function fixedAmount(value: string, step: string): string {
  return grouped(new BigNumber(value).toFormat(placesOf(step), BigNumber.ROUND_DOWN));
}

/** @returns a gain or loss with its sign and two decimals. */
export function signed(value: string): string {
  const number = new BigNumber(value);
  return `${number.gt(0) ? '+' : ''}${grouped(number.toFormat(2))}`;
}

export function tendency(value: string | undefined): 'gain' | 'loss' | 'flat' {
  const number = new BigNumber(value ?? '0');
  return number.isZero() ? 'flat' : number.gt(0) ? 'gain' : 'loss';
}

/** @returns how much of `whole` a part is, in whole per cent, never 0 or 100 for what is in between. */
export function share(part: string, whole: string): number {
  const ratio = new BigNumber(part).div(whole).times(100);
  if (!ratio.isFinite() || ratio.lte(0)) return 0;
  return ratio.gte(100) ? 100 : Math.min(99, Math.max(1, ratio.decimalPlaces(0).toNumber()));
}

export function total(values: string[]): string {
  return BigNumber.sum(0, ...values).toFixed();
}

export function product(a: string, b: string): string {
  return new BigNumber(a).times(b).toFixed();
}

export function percentOf(part: string, whole: string): string {
  return new BigNumber(part).div(whole).times(100).toFixed(2);
}

export function minusOf(a: string, b: string): string {
  return new BigNumber(a).minus(b).toFixed();
}

export function compare(a: string | undefined, b: string | undefined): number {
  return new BigNumber(a ?? '-1e30').comparedTo(b ?? '-1e30') ?? 0;
}

export function isPositive(value: string): boolean {
  return new BigNumber(value).gt(0);
}
