import { type Amount, decimal, isPositive, sum, toAmount, truncateToStep } from '../amount.ts';
import type { OrderRecord, Position } from './position.ts';
import { computeTotals } from './totals.ts';

/** Whether an exit can't open or flip a perpetual. */
export function onlyReduces({ hedged }: Position, exit: OrderRecord): boolean {
  // An order without an amount closes the position at any size.
  return exit.status === 'done' || exit.reduceOnly === true || hedged || !isPositive(exit.amount);
}

/**
 * @returns the live exits of a perpetual, a part of which is closed, that would close more than what remains. If the
 * account holds more than this position, such an exit closes some of that too.
 */
export function findLargerExits(position: Position): OrderRecord[] {
  const { remaining, filled, entriesDone } = computeTotals(position);
  const isPart = isPositive(remaining) && decimal(remaining).lt(filled);
  if (position.market.kind !== 'perpetual' || !entriesDone || !isPart) return [];
  return position.exitOrders.filter(
    (exit) =>
      exit.status === 'live' &&
      onlyReduces(position, exit) &&
      decimal(exit.amount).minus(exit.filled).gt(remaining),
  );
}

/**
 * @returns the live targets of a perpetual that would close more than what remains only together. A stop is none of them:
 * either the targets fill or the stop does.
 */
export function findTargetsLargerTogether(position: Position): OrderRecord[] {
  const { remaining } = computeTotals(position);
  if (position.market.kind !== 'perpetual') return [];
  const targets = position.exitOrders.filter(
    ({ status, conditional, triggerPrice, amount, rung }) =>
      status === 'live' &&
      conditional !== true &&
      triggerPrice === undefined &&
      isPositive(amount) &&
      // Ripcord scales its own.
      rung === undefined,
  );
  const open = sum(targets.map(({ amount, filled }) => toAmount(decimal(amount).minus(filled))));
  return targets.length > 1 && isPositive(remaining) && decimal(open).gt(remaining) ? targets : [];
}

/**
 * @returns the amount with which the exit closes what remains and no more, its earlier fills included; undefined if the
 * market allows no such amount. A fill of the exit itself does not change it.
 */
export function toReducedAmount(position: Position, exit: OrderRecord): Amount | undefined {
  const { amountStep, amountMin } = position.market;
  const amount = truncateToStep(sum([exit.filled, computeTotals(position).remaining]), amountStep);
  // Binance cancels an order whose new amount is not above what has filled.
  const isAllowed = decimal(amount).gt(exit.filled) && decimal(amount).gte(amountMin);
  return isAllowed && decimal(amount).lt(exit.amount) ? amount : undefined;
}
