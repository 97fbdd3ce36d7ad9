import type { ComponentChildren } from 'preact';
import type { PositionView } from '../../../lib/admin/contract/commands.ts';
import { SideTag, StagePill } from '../control/pill.tsx';
import { compare, fixedAmount, price } from '../format.ts';
import { baseOf, exchangeName, isArmed, marketName, type Stage, stageOf } from '../labels.ts';
import { pathOf } from '../route.ts';
import { linksOf } from '../store.ts';
import { Profit } from './profit.tsx';

export interface Column {
  key: string;
  name: string;
  numeric?: boolean;
  cell(position: PositionView): ComponentChildren;
  order(a: PositionView, b: PositionView): number;
}

/** What wants attention first. */
const urgency: Stage[] = ['attention', 'closing', 'partly', 'filled', 'unfilled', 'closed', 'canceled'];
function byStage(a: PositionView, b: PositionView) {
  return urgency.indexOf(stageOf(a)) - urgency.indexOf(stageOf(b));
}

export function armedCount(position: PositionView): number {
  return linksOf(position.positionId).filter((link) => isArmed(link, position)).length;
}

export const columns: Column[] = [
  {
    key: 'symbol',
    name: 'Market',
    cell: (position) => (
      <>
        <a class="market" href={pathOf.position(position.positionId)}>
          {marketName(position.symbol)}
        </a>
        <span class="sub">
          {exchangeName(position.exchange)} · {position.label ?? position.account}
        </span>
      </>
    ),
    order: (a, b) => a.symbol.localeCompare(b.symbol),
  },
  {
    key: 'side',
    name: 'Side',
    cell: (position) => <SideTag side={position.side} />,
    order: (a, b) => a.side.localeCompare(b.side),
  },
  { key: 'state', name: 'State', cell: (position) => <StagePill position={position} />, order: byStage },
  {
    key: 'left',
    name: 'Left / filled',
    numeric: true,
    cell: ({ remaining, filled, amountStep, symbol }) => (
      <>
        {fixedAmount(remaining, amountStep)} <span class="unit">{baseOf(symbol)}</span>
        <span class="sub">of {fixedAmount(filled, amountStep)} filled</span>
      </>
    ),
    order: (a, b) => compare(a.remaining, b.remaining),
  },
  {
    key: 'entry',
    name: 'Entry',
    numeric: true,
    cell: (position) => {
      const waiting = position.entryOrders.find((entry) => entry.price !== undefined)?.price;
      return position.averageEntry === undefined ? (
        <>
          <span class="muted">{price(waiting, position.priceStep)}</span>
          {waiting === undefined ? null : <span class="sub">limit</span>}
        </>
      ) : (
        price(position.averageEntry, position.priceStep)
      );
    },
    order: (a, b) => compare(a.averageEntry, b.averageEntry),
  },
  {
    key: 'mark',
    name: 'Mark',
    numeric: true,
    cell: ({ markPrice, priceStep }) => price(markPrice, priceStep),
    order: (a, b) => compare(a.markPrice, b.markPrice),
  },
  {
    key: 'profit',
    name: 'Profit',
    numeric: true,
    cell: (position) => <Profit position={position} />,
    order: (a, b) => compare(a.unrealizedProfit, b.unrealizedProfit),
  },
  {
    key: 'exits',
    name: 'Exits',
    numeric: true,
    cell: ({ openExitOrders }) => openExitOrders || <span class="muted">0</span>,
    order: (a, b) => a.openExitOrders - b.openExitOrders,
  },
  {
    key: 'links',
    name: 'Links',
    numeric: true,
    cell: (position) => armedCount(position) || <span class="muted">0</span>,
    order: (a, b) => armedCount(a) - armedCount(b),
  },
];
