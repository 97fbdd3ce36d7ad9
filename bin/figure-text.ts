import { styleText } from 'node:util';
import {
  computeFigures,
  findNextTarget,
  findOpenedAt,
  findStop,
  isStopBeyondLiquidation,
} from '../console/figures.ts';
import type { PositionView } from '../lib/admin/contract/commands.ts';
import { isPositive } from '../lib/amount.ts';
import { formatMinute, formatNumber, formatPercent, paintSigned } from './format.ts';

type Fact = [string, string | undefined];

/** @returns what the console shows of an open position: value, distances, R and how the account finances it. */
export function toFigureFacts(position: PositionView): Fact[] {
  if (!isPositive(position.remaining) || position.status === 'closed') return [];
  const { value, stopDistance, targetDistance, multiple } = computeFigures(position);
  const { quote } = position;
  return [
    [
      'R',
      multiple === undefined ? undefined : paintSigned(`${multiple.startsWith('-') ? '' : '+'}${multiple}`),
    ],
    ['Value', value === undefined ? undefined : `${formatNumber(value)} ${quote}`],
    ['Stop', formatAway(findStop(position), stopDistance, quote)],
    ['Target', formatAway(findNextTarget(position), targetDistance, quote)],
    ...(position.symbol.includes(':') ? toMarginFacts(position) : []),
    ['Open since', formatMinute(new Date(findOpenedAt(position)).toISOString())],
  ];
}

function formatAway(
  price: string | undefined,
  distance: string | undefined,
  quote: string,
): string | undefined {
  if (price === undefined) return undefined;
  return `${formatNumber(price)} ${quote}${distance === undefined ? '' : `, ${formatPercent(distance)} from the price`}`;
}

/** Of the exchange position, which other positions of the market can share. */
function toMarginFacts(position: PositionView): Fact[] {
  const { exchangePosition: held, quote, remaining } = position;
  const { leverage, marginMode = 'cross or isolated: unknown', margin, liquidationPrice } = held ?? {};
  const isShared = held !== undefined && held.amount !== remaining;
  const whole = isShared ? `, for ${formatNumber(held.amount)} at the exchange` : '';
  return [
    ['Leverage', leverage === undefined ? 'unknown' : `${leverage}x`],
    [
      'Margin',
      `${margin === undefined ? 'unknown' : `${formatNumber(margin)} ${quote}`}, ${marginMode}${whole}`,
    ],
    ['Liquidation', formatLiquidation(position, liquidationPrice)],
  ];
}

function formatLiquidation(position: PositionView, price: string | undefined): string {
  const text = formatAway(price, computeFigures(position).liquidationDistance, position.quote) ?? 'unknown';
  return isStopBeyondLiquidation(position)
    ? `${text}. ${styleText('yellow', 'The exchange liquidates before the stop.')}`
    : text;
}
