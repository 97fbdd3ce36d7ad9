import type { PositionView } from '../../../lib/admin/contract/commands.ts';
import { type Column, DataTable } from '../control/data-table.tsx';
import { Icon } from '../control/icon.tsx';
import { Pill } from '../control/pill.tsx';
import { openDialog } from '../dialog-name.ts';
import { formatAmount, formatPrice, isPositive } from '../format.ts';
import { canEditExits, toBaseCurrency } from '../labels.ts';
import { describeState, exitStates } from './describe-exits.ts';

interface ExitRow {
  key: string;
  name: string;
  exit: PositionView['takeProfits'][number] & { limitPrice?: string | undefined };
  /** On spot, a stop consists of several orders. */
  orderIds: string[];
  position: PositionView;
}

const columns: Column<ExitRow>[] = [
  {
    key: 'exit',
    name: 'Exit',
    cell: ({ name, orderIds }) => (
      <>
        {name}
        {orderIds.length === 0 ? null : (
          <span class="sub">
            {orderIds.length === 1 ? 'order' : 'orders'} {orderIds.join(', ')}
          </span>
        )}
      </>
    ),
  },
  {
    key: 'state',
    name: 'State',
    cell: ({ exit }) => (
      <>
        <Pill tone={exitStates[exit.state].tone}>{exitStates[exit.state].word}</Pill>
        <span class="sub reason">{describeState(exit)}</span>
      </>
    ),
  },
  {
    key: 'price',
    name: 'Price',
    isNumeric: true,
    cell: ({ exit: { price, limitPrice }, position: { priceStep } }) => (
      <>
        {formatPrice(price, priceStep)}
        {limitPrice === undefined ? null : (
          <span class="sub">LIMIT {formatPrice(limitPrice, priceStep)}</span>
        )}
      </>
    ),
  },
  { key: 'amount', name: 'Amount', isNumeric: true, cell: (row) => <AmountCell {...row} /> },
];

function AmountCell({ exit: { amount, filled, percent }, position: { amountStep, symbol } }: ExitRow) {
  return (
    <>
      {formatAmount(amount, amountStep)} <span class="unit">{toBaseCurrency(symbol)}</span>
      {isPositive(filled) ? <span class="sub">{formatAmount(filled, amountStep)} filled</span> : null}
      {percent === undefined || isPositive(filled) ? null : <span class="sub">{percent} %</span>}
    </>
  );
}

function toRows(position: PositionView): ExitRow[] {
  const { takeProfits, stopLoss } = position;
  return [
    ...takeProfits.map((exit, index) => ({
      key: `target ${index} ${exit.orderId ?? ''}`,
      name: `Target ${index + 1}`,
      exit,
      orderIds: exit.orderId === undefined ? [] : [exit.orderId],
      position,
    })),
    ...(stopLoss === null
      ? []
      : [{ key: 'stop', name: 'Stop', exit: stopLoss, orderIds: toStopIds(position), position }]),
  ];
}

function toStopIds({ stopLoss, exitOrders }: PositionView): string[] {
  const open = exitOrders.filter(({ isStop, status }) => isStop === true && status !== 'done');
  const ids = open.flatMap(({ orderId }) => orderId ?? []);
  return ids.length > 0 || stopLoss?.orderId === undefined ? ids : [stopLoss.orderId];
}

/** Targets and stop of a position, with what rests of them at the exchange. */
export function ExitsCard({ position }: { position: PositionView }) {
  const rows = toRows(position);
  const { positionId } = position;
  return (
    <section class="card">
      <div class="card-head">
        <h2>Exits</h2>
        {canEditExits(position) ? (
          <button type="button" class="small" onClick={() => openDialog({ kind: 'edit-exits', positionId })}>
            <Icon name="rows" /> Edit exits
          </button>
        ) : null}
      </div>
      {rows.length === 0 ? (
        <p class="muted card-body">No targets and no stop.</p>
      ) : (
        <DataTable columns={columns} rows={rows} rowKey={({ key }) => key} />
      )}
    </section>
  );
}
