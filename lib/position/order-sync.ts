import type { Exchange } from '../exchange/exchange.ts';
import { Fault } from '../fault.ts';
import type { OrderRecord, Position } from './position.ts';
import { clockMarginMs, requiredNotFoundCount } from './timing.ts';
import { isMissingFee, toOrderRecord } from './totals.ts';

/**
 * Reads every order that may have changed, and fees that are not known yet. Sends nothing that changes anything.
 * An order that the exchange does not find stays as it was, because look-ups lag.
 */
export async function syncOrders(
  exchange: Exchange,
  position: Position,
  now: number,
): Promise<Pick<Position, 'entryOrders' | 'exitOrders'>> {
  const sync = async (order: OrderRecord): Promise<OrderRecord> => {
    if (order.status === 'done') return order;
    const view = await exchange.fetchOrder(position.market, order);
    if (view !== undefined) return toOrderRecord(view, order);
    if (!isProvenNotPlaced(exchange, order, now)) return order;
    const notFoundCount = (order.notFoundCount ?? 0) + 1;
    const status = notFoundCount >= requiredNotFoundCount ? 'done' : 'unconfirmed';
    return { ...order, notFoundCount, status };
  };
  const [entries, exits] = await Promise.all([
    Promise.all(position.entryOrders.map(sync)),
    Promise.all(position.exitOrders.map(sync)),
  ]);
  // A fee that cannot be read yet must not hide what happened to the orders.
  return { entryOrders: await addFees(exchange, position, entries).catch(() => entries), exitOrders: exits };
}

/**
 * Whether an order that Ripcord sent and the exchange does not find never executed: it was sent so long ago that it
 * can no longer arrive, and that look-ups no longer lag.
 */
export function isProvenNotPlaced(exchange: Exchange, order: OrderRecord, now: number): boolean {
  return (
    order.status === 'unconfirmed' &&
    order.sendDeadline !== undefined &&
    now - order.sendDeadline > exchange.recvWindowMs + exchange.lookupLagMs + clockMarginMs
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
      return { ...entry, baseFee: await exchange.fetchBaseFee(position.market, entry.orderId, entry.filled) };
    }),
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
