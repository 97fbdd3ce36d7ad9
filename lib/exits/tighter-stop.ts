import { type Amount, decimal, isPositive, toAmount } from '../amount.ts';
import type { Side } from '../exchange/exchange.ts';
import type { ExitPlan, StopLossPlan } from '../position/exit-plan.ts';
import type { OrderRecord, Position } from '../position/position.ts';
import { isLate } from '../position/protection.ts';
import type { ExitStep } from './plan-exits.ts';

/** Whether a stop executes earlier when the market moves against the position. */
export function isTighter(side: Side, price: Amount, than: Amount): boolean {
  return side === 'long' ? decimal(price).gt(than) : decimal(price).lt(than);
}

/** @returns the LIMIT price at the same distance from another trigger price; undefined if that is no price. */
export function shiftLimit(
  { price, limitPrice }: Pick<StopLossPlan, 'price' | 'limitPrice'>,
  to: Amount,
): Amount | undefined {
  if (limitPrice === undefined) return undefined;
  const shifted = toAmount(decimal(to).minus(price).plus(limitPrice));
  return isPositive(shifted) ? shifted : undefined;
}

/**
 * A stop that its owner has tightened at the exchange must not become looser because its size changes.
 * @returns the plan with the price of that stop, if the step replaces it; undefined if nothing changes. It has to be stored
 * before the step is taken: an order that has ended no longer shows where it rested.
 */
export function keepTighterStop(position: Position, step: ExitStep): ExitPlan | undefined {
  const { exitPlan, exitOrders } = position;
  if (step.kind === 'amend') return tighten(position, exitPlan, [step.order].filter(isCurrentStop));
  if (step.kind === 'cancel') return tighten(position, exitPlan, step.orders.filter(isCurrentStop));
  const placesStop = step.kind === 'place' && step.exits.some(({ kind }) => kind !== 'take-profit');
  return placesStop ? tighten(position, exitPlan, exitOrders.filter(isCurrentStop)) : undefined;
}

/** Whether Ripcord has not begun to replace it: where the owner set another stop, that one counts. */
function isCurrentStop(order: OrderRecord): boolean {
  const { isStop, status, endsFor } = order;
  return isStop === true && status === 'live' && endsFor === undefined && !isLate(order);
}

/** @returns the plan with the best price of these stops, if it is better than its own; otherwise undefined. */
export function tighten(
  { side }: Pick<Position, 'side'>,
  plan: ExitPlan | undefined,
  stops: readonly OrderRecord[],
): ExitPlan | undefined {
  const planned = plan?.stopLoss;
  if (plan === undefined || planned === undefined || planned.removed === true) return undefined;
  const { price, limitPrice } = planned;
  const best = stops.reduce(
    (known, { triggerPrice }) =>
      triggerPrice !== undefined && isTighter(side, triggerPrice, known) ? triggerPrice : known,
    price,
  );
  if (best === price) return undefined;
  // If the exchange refuses it there, the planned one returns.
  const previous = { price, limitPrice, tightened: 'rested' as const };
  return { ...plan, stopLoss: { ...planned, price: best, limitPrice: shiftLimit(planned, best), previous } };
}
