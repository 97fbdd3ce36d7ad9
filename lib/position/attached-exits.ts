import { decimal, isPositive, sum } from '../amount.ts';
import type { Exchange, ExchangeOrder } from '../exchange/exchange.ts';
import type { OrderRecord, Position } from './position.ts';
import { attachedLagMs } from './timing.ts';
import { computeTotals, toOrderRecord, unfilledOf } from './totals.ts';

type Orders = Pick<Position, 'entryOrders' | 'exitOrders'>;

type Entries = Pick<Position, 'entryOrders' | 'market'>;

/** Whether the exchange has to have exits for a fill of this entry, which no record shows. */
function lacksAttached({ market }: Entries, { attached, filled, amount }: OrderRecord): boolean {
  // On spot, they wait for the whole fill.
  const isDue = market.kind !== 'spot' || decimal(filled).gte(amount);
  return attached !== undefined && isDue && decimal(filled).gt(attached.found ?? '0');
}

/** Whether `addAttachedExits` would read any. */
export function lacksAttachedExits(position: Entries): boolean {
  return position.entryOrders.some((entry) => lacksAttached(position, entry));
}

/** Whether exits that came with an entry may rest unseen, so that one beside them could double them. */
export function awaitsAttached(position: Entries): boolean {
  return position.entryOrders.some(
    (entry) => lacksAttached(position, entry) && entry.filled !== entry.attached?.missed,
  );
}

/**
 * Adds the exits that came with entries, once these have filled. Sends nothing that changes anything.
 * @param position its orders as just read.
 * @returns its orders; as they were if the exchange can't be read now.
 */
export async function addAttachedExits(exchange: Exchange, position: Position, now: number): Promise<Orders> {
  let { entryOrders, exitOrders } = position;
  for (const entry of entryOrders.filter((order) => lacksAttached(position, order))) {
    const { clientOrderId = '' } = entry;
    const found = await exchange
      .fetchAttachedExits?.(position.market, clientOrderId, entry)
      .catch(() => undefined);
    if (found === undefined) continue;
    exitOrders = mergeAttached(position, exitOrders, entry, found);
    const seen = noteFound({ ...position, exitOrders }, entry, now);
    entryOrders = entryOrders.map((order) => (order === entry ? seen : order));
  }
  return { entryOrders, exitOrders };
}

type Found = { order: ExchangeOrder; isStop: boolean }[];

function mergeAttached(
  { exitPlan, market }: Position,
  exitOrders: OrderRecord[],
  { clientOrderId, attached }: OrderRecord,
  found: Found,
): OrderRecord[] {
  const targets = exitPlan?.takeProfits ?? [];
  // A number that no target of the plan has: the order is ended.
  const rung = targets.find(({ price }) => price === attached?.takeProfit?.price)?.rung ?? 0;
  const isReplaced = exitPlan?.stopLoss?.price !== attached?.stopLoss.triggerPrice;
  const records = found.map(({ order, isStop }): OrderRecord => {
    const known = exitOrders.find(({ orderId }) => orderId === order.orderId);
    if (known !== undefined) return toOrderRecord(order, known);
    const ofTarget = market.kind === 'spot' && attached?.takeProfit !== undefined ? { rung } : {};
    const key = isStop
      ? { isStop: true as const, ...ofTarget, ...(isReplaced ? { endsFor: 'replaced' as const } : {}) }
      : { rung };
    return { ...toOrderRecord(order), pair: clientOrderId, ...key };
  });
  const ids = new Set(records.map(({ orderId }) => orderId));
  return [...exitOrders.filter(({ orderId }) => !ids.has(orderId)), ...records];
}

/** An exchange fits exits to a position that became smaller, so that they may be for less than what filled. */
function noteFound(position: Position, entry: OrderRecord, now: number): OrderRecord {
  const { attached, filled, updatedAt = now } = entry;
  if (attached === undefined) return entry;
  const stops = position.exitOrders.filter(
    ({ pair, isStop }) => isStop === true && pair === entry.clientOrderId,
  );
  const covered = sum(stops.map(({ amount }) => amount));
  const open = sum(stops.flatMap((stop) => (stop.status === 'done' ? [] : [unfilledOf(stop)])));
  // On spot, the whole fill places them at once, less the fee.
  const isComplete =
    (position.market.kind === 'spot' && stops.length > 0) ||
    decimal(covered).gte(filled) ||
    (isPositive(open) && decimal(open).gte(computeTotals(position).remaining));
  if (isComplete) return { ...entry, attached: { ...attached, found: filled } };
  return now - updatedAt < attachedLagMs ? entry : { ...entry, attached: { ...attached, missed: filled } };
}
