import { decimal, isPositive, sum, toAmount, truncateToStep } from '../amount.ts';
import { leastAmount } from '../position/allot-exits.ts';
import { awaitsAttached } from '../position/attached-exits.ts';
import type { OrderRecord, Position } from '../position/position.ts';
import { isLate } from '../position/protection.ts';
import { computeTotals, isFeeUnknown, unfilledOf } from '../position/totals.ts';
import {
  type ExitFacts,
  type ExitKey,
  type ExitStep,
  hasStopPassed,
  isPair,
  isUnconfirmed,
  openExits,
  type WantedExit,
  wantedTargets,
} from './plan-exits.ts';

/** The open orders that share the coins of one part: a target and its stop, or one of them alone. */
interface Unit {
  key: ExitKey;
  orders: OrderRecord[];
  /** Whether there are, or were, both. */
  isList: boolean;
}

/**
 * Decides what has to happen next on spot. Orders hold their coins, so what is not wanted ends before anything else is
 * placed. Pure, as `planExits`.
 */
export function planSpotExits(full: Position, { skip }: ExitFacts): ExitStep {
  const entry = findHoldingEntry(full);
  if (entry !== undefined && !skip.has('entry')) return { kind: 'end-entry', entry };
  const marked = full.entryOrders.find((order) => isHolding(order) && order.resumesIn !== undefined);
  if (entry === undefined && marked !== undefined) return { kind: 'keep-entry', entry: marked };
  // Exits for coins that an entry holds would be for other coins of the account, and the entry places its own.
  const position = { ...full, entryOrders: full.entryOrders.filter((order) => !isHolding(order)) };
  // Stops are for exactly what the account has of the position.
  if (awaitsAttached(position) || isFeeUnknown(position)) return { kind: 'wait' };
  const open = openUnits(position);
  const late = open.filter(({ key, orders }) => !skip.has(key) && orders.some(isLate));
  if (late.length > 0) return { kind: 'cancel', orders: late.flatMap(({ orders }) => orders) };
  const wanted = wantedUnits(position);
  const kept = new Set(wanted.flatMap((exit) => open.find((unit) => isFor(unit, exit)) ?? []));
  const others = open.filter((unit) => !kept.has(unit) && (wanted.length > 0 || isObsolete(position, unit)));
  // The old stop is better than none, and a stop never executes at once.
  if (wanted.some(hasStop) && hasStopPassed(position)) return { kind: 'none' };
  if (others.length > 0) {
    const ready = others.filter(({ key, orders }) => !skip.has(key) && !orders.some(isUnconfirmed));
    return ready.length === 0
      ? { kind: 'wait' }
      : { kind: 'cancel', orders: ready.flatMap(({ orders }) => orders) };
  }
  const taken = new Set([...open.map(({ key }) => key), ...skip]);
  const exits = wanted.filter(({ key }) => !taken.has(key));
  if (exits.length > 0) return { kind: 'place', exits };
  if (open.some(({ orders }) => orders.some(isUnconfirmed))) return { kind: 'wait' };
  return skip.has('entry') ? { kind: 'none' } : planRest(full);
}

function isHolding({ status, attached }: OrderRecord): boolean {
  return status === 'live' && attached !== undefined;
}

/** What an entry has filled in part is protected only once the entry has ended: its exits wait for all of it. */
function findHoldingEntry(position: Position): OrderRecord | undefined {
  const { entryOrders, exitPlan, market } = position;
  const { price, limitPrice, removed } = exitPlan?.stopLoss ?? {};
  const entry = entryOrders.find((order) => isHolding(order) && isPositive(order.filled));
  if (entry === undefined || price === undefined || removed === true || hasStopPassed(position))
    return undefined;
  return decimal(entry.filled).gte(leastAmount(market, [price, limitPrice])) ? entry : undefined;
}

/** Once the price has reached the stop, or while that can't rest, no more is bought. */
function planRest({ entryOrders, exitOrders, epoch, state, market, exitPlan }: Position): ExitStep {
  const entry = entryOrders.at(-1);
  const isStopped =
    exitPlan?.stopLoss?.refusal !== undefined ||
    exitOrders.some(({ isStop, filled }) => isStop === true && isPositive(filled));
  const isDue = state === 'open' && !isStopped && entry?.status === 'done' && entry.resumesIn === epoch;
  if (entry === undefined || !isDue) return { kind: 'none' };
  const amount = unfilledOf(entry);
  return decimal(amount).gte(leastAmount(market, [entry.price])) && isPositive(amount)
    ? { kind: 'resume-entry', entry, amount }
    : { kind: 'none' };
}

/** Each target with the stop is a list of its part. What has no target is a plain stop. */
function wantedUnits(position: Position): WantedExit[] {
  const { exitPlan, market } = position;
  const targets = wantedTargets(position);
  const stop = exitPlan?.stopLoss;
  if (stop === undefined || stop.removed === true) return targets;
  const { price: triggerPrice, limitPrice, uncovered = '0' } = stop;
  const lists = targets.map((target) => ({
    ...target,
    kind: 'list' as const,
    stop: { triggerPrice, price: limitPrice },
  }));
  const free = truncateToStep(computeTotals(position).remaining, market.amountStep);
  const rest = decimal(free)
    .minus(sum(lists.map(({ amount }) => amount)))
    .minus(uncovered);
  if (!rest.gt(0)) return lists;
  if (rest.gte(leastAmount(market, [triggerPrice, limitPrice])))
    return [
      ...lists,
      { kind: 'stop-loss', key: 'stop', triggerPrice, price: limitPrice, amount: toAmount(rest) },
    ];
  // Too small for an order of its own.
  return lists.map((list, index) =>
    index === lists.length - 1 ? { ...list, amount: sum([list.amount, toAmount(rest)]) } : list,
  );
}

function hasStop({ kind }: WantedExit): boolean {
  return kind !== 'take-profit';
}

function openUnits(position: Position): Unit[] {
  const { exitOrders } = position;
  const groups = Map.groupBy(openExits(position), (order) => order.pair ?? order);
  return [...groups.values()].map((orders) => ({
    key: orders[0]?.rung ?? 'stop',
    orders,
    isList: exitOrders.some(
      (order) => order !== orders[0] && orders[0] !== undefined && isPair(order, orders[0]),
    ),
  }));
}

/**
 * Whether the orders are those of a wanted unit. A target that fills ends its stop, so that its rest is not protected
 * any more. A stop that has triggered ends its target, and is left to fill.
 */
function isFor({ key, orders, isList }: Unit, wanted: WantedExit): boolean {
  const isAlone = orders.length === 1;
  const lostStop = isList && isAlone && orders.some(({ isStop, filled }) => !isStop && isPositive(filled));
  const form = orders.every(({ isStop }) => isStop === true) ? 'stop-loss' : 'take-profit';
  return (
    key === wanted.key &&
    (isList ? wanted.kind === 'list' && !lostStop : wanted.kind === form) &&
    orders.every((order) => order.endsFor === undefined && decimal(unfilledOf(order)).eq(wanted.amount))
  );
}

/** If what remains is too small for an order, only what the owner has replaced or removed ends. */
function isObsolete(position: Position, { key, orders }: Unit): boolean {
  const { exitPlan } = position;
  const isPlanned =
    key === 'stop' ? exitPlan?.stopLoss : exitPlan?.takeProfits.some(({ rung }) => rung === key);
  const isOver = !isPositive(truncateToStep(computeTotals(position).remaining, position.market.amountStep));
  return isOver || !isPlanned || orders.some(({ endsFor }) => endsFor !== undefined);
}
