import type { PositionView } from '../../../lib/admin/contract/commands.ts';
import { Aged } from '../aged.tsx';
import type { Column } from '../control/data-table.tsx';
import { SideTag, StatusPill } from '../control/pill.tsx';
import { compare, formatAlignedAmount, formatPrice } from '../format.ts';
import {
  type DisplayStatus,
  exchangeName,
  isArmed,
  marketName,
  toBaseCurrency,
  toDisplayStatus,
} from '../labels.ts';
import { OutcomeNote } from '../outcome-note.tsx';
import { paths } from '../route.ts';
import { findLinks } from '../store.ts';
import { Profit } from './profit.tsx';

/** The order of the status column: what needs attention first. */
const urgency: DisplayStatus[] = [
  'needs-attention',
  'closing',
  'partly-filled',
  'filled',
  'unfilled',
  'closed',
  'canceled',
];
function compareUrgency(a: PositionView, b: PositionView): number {
  return urgency.indexOf(toDisplayStatus(a)) - urgency.indexOf(toDisplayStatus(b));
}

export function countArmedLinks(position: PositionView): number {
  return findLinks(position.positionId).filter((link) => isArmed(link, position)).length;
}

function EntryCell({ position }: { position: PositionView }) {
  const { averageEntry, entryOrders, priceStep } = position;
  if (averageEntry !== undefined) return <>{formatPrice(averageEntry, priceStep)}</>;
  const limit = entryOrders.find((entry) => entry.price !== undefined)?.price;
  return (
    <>
      <span class="muted">{formatPrice(limit, priceStep)}</span>
      {limit === undefined ? null : <span class="sub">limit</span>}
    </>
  );
}

function MarketCell({ position }: { position: PositionView }) {
  const { positionId, symbol, exchange, label, account } = position;
  return (
    <>
      <a class="market" href={paths.position(positionId)}>
        {marketName(symbol)}
      </a>
      <span class="sub">
        {exchangeName(exchange)} · {label ?? account}
      </span>
    </>
  );
}

function Count({ value }: { value: number }) {
  return <span class={value === 0 ? 'muted' : ''}>{value}</span>;
}

export const columns: Column<PositionView>[] = [
  {
    key: 'symbol',
    name: 'Market',
    cell: (position) => <MarketCell position={position} />,
    compare: (a, b) => a.symbol.localeCompare(b.symbol),
  },
  {
    key: 'side',
    name: 'Side',
    cell: (position) => <SideTag side={position.side} />,
    compare: (a, b) => a.side.localeCompare(b.side),
  },
  {
    key: 'status',
    name: 'Status',
    cell: (position) => (
      <>
        <StatusPill position={position} />
        <OutcomeNote position={position} />
      </>
    ),
    compare: compareUrgency,
  },
  {
    key: 'remaining',
    name: 'Remaining',
    isNumeric: true,
    cell: (position) => (
      <Aged position={position} of="amounts">
        {formatAlignedAmount(position.remaining, position.amountStep)}{' '}
        <span class="unit">{toBaseCurrency(position.symbol)}</span>
        <span class="sub">
          {formatAlignedAmount(position.filled, position.amountStep)} of{' '}
          {formatAlignedAmount(position.amount, position.amountStep)} filled
        </span>
      </Aged>
    ),
    compare: (a, b) => compare(a.remaining, b.remaining),
  },
  {
    key: 'entry',
    name: 'Entry',
    isNumeric: true,
    cell: (position) => <EntryCell position={position} />,
    compare: (a, b) => compare(a.averageEntry, b.averageEntry),
  },
  {
    key: 'mark',
    name: 'Mark',
    isNumeric: true,
    cell: (position) => (
      <Aged position={position} of="price">
        {formatPrice(position.markPrice, position.priceStep)}
      </Aged>
    ),
    compare: (a, b) => compare(a.markPrice, b.markPrice),
  },
  {
    key: 'profit',
    name: 'Profit',
    isNumeric: true,
    cell: (position) => (
      <Aged position={position} of="price">
        <Profit position={position} place="below" />
      </Aged>
    ),
    compare: (a, b) => compare(a.unrealizedProfit ?? undefined, b.unrealizedProfit ?? undefined),
  },
  {
    key: 'exits',
    name: 'Exits',
    isNumeric: true,
    cell: ({ openExitOrders }) => <Count value={openExitOrders} />,
    compare: (a, b) => a.openExitOrders - b.openExitOrders,
  },
  {
    key: 'links',
    name: 'Links',
    isNumeric: true,
    cell: (position) => <Count value={countArmedLinks(position)} />,
    compare: (a, b) => countArmedLinks(a) - countArmedLinks(b),
  },
];
