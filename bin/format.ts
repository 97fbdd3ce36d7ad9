import { styleText } from 'node:util';
import { decimal } from '../lib/amount.ts';

/** Covers every step in use. Averages can have forty digits. */
const maxDigits = 8;

function isNumber(text: string): boolean {
  return /^-?\d+(\.\d+)?$/.test(text);
}

/** @returns an amount or price without superfluous digits. */
export function formatNumber(text: string | undefined): string {
  return text === undefined || !isNumber(text) ? (text ?? '') : decimal(text).dp(maxDigits).toFixed();
}

/** Quote currencies of which 0.01 is worth too much to round to. */
const finelyQuoted = new Set(['BTC', 'ETH', 'BNB', 'SOL']);

/** @returns a profit or loss with its sign and currency. The decimals are fixed, so that a column aligns. */
export function formatMoney(amount: string, currency: string): string {
  if (!isNumber(amount)) return amount;
  const rounded = decimal(amount).dp(finelyQuoted.has(currency) ? maxDigits : 2);
  const digits = rounded.toFixed(finelyQuoted.has(currency) ? maxDigits : 2);
  // A loss below half a cent is shown as 0.00, not as -0.00.
  const shown = rounded.isZero() ? digits.replace('-', '') : digits;
  return `${rounded.gt(0) ? '+' : ''}${shown} ${currency}`;
}

/** @returns a percentage with its sign and two decimals. */
export function formatPercent(text: string | undefined): string {
  if (text === undefined || !isNumber(text)) return text ?? '';
  const value = decimal(text);
  return `${value.gt(0) ? '+' : ''}${value.toFixed(2)} %`;
}

/** @returns ISO 8601 as `2025-11-22 17:10 UTC`. */
export function formatMinute(iso: string | undefined): string | undefined {
  return iso?.replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d).*Z$/, '$1 $2 UTC');
}

/** @returns ISO 8601 as `2025-11-22 17:10:05`, in UTC. */
export function formatSecond(iso: string): string {
  return iso.replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d).*Z$/, '$1 $2');
}

/** Green for a profit, red for a loss; without color if stdout is no terminal or NO_COLOR is set. */
export function paintSigned(text: string): string {
  if (text.startsWith('+')) return styleText('green', text);
  return /^-\d/.test(text) ? styleText('red', text) : text;
}
