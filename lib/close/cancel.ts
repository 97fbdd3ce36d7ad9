import { decimal, isPositive } from '../amount.ts';
import type { Exchange } from '../exchange/exchange.ts';
import { neverArrived } from '../position/order-sync.ts';
import type { Claim, OrderRecord, Position } from '../position/position.ts';
import { followWindowMs, settleLooks, settlePauseMs } from '../position/timing.ts';
import { recordOf } from '../position/totals.ts';
import type { Run } from './execution.ts';

/** Thrown where an order's end could not be learned. */
export class CancelUnsettled extends Error {
  readonly refusal: { code: string; message: string } | undefined;
  /** The exchange answers, and says that it knows no such order. */
  readonly vanished: boolean;
  constructor(message: string, refusal?: { code: string; message: string }, vanished = false) {
    super(message);
    this.refusal = refusal;
    this.vanished = vanished;
  }
}

interface CancelDependencies {
  exchange: Exchange;
  now(): number;
  pause(ms: number): Promise<void>;
}

/** Cancels one order and follows it until the exchange calls it done: the cancel may lose the race with a fill. */
const cancelOne = async (
  { exchange, now, pause }: CancelDependencies,
  position: Position,
  claim: Claim,
  order: OrderRecord,
): Promise<OrderRecord> => {
  if (order.status === 'done') return order;
  const result = await exchange.cancelOrder(position.market, order, claim.sendBefore);
  if (result.kind === 'refused') throw new CancelUnsettled(result.message, result);
  if (result.kind === 'told') return canceledBy(claim, recordOf(result.order, order));
  // One whose answer was lost has most likely ended it, and so may have an earlier owner's. What the venue denied
  // to the first owner was ended by somebody else.
  const mayBeOurs =
    result.message === 'acknowledged' || result.message === 'no answer' || claim.retried === true;
  let found = false;
  let denied = false;
  for (let look = 0; look < settleLooks; look += 1) {
    if (look > 0) await pause(settlePauseMs);
    // The function has to write down where it stands while it still can.
    if (now() > claim.sendBefore + followWindowMs) break;
    const view = await exchange.fetchOrder(position.market, order);
    found ||= view !== undefined;
    denied ||= view === undefined;
    if (view?.status !== 'done') continue;
    const record = recordOf(view, order);
    return mayBeOurs ? canceledBy(claim, record) : record;
  }
  if (neverArrived(exchange, order, now())) return { ...order, status: 'done' };
  throw new CancelUnsettled(
    `order ${order.orderId ?? order.clientOrderId} is not known to be done (${result.message})`,
    undefined,
    denied && !found,
  );
};

/** An order that closes whatever there is has no amount of its own. */
const endedUnfilled = ({ filled, amount }: OrderRecord): boolean =>
  !isPositive(filled) || decimal(filled).lt(amount);

/** Notes whose cancel it was that ended an order, where one did. */
export const canceledBy = (claim: Claim, record: OrderRecord): OrderRecord =>
  endedUnfilled(record) ? { ...record, canceledBy: claim.claimedAt } : record;

/** Cancels several at once, and follows every one: what was learned of the others outlasts one's failure. */
const cancelAll = async (
  dependencies: CancelDependencies,
  position: Position,
  claim: Claim,
  orders: OrderRecord[],
): Promise<{ records: OrderRecord[]; failure: unknown }> => {
  const results = await Promise.allSettled(
    orders.map((order) => cancelOne(dependencies, position, claim, order)),
  );
  const records = orders.map((order, index) => {
    const result = results[index];
    return result?.status === 'fulfilled' ? result.value : order;
  });
  return {
    records: withCompanions(claim, orders, records),
    failure: results.find((result) => result.status === 'rejected')?.reason,
  };
};

/** Of a list of orders (an OCO) one cancel ends all, and the others' cancels find nothing to end any more. */
const withCompanions = (claim: Claim, before: OrderRecord[], after: OrderRecord[]): OrderRecord[] => {
  if (!after.some((record) => record.canceledBy === claim.claimedAt)) return after;
  return after.map((record, index) =>
    before[index]?.status === 'live' && record.status === 'done' && (record.at ?? 0) >= claim.claimedAt
      ? canceledBy(claim, record)
      : record,
  );
};

/** Cancels what is not done, all at once, and takes over what the exchange says of it. */
export const cancelOrders = async (run: Run, books: ('entries' | 'exits')[]): Promise<void> => {
  const open = books.some((book) => run.position[book].some((order) => order.status !== 'done'));
  if (!open) return;
  // Whoever had this claim before may have sent some already.
  run.cancelsSent = true;
  // One that wakes after its deadline may have been overtaken: it sends nothing at all.
  if (run.deps.now() > run.claim.sendBefore) throw new CancelUnsettled('the time to act was over');
  const ended = await Promise.allSettled(
    books.map(async (book) => {
      const { records, failure } = await cancelAll(run.deps, run.position, run.claim, run.position[book]);
      run.position = { ...run.position, [book]: records };
      if (failure !== undefined) throw failure;
    }),
  );
  const broken = ended.find((result) => result.status === 'rejected');
  if (broken !== undefined) throw broken.reason;
};
