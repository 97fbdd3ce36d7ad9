import type { HitView, LinkView, PositionView } from '../../../lib/admin/contract/commands.ts';
import { formatAmount, formatPrice, isPositive } from '../format.ts';
import { actionTitle, type Tone, toBaseCurrency } from '../labels.ts';
import { hitTitle, toDecision } from '../link/hit-text.ts';
import { Timestamp } from '../timestamp.tsx';
import { exitTitle } from './order-title.ts';

type Order = PositionView['entryOrders'][number];

interface TimelineEvent {
  key: string;
  at: string;
  tone: Tone;
  title: string;
  text: string;
}

/** Everything that happened to a position, newest first. */
export function Timeline(props: { position: PositionView; links: LinkView[]; hits: HitView[] }) {
  return (
    <ol class="timeline">
      {toEvents(props).map(({ key, at, tone, title, text }) => (
        <li key={key} class={tone}>
          <p class="event-title">
            {title} <Timestamp at={at} />
          </p>
          <p>{text}</p>
        </li>
      ))}
    </ol>
  );
}

function toEvents({
  position,
  links,
  hits,
}: {
  position: PositionView;
  links: LinkView[];
  hits: HitView[];
}): TimelineEvent[] {
  return [
    ...hits.map(hitEvent),
    ...links.flatMap(linkEvents),
    ...orderEvents(position, links),
    {
      key: 'created',
      at: position.createdAt,
      tone: 'plain' as const,
      title: isOpenedHere(position) ? 'Opened by Ripcord' : 'Adopted',
      text: `Position ${position.positionId} on account ${position.account}`,
    },
  ].sort((a, b) => b.at.localeCompare(a.at));
}

/** The client order id of an entry that Ripcord placed contains the position's own id. */
function isOpenedHere({ positionId, entryOrders }: PositionView): boolean {
  const own = `rc${positionId.slice('pos_'.length)}e`;
  return entryOrders.some(({ clientOrderId }) => clientOrderId?.startsWith(own));
}

function orderEvents(position: PositionView, links: LinkView[]): TimelineEvent[] {
  return [
    ...position.entryOrders.map((order) => ({ order, role: 'Entry' })),
    ...position.exitOrders.map((order) => ({ order, role: exitTitle(order, position, links) })),
  ].flatMap(({ order, role }) => orderEvent(order, role, position));
}

function orderEvent(order: Order, role: string, position: PositionView): TimelineEvent[] {
  const { amountStep, priceStep, symbol } = position;
  const hasFilled = isPositive(order.filled);
  if (order.updatedAt === undefined || (order.status !== 'done' && !hasFilled)) return [];
  const fill = `${formatAmount(order.filled, amountStep)} ${toBaseCurrency(symbol)} at ${formatPrice(order.average ?? order.price, priceStep)}`;
  return [
    {
      key: `order ${order.orderId}`,
      at: new Date(order.updatedAt).toISOString(),
      tone: hasFilled ? 'gain' : 'over',
      title: `${role} ${orderProgress(order)}`,
      text: hasFilled ? fill : 'Unfilled.',
    },
  ];
}

/** An order's time is its last change: of a canceled order, when its rest ended and not when a part filled. */
function orderProgress({ status, amount, filled }: Order): string {
  if (!isPositive(filled)) return 'canceled';
  if (filled === amount) return 'filled';
  return status === 'done' ? 'ended after a partial fill' : 'partly filled';
}

function linkEvents(link: LinkView): TimelineEvent[] {
  const { linkId, createdAt, revokedAt, label } = link;
  const text = `${actionTitle(link)}${label === undefined ? '' : ` · ${label}`}`;
  const created = { key: linkId, at: createdAt, tone: 'plain', title: 'Link created', text } as const;
  if (revokedAt === undefined) return [created];
  return [created, { key: `${linkId} revoked`, at: revokedAt, tone: 'over', title: 'Link revoked', text }];
}

function hitEvent(hit: HitView): TimelineEvent {
  return {
    key: hit.hitId,
    at: hit.at,
    tone: toDecision(hit).tone,
    title: hitTitle(hit),
    text: hit.why,
  };
}
