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

const ordersOf = (position: PositionView): Event[] => {
  const { entries, exits, amountStep, priceStep, symbol } = position;
  const events = [
    ...entries.map((order) => ({ order, role: 'Entry' })),
    ...exits.map((order) => ({ order, role: exitName(order.triggerPrice ?? order.price, position) })),
  ];
  return events.flatMap(({ order, role }) => {
    if (order.at === undefined || (order.status !== 'done' && !isPositive(order.filled))) return [];
    const filled = isPositive(order.filled);
    const text = `${amount(order.filled, amountStep)} ${baseOf(symbol)} at ${price(order.average ?? order.price, priceStep)}`;
    return [
      {
        key: `order ${order.orderId}`,
        at: new Date(order.at).toISOString(),
        tone: filled ? 'gain' : 'over',
        title: titleOf(order, role),
        text: filled ? text : 'Nothing of it had filled.',
      } satisfies Event,
    ];
  });
};

/** An order's time is that of its last change: the end of its rest, not of what had filled before. */
const titleOf = (
  { status, amount: whole, filled }: PositionView['entries'][number],
  role: string,
): string => {
  if (!isPositive(filled)) return `${role} cancelled`;
  if (filled === whole) return `${role} filled`;
  return status === 'done' ? `${role} ended, filled in part` : `${role} partly filled`;
};

const linkEvents = (link: LinkView): Event[] => {
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
};

const hitEvent = (hit: HitView): Event => ({
  key: hit.hitId,
  at: hit.at,
  tone: decisionOf(hit).tone,
  title: `${decisionOf(hit).word}, ${originOf(hit)}`,
  text: hit.why,
});

/** Everything that has happened to a position, the latest first. */
export const Timeline = ({
  position,
  links,
  hits,
}: {
  position: PositionView;
  links: LinkView[];
  hits: HitView[];
}) => {
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
};
