import { type Amount, decimal, isPositive, toAmount } from '../amount.ts';
import { isTighter, shiftLimit } from '../exits/tighter-stop.ts';
import type { StopTarget } from '../link/link.ts';
import type { StopLossPlan } from '../position/exit-plan.ts';
import type { Position } from '../position/position.ts';
import { coversRemaining } from '../position/protection.ts';
import { computeTotals } from '../position/totals.ts';
import { findPresentStop, openStops, type PresentStop, roundFromMark } from './present-stop.ts';

export type StopDecision =
  | {
      kind: 'move';
      stop: Pick<StopLossPlan, 'price' | 'limitPrice'>;
      /** The stop that returns if the exchange refuses the new one. */
      previous: StopLossPlan['previous'];
    }
  | { kind: 'unchanged'; present: PresentStop }
  | { kind: 'would-trigger' | 'refused'; detail: string };

/**
 * Decides whether a stop moves. It never becomes looser, and it moves by one price step at least, unless the present stops
 * cover only a part of what remains: then the better price counts for all of it. Pure: the same revision of the position
 * must be the condition of the write.
 * @param price of the target, as `toTargetPrice` gives it.
 * @param reference the current price, or that of an entry that has not filled.
 */
export function decideStop(position: Position, price: Amount, reference: Amount): StopDecision {
  const { side, market } = position;
  if (openStops(position).some(({ type }) => type.includes('trailing')))
    return {
      kind: 'refused',
      detail: "The position has a trailing stop, whose present price Ripcord can't read.",
    };
  if (!isPositive(price))
    return { kind: 'refused', detail: `The stop would be at ${price} ${market.quote}, which is no price.` };
  const present = findPresentStop(position);
  const isAsGood = present !== undefined && !isBetterByStep(position, price, present.price);
  if (isAsGood && isForAll(position, price, present)) return { kind: 'unchanged', present };
  const better = isAsGood ? present.price : price;
  if (!isTighter(side, reference, better))
    return { kind: 'would-trigger', detail: describePassed(position, better, reference) };
  const limitPrice = present && shiftLimit(present, better);
  const stop = { price: better, ...(limitPrice === undefined ? {} : { limitPrice }) };
  return { kind: 'move', stop, previous: present && toPrevious(position, present) };
}

/** Whether stops that are as good as the price cover all that remains. */
function isForAll(position: Position, price: Amount, { orders }: PresentStop): boolean {
  const asGood = orders?.filter(({ triggerPrice = '0' }) => !isBetterByStep(position, price, triggerPrice));
  return asGood === undefined || coversRemaining(position, asGood);
}

/** A stop that was never placed gives way to the one that it was to replace. */
function toPrevious(
  { exitPlan }: Position,
  { price, limitPrice, rests }: PresentStop,
): StopLossPlan['previous'] {
  const { previous } = exitPlan?.stopLoss ?? {};
  return rests || previous === undefined
    ? { price, limitPrice }
    : { price: previous.price, limitPrice: previous.limitPrice };
}

function isBetterByStep({ side, market: { priceStep } }: Position, price: Amount, than: Amount): boolean {
  return isTighter(side, price, than) && decimal(price).minus(than).abs().gte(priceStep);
}

function describePassed(position: Position, price: Amount, reference: Amount): string {
  const { side, market } = position;
  const losing = side === 'long' ? 'below' : 'above';
  const which = isPositive(computeTotals(position).filled) ? 'current' : 'entry';
  return `The stop ${price} of a ${side} is not ${losing} the ${which} price ${reference} ${market.quote}, so it would trigger at once.`;
}

/** @returns the price of a fixed or a trailing target, on the market's step and never beyond what was asked for. */
export function toTargetPrice(
  { side, market: { priceStep } }: Position,
  target: Exclude<StopTarget, { breakEven: true }>,
  mark: Amount,
): Amount {
  if ('price' in target) return roundFromMark(side, target.price, priceStep);
  const distance = decimal(mark).times(target.trailPercent).dividedBy(100);
  const price = side === 'long' ? decimal(mark).minus(distance) : decimal(mark).plus(distance);
  return price.gt(0) ? roundFromMark(side, toAmount(price), priceStep) : '0';
}
