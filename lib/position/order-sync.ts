import { isPositive } from '../amount.ts';
import type { Exchange, OrderRef } from '../exchange/exchange.ts';
import { Fault } from '../fault.ts';
import {
  isAllFilled,
  judgeAbsence,
  judgeUnanswered,
  toArrivableUntil,
  tradesOfAbsent,
  withFillOfTrades,
} from './absence.ts';
import { addAttachedExits } from './attached-exits.ts';
import { withBaseFee, withFills } from './fills.ts';
import type { OrderRecord, Position } from './position.ts';
import { secondLookAfterMs, sendWindowMs } from './timing.ts';
import { hasFills, isMissingFee, toOrderRecord } from './totals.ts';

/** Reads every order that may have changed, and fees that are not known yet. Sends nothing that changes anything. */
export async function syncOrders(
  exchange: Exchange,
  position: Position,
  now: number,
): Promise<Pick<Position, 'entryOrders' | 'exitOrders'>> {
  let open: ReturnType<Exchange['fetchOpenOrders']> | undefined;
  const listOpen = () => (open ??= exchange.fetchOpenOrders(position.market));
  const sync = async (order: OrderRecord): Promise<OrderRecord> => {
    if (order.status === 'done') return order;
    const view = await exchange.fetchOrder(position.market, toOrderRef(order));
    if (view !== undefined) return toOrderRecord(view, order);
    if (order.status === 'live') return syncAbsent(exchange, position, order, now);
    // A look-up can miss an order that the list of open orders shows. Without the list, a miss counts for nothing.
    const listed = await listOpen().catch(() => undefined);
    if (listed === undefined) return order;
    const found = listed.find(({ order: { clientOrderId } }) => clientOrderId === order.clientOrderId);
    return found === undefined ? judgeUnanswered(order, exchange, now) : toOrderRecord(found.order, order);
  };
  const [entries, exits] = await Promise.all([
    Promise.all(position.entryOrders.map(sync)),
    Promise.all(position.exitOrders.map(sync)),
  ]);
  const [entryOrders, exitOrders] = await Promise.all([
    // A fee that cannot be read yet must not hide what happened to the orders.
    addFees(exchange, position, entries).catch(() => entries),
    addExitFees(exchange, position, exits),
  ]);
  return addAttachedExits(exchange, { ...position, entryOrders, exitOrders }, now);
}

/** @returns the order, with a time before it was sent: an exchange may look through lists for its client order id. */
export function toOrderRef(order: OrderRecord): OrderRef {
  const { sendDeadline } = order;
  return { ...order, sentAfter: sendDeadline === undefined ? undefined : sendDeadline - sendWindowMs };
}

/**
 * A live order that one look-up misses stays live: the look-up may lag. If a second look-up misses it too, it ended
 * without a fill if the exchange forgets such orders by then and lists no trade of it, and it ended filled if its
 * trades add up to its amount. Anything else needs a cancel as the second proof, which a sync does not send.
 */
async function syncAbsent(
  exchange: Exchange,
  position: Position,
  order: OrderRecord,
  now: number,
): Promise<OrderRecord> {
  const absence = judgeAbsence(order, exchange, now);
  if (absence === 'unproven') return order;
  const missed = { ...order, missedSince: order.missedSince ?? now };
  if (now - missed.missedSince < secondLookAfterMs) return missed;
  const read = await readFillOfAbsent(exchange, position, order, now).catch(() => undefined);
  if (read === undefined) return missed;
  const hasEnded = isAllFilled(read) || (absence === 'ended-unfilled' && !isPositive(read.filled));
  return hasEnded ? { ...read, status: 'done' } : missed;
}

/**
 * Reads an absent order's fill from its trades.
 * @returns undefined if they do not show it. Throws what the exchange's reads throw.
 */
export async function readFillOfAbsent(
  exchange: Exchange,
  position: Position,
  order: OrderRecord,
  now: number,
): Promise<OrderRecord | undefined> {
  const range = tradesOfAbsent(order, now);
  if (range === undefined) return undefined;
  return withFillOfTrades(position, order, await exchange.fetchTrades(position.market, range));
}

/**
 * Whether an order that Ripcord sent and the exchange does not find never executed: it was sent so long ago that it
 * can no longer arrive, and that look-ups no longer lag.
 */
export function isProvenNotPlaced(exchange: Exchange, order: OrderRecord, now: number): boolean {
  return (
    order.status === 'unconfirmed' &&
    order.sendDeadline !== undefined &&
    now > toArrivableUntil(order.sendDeadline, exchange.recvWindowMs) + exchange.lookupLagMs
  );
}

/** Reads the fees taken in base for entries that are done. Throws `exchange-unreachable`. */
export function addFees(
  exchange: Exchange,
  position: Position,
  entries: OrderRecord[],
): Promise<OrderRecord[]> {
  return Promise.all(
    entries.map(async (entry) => {
      if (!isMissingFee(position, entry)) return entry;
      if (hasFills(entry)) return withBaseFee(position, entry);
      return withFills(position, entry, await exchange.fetchFills(position.market, entry, entry.filled));
    }),
  );
}

/**
 * Reads the fees taken in base for exits that are done. A fee that can't be read yet stays unknown: if the account
 * then holds less than what remains, the exchange rejects the close order, and Ripcord sells what is there.
 */
export function addExitFees(
  exchange: Exchange,
  position: Position,
  exits: OrderRecord[],
): Promise<OrderRecord[]> {
  return Promise.all(
    exits.map((exit) =>
      addFees(exchange, position, [exit]).then(
        ([read]) => read ?? exit,
        () => exit,
      ),
    ),
  );
}

/** Runs a read. When it fails, returns why, so that a view can show what was known before. */
export async function orStaleReason<Result>(
  read: () => Promise<Result>,
): Promise<Result | { staleReason: string }> {
  try {
    return await read();
  } catch (thrown) {
    if (thrown instanceof Fault && thrown.code !== 'internal') return { staleReason: thrown.message };
    throw thrown;
  }
}
