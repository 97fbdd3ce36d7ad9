import { type Amount, decimal, isPositive, sum, truncateToStep } from '../amount.ts';
import type { RejectReason } from '../exchange/exchange.ts';
import { allotTargets } from '../position/allot-exits.ts';
import { awaitsAttached } from '../position/attached-exits.ts';
import type { OrderRecord, Position } from '../position/position.ts';
import { computeTotals, unfilledOf } from '../position/totals.ts';

/** Names an exit of a position's plan: a target's number, or its stop. */
export type ExitKey = number | 'stop';

/** An exit that should rest at the exchange. */
export type WantedExit = WantedStop | WantedTarget | WantedList;

interface WantedTarget {
  kind: 'take-profit';
  key: number;
  price: Amount;
  amount: Amount;
}

export interface WantedStop {
  kind: 'stop-loss';
  key: 'stop';
  triggerPrice: Amount;
  price?: Amount | undefined;
  amount: Amount;
}

/** A target and its stop, which hold their coins once. Spot only. */
interface WantedList {
  kind: 'list';
  key: number;
  price: Amount;
  stop: Pick<WantedStop, 'triggerPrice' | 'price'>;
  amount: Amount;
}

/** What a run has learned besides the position. */
export interface ExitFacts {
  /** What the account holds of the perpetual. */
  held?: Amount | undefined;
  /** What this run does not try again: the exchange refused it, or its end is not confirmed. */
  skip: ReadonlySet<ExitKey | 'entry'>;
  /** The types of stops that the exchange can change in place. */
  amends?: ReadonlySet<string> | undefined;
}

/** The one thing to do next. */
export type ExitStep =
  | { kind: 'none' }
  /** An exit may exist that no look-up has found: nothing that could double it is sent. */
  | { kind: 'wait' }
  | { kind: 'read-holding' }
  | { kind: 'amend'; order: OrderRecord; stop: WantedStop }
  | { kind: 'place'; exits: WantedExit[] }
  | { kind: 'cancel'; orders: OrderRecord[] }
  /** Spot: a partly filled entry holds its coins for exits that wait for the whole fill. */
  | { kind: 'end-entry'; entry: OrderRecord }
  /** It was to end, and continues: if its owner cancels it now, its rest is not placed again. */
  | { kind: 'keep-entry'; entry: OrderRecord }
  /** The rest of such an entry goes back to the exchange. */
  | { kind: 'resume-entry'; entry: OrderRecord; amount: Amount };

/** These pass by themselves: a later sweep sends the same order again. */
export const passingReasons: ReadonlySet<string> = new Set<RejectReason>([
  'too-late',
  'no-connection',
  'rate-limit',
  'clock',
  'not-placed',
  'refused-for-now',
]);

/** @returns which exit of the plan an order is for; undefined if Ripcord does not manage it. */
export function toExitKey({ rung, isStop }: OrderRecord): ExitKey | undefined {
  return isStop === true ? 'stop' : rung;
}

/**
 * Decides what has to happen next, so that the exits of the plan rest at the exchange for what remains of a perpetual.
 * Pure: after each step it is asked again, and once all exits rest it answers `none`.
 */
export function planExits(position: Position, facts: ExitFacts): ExitStep {
  if (awaitsAttached(position)) return { kind: 'wait' };
  const targets = planTargets(position, facts);
  const parts = [planStop(position, facts, targets), targets];
  const [amend] = parts.flatMap((part) => part.amend ?? []);
  if (amend !== undefined) return { kind: 'amend', ...amend };
  const exits = parts.flatMap(({ places }) => places);
  if (exits.length > 0) return { kind: 'place', exits };
  if (parts.some(({ needsHolding }) => needsHolding)) return { kind: 'read-holding' };
  const orders = parts.flatMap(({ cancels }) => cancels);
  if (orders.length > 0) return { kind: 'cancel', orders };
  return position.exitOrders.some(({ status }) => status === 'unconfirmed')
    ? { kind: 'wait' }
    : { kind: 'none' };
}

interface Part {
  places: WantedExit[];
  cancels: OrderRecord[];
  needsHolding?: boolean;
  amend?: { order: OrderRecord; stop: WantedStop };
}

/** Two stops could sell twice, unless the account holds exactly what remains and both can only reduce that. */
function planStop(position: Position, { held, skip, amends }: ExitFacts, targets: Part): Part {
  const nothing: Part = { places: [], cancels: [] };
  if (skip.has('stop')) return nothing;
  const open = openExits(position).filter((order) => order.isStop === true);
  const wanted = wantedStop(position);
  // The cancel of a target ends its companion, so that another stop has to rest first.
  const ending = new Set(targets.cancels.flatMap(({ pair }) => pair ?? []));
  const kept = findKept(
    open.filter(({ pair = '' }) => !ending.has(pair)),
    wanted,
  );
  const others = open.filter((order) => !kept.includes(order));
  if (others.some(isUnconfirmed)) return nothing;
  if (wanted === undefined) return { places: [], cancels: others };
  if (kept.length > 0) return kept.some(isUnconfirmed) ? nothing : { places: [], cancels: others };
  // The old stop is better than none, and a stop never executes at once.
  if (hasStopPassed(position)) return nothing;
  if (others.length === 0) return { places: [wanted], cancels: [] };
  const order = others.find(
    (other) =>
      amends?.has(other.type) &&
      !ending.has(other.pair ?? '') &&
      (other.price === undefined) === (wanted.price === undefined) &&
      !isPositive(other.filled),
  );
  if (order !== undefined) return { ...nothing, amend: { order, stop: wanted } };
  if (held === undefined) return { ...nothing, needsHolding: true };
  return decimal(held).eq(computeTotals(position).remaining)
    ? { places: [wanted], cancels: [] }
    : { places: [], cancels: others };
}

/** Targets that are not wanted end first, so that all together never exceed what remains. */
function planTargets(position: Position, { skip }: ExitFacts): Part {
  const open = openExits(position).filter(({ rung }) => rung !== undefined);
  const wanted = wantedTargets(position);
  const kept = new Set(wanted.flatMap((target) => findKept(open, target)));
  const others = open.filter((order) => !kept.has(order));
  if (others.length > 0)
    return {
      places: [],
      cancels: others.filter((order) => !isUnconfirmed(order) && !skip.has(order.rung ?? 0)),
    };
  const resting = new Set(open.map(({ rung }) => rung));
  return { places: wanted.filter(({ key }) => !resting.has(key) && !skip.has(key)), cancels: [] };
}

export function openExits({ exitOrders }: Position): OrderRecord[] {
  return exitOrders.filter((order) => order.status !== 'done' && toExitKey(order) !== undefined);
}

export function isUnconfirmed({ status }: OrderRecord): boolean {
  return status === 'unconfirmed';
}

/**
 * @returns the order that is for what is wanted, or the orders that together are: an entry that fills in parts may come
 * with several. The price is not compared: a trader may move an exit at the exchange. `endsFor`: it is being replaced.
 */
function findKept(open: OrderRecord[], wanted: WantedExit | undefined): OrderRecord[] {
  const same = open.filter((order) => toExitKey(order) === wanted?.key && order.endsFor === undefined);
  const whole = same.find((order) => unfilledOf(order) === wanted?.amount);
  if (whole !== undefined) return [whole];
  return sum(same.map(unfilledOf)) === wanted?.amount ? same : [];
}

/** @returns the targets of the plan that are large enough to rest. */
export function wantedTargets(position: Position): WantedTarget[] {
  const prices = new Map(position.exitPlan?.takeProfits.map(({ rung, price }) => [rung, price]));
  return allotTargets(position).flatMap(({ rung, amount }) => {
    const price = prices.get(rung);
    return price === undefined || !isPositive(amount)
      ? []
      : [{ kind: 'take-profit', key: rung, price, amount }];
  });
}

/** @returns the stop for all that remains; undefined if there is none, or if it can't rest. */
function wantedStop(position: Position): WantedStop | undefined {
  const { exitPlan, market } = position;
  const stop = exitPlan?.stopLoss;
  const amount = truncateToStep(computeTotals(position).remaining, market.amountStep);
  if (stop === undefined || stop.removed === true) return undefined;
  if (!isPositive(amount) || decimal(amount).lt(market.amountMin)) return undefined;
  return { kind: 'stop-loss', key: 'stop', triggerPrice: stop.price, price: stop.limitPrice, amount };
}

/** Whether the price has passed the stop: it would execute at once. */
export function hasStopPassed({ exitPlan, side, lastSync }: Position): boolean {
  const stop = exitPlan?.stopLoss?.price;
  if (stop === undefined || lastSync?.price === undefined) return false;
  return side === 'long' ? decimal(lastSync.price).lte(stop) : decimal(lastSync.price).gte(stop);
}

/** Whether the order ended with something unfilled, and Ripcord did not end it. */
export function isEndedOutside(order: OrderRecord): boolean {
  const { status, orderId, amount, filled, endReported } = order;
  const isNew = orderId !== undefined && endReported !== true;
  return status === 'done' && isNew && !isOurEnd(order) && decimal(filled).lt(amount);
}

/** Whether Ripcord meant the order to end. */
export function isOurEnd({ endsFor, canceledByClaimAt }: OrderRecord): boolean {
  return endsFor !== undefined || canceledByClaimAt !== undefined;
}

/** Whether the fill, trigger or cancel of one ends the other. */
export function isPair(a: OrderRecord, b: OrderRecord): boolean {
  return a.pair !== undefined && a.pair === b.pair;
}

/** @returns the orders without those that no decision needs: never placed, or replaced without any fill. */
export function withoutSpent(orders: OrderRecord[]): OrderRecord[] {
  return orders.filter((order) => {
    const { status, orderId, endsFor, filled } = order;
    const isSpent = orderId === undefined || (endsFor !== undefined && !isPositive(filled));
    return toExitKey(order) === undefined || status !== 'done' || !isSpent;
  });
}
