import type { PositionView } from '../../../lib/admin/contract/commands.ts';
import { type Column, DataTable } from '../control/data-table.tsx';
import { Pill } from '../control/pill.tsx';
import { computeShare, formatAlignedAmount, formatPrice, isPositive } from '../format.ts';
import type { Label } from '../labels.ts';
import { findLinks } from '../store.ts';
import { Timestamp } from '../timestamp.tsx';
import { exitTitle } from './order-title.ts';

type Order = PositionView['entryOrders'][number];

interface OrderRow {
  order: Order;
  role: string;
  state: Label;
  position: PositionView;
}

function toState({ status, filled, amount }: Order): Label {
  const share = `${computeShare(filled, amount)} %`;
  const isFilling = isPositive(filled);
  if (status === 'unconfirmed') return { word: 'Unconfirmed', tone: 'busy' };
  if (status === 'live')
    return isFilling ? { word: `Open, ${share} filled`, tone: 'busy' } : { word: 'Open', tone: 'plain' };
  if (filled === amount) return { word: 'Filled', tone: 'gain' };
  return { word: isFilling ? `Canceled at ${share}` : 'Canceled', tone: 'over' };
}

function PriceCell({ order, position: { priceStep } }: OrderRow) {
  return (
    <>
      {formatPrice(order.price ?? order.triggerPrice ?? order.average, priceStep)}
      {order.triggerPrice === undefined ? null : (
        <span class="sub">triggers at {formatPrice(order.triggerPrice, priceStep)}</span>
      )}
    </>
  );
}

const columns: Column<OrderRow>[] = [
  {
    key: 'order',
    name: 'Order',
    cell: ({ order, role }) => (
      <>
        {role}
        <span class="sub">
          {order.type.replaceAll('_', ' ')} · {order.orderId ?? order.clientOrderId}
        </span>
      </>
    ),
  },
  { key: 'state', name: 'State', cell: ({ state }) => <Pill tone={state.tone}>{state.word}</Pill> },
  { key: 'price', name: 'Price', isNumeric: true, cell: PriceCell },
  {
    key: 'filled',
    name: 'Filled / amount',
    isNumeric: true,
    cell: ({ order, position: { amountStep } }) =>
      `${formatAlignedAmount(order.filled, amountStep)} / ${formatAlignedAmount(order.amount, amountStep)}`,
  },
  {
    key: 'updated',
    name: 'Updated',
    cell: ({ order }) =>
      order.updatedAt === undefined ? '–' : <Timestamp at={new Date(order.updatedAt).toISOString()} />,
  },
];

/** The orders of a position: entries, then exits. */
export function OrderList({ position }: { position: PositionView }) {
  const links = findLinks(position.positionId);
  const rows: OrderRow[] = [
    ...position.entryOrders.map((order) => ({ order, role: 'Entry' })),
    ...position.exitOrders.map((order) => ({ order, role: exitTitle(order, position, links) })),
  ].map((row) => ({ ...row, state: toState(row.order), position }));
  if (rows.length === 0)
    return <p class="muted card-body">No orders. The position was adopted by its amount.</p>;
  return (
    <DataTable
      class="tight"
      columns={columns}
      rows={rows}
      rowKey={({ order }) => order.orderId ?? order.clientOrderId}
      isPast={({ state }) => state.tone === 'over'}
    />
  );
}
