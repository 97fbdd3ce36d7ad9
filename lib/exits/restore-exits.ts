import { type Amount, decimal, isPositive, toAmount } from '../amount.ts';
import type { ExitPlan } from '../position/exit-plan.ts';
import type { OrderRecord, Position } from '../position/position.ts';
import { isStop } from '../position/protection.ts';
import { computeTotals } from '../position/totals.ts';
import { toExitKey, toLeft } from './plan-exits.ts';

/**
 * @param claimedAt of the claim that canceled exits.
 * @param closed what its close order executed.
 * @returns the plan with the adopted exits that the claim canceled, so that they return; undefined if there are none.
 * Of several stops the largest returns, for all that remains.
 */
export function planCanceled(position: Position, claimedAt: number, closed: Amount): ExitPlan | undefined {
  const { exitPlan, market, exitOrders } = position;
  const { remaining, net } = computeTotals(position);
  const canceled = exitOrders.filter(
    (order) => order.canceledByClaimAt === claimedAt && toExitKey(order) === undefined && isRestorable(order),
  );
  if (market.kind !== 'perpetual' || !isPositive(remaining) || canceled.length === 0) return exitPlan;
  const [stop] = canceled
    .filter((order) => isStop(position, order))
    .sort((a, b) => decimal(toLeft(b)).comparedTo(toLeft(a)) ?? 0);
  const before = decimal(remaining).plus(closed);
  const targets = canceled
    .filter((order) => !isStop(position, order))
    .map((order, index) => ({
      rung: index + 1,
      price: order.price ?? order.triggerPrice ?? '0',
      percent: toAmount(decimal(toLeft(order)).times(100).dividedBy(before).decimalPlaces(2)),
      amount: toLeft(order),
    }));
  const plan = exitPlan ?? {
    takeProfits: [],
    changedAt: claimedAt,
    exited: toAmount(decimal(net).minus(before)),
  };
  const { triggerPrice, price } = stop ?? {};
  return {
    ...plan,
    takeProfits: plan.takeProfits.length > 0 ? plan.takeProfits : targets,
    ...(triggerPrice === undefined || plan.stopLoss !== undefined
      ? {}
      : { stopLoss: { price: triggerPrice, limitPrice: price } }),
  };
}

/** A trailing stop's price moves, and an order without an amount closes the whole exchange position. */
function isRestorable({ type, amount, price, triggerPrice }: OrderRecord): boolean {
  return !type.includes('trailing') && isPositive(amount) && (price ?? triggerPrice) !== undefined;
}
