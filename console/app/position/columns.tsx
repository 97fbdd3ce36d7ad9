import type { PositionView } from '../../../lib/admin/contract/commands.ts';
import { Aged } from '../aged.tsx';
import type { Column } from '../control/data-table.tsx';
import { SideTag, StatusPill } from '../control/pill.tsx';
import { ProtectionPill } from '../exits/protection-pill.tsx';
import { compare, formatAlignedAmount, formatPrice, isPositive } from '../format.ts';
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

/** The entry's size is what is left of it once it has filled, and what was ordered before. */
function describeFill({
  filled,
  amount,
  amountStep,
}: Pick<PositionView, 'filled' | 'amount' | 'amountStep'>): string {
  const filledText = formatAlignedAmount(filled, amountStep);
  if (compare(filled, amount) >= 0) return `of ${filledText} filled`;
  return `${isPositive(filled) ? filledText : '0'} of ${formatAlignedAmount(amount, amountStep)} filled`;
}

/** The order of the protection column: the least protected first. */
const protections: PositionView['protection'][] = ['none', 'unknown', 'partial', 'full'];

function ProtectionCell({ position }: { position: PositionView }) {
  const { openExitOrders: count } = position;
  const text = count === 1 ? '1 exit order' : `${count} exit orders`;
  return (
    <>
      <ProtectionPill position={position} />
      <span class="sub">{count === 0 ? 'no exit orders' : text}</span>
    </>
  );
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
    key: 'protection',
    name: 'Protection',
    cell: (position) => <ProtectionCell position={position} />,
    compare: (a, b) => protections.indexOf(a.protection) - protections.indexOf(b.protection),
  },
  {
    key: 'remaining',
    name: 'Remaining',
    isNumeric: true,
    cell: (position) => (
      <Aged position={position} of="amounts">
        {formatAlignedAmount(position.remaining, position.amountStep)}{' '}
        <span class="unit">{toBaseCurrency(position.symbol)}</span>
        <span class="sub">{describeFill(position)}</span>
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
    key: 'links',
    name: 'Links',
    isNumeric: true,
    cell: (position) => <Count value={countArmedLinks(position)} />,
    compare: (a, b) => countArmedLinks(a) - countArmedLinks(b),
  },
];
