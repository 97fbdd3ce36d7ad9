import type { HitView, PositionView } from '../../../lib/admin/contract/commands.ts';
import { formatAmount, isPositive } from '../format.ts';
import { exitName } from '../labels.ts';
import type { Mark, PriceLine } from './chart-drawing.ts';

type Order = PositionView['entryOrders'][number];

/** @returns a line at the average entry, and one at each open order. */
export function toPriceLines(position: PositionView): PriceLine[] {
  const { averageEntry, remaining, entryOrders, exitOrders } = position;
  const isHeld = averageEntry !== undefined && isPositive(remaining);
  return [
    ...(isHeld ? [{ price: averageEntry, title: 'Entry', kind: 'entry', dashed: false } as const] : []),
    ...entryOrders.flatMap(toEntryLine),
    ...exitOrders.flatMap((exit) => toExitLine(exit, position)),
  ];
}

function toEntryLine({ status, price }: Order): PriceLine[] {
  if (status !== 'live' || price === undefined) return [];
  return [{ price, title: 'Open entry', kind: 'entry', dashed: true }];
}

function toExitLine({ status, price, triggerPrice }: Order, position: PositionView): PriceLine[] {
  const at = triggerPrice ?? price;
  if (status !== 'live' || at === undefined) return [];
  const title = exitName(at, position);
  return [{ price: at, title, kind: title === 'Stop loss' ? 'stop' : 'target', dashed: true }];
}

/** @returns fills and hits, oldest first. */
export function toMarks(position: PositionView, hits: HitView[]): Mark[] {
  const { entryOrders, exitOrders, side, amountStep } = position;
  const [entryShape, exitShape] = side === 'long' ? (['buy', 'sell'] as const) : (['sell', 'buy'] as const);
  return [
    ...entryOrders.flatMap((order) => toFillMark(order, entryShape, amountStep)),
    ...exitOrders.flatMap((order) => toFillMark(order, exitShape, amountStep)),
    ...hits.map((hit): Mark => ({ at: Date.parse(hit.at), shape: 'hit', text: hit.outcome ?? hit.decision })),
  ].sort((a, b) => a.at - b.at);
}

function toFillMark({ updatedAt, filled }: Order, shape: 'buy' | 'sell', amountStep: string): Mark[] {
  if (updatedAt === undefined || !isPositive(filled)) return [];
  const text = `${shape === 'buy' ? 'Bought' : 'Sold'} ${formatAmount(filled, amountStep)}`;
  return [{ at: updatedAt, shape, text }];
}
