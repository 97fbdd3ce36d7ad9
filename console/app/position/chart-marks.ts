import type { HitView, LinkView, PositionView } from '../../../lib/admin/contract/commands.ts';
import { type Part, partTitle } from '../../../lib/position/part.ts';
import { exitName } from '../../exit-name.ts';
import { isOpenExit } from '../../figures.ts';
import type { Mark, PriceLine } from '../chart/price-line.ts';
import { stopLine, toTargetLine } from '../exits/plan-lines.ts';
import { formatAmount, isPositive } from '../format.ts';

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

/** @returns fills, and hits by which a link acted, oldest first. Other hits did nothing: History lists them. */
export function toMarks(
  position: PositionView,
  hits: readonly HitView[],
  links: readonly LinkView[],
): Mark[] {
  const { entryOrders, exitOrders, side } = position;
  const [entryShape, exitShape] = side === 'long' ? (['buy', 'sell'] as const) : (['sell', 'buy'] as const);
  return [
    ...entryOrders.flatMap((order) => toFillMark(order, entryShape, position)),
    ...exitOrders.flatMap((order) => toFillMark(order, exitShape, position)),
    ...hits.flatMap((hit) => toHitMark(hit, links)),
  ].sort((a, b) => a.at - b.at);
}

function toHitMark({ at, decision, status, outcome, linkId }: HitView, links: readonly LinkView[]): Mark[] {
  if (decision !== 'fired' && decision !== 'recovered') return [];
  if (status >= 400) return [{ at: Date.parse(at), shape: 'failed', text: 'failed' }];
  const link: Part | undefined = links.find((each) => each.linkId === linkId);
  const part = outcome === 'closed' && link !== undefined ? partTitle(link)?.toLowerCase() : undefined;
  return [{ at: Date.parse(at), shape: 'hit', text: part ?? outcome ?? decision }];
}

function toFillMark(order: Order, shape: 'buy' | 'sell', position: PositionView): Mark[] {
  const { updatedAt, filled } = order;
  if (updatedAt === undefined || !isPositive(filled)) return [];
  const name = exitName(order, position) === 'Close' ? 'Close: ' : '';
  const verb = shape === 'buy' ? 'bought' : 'sold';
  const text = `${name}${verb} ${formatAmount(filled, position.amountStep)}`;
  return [{ at: updatedAt, shape, text: `${text.charAt(0).toUpperCase()}${text.slice(1)}` }];
}
