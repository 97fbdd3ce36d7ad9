import { decimal, isPositive } from '../amount.ts';
import type { Exchange } from '../exchange/exchange.ts';
import { isProvenNotPlaced } from '../position/order-sync.ts';
import type { Claim, OrderRecord, Position } from '../position/position.ts';
import { pollAttempts, pollIntervalMs, pollWindowMs } from '../position/timing.ts';
import { toOrderRecord } from '../position/totals.ts';
import type { Execution } from './execution.ts';

/** Thrown where an order's end could not be learned. */
export class CancelUnconfirmed extends Error {
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
async function cancelOne(
  { exchange, now, pause }: CancelDependencies,
  position: Position,
  claim: Claim,
  order: OrderRecord,
): Promise<OrderRecord> {
  if (order.status === 'done') return order;
  const result = await exchange.cancelOrder(position.market, order, claim.sendDeadline);
  if (result.kind === 'denied') throw new CancelUnconfirmed(result.message, result);
  if (result.kind === 'confirmed') return canceledBy(claim, toOrderRecord(result.order, order));
  // One whose answer was lost has most likely ended it, and so may have an earlier owner's. What the venue denied
  // to the first owner was ended by somebody else.
  const mayBeOurs =
    result.message === 'acknowledged' || result.message === 'no answer' || claim.takenOver === true;
  let found = false;
  let denied = false;
  for (let look = 0; look < pollAttempts; look += 1) {
    if (look > 0) await pause(pollIntervalMs);
    // The function has to write down where it stands while it still can.
    if (now() > claim.sendDeadline + pollWindowMs) break;
    const view = await exchange.fetchOrder(position.market, order);
    found ||= view !== undefined;
    denied ||= view === undefined;
    if (view?.status !== 'done') continue;
    const record = toOrderRecord(view, order);
    return mayBeOurs ? canceledBy(claim, record) : record;
  }
  if (isProvenNotPlaced(exchange, order, now())) return { ...order, status: 'done' };
  throw new CancelUnconfirmed(
    `order ${order.orderId ?? order.clientOrderId} is not known to be done (${result.message})`,
    undefined,
    denied && !found,
  );
}

/** An order that closes whatever there is has no amount of its own. */
function endedUnfilled({ filled, amount }: OrderRecord): boolean {
  return !isPositive(filled) || decimal(filled).lt(amount);
}

/** Notes whose cancel it was that ended an order, where one did. */
export function canceledBy(claim: Claim, record: OrderRecord): OrderRecord {
  return endedUnfilled(record) ? { ...record, canceledByClaimAt: claim.claimedAt } : record;
}

/** Cancels several at once, and follows every one: what was learned of the others outlasts one's failure. */
async function cancelAll(
  dependencies: CancelDependencies,
  position: Position,
  claim: Claim,
  orders: OrderRecord[],
): Promise<{ records: OrderRecord[]; failure: unknown }> {
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
}

/** Of a list of orders (an OCO) one cancel ends all, and the others' cancels find nothing to end any more. */
function withCompanions(claim: Claim, before: OrderRecord[], after: OrderRecord[]): OrderRecord[] {
  if (!after.some((record) => record.canceledByClaimAt === claim.claimedAt)) return after;
  return after.map((record, index) =>
    before[index]?.status === 'live' && record.status === 'done' && (record.updatedAt ?? 0) >= claim.claimedAt
      ? canceledBy(claim, record)
      : record,
  );
}

/** Cancels what is not done, all at once, and takes over what the exchange says of it. */
export async function cancelOrders(run: Execution, books: ('entryOrders' | 'exitOrders')[]): Promise<void> {
  const open = books.some((book) => run.position[book].some((order) => order.status !== 'done'));
  if (!open) return;
  // Whoever had this claim before may have sent some already.
  run.cancelsSent = true;
  // One that wakes after its deadline may have been overtaken: it sends nothing at all.
  if (run.deps.now() > run.claim.sendDeadline) throw new CancelUnconfirmed('the time to act was over');
  const ended = await Promise.allSettled(
    books.map(async (book) => {
      const { records, failure } = await cancelAll(run.deps, run.position, run.claim, run.position[book]);
      run.position = { ...run.position, [book]: records };
      if (failure !== undefined) throw failure;
    }),
  );
  const broken = ended.find((result) => result.status === 'rejected');
  if (broken !== undefined) throw broken.reason;
}
