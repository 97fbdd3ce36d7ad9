import { decimal, isPositive } from '../amount.ts';
import { exitSide, type ReduceResult } from '../exchange/exchange.ts';
import { toExitKey } from '../exits/plan-exits.ts';
import { findLargerExits, planReductions, type Reduction } from '../position/larger-exits.ts';
import type { OrderRecord, Position } from '../position/position.ts';
import { pollAttempts, pollIntervalMs } from '../position/timing.ts';
import { computeTotals, toOrderRecord, unfilledOf } from '../position/totals.ts';
import type { ExecutionDependencies } from './execution.ts';

type ShrinkDependencies = Pick<ExecutionDependencies, 'exchange' | 'now' | 'sleep'>;

/** What became of an exit that was to be reduced. `unknown`: the exchange did not show its amount since. */
interface Shrunk {
  exit: OrderRecord;
  size: 'reduced' | 'larger' | 'unknown';
}

/**
 * Reduces the exits that would close more than what remains of a perpetual, all at once. The record takes only what the
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
    planReductions(position).map((reduction) => shrinkExit(deps, position, reduction, until)),
  );
  const byId = new Map(results.map((each) => [each.exit.orderId, each]));
  const exitOrders = position.exitOrders.map((exit) => byId.get(exit.orderId)?.exit ?? exit);
  const shrunk = { ...position, exitOrders };
  return { position: shrunk, sentences: describeExits(shrunk, results) };
}

async function shrinkExit(
  deps: ShrinkDependencies,
  position: Position,
  reduction: Reduction,
  until: number,
): Promise<Shrunk> {
  const { exit, amount } = reduction;
  if (deps.now() > until) return { exit, size: 'unknown' };
  const order = { ...exit, side: exitSide(position.side) };
  const result = await deps.exchange
    .reduceOrder(position.market, order, amount, until)
    .catch((): ReduceResult => ({ kind: 'unconfirmed', message: 'no answer' }));
  if (result.kind === 'unsupported') return { exit, size: 'larger' };
  if (result.kind === 'not-sent') return { exit, size: 'unknown' };
  return readReduced(deps, position, reduction, { result, until });
}

/** Reads the exit until the exchange reports the reduced amount: an acknowledged change takes effect later. */
async function readReduced(
  { exchange, now, sleep }: ShrinkDependencies,
  { market }: Position,
  { exit, amount }: Reduction,
  { result, until }: { result: ReduceResult; until: number },
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

/** By what the exits can fill now: some may have filled since they were to be reduced. */
function describeExits(position: Position, results: Shrunk[]): string[] {
  const { remaining } = computeTotals(position);
  if (!isPositive(remaining)) return [];
  const rest = `the remaining ${remaining} ${position.market.base}`;
  const unknown = new Set(results.flatMap(({ exit, size }) => (size === 'unknown' ? [exit] : [])));
  const reduced = results
    .filter(({ exit, size }) => size === 'reduced' && exit.status === 'live' && !isPlanned(exit))
    .map(({ exit }) => {
      const part = decimal(unfilledOf(exit)).eq(remaining) ? '' : `${unfilledOf(exit)} of `;
      return `Exit order ${exit.orderId} was reduced to ${part}${rest}.`;
    });
  const unplanned = findLargerExits(position).map((exits) => exits.filter((exit) => !isPlanned(exit)));
  const larger = unplanned.flatMap((exits) => {
    const alone = exits.filter((exit) => decimal(unfilledOf(exit)).gt(remaining));
    const sentences = alone.map(
      (exit) =>
        `Exit order ${exit.orderId} ${unknown.has(exit) ? 'may still be' : 'is'} larger than ${rest}.`,
    );
    const ids = exits.map(({ orderId }) => orderId).join(', ');
    const are = exits.some((exit) => unknown.has(exit)) ? 'may still be' : 'are';
    return exits.length > 1
      ? [...sentences, `Exit orders ${ids} ${are} together larger than ${rest}.`]
      : sentences;
  });
  return [...reduced, ...larger];
}

/** An exit of a plan is replaced by one for what remains. */
function isPlanned(exit: OrderRecord): boolean {
  return toExitKey(exit) !== undefined;
}
