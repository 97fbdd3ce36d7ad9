import { type Amount, decimal, isPositive, toAmount } from '../amount.ts';
import type { Exchange } from '../exchange/exchange.ts';
import { allotTargets } from '../position/allot-exits.ts';
import { toCloseId } from '../position/client-order-id.ts';
import type { ExitPlan } from '../position/exit-plan.ts';
import type { OrderRecord, Position } from '../position/position.ts';
import { isStop } from '../position/protection.ts';
import { computeTotals, unfilledOf } from '../position/totals.ts';
import { toExitKey } from './plan-exits.ts';
import { tighten } from './tighter-stop.ts';

/** What becomes of exits that a claim canceled. */
export interface ReturningExits {
  /** With the adopted ones, so that they return. */
  exitPlan: ExitPlan | undefined;
  /** Sentences for the owner about those that do not return as they were. */
  sentences: string[];
}

/**
 * @param claimedAt of the claim that canceled exits.
 * @param exits which exits can rest at the exchange, by kind of market. Absent: the account can't be read.
 */
export function planReturn(
  known: Position,
  claimedAt: number,
  exits: Exchange['exits'] | undefined,
): ReturningExits {
  const position = withTighterStop(known, claimedAt);
  const canceled = canceledExits(position, claimedAt);
  if (!isPositive(computeTotals(position).remaining) || canceled.length === 0)
    return { exitPlan: position.exitPlan, sentences: [] };
  const returning = canRest(position, exits) ? canceled.filter(isRestorable) : [];
  // One stop is for all that remains: the largest.
  const [stop, ...otherStops] = returning
    .filter((order) => isStop(position, order))
    .sort((a, b) => decimal(unfilledOf(b)).comparedTo(unfilledOf(a)) ?? 0);
  const exitPlan = returning.length === 0 ? position.exitPlan : toPlan(position, claimedAt, returning, stop);
  const lost = canceled.filter((order) => !returning.includes(order));
  const price = exitPlan?.stopLoss?.price;
  return {
    exitPlan,
    sentences: [
      ...lost.map((order) => `Exit order ${nameExit(order)} was canceled and can't be placed again.`),
      ...otherStops.map(
        (order) =>
          `Exit order ${nameExit(order)} was canceled and is not placed again: the stop at ${price} covers all that remains.`,
      ),
    ],
  };
}

/** A stop of the plan returns where its owner had tightened it at the exchange. */
function withTighterStop(position: Position, claimedAt: number): Position {
  const stops = position.exitOrders.filter(
    ({ isStop, endsFor, canceledByClaimAt }) =>
      isStop === true && endsFor === undefined && canceledByClaimAt === claimedAt,
  );
  const exitPlan = tighten(position, position.exitPlan, stops);
  return exitPlan === undefined ? position : { ...position, exitPlan };
}

/** @returns the adopted exits that this claim has canceled. */
export function canceledExits({ exitOrders }: Position, claimedAt: number): OrderRecord[] {
  return exitOrders.filter(
    (order) => order.canceledByClaimAt === claimedAt && toExitKey(order) === undefined,
  );
}

/** @returns sentences about targets that a partial close made too small for an order of their own. */
export function describeMerged(position: Position): string[] {
  const merged = new Set(allotTargets(position).flatMap(({ rung, merged: is }) => (is ? [rung] : [])));
  const targets = position.exitPlan?.takeProfits.filter(({ rung }) => merged.has(rung)) ?? [];
  return targets.map(
    ({ price }) =>
      `The target at ${price} is below the market's minimum now, so a neighboring target includes it.`,
  );
}

function toPlan(
  position: Position,
  claimedAt: number,
  returning: OrderRecord[],
  stop: OrderRecord | undefined,
): ExitPlan {
  const { remaining, net } = computeTotals(position);
  const closeId = toCloseId(position);
  const closed = position.exitOrders.find(({ clientOrderId }) => clientOrderId === closeId)?.filled ?? '0';
  const before = decimal(remaining).plus(closed);
  const targets = returning
    .filter((order) => !isStop(position, order))
    .map((order, index) => ({
      rung: index + 1,
      price: order.price ?? order.triggerPrice ?? '0',
      percent: toPercent(unfilledOf(order), toAmount(before)),
      amount: unfilledOf(order),
    }));
  const plan = position.exitPlan ?? {
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

function toPercent(amount: Amount, whole: Amount): Amount {
  return toAmount(decimal(amount).times(100).dividedBy(whole).decimalPlaces(2));
}

/** A trailing stop's price moves, and an order without an amount closes the whole exchange position. */
export function isRestorable({ type, amount, price, triggerPrice }: OrderRecord): boolean {
  return !type.includes('trailing') && isPositive(amount) && (price ?? triggerPrice) !== undefined;
}

/**
 * On spot, a target and a stop hold their coins once only as one list.
 * If the account can't be read, a perpetual's exits return: they do at most exchanges, and the sweep reports a refusal.
 */
function canRest({ market, side }: Position, exits: Exchange['exits'] | undefined): boolean {
  if (market.kind === 'perpetual') return exits === undefined || exits.perpetual !== undefined;
  return side === 'long' && exits?.spot?.forms.has('list') === true;
}

/** @returns the order's id, with its type and price. */
export function nameExit({ orderId = '', type, triggerPrice, price }: OrderRecord): string {
  const at = triggerPrice ?? price;
  return `${orderId} (${type}${at === undefined ? '' : ` at ${at}`})`;
}
