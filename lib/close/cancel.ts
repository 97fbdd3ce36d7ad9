import { decimal, isPositive } from '../amount.ts';
import type { CancelResult } from '../exchange/exchange.ts';
import { toFault } from '../fault.ts';
import { describeUnknownFill, judgeAbsence, nameOrder } from '../position/absence.ts';
import { addAttachedExits, awaitsAttached } from '../position/attached-exits.ts';
import { isProvenNotPlaced, readFillOfAbsent, toOrderRef } from '../position/order-sync.ts';
import type { Claim, OrderBook, OrderRecord, Position } from '../position/position.ts';
import { pollAttempts, pollIntervalMs, requiredNotFoundCount } from '../position/timing.ts';
import { toOrderRecord } from '../position/totals.ts';
import type { CancelProblem, Execution, ExecutionDependencies } from './execution.ts';

/** How often the trades or the exits of an order that has ended are read. Exchanges list them later than fills. */
const tradeReads = 3;

type Unconfirmed = Extract<CancelResult, { kind: 'unconfirmed' }>;

interface OrderCancel {
  order: OrderRecord;
  problem?: CancelProblem;
  /** What a denied cancel means for the order. */
  consequence?: string;
}

/** Cancels one order and polls it until the exchange reports it done: the cancel may lose the race with a fill. */
async function cancelOrder(
  deps: ExecutionDependencies,
  position: Position,
  claim: Claim,
  order: OrderRecord,
): Promise<OrderCancel> {
  if (order.status === 'done') return { order };
  try {
    const result = await deps.exchange.cancelOrder(position.market, toOrderRef(order), claim.sendDeadline);
    if (result.kind === 'denied') return await afterDenied(deps, position, order, result);
    if (result.kind === 'confirmed')
      return { order: markCanceled(claim, toOrderRecord(result.order, order)) };
    return await pollCanceled(deps, position, claim, order, result);
  } catch (thrown) {
    return { order, problem: { kind: 'fault', fault: toFault(thrown) } };
  }
}

/** The order may have ended before the exchange refused its cancel. If it has not, it can still fill. */
async function afterDenied(
  { exchange }: ExecutionDependencies,
  position: Position,
  order: OrderRecord,
  denied: Extract<CancelResult, { kind: 'denied' }>,
): Promise<OrderCancel> {
  const view = await exchange.fetchOrder(position.market, toOrderRef(order)).catch(() => undefined);
  const seen = view === undefined ? order : toOrderRecord(view, order);
  if (seen.status === 'done') return { order: seen };
  const state = view === undefined ? 'may still be open and may fill' : 'is still open and can fill';
  return { order: seen, problem: denied, consequence: `${nameOrder(order)} ${state}` };
}

/** What the cancels of one order and the look-ups after them have shown. */
interface Witnesses {
  wasFound: boolean;
  misses: number;
  /** What the exchange reported to the last cancel. */
  last: Unconfirmed;
}

async function pollCanceled(
  deps: ExecutionDependencies,
  position: Position,
  claim: Claim,
  order: OrderRecord,
  first: Unconfirmed,
): Promise<OrderCancel> {
  const { exchange, until, now, sleep } = deps;
  const seen: Witnesses = { wasFound: false, misses: 0, last: first };
  const toEnded = (record: OrderRecord): OrderCancel => ({
    order: [first, seen.last].some(({ reason }) => mayBeOurs(claim, reason))
      ? markCanceled(claim, record)
      : record,
  });
  for (let poll = 0; poll < pollAttempts; poll += 1) {
    const waitMs = poll > 0 ? pollIntervalMs : 0;
    // The function has to save its result while it still can.
    if (now() + waitMs > until) break;
    if (waitMs > 0) await sleep(waitMs);
    const view = await exchange.fetchOrder(position.market, toOrderRef(order));
    if (view?.status === 'done') return toEnded(toOrderRecord(view, order));
    if (view === undefined) seen.misses += 1;
    else seen.wasFound = true;
    const next =
      view === undefined
        ? await afterMiss(deps, position, claim, order, seen)
        : await afterFound(deps, position, claim, order, seen);
    if (next === 'poll-again') continue;
    return 'problem' in next ? next : toEnded(next.order);
  }
  if (isProvenNotPlaced(exchange, order, now())) return { order: { ...order, status: 'done' } };
  return toUnconfirmed(order, seen);
}

/** The order is live. If the exchange had none to cancel, the order arrived after that, as an exit does that returns. */
async function afterFound(
  deps: ExecutionDependencies,
  position: Position,
  claim: Claim,
  order: OrderRecord,
  seen: Witnesses,
): Promise<OrderCancel | 'poll-again'> {
  return seen.last.reason === 'not-found' ? cancelAgain(deps, position, claim, order, seen) : 'poll-again';
}

async function cancelAgain(
  deps: ExecutionDependencies,
  position: Position,
  claim: Claim,
  order: OrderRecord,
  seen: Witnesses,
): Promise<OrderCancel | 'poll-again'> {
  const again = await deps.exchange.cancelOrder(position.market, toOrderRef(order), claim.sendDeadline);
  if (again.kind === 'confirmed') return { order: markCanceled(claim, toOrderRecord(again.order, order)) };
  if (again.kind === 'denied') return afterDenied(deps, position, order, again);
  seen.last = again;
  return 'poll-again';
}

/**
 * A look-up missed the order. With a cancel that the exchange denied before it, that can prove its end: the order is
 * not open, and its trades or `retention` show what it filled.
 */
async function afterMiss(
  deps: ExecutionDependencies,
  position: Position,
  claim: Claim,
  order: OrderRecord,
  seen: Witnesses,
): Promise<OrderCancel | 'poll-again'> {
  const { exchange, now } = deps;
  const absence = judgeAbsence(order, exchange, now());
  if (absence === 'unproven') return 'poll-again';
  if (!isDenied(seen.last)) {
    // The exchange may forget an order with its cancel. A second cancel shows whether it is still there, and only a
    // look-up after that shows what it filled until then.
    return cancelAgain(deps, position, claim, order, seen);
  }
  if (absence === 'ended-unfilled')
    return { order: { ...(await readEndedUnfilled(deps, position, order)), status: 'done' } };
  // The exchange should have found the order, so a later look-up still may.
  if (seen.wasFound || seen.misses < requiredNotFoundCount) return 'poll-again';
  return readEnded(deps, position, order);
}

/** Whether the exchange reported to a cancel that there is no order to cancel. */
function isDenied({ reason }: Unconfirmed): boolean {
  return reason === 'not-found' || reason === 'ended';
}

function toUnconfirmed(order: OrderRecord, { wasFound, misses, last }: Witnesses): OrderCancel {
  const problem: CancelProblem = {
    kind: 'unconfirmed',
    message: `${nameOrder(order)} is not confirmed as ended (${last.message})`,
    lost: misses > 0 && !wasFound,
    ...(last.reason === 'error' ? { exchangeMessage: last.message } : {}),
    ...(last.reason === 'error' && wasFound ? { refused: true } : {}),
  };
  return { order, problem };
}

/** An order that is proven to have ended without a fill. Its trades are an extra check, so a failed read is no problem. */
async function readEndedUnfilled(
  { exchange, now }: ExecutionDependencies,
  position: Position,
  order: OrderRecord,
): Promise<OrderRecord> {
  return (await readFillOfAbsent(exchange, position, order, now()).catch(() => undefined)) ?? order;
}

/** Reads what an order that has ended filled, a few times only: after that the owner has to check. */
async function readEnded(
  deps: ExecutionDependencies,
  position: Position,
  order: OrderRecord,
): Promise<OrderCancel> {
  let reason: string | undefined;
  for (let read = 0; read < tradeReads; read += 1) {
    if (read > 0 && deps.now() + pollIntervalMs > deps.until) break;
    if (read > 0) await deps.sleep(pollIntervalMs);
    try {
      const filled = await readFillOfAbsent(deps.exchange, position, order, deps.now());
      if (filled !== undefined) return { order: { ...filled, status: 'done' } };
      reason = undefined;
    } catch (thrown) {
      reason = toFault(thrown).message;
    }
  }
  return { order, problem: { kind: 'fill-unknown', message: describeUnknownFill(order, reason) } };
}

/**
 * A cancel whose answer was lost most likely ended the order, and so may an earlier claim holder's. An order that the
 * venue denied to the first holder was ended by something else.
 */
function mayBeOurs({ takenOver }: Claim, reason: Unconfirmed['reason']): boolean {
  return reason === 'acknowledged' || reason === 'no-response' || takenOver === true;
}

/** An order that closes the whole position has no amount of its own. */
function endedUnfilled({ filled, amount }: OrderRecord): boolean {
  return !isPositive(filled) || decimal(filled).lt(amount);
}

/** Records which claim's cancel ended an order, if one did. */
export function markCanceled(claim: Claim, order: OrderRecord): OrderRecord {
  return endedUnfilled(order) ? { ...order, canceledByClaimAt: claim.claimedAt } : order;
}

/** One cancel ends a whole order list (an OCO), and the other cancels then find nothing to end. */
function markCompanions(claim: Claim, before: OrderRecord[], after: OrderRecord[]): OrderRecord[] {
  const canceled = after.filter(({ canceledByClaimAt }) => canceledByClaimAt === claim.claimedAt);
  // Clocks differ. What Ripcord has not placed itself is known as a list only by the time.
  const isCompanion = ({ pair, updatedAt = 0 }: OrderRecord) =>
    pair === undefined ? updatedAt >= claim.claimedAt : canceled.some((leg) => leg.pair === pair);
  // Of a list, an earlier holder may have seen one order end, and not the answer to its cancel of the other.
  const mayHaveEnded = ({ status, pair }: OrderRecord) =>
    pair === undefined ? status === 'live' : status !== 'done' || claim.takenOver === true;
  if (canceled.length === 0) return after;
  return after.map((order, index) => {
    const known = before[index];
    const isEnded = known !== undefined && mayHaveEnded(known) && order.status === 'done';
    return isEnded && isCompanion(order) ? markCanceled(claim, order) : order;
  });
}

/**
 * Cancels what is not done, all at once, and polls every order: what is learned of the others outlasts one's problem.
 * Sends nothing after the claim's deadline, because another process may own the claim by then.
 */
async function cancelOrders(
  deps: ExecutionDependencies,
  position: Position,
  claim: Claim,
  books: OrderBook[],
): Promise<{ position: Position; problem?: CancelProblem }> {
  if (deps.now() > claim.sendDeadline)
    return { position, problem: { kind: 'unconfirmed', message: 'No time was left to act', lost: false } };
  let canceled = position;
  const runs = await Promise.all(
    books.map(async (book) => {
      const before = position[book];
      const cancels = await Promise.all(before.map((order) => cancelOrder(deps, position, claim, order)));
      return { book, before, cancels };
    }),
  );
  for (const { book, before, cancels } of runs) {
    const orders = cancels.map(({ order }) => order);
    canceled = { ...canceled, [book]: markCompanions(claim, before, orders) };
  }
  const problem = toProblem(runs.flatMap(({ cancels }) => cancels));
  return problem === undefined ? { position: canceled } : { position: canceled, problem };
}

/** A denied cancel ends the claim: the others are known by then, and every order that can still fill is named. */
function toProblem(cancels: OrderCancel[]): CancelProblem | undefined {
  const problems = cancels.flatMap(({ problem }) => problem ?? []);
  const problem = problems.find(({ kind }) => kind !== 'denied') ?? problems[0];
  if (problem?.kind !== 'denied') return problem;
  const consequences = cancels.flatMap(({ consequence }) => consequence ?? []);
  return { ...problem, message: [problem.message, ...consequences].join('. ') };
}

/** A close would leave exits that came with its entry to act on what else the account holds. */
async function readAttached(deps: ExecutionDependencies, position: Position): Promise<Position> {
  let known = position;
  for (let read = 0; read < tradeReads; read += 1) {
    if (read > 0 && deps.now() + pollIntervalMs > deps.until) break;
    if (read > 0) await deps.sleep(pollIntervalMs);
    known = { ...known, ...(await addAttachedExits(deps.exchange, known, deps.now())) };
    if (!awaitsAttached(known)) break;
  }
  return known;
}

/** Cancels the open orders of these books. A cancel makes what was read before it stale. */
export async function cancelBooks(run: Execution, books: OrderBook[]): Promise<CancelProblem | undefined> {
  const { known } = run;
  const isOpen = books.some((book) => known.position[book].some(({ status }) => status !== 'done'));
  if (!isOpen) return undefined;
  // Set before the first request: from here on a cancel may have left, even if its response is lost.
  known.cancelsSent = true;
  const { position, problem } = await cancelOrders(run.deps, known.position, run.claim, books);
  const ended = problem === undefined ? await readAttached(run.deps, position) : position;
  const { holding } = known.fresh;
  // That the position was closed outside Ripcord stays true.
  run.known = {
    position: ended,
    cancelsSent: true,
    gone: known.gone,
    fresh: typeof holding === 'object' ? { holding } : {},
  };
  return problem;
}
