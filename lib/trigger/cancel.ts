import { decimal, isPositive } from '../amount.ts';
import type { Exchange } from '../exchange/exchange.ts';
import { neverArrived } from '../position/look.ts';
import type { OrderRecord, Position } from '../position/position.ts';
import { recordOf } from '../position/tally.ts';
import { settleLooks, settlePauseMs } from '../position/timing.ts';

/** What came of cancelling one order, by the exchange's word. */
export interface Canceled {
  record: OrderRecord;
  /** Whether it was our cancel that ended it, with something unfilled. */
  byUs: boolean;
}

/** Thrown where an order's end could not be learned. `sent`: whether a cancel may have reached the exchange. */
export class CancelUnsettled extends Error {
  readonly refusal: { code: string; message: string } | undefined;
  constructor(message: string, refusal?: { code: string; message: string }) {
    super(message);
    this.refusal = refusal;
  }
}

export interface CancelDependencies {
  exchange: Exchange;
  now(): number;
  pause(ms: number): Promise<void>;
}

/** Cancels one order and follows it until the exchange calls it done: the cancel may lose the race with a fill. */
export const cancelOne = async (
  { exchange, now, pause }: CancelDependencies,
  position: Position,
  order: OrderRecord,
): Promise<Canceled> => {
  if (order.status === 'done') return { record: order, byUs: false };
  const result = await exchange.cancelOrder(position.market, order);
  if (result.kind === 'refused') throw new CancelUnsettled(result.message, result);
  if (result.kind === 'told') {
    const record = recordOf(result.order, order);
    return { record, byUs: endedUnfilled(record) };
  }
  for (let look = 0; look < settleLooks; look += 1) {
    if (look > 0) await pause(settlePauseMs);
    const view = await exchange.fetchOrder(position.market, order);
    if (view?.status !== 'done') continue;
    const record = recordOf(view, order);
    // A cancel whose answer was lost has most likely ended it; only one that the venue denied has not.
    const mayBeOurs = result.message === 'acknowledged' || result.message === 'no answer';
    return { record, byUs: mayBeOurs && endedUnfilled(record) };
  }
  if (neverArrived(exchange, order, now())) return { record: { ...order, status: 'done' }, byUs: false };
  throw new CancelUnsettled(
    `order ${order.orderId ?? order.clientOrderId} is not known to be done (${result.message})`,
  );
};

/** An order that closes whatever there is has no amount of its own. */
const endedUnfilled = ({ filled, amount }: OrderRecord): boolean =>
  !isPositive(filled) || decimal(filled).lt(amount);

/** Cancels several at once. Every one is followed to its end before any failure is told. */
export const cancelAll = async (
  dependencies: CancelDependencies,
  position: Position,
  orders: OrderRecord[],
): Promise<Canceled[]> => {
  const results = await Promise.allSettled(orders.map((order) => cancelOne(dependencies, position, order)));
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
};
