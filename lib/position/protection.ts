import { z } from 'zod';
import { type Amount, amountSchema, decimal, isPositive, sum, truncateToStep } from '../amount.ts';
import { allotTargets } from './allot-exits.ts';
import type { TakeProfitPlan } from './exit-plan.ts';
import { isFinal, type OrderRecord, type Position } from './position.ts';
import { computeTotals, unfilledOf } from './totals.ts';

/** What of the remaining amount a stop that rests at the exchange covers. */
export const protectionSchema = z.enum(['full', 'partial', 'none', 'unknown']);
export type Protection = z.infer<typeof protectionSchema>;

/** An exit as the admin function returns it. */
const exitViewSchema = z.object({
  price: amountSchema,
  /** Of the order that rests; otherwise what the exit is for now. In base currency. */
  amount: amountSchema,
  filled: amountSchema,
  orderId: z.string().optional(),
  /**
   * `waiting`: not placed yet. `unconfirmed`: sent, answer unknown. `refused`: not accepted, and tried again. `removed`:
   * ended outside Ripcord. `merged`: below the market's minimum, so that a neighboring target includes it.
   * `ended`: the position ended before it filled.
   */
  state: z.enum(['waiting', 'unconfirmed', 'resting', 'filled', 'refused', 'removed', 'merged', 'ended']),
  /** Why the exchange refused it. */
  reason: z.string().optional(),
});
export type ExitView = z.infer<typeof exitViewSchema>;
export const takeProfitViewSchema = exitViewSchema.extend({ percent: amountSchema.optional() });
export const stopLossViewSchema = exitViewSchema.extend({ limitPrice: amountSchema.optional() });

/** Whether the order sells when the market moves against the position. */
export function isStop({ side, lastSync }: Position, order: OrderRecord): boolean {
  const { triggerPrice, rung, type } = order;
  if (order.isStop === true) return true;
  if (rung !== undefined || triggerPrice === undefined) return false;
  if (lastSync?.price === undefined) return !type.includes('take');
  // A sale that waits below the price waits for a fall.
  return decimal(triggerPrice).lt(lastSync.price) === (side === 'long');
}

/** Whether a stop of a spot long arrived after the price had passed it: it waits for the price to come back. */
export function isLate({ isStop, triggersOn }: OrderRecord): boolean {
  return isStop === true && triggersOn === 'rise';
}

/** @param isStale whether the record could not be compared with the exchange now. */
export function computeProtection(position: Position, isStale = false): Protection {
  const { remaining, filled } = computeTotals(position);
  if (!isPositive(filled) || !isPositive(remaining) || isFinal(position.state)) return 'none';
  const stops = position.exitOrders.filter(
    (exit) => exit.status !== 'done' && isStop(position, exit) && !isLate(exit),
  );
  if (stops.length > 0 && (isStale || position.state === 'claimed')) return 'unknown';
  const sure = stops.filter(({ status, missedSince }) => status === 'live' && missedSince === undefined);
  if (coversRemaining(position, sure)) return 'full';
  if (sure.length < stops.length) return 'unknown';
  return sure.length === 0 ? 'none' : 'partial';
}

/** Whether orders, if all of them execute, sell all that remains. */
export function coversRemaining(position: Position, orders: readonly OrderRecord[]): boolean {
  // No order can sell less than a step, which a fee in coins leaves.
  const sellable = truncateToStep(computeTotals(position).remaining, position.market.amountStep);
  // An order without an amount closes the position at any size.
  const hasWhole = orders.some(({ amount }) => !isPositive(amount));
  return orders.length > 0 && (hasWhole || decimal(sum(orders.map(unfilledOf))).gte(sellable));
}

/** The exits of the plan, and orders that were adopted without one. */
export function toExitViews(position: Position): {
  takeProfits: z.infer<typeof takeProfitViewSchema>[];
  stopLoss: z.infer<typeof stopLossViewSchema> | null;
} {
  const { exitPlan, exitOrders, state } = position;
  const adopted = exitOrders.filter(
    (exit) => exit.status !== 'done' && exit.rung === undefined && !exit.isStop,
  );
  const others = adopted.filter((exit) => !isStop(position, exit)).map(toAdoptedView);
  const allotted = new Map(allotTargets(position).map((each) => [each.rung, each]));
  const targets = (exitPlan?.takeProfits ?? []).map(({ rung, price, percent, removed, refusal }) => {
    const orders = exitOrders.filter((exit) => exit.rung === rung && exit.isStop !== true);
    const { amount, merged } = allotted.get(rung) ?? { amount: '0', merged: false };
    return {
      percent,
      ...toView({ price, removed, refusal, orders, amount, merged, isOver: isFinal(state) }),
    };
  });
  const stop = adopted.find((exit) => isStop(position, exit));
  return {
    takeProfits: [...targets, ...others],
    stopLoss: toStopView(position) ?? (stop === undefined ? null : toAdoptedView(stop)),
  };
}

function toStopView(position: Position) {
  const { exitPlan, exitOrders } = position;
  if (exitPlan?.stopLoss === undefined) return undefined;
  const { limitPrice, ...stop } = exitPlan.stopLoss;
  const orders = exitOrders.filter((exit) => exit.isStop === true);
  const { remaining } = computeTotals(position);
  const view = toView({ ...stop, orders, amount: remaining, merged: false, isOver: isFinal(position.state) });
  const open = orders.filter(({ status }) => status !== 'done');
  return {
    ...(limitPrice === undefined ? {} : { limitPrice }),
    ...view,
    // On spot, each target has its own.
    ...(position.market.kind === 'spot' && open.length > 1
      ? { amount: sum(open.map(({ amount }) => amount)) }
      : {}),
  };
}

function toAdoptedView({ price, triggerPrice, amount, filled, orderId, status }: OrderRecord): ExitView {
  const state = status === 'live' ? 'resting' : 'unconfirmed';
  return { price: triggerPrice ?? price ?? '0', amount, filled, orderId, state };
}

interface ExitFacts {
  price: Amount;
  removed?: boolean | undefined;
  refusal?: TakeProfitPlan['refusal'];
  orders: OrderRecord[];
  /** What it is still for. */
  amount: Amount;
  merged: boolean;
  /** The position has ended. */
  isOver: boolean;
}

function toView({ price, removed, refusal, orders, amount, merged, isOver }: ExitFacts): ExitView {
  const order = orders.findLast(({ status }) => status !== 'done') ?? orders.at(-1);
  const isOpen = order !== undefined && order.status !== 'done';
  const facts = {
    price: (isOpen ? (order.triggerPrice ?? order.price) : undefined) ?? price,
    amount: isOpen ? order.amount : amount,
    filled: sum(orders.map(({ filled }) => filled)),
    orderId: order?.orderId,
  };
  if (isOpen) return { ...facts, state: order.status === 'live' ? 'resting' : 'unconfirmed' };
  if (removed === true) return { ...facts, state: 'removed' };
  if (merged) return { ...facts, state: 'merged' };
  if (isPositive(facts.filled) && !isPositive(amount)) return { ...facts, state: 'filled' };
  if (isOver) return { ...facts, state: 'ended' };
  return refusal === undefined
    ? { ...facts, state: 'waiting' }
    : { ...facts, state: 'refused', reason: refusal.message };
}
