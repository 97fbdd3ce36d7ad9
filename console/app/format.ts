import { BigNumber } from 'bignumber.js';

const minus = '−';

/** @returns how many decimals a step such as "0.01" has. */
function countDecimals(step: string): number {
  return new BigNumber(step).decimalPlaces() ?? 0;
}

function withMinusSign(text: string): string {
  return text.replace('-', minus);
}

/** @returns a price with all decimals of its market: "60,000.00". */
export function formatPrice(value: string | undefined, step: string): string {
  return value === undefined ? '–' : withMinusSign(new BigNumber(value).toFormat(countDecimals(step)));
}

/** @returns an amount, truncated to its market's step, without trailing zeros: "0.04995". */
export function formatAmount(value: string, step: string): string {
  const truncated = new BigNumber(value).decimalPlaces(countDecimals(step), BigNumber.ROUND_DOWN);
  // A remaining amount below one step must not read as 0.
  return withMinusSign((truncated.isZero() ? new BigNumber(value) : truncated).toFormat());
}

/** @returns an amount with all decimals of its market, for columns. */
export function formatAlignedAmount(value: string, step: string): string {
  return withMinusSign(new BigNumber(value).toFormat(countDecimals(step), BigNumber.ROUND_DOWN));
}

/** @returns a gain or loss with its sign and two decimals. */
export function formatSigned(value: string): string {
  const number = new BigNumber(value);
  return `${number.gt(0) ? '+' : ''}${withMinusSign(number.toFormat(2))}`;
}

/** @returns a percentage with its sign: "+3.40 %". */
export function formatPercent(value: string): string {
  return `${formatSigned(value)}\u00a0%`;
}

/** @returns an amount of money with two decimals: "6,000.00". */
export function formatMoney(value: string): string {
  return withMinusSign(new BigNumber(value).toFormat(2));
}

/** @returns a fee without trailing zeros. A smaller one than the digits show must not read as 0. */
export function formatFee(value: string): string {
  const rounded = new BigNumber(value).decimalPlaces(8);
  return withMinusSign((rounded.isZero() ? new BigNumber(value) : rounded).toFormat());
}

/** @returns money with two decimals, unless they would hide it. */
export function formatCost(value: string): string {
  return compare(value, '0.01') < 0 ? formatFee(value) : formatMoney(value);
}

export function signOf(value: string | undefined): 'gain' | 'loss' | 'flat' {
  const number = new BigNumber(value ?? '0');
  if (number.isZero()) return 'flat';
  return number.gt(0) ? 'gain' : 'loss';
}

/** @returns a part of `whole` in whole %: 0 and 100 only if it is exactly that. */
export function computeShare(part: string, whole: string): number {
  const ratio = new BigNumber(part).div(whole).times(100);
  if (!ratio.isFinite() || ratio.lte(0)) return 0;
  return ratio.gte(100) ? 100 : Math.min(99, Math.max(1, ratio.decimalPlaces(0).toNumber()));
}

export function sum(values: string[]): string {
  return BigNumber.sum(0, ...values).toFixed();
}

export function multiply(a: string, b: string): string {
  return new BigNumber(a).times(b).toFixed();
}

export function computePercent(part: string, whole: string): string {
  return new BigNumber(part).div(whole).times(100).toFixed(2);
}

export function subtract(a: string, b: string): string {
  return new BigNumber(a).minus(b).toFixed();
}

/** An absent value sorts first. */
export function compare(a: string | undefined, b: string | undefined): number {
  return new BigNumber(a ?? '-1e30').comparedTo(b ?? '-1e30') ?? 0;
}

export function isPositive(value: string): boolean {
  return new BigNumber(value).gt(0);
}
