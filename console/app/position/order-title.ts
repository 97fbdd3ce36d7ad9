import type { LinkView, PositionView } from '../../../lib/admin/contract/commands.ts';
import { exitName } from '../../exit-name.ts';
import { urlEnd } from '../link/link-title.tsx';

type Order = PositionView['exitOrders'][number];

/** @returns what an exit order is for, and of Ripcord's close order who closed: "Close by link TP hit …a1B2". */
export function exitTitle(order: Order, position: PositionView, links: readonly LinkView[]): string {
  const name = exitName(order, position);
  const closer = name === 'Close' ? findCloser(order, position) : undefined;
  return closer === undefined ? name : `${name} ${describeCloser(closer, links)}`;
}

type Closer = Pick<NonNullable<Order['sentBy']>, 'linkId'> & { actor: string };

/** A close order of an earlier version has no sender; the position's outcome then names who sent the last one. */
function findCloser({ sentBy, orderId }: Order, { outcome }: PositionView): Closer | undefined {
  if (sentBy !== undefined) return sentBy;
  return orderId !== undefined && outcome?.closeOrderId === orderId ? outcome : undefined;
}

function describeCloser({ actor, linkId }: Closer, links: readonly LinkView[]): string {
  if (actor === 'operator') return 'by you';
  if (linkId === undefined) return 'by Ripcord';
  const link = links.find((each) => each.linkId === linkId);
  const by = actor === 'watch' ? 'by the watch of' : 'by';
  if (link === undefined) return `${by} a link`;
  return [`${by} link`, ...(link.label === undefined ? [] : [link.label]), urlEnd(link)].join(' ');
}
