import { decimal, isPositive, truncateToStep } from '../amount.ts';
import { leastAmount } from './allot-exits.ts';
import { isFinal, type OrderRecord, type Position } from './position.ts';
import { computeProtection, isStop } from './protection.ts';
import { computeTotals } from './totals.ts';

/** A stop that is replaced is missing for a moment, and one that was refused may be placed a minute later. */
const nakedForMs = 120_000;
/** A notice about the exits may have reported the same just now. */
const sameMinuteMs = 60_000;

/** What changes about the watch. `isDue`: its owner is to be notified. */
export interface NotedNaked {
  naked: NonNullable<Position['naked']> | null;
  isDue: boolean;
}

/**
 * @param position as the exchange has just shown it.
 * @returns undefined if nothing changes, or while it is not certain: a claim acts, the account looks flat, or a stop is not
 * confirmed.
 */
export function noteNaked(position: Position, now: number): NotedNaked | undefined {
  const { naked, nakedWatch, state, lastSync, notices = [] } = position;
  if (state === 'claimed' || isFinal(state) || lastSync?.flatSince !== undefined) return undefined;
  const protection = computeProtection(position);
  if (protection === 'unknown') return undefined;
  if (nakedWatch === false || protection !== 'none' || !hadStop(position) || !mayHaveStop(position))
    return naked === undefined ? undefined : { naked: null, isDue: false };
  if (naked === undefined) return { naked: { since: now }, isDue: false };
  const isReported = notices.some(({ event, at }) => event === 'exits' && now - at < sameMinuteMs);
  if (naked.reported === true || now - naked.since < nakedForMs || isReported) return undefined;
  return { naked: { ...naked, reported: true }, isDue: true };
}

/** A stop that its owner removed through Ripcord is not in the plan any more. */
function hadStop(position: Position): boolean {
  const { exitPlan, exitOrders } = position;
  return exitPlan?.stopLoss !== undefined || exitOrders.some((order) => isLostStop(position, order));
}

/** Whether an adopted stop ended without a fill, and its owner has not set exits since. */
function isLostStop(position: Position, order: OrderRecord): boolean {
  const { status, filled, rung, endsFor, updatedAt = Number.POSITIVE_INFINITY } = order;
  const isAdopted = order.isStop !== true && rung === undefined && isStop(position, order);
  const isLater = updatedAt > (position.exitPlan?.changedAt ?? 0);
  return status === 'done' && isAdopted && !isPositive(filled) && endsFor === undefined && isLater;
}

/** Whether what remains is enough for a stop. */
function mayHaveStop(position: Position): boolean {
  const { market, lastSync } = position;
  const { filled, remaining } = computeTotals(position);
  const sellable = truncateToStep(remaining, market.amountStep);
  const least = lastSync?.price === undefined ? market.amountMin : leastAmount(market, [lastSync.price]);
  return isPositive(filled) && isPositive(sellable) && decimal(sellable).gte(least);
}
