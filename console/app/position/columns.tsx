import type { PositionView } from '../../../lib/admin/contract/commands.ts';
import { computeFigures, findOpenedAt } from '../../figures.ts';
import { Aged } from '../aged.tsx';
import type { Column } from '../control/data-table.tsx';
import { SideTag, StatusPill } from '../control/pill.tsx';
import { LiquidationPill, ProtectionPill } from '../exits/protection-pill.tsx';
import { compare, formatAlignedAmount, formatPrice } from '../format.ts';
import {
  type DisplayStatus,
  exchangeName,
  hasEnded,
  isArmed,
  marketName,
  toDisplayStatus,
} from '../labels.ts';
import { findStandingLinks } from '../link/standing-links.ts';
import { OutcomeNote } from '../outcome-note.tsx';
import { paths } from '../route.ts';
import { findLinks } from '../store.ts';
import { Age } from './age.tsx';
import { Distance, describeFill, describeLeverage, Multiple, NetProfit, Value } from './figure-text.tsx';
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

/** The order of the protection column: the least protected first. */
const protections: PositionView['protection'][] = ['none', 'unknown', 'partial', 'full'];

export function countArmedLinks(position: PositionView): number {
  const own = findLinks(position.positionId).filter((link) => isArmed(link, position));
  const standing = findStandingLinks(position).filter(({ state, action }) => {
    return state === 'armed' && action !== 'heartbeat';
  });
  return own.length + standing.length;
}

function MarketCell({ position }: { position: PositionView }) {
  const { positionId, symbol, exchange, label, account, side, tag } = position;
  const leverage = describeLeverage(position);
  return (
    <>
      <a class="market" href={paths.position(positionId)}>
        {marketName(symbol)}
      </a>
      <span class="sub">
        {exchangeName(exchange)} · {label ?? account}
        {tag === undefined ? '' : ` · ${tag}`}
      </span>
      <span class="side-line">
        <SideTag side={side} />
        {leverage === undefined ? null : <span class="unit"> {leverage}</span>}
      </span>
    </>
  );
}

function ExitCount({ position: { openExitOrders: count } }: { position: PositionView }) {
  return count === 0 ? null : (
    <span class="sub">{count === 1 ? '1 exit order' : `${count} exit orders`}</span>
  );
}

function StatusCell({ position }: { position: PositionView }) {
  return (
    <span class="pills">
      <StatusPill position={position} />
      <ProtectionPill position={position} />
      <ExitCount position={position} />
      <LiquidationPill position={position} />
      <OutcomeNote position={position} />
    </span>
  );
}

function EntryText({ position }: { position: PositionView }) {
  const { averageEntry, entryOrders, priceStep } = position;
  if (averageEntry !== undefined) return <>entry {formatPrice(averageEntry, priceStep)}</>;
  const limit = entryOrders.find((entry) => entry.price !== undefined)?.price;
  return limit === undefined ? <>no entry price</> : <>limit {formatPrice(limit, priceStep)}</>;
}

function MarkCell({ position }: { position: PositionView }) {
  const { markPrice, priceStep, symbol, exchangePosition } = position;
  const liquidation = exchangePosition?.liquidationPrice;
  const isOver = hasEnded(position);
  return (
    <>
      {/* The price is not read any more, and it is not the one of the close. */}
      {isOver ? (
        '–'
      ) : (
        <Aged position={position} of="price">
          {formatPrice(markPrice, priceStep)}
        </Aged>
      )}
      <span class="sub one-line">
        <EntryText position={position} />
      </span>
      {symbol.includes(':') && !isOver ? (
        <span class="sub one-line">
          liq. {liquidation === undefined ? 'unknown' : formatPrice(liquidation, priceStep)}
        </span>
      ) : null}
    </>
  );
}

function SizeCell({ position }: { position: PositionView }) {
  return (
    <>
      <Aged position={position} of="amounts">
        {formatAlignedAmount(position.remaining, position.amountStep)}
        <span class="sub">{describeFill(position)}</span>
      </Aged>
      <span class="sub">
        <Value position={position} />
      </span>
    </>
  );
}

function LinksText({ position }: { position: PositionView }) {
  const count = countArmedLinks(position);
  return <>{count === 1 ? '1 link' : `${count} links`}</>;
}

type Compare = (a: PositionView, b: PositionView) => number;

function by(read: (position: PositionView) => string | null | undefined): Compare {
  return (a, b) => compare(read(a) ?? undefined, read(b) ?? undefined);
}

/** By how far the price has to move, in either direction. */
function byDistance(read: (position: PositionView) => string | undefined): Compare {
  return by((position) => read(position)?.replace('-', ''));
}

export const columns: Column<PositionView>[] = [
  {
    key: 'symbol',
    name: 'Market',
    cell: (position) => <MarketCell position={position} />,
    compare: (a, b) => a.symbol.localeCompare(b.symbol),
    also: [{ key: 'side', name: 'Side', compare: (a, b) => a.side.localeCompare(b.side) }],
  },
  {
    key: 'status',
    name: 'Status',
    cell: (position) => <StatusCell position={position} />,
    compare: compareUrgency,
    also: [
      {
        key: 'protection',
        name: 'Protection',
        compare: (a, b) => protections.indexOf(a.protection) - protections.indexOf(b.protection),
      },
    ],
  },
  {
    key: 'remaining',
    name: 'Size',
    isNumeric: true,
    cell: (position) => <SizeCell position={position} />,
    compare: by(({ remaining }) => remaining),
    also: [{ key: 'value', name: 'Value', compare: by((position) => computeFigures(position).value) }],
  },
  {
    key: 'mark',
    name: 'Mark',
    isNumeric: true,
    cell: (position) => <MarkCell position={position} />,
    compare: by(({ markPrice }) => markPrice),
    also: [{ key: 'entry', name: 'Entry', compare: by(({ averageEntry }) => averageEntry) }],
  },
  {
    key: 'stop',
    name: 'To stop',
    isNumeric: true,
    cell: (position) => (
      <Aged position={position} of="price">
        <Distance position={position} of="stopDistance" />
        <span class="sub">
          target <Distance position={position} of="targetDistance" />
        </span>
      </Aged>
    ),
    compare: byDistance((position) => computeFigures(position).stopDistance),
    also: [
      {
        key: 'target',
        name: 'To target',
        compare: byDistance((position) => computeFigures(position).targetDistance),
      },
    ],
  },
  {
    key: 'profit',
    name: 'Unrealized',
    isNumeric: true,
    cell: (position) => (
      <Aged position={position} of="price">
        <Profit position={position} place="below" />
        <Multiple position={position} />
      </Aged>
    ),
    compare: by(({ unrealizedProfit }) => unrealizedProfit),
    also: [{ key: 'r', name: 'R', compare: by((position) => computeFigures(position).multiple) }],
  },
  {
    key: 'net',
    name: 'Net',
    isNumeric: true,
    cell: (position) => (
      <Aged position={position} of="amounts">
        <NetProfit position={position} />
      </Aged>
    ),
    compare: by(({ netProfit }) => netProfit),
  },
  {
    key: 'age',
    name: 'Age',
    isNumeric: true,
    cell: (position) => (
      <>
        {hasEnded(position) ? '–' : <Age since={findOpenedAt(position)} />}
        <span class="sub one-line">
          <LinksText position={position} />
        </span>
      </>
    ),
    compare: (a, b) => findOpenedAt(b) - findOpenedAt(a),
    also: [{ key: 'links', name: 'Links', compare: (a, b) => countArmedLinks(a) - countArmedLinks(b) }],
  },
];
