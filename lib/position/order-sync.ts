import type { Exchange } from '../exchange/exchange.ts';
import { Fault } from '../fault.ts';
import type { OrderRecord, Position } from './position.ts';
import { clockMarginMs, requiredNotFoundCount } from './timing.ts';
import { isMissingFee, toOrderRecord } from './totals.ts';

/**
 * Asks the exchange about every order that may have changed, and for fees not known yet. Reads only.
 * An order that the exchange does not find stays as it was: it may be wrong about that for a minute.
 */
export async function syncOrders(
  exchange: Exchange,
  position: Position,
  now: number,
): Promise<Pick<Position, 'entryOrders' | 'exitOrders'>> {
  const look = async (order: OrderRecord): Promise<OrderRecord> => {
    if (order.status === 'done') return order;
    const view = await exchange.fetchOrder(position.market, order);
    if (view !== undefined) return toOrderRecord(view, order);
    if (!isProvenNotPlaced(exchange, order, now)) return order;
    // Like a close order's: believed only when it was said several times.
    const denials = (order.notFoundCount ?? 0) + 1;
    return {
      ...order,
      notFoundCount: denials,
      status: denials >= requiredNotFoundCount ? 'done' : 'unconfirmed',
    };
  };
  const [entries, exits] = await Promise.all([
    Promise.all(position.entryOrders.map(look)),
    Promise.all(position.exitOrders.map(look)),
  ]);
  // A fee that is not told yet must not hide what became of the orders.
  return { entryOrders: await addFees(exchange, position, entries).catch(() => entries), exitOrders: exits };
}

/**
 * Whether an order of ours that the exchange does not find was never executed: it was sent so long ago that
 * neither can it arrive any more, nor can a look-up still miss it.
 */
export function isProvenNotPlaced(exchange: Exchange, order: OrderRecord, now: number): boolean {
  return (
    order.status === 'unconfirmed' &&
    order.sendDeadline !== undefined &&
    now - order.sendDeadline > exchange.recvWindowMs + exchange.lookupLagMs + clockMarginMs
  );
}

/** Fills in the fees taken in base for entries that are done. */
export function addFees(
  exchange: Exchange,
  position: Position,
  entries: OrderRecord[],
): Promise<OrderRecord[]> {
  return Promise.all(
    entries.map(async (entry) => {
      if (entry.orderId === undefined || !isMissingFee(position, entry)) return entry;
      return { ...entry, baseFee: await exchange.fetchBaseFee(position.market, entry.orderId, entry.filled) };
    }),
  );
}

/** Runs a look and turns "could not" into a sentence, for views that show what was known before. */
export async function orStaleReason<Result>(
  look: () => Promise<Result>,
): Promise<Result | { staleReason: string }> {
  try {
    return await look();
  } catch (thrown) {
    if (thrown instanceof Fault && thrown.code !== 'internal') return { staleReason: thrown.message };
    throw thrown;
  }
}
