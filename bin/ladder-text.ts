import { styleText } from 'node:util';
import type { PositionView } from '../lib/admin/contract/commands.ts';
import { decimal, isPositive } from '../lib/amount.ts';
import { formatNumber, formatPercent } from './format.ts';
import { type Column, drawTable } from './table.ts';

type Exit = PositionView['takeProfits'][number] & { limitPrice?: string | undefined };

/** One price of a position, as a line of its ladder. */
interface Level {
  name: string;
  price: string;
  amount?: string;
  state?: string;
}

function toExitLevel(kind: string, exit: Exit): Level {
  const { price, amount, filled, limitPrice, state, reason, percent } = exit;
  const detail = reason === undefined ? '' : `: ${reason}`;
  const part = state === 'resting' && isPositive(filled) ? `, ${formatNumber(filled)} filled` : '';
  return {
    name: limitPrice === undefined ? kind : `${kind}, LIMIT ${limitPrice}`,
    price,
    amount: toAmountText(state === 'filled' ? filled : amount, percent),
    state: `${state}${part}${detail}`,
  };
}

/** Before the entry fills, a target is for a percentage of nothing yet. */
function toAmountText(amount: string, percent: string | undefined): string {
  if (isPositive(amount)) return amount;
  return percent === undefined ? '' : `${percent} %`;
}

function toEntryPrice({ averageEntry, entryOrders }: PositionView): string | undefined {
  return averageEntry ?? entryOrders.find(({ price }) => price !== undefined)?.price;
}

function toLevels(position: PositionView): Level[] {
  const { takeProfits, stopLoss, amount, filled, fillStatus, markPrice, status } = position;
  const entry = toEntryPrice(position);
  const levels = [
    ...takeProfits.map((target) => toExitLevel('target', target)),
    ...(status === 'closed' || markPrice === undefined ? [] : [{ name: 'price', price: markPrice }]),
    ...(entry === undefined
      ? []
      : [
          {
            name: 'entry',
            price: entry,
            amount: fillStatus === 'unfilled' ? amount : filled,
            state: fillStatus === 'unfilled' ? 'waiting' : 'filled',
          },
        ]),
    ...(stopLoss === null ? [] : [toExitLevel('stop', stopLoss)]),
  ];
  return levels.toSorted((a, b) => decimal(b.price).comparedTo(a.price) ?? 0);
}

function paintLevel(text: string): string {
  if (/^(resting|filled)/.test(text)) return styleText('green', text);
  return /^(refused|removed|unconfirmed)/.test(text) ? styleText('yellow', text) : text;
}

/** @returns entry, price, targets and stop, the highest price first; undefined without exits. */
export function drawLadder(position: PositionView): string | undefined {
  const { takeProfits, stopLoss } = position;
  if (takeProfits.length === 0 && stopLoss === null) return undefined;
  const entry = toEntryPrice(position);
  const toDistance = ({ name, price }: Level) =>
    entry === undefined || name === 'entry'
      ? ''
      : formatPercent(decimal(price).minus(entry).times(100).dividedBy(entry).toFixed());
  const columns: Column<Level>[] = [
    { head: 'LADDER', text: ({ name }) => name },
    { head: 'PRICE', text: ({ price }) => formatNumber(price), right: true },
    { head: 'FROM ENTRY', text: toDistance, right: true },
    { head: 'AMOUNT', text: ({ amount }) => formatNumber(amount), right: true },
    { head: 'STATE', text: ({ state = '' }) => state, paint: paintLevel },
  ];
  return drawTable(columns, toLevels(position));
}

/** Yellow if a part of what remains has no stop. */
export function paintProtection(text: string): string {
  return text === 'partial' || text === 'none' ? styleText('yellow', text) : text;
}

/** @returns whether the exits of a position rest, as a sentence; undefined if it has none. */
export function describeRest({ takeProfits, stopLoss, fillStatus }: PositionView): string | undefined {
  const states = [...takeProfits, ...(stopLoss === null ? [] : [stopLoss])].map(({ state }) => state);
  if (states.length === 0) return undefined;
  if (fillStatus === 'unfilled') return 'The exits are placed when the entry fills, at most 75 s later.';
  return states.every((state) => ['resting', 'merged', 'filled'].includes(state))
    ? 'All exits rest at the exchange.'
    : 'Not all exits rest at the exchange yet. The sweep tries again every minute.';
}
