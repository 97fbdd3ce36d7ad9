import { describeEnd, type Trade } from '../../export/trades.ts';
import { type Column, DataTable } from '../control/data-table.tsx';
import { SideTag } from '../control/pill.tsx';
import { compare, formatAlignedAmount, formatPrice, formatSigned } from '../format.ts';
import { exchangeName, marketName, toBaseCurrency } from '../labels.ts';
import { Fees, Money } from '../position/profit.tsx';
import { paths } from '../route.ts';
import { Timestamp } from '../timestamp.tsx';

function MarketCell({ trade: { position } }: { trade: Trade }) {
  const { positionId, symbol, side, exchange, label, account } = position;
  return (
    <>
      <a class="market" href={paths.position(positionId)}>
        {marketName(symbol)}
      </a>{' '}
      <SideTag side={side} />
      <span class="sub">
        {exchangeName(exchange)} · {label ?? account}
      </span>
    </>
  );
}

function Price({ price, step }: { price: string | undefined; step: string }) {
  return price === undefined ? <span class="muted">unknown</span> : <span>{formatPrice(price, step)}</span>;
}

function NetCell({ trade: { position, r } }: { trade: Trade }) {
  return (
    <>
      <Money amount={position.netProfit} quote={position.quote} />
      {r === undefined ? null : <span class="sub">{formatSigned(r)} R</span>}
    </>
  );
}

function RealizedCell({ trade: { position } }: { trade: Trade }) {
  const { realizedProfit, fees, funding, quote, symbol } = position;
  return (
    <>
      <Money amount={realizedProfit} quote={quote} />
      <span class="sub">
        fees <Fees fees={fees} />
      </span>
      {symbol.includes(':') ? (
        <span class="sub">
          funding <Money amount={funding} quote={quote} />
        </span>
      ) : null}
    </>
  );
}

const columns: Column<Trade>[] = [
  {
    key: 'market',
    name: 'Market',
    cell: (trade) => <MarketCell trade={trade} />,
    compare: (a, b) => a.position.symbol.localeCompare(b.position.symbol),
  },
  {
    key: 'net',
    name: 'Net profit',
    isNumeric: true,
    cell: (trade) => <NetCell trade={trade} />,
    compare: (a, b) => compare(a.position.netProfit ?? undefined, b.position.netProfit ?? undefined),
    also: [{ key: 'r', name: 'R', compare: (a, b) => compare(a.r, b.r) }],
  },
  {
    key: 'realized',
    name: 'Realized',
    isNumeric: true,
    cell: (trade) => <RealizedCell trade={trade} />,
    compare: (a, b) =>
      compare(a.position.realizedProfit ?? undefined, b.position.realizedProfit ?? undefined),
    also: [{ key: 'fees', name: 'Fees', compare: (a, b) => compare(a.feesInQuote, b.feesInQuote) }],
  },
  {
    key: 'size',
    name: 'Size',
    isNumeric: true,
    cell: ({ size, position }) => (
      <>
        {formatAlignedAmount(size, position.amountStep)}{' '}
        <span class="unit">{toBaseCurrency(position.symbol)}</span>
      </>
    ),
    compare: (a, b) => compare(a.size, b.size),
  },
  {
    key: 'entry',
    name: 'Avg. entry',
    isNumeric: true,
    cell: ({ averageExit, position }) => (
      <>
        <Price price={position.averageEntry} step={position.priceStep} />
        <span class="sub">
          to <Price price={averageExit} step={position.priceStep} />
        </span>
      </>
    ),
    compare: (a, b) => compare(a.position.averageEntry, b.position.averageEntry),
    also: [{ key: 'exit', name: 'Avg. exit', compare: (a, b) => compare(a.averageExit, b.averageExit) }],
  },
  {
    key: 'closed',
    name: 'Closed',
    cell: ({ openedAt, closedAt }) => (
      <>
        <Timestamp at={closedAt} />
        <span class="sub">
          opened <Timestamp at={openedAt} />
        </span>
      </>
    ),
    compare: (a, b) => a.closedAt.localeCompare(b.closedAt),
    also: [{ key: 'opened', name: 'Opened', compare: (a, b) => a.openedAt.localeCompare(b.openedAt) }],
  },
  {
    key: 'end',
    name: 'Ended by',
    cell: ({ end, position }) => <span title={position.outcome?.detail}>{describeEnd(end)}</span>,
    compare: (a, b) => describeEnd(a.end).localeCompare(describeEnd(b.end)),
  },
];

/** Closed trades, latest first. */
export function TradeTable({ trades, atMost }: { trades: readonly Trade[]; atMost: number }) {
  return (
    <DataTable
      class="positions"
      cardsUpTo={999}
      keepsSorting
      atMost={atMost}
      columns={columns}
      rows={trades}
      rowKey={({ position }) => position.positionId}
    />
  );
}
