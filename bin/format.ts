import { styleText } from 'node:util';
import { decimal } from '../lib/amount.ts';

/** Enough for every price and amount step in use; averages may have forty digits. */
const shownDigits = 8;

function isFigure(text: string): boolean {
  return /^-?\d+(\.\d+)?$/.test(text);
}

/** @returns an amount or price for a person to read. */
export function figure(text: string | undefined): string {
  return text === undefined || !isFigure(text) ? (text ?? '') : decimal(text).dp(shownDigits).toFixed();
}

/** @returns a profit with its sign. */
export function signed(text: string | undefined, digits = shownDigits): string {
  if (text === undefined || !isFigure(text)) return text ?? '';
  const rounded = decimal(text).dp(digits);
  return `${rounded.gt(0) ? '+' : ''}${rounded.toFixed()}`;
}

/** @returns per cent with its sign and two digits. */
export function percent(text: string | undefined): string {
  if (text === undefined || !isFigure(text)) return text ?? '';
  const value = decimal(text);
  return `${value.gt(0) ? '+' : ''}${value.toFixed(2)} %`;
}

/** @returns ISO 8601 as `2025-11-22 17:10 UTC`. */
export function moment(iso: string | undefined): string | undefined {
  return iso?.replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d).*Z$/, '$1 $2 UTC');
}

/** @returns ISO 8601 as `2025-11-22 17:10:05`, in UTC. */
export function instant(iso: string): string {
  return iso.replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d).*Z$/, '$1 $2');
}

/** Green for gain, red for loss; plain where stdout is no terminal or NO_COLOR is set. */
export function paintSigned(text: string): string {
  if (text.startsWith('+')) return styleText('green', text);
  return /^-\d/.test(text) ? styleText('red', text) : text;
}
