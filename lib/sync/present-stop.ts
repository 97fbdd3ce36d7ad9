import { type Amount, decimal, isPositive, toAmount, truncateToStep } from '../amount.ts';
import type { Side } from '../exchange/exchange.ts';
import { hasStopPassed } from '../exits/plan-exits.ts';
import { isTighter, shiftLimit } from '../exits/tighter-stop.ts';
import type { OrderRecord, Position } from '../position/position.ts';
import { isLate, isStop } from '../position/protection.ts';

/** The stop that another one is compared with. */
export interface PresentStop {
  price: Amount;
  limitPrice?: Amount | undefined;
  /** Whether the exchange has it. */
  rests: boolean;
  /** The orders that stay, of which this is the best. Absent: it is still to be placed, for all that remains. */
  orders?: readonly OrderRecord[];
}

/** @returns the open stops of a position, adopted ones included. */
export function openStops(position: Position): OrderRecord[] {
  return position.exitOrders.filter(
    (order) =>
      order.status !== 'done' &&
      order.triggerPrice !== undefined &&
      isStop(position, order) &&
      !isLate(order),
  );
}

/**
 * @returns the best stop that the exchange has or may have: its owner may have moved one there. Without one, the plan's,
 * which is still to be placed. A plan's stop that the price has passed can't be placed: then a stop that it was to
 * replace, and that still rests, counts.
 */
export function findPresentStop(position: Position): PresentStop | undefined {
  const open = openStops(position);
  const current = open.filter(({ endsFor }) => endsFor === undefined);
  const stop = position.exitPlan?.stopLoss;
  if (current.length > 0) return { ...toPresent(position, current), orders: current };
  const isPlanned = stop !== undefined && stop.removed !== true;
  if (isPlanned && !hasStopPassed(position))
    return { price: stop.price, limitPrice: stop.limitPrice, rests: false };
  // Without a plan's stop, none of those that end is put back.
  return open.length > 0 ? { ...toPresent(position, open), orders: isPlanned ? open : [] } : undefined;
}

function toPresent({ side, exitPlan }: Position, orders: OrderRecord[]): Omit<PresentStop, 'orders'> {
  const best = orders.reduce((a, b) =>
    isTighter(side, b.triggerPrice ?? '0', a.triggerPrice ?? '0') ? b : a,
  );
  const { triggerPrice: price = '0', price: limit } = best;
  const rests = best.status === 'live';
  const { price: planned, limitPrice } = exitPlan?.stopLoss ?? {};
  // A stop that was moved at the exchange keeps the distance that its owner planned.
  if (planned !== undefined && best.isStop === true)
    return { price, limitPrice: shiftLimit({ price: planned, limitPrice }, price), rests };
  return { price, limitPrice: isPositive(limit) ? limit : undefined, rests };
}

/** @returns the price on the market's step, rounded away from the mark. */
export function roundFromMark(side: Side, price: Amount, step: Amount): Amount {
  const lower = truncateToStep(price, step);
  return side === 'long' || decimal(lower).eq(price) ? lower : toAmount(decimal(lower).plus(step));
}
