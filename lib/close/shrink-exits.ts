import { type Amount, decimal } from '../amount.ts';
import { exitSide, type ReduceResult } from '../exchange/exchange.ts';
import { toExitKey } from '../exits/plan-exits.ts';
import { findLargerExits, findTargetsLargerTogether, toReducedAmount } from '../position/larger-exits.ts';
import type { OrderRecord, Position } from '../position/position.ts';
import { pollAttempts, pollIntervalMs } from '../position/timing.ts';
import { computeTotals, toOrderRecord } from '../position/totals.ts';
import type { ExecutionDependencies } from './execution.ts';

type ShrinkDependencies = Pick<ExecutionDependencies, 'exchange' | 'now' | 'sleep'>;

/** What became of an exit that was larger than what remains. `unknown`: the exchange did not show its amount since. */
interface Shrunk {
  exit: OrderRecord;
  size: 'reduced' | 'larger' | 'unknown';
}

/**
 * Reduces every exit that is larger than what remains of a perpetual, all at once. The record takes only what the
 * exchange reports afterwards. It never throws: a partial close that has happened must not become an error.
 * @param until no request begins after it, epoch milliseconds.
 * @returns the position, and sentences for its owner about these exits.
 */
export async function shrinkExits(
  deps: ShrinkDependencies,
  position: Position,
  until: number,
): Promise<{ position: Position; sentences: string[] }> {
  const results = await Promise.all(
    findLargerExits(position).map((exit) => shrinkExit(deps, position, exit, until)),
  );
  const byId = new Map(results.map((each) => [each.exit.orderId, each]));
  const exitOrders = position.exitOrders.map((exit) => byId.get(exit.orderId)?.exit ?? exit);
  const shrunk = { ...position, exitOrders };
  return { position: shrunk, sentences: describeExits(shrunk, results) };
}

async function shrinkExit(
  deps: ShrinkDependencies,
  position: Position,
  exit: OrderRecord,
  until: number,
): Promise<Shrunk> {
  const amount = toReducedAmount(position, exit);
  if (amount === undefined) return { exit, size: 'larger' };
  if (deps.now() > until) return { exit, size: 'unknown' };
  const order = { ...exit, side: exitSide(position.side) };
  const result = await deps.exchange
    .reduceOrder(position.market, order, amount, until)
    .catch((): ReduceResult => ({ kind: 'unconfirmed', message: 'no answer' }));
  if (result.kind === 'unsupported') return { exit, size: 'larger' };
  return readReduced(deps, position, exit, { amount, result, until });
}

/** Reads the exit until the exchange reports the reduced amount: an acknowledged change takes effect later. */
async function readReduced(
  { exchange, now, sleep }: ShrinkDependencies,
  { market }: Position,
  exit: OrderRecord,
  { amount, result, until }: { amount: Amount; result: ReduceResult; until: number },
): Promise<Shrunk> {
  let known = exit;
  for (let poll = 0; poll < pollAttempts; poll += 1) {
    const waitMs = poll > 0 ? pollIntervalMs : 0;
    if (now() + waitMs > until) break;
    if (waitMs > 0) await sleep(waitMs);
    // A failed read proves nothing about the order.
    const view = await exchange.fetchOrder(market, exit).catch(() => undefined);
    if (view === undefined) continue;
    known = toOrderRecord(view, exit);
    if (known.status === 'done' || decimal(known.amount).lte(amount)) return { exit: known, size: 'reduced' };
    if (result.kind === 'refused') return { exit: known, size: 'larger' };
  }
  return { exit: known, size: 'unknown' };
}

function describeExits(position: Position, results: Shrunk[]): string[] {
  const rest = `the remaining ${computeTotals(position).remaining} ${position.market.base}`;
  // Another exit may have filled meanwhile.
  const larger = new Set(findLargerExits(position));
  const sentences = results.flatMap(({ exit, size }) => {
    const name = `Exit order ${exit.orderId}`;
    // An exit of a plan is replaced by one for what remains.
    if (toExitKey(exit) !== undefined) return [];
    if (larger.has(exit))
      return [`${name} ${size === 'unknown' ? 'may still be' : 'is'} larger than ${rest}.`];
    return exit.status === 'live' ? [`${name} was reduced to ${rest}.`] : [];
  });
  const together = findTargetsLargerTogether(position).map(({ orderId }) => orderId);
  return together.length === 0
    ? sentences
    : [...sentences, `Exit orders ${together.join(', ')} are together larger than ${rest}.`];
}
