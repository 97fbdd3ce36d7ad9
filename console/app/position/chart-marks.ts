import type { HitView, PositionView } from '../../../lib/admin/contract/commands.ts';
import type { Mark, PriceLine } from '../chart/price-line.ts';
import { isOpenExit } from '../exits/exit-choices.ts';
import { stopLine, toTargetLine } from '../exits/plan-lines.ts';
import { formatAmount, isPositive } from '../format.ts';
import { exitName } from '../labels.ts';

type Order = PositionView['entryOrders'][number];

/** @returns a line at the average entry, at each exit of the plan, which can be moved, and at each other open order. */
export function toPriceLines(position: PositionView): PriceLine[] {
  const { averageEntry, remaining, entryOrders, exitOrders } = position;
  const isHeld = averageEntry !== undefined && isPositive(remaining);
  const planned = new Set([...position.takeProfits, position.stopLoss].map((exit) => exit?.orderId));
  return [
    ...(isHeld ? [{ price: averageEntry, title: 'Entry', kind: 'entry', dashed: false } as const] : []),
    ...entryOrders.flatMap(toEntryLine),
    ...exitOrders
      // On spot, several orders of Ripcord's share the price of one stop.
      .filter(({ orderId, rung, isStop }) => rung === undefined && !isStop && !planned.has(orderId))
      .flatMap((exit) => toExitLine(exit, position)),
    ...toPlanLines(position),
  ];
}

/** Their places among the open exits name the targets, as in the form that replaces them. */
function toPlanLines({ takeProfits, stopLoss }: PositionView): PriceLine[] {
  const targets = takeProfits.filter(isOpenExit).map(({ price }, index): PriceLine => {
    return { id: toTargetLine(index), price, title: `Target ${index + 1}`, kind: 'target', dashed: true };
  });
  if (stopLoss === null || !isOpenExit(stopLoss)) return targets;
  return [...targets, { id: stopLine, price: stopLoss.price, title: 'Stop', kind: 'stop', dashed: true }];
}

function toEntryLine({ status, price }: Order): PriceLine[] {
  if (status !== 'live' || price === undefined) return [];
  return [{ price, title: 'Open entry', kind: 'entry', dashed: true }];
}

function toExitLine(order: Order, position: PositionView): PriceLine[] {
  const at = order.triggerPrice ?? order.price;
  if (order.status !== 'live' || at === undefined) return [];
  const title = exitName(order, position);
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
