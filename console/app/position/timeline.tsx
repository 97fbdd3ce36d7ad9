import type { HitView, LinkView, PositionView } from '../../../lib/admin/contract/commands.ts';
import { amount, isPositive, price } from '../format.ts';
import { actions, baseOf, exitName, type Tone } from '../labels.ts';
import { decisionOf, originOf } from '../link/hit-line.tsx';
import { Moment } from '../timestamp.tsx';

interface Event {
  key: string;
  at: string;
  tone: Tone;
  title: string;
  text: string;
}

function ordersOf(position: PositionView): Event[] {
  const { entryOrders, exitOrders, amountStep, priceStep, symbol } = position;
  const events = [
    ...entryOrders.map((order) => ({ order, role: 'Entry' })),
    ...exitOrders.map((order) => ({ order, role: exitName(order.triggerPrice ?? order.price, position) })),
  ];
  return events.flatMap(({ order, role }) => {
    if (order.updatedAt === undefined || (order.status !== 'done' && !isPositive(order.filled))) return [];
    const filled = isPositive(order.filled);
    const text = `${amount(order.filled, amountStep)} ${baseOf(symbol)} at ${price(order.average ?? order.price, priceStep)}`;
    return [
      {
        key: `order ${order.orderId}`,
        at: new Date(order.updatedAt).toISOString(),
        tone: filled ? 'gain' : 'over',
        title: titleOf(order, role),
        text: filled ? text : 'Nothing of it had filled.',
      } satisfies Event,
    ];
  });
}

/** An order's time is that of its last change: the end of its rest, not of what had filled before. */
function titleOf(
  { status, amount: whole, filled }: PositionView['entryOrders'][number],
  role: string,
): string {
  if (!isPositive(filled)) return `${role} cancelled`;
  if (filled === whole) return `${role} filled`;
  return status === 'done' ? `${role} ended, filled in part` : `${role} partly filled`;
}

function linkEvents(link: LinkView): Event[] {
  const name = `${actions[link.action].title}${link.label === undefined ? '' : ` · ${link.label}`}`;
  return [
    { key: link.linkId, at: link.createdAt, tone: 'plain', title: 'Link created', text: name },
    ...(link.revokedAt === undefined
      ? []
      : [
          {
            key: `${link.linkId} revoked`,
            at: link.revokedAt,
            tone: 'over' as const,
            title: 'Link revoked',
            text: name,
          },
        ]),
  ];
}

function hitEvent(hit: HitView): Event {
  return {
    key: hit.hitId,
    at: hit.at,
    tone: decisionOf(hit).tone,
    title: `${decisionOf(hit).word}, ${originOf(hit)}`,
    text: hit.why,
  };
}

/** Everything that has happened to a position, the latest first. */
export function Timeline({
  position,
  links,
  hits,
}: {
  position: PositionView;
  links: LinkView[];
  hits: HitView[];
}) {
  const events: Event[] = [
    ...hits.map(hitEvent),
    ...links.flatMap(linkEvents),
    ...ordersOf(position),
    {
      key: 'created',
      at: position.createdAt,
      tone: 'plain' as const,
      title: 'Ripcord took it over',
      text: `Position ${position.positionId} on account ${position.account}`,
    },
  ].sort((a, b) => b.at.localeCompare(a.at));
  return (
    <ol class="timeline">
      {events.map(({ key, at, tone, title, text }) => (
        <li key={key} class={tone}>
          <p class="event-title">
            {title} <Moment at={at} />
          </p>
          <p>{text}</p>
        </li>
      ))}
    </ol>
  );
}
