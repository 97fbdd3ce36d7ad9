import { decimal, isPositive, sum, toAmount, truncateToStep } from '../amount.ts';
import { scaleTargets } from '../position/allot-exits.ts';
import type { ExitPlan, StopLossPlan, TakeProfitPlan } from '../position/exit-plan.ts';
import type { OrderRecord, Position } from '../position/position.ts';
import { computeTotals, unfilledOf } from '../position/totals.ts';
import { hasStopPassed, isEndedOutside, isOurEnd, passingReasons, toExitKey } from './plan-exits.ts';

/** A plan as its orders now show it, and sentences for its owner. */
export interface NotedExits {
  exitPlan: ExitPlan;
  exitOrders: OrderRecord[];
  sentences: string[];
}

/**
 * Brings a plan up to date with its orders: exits that the owner or the exchange ended, a stop that the price has
 * passed, and targets that a partial close has scaled.
 * @returns undefined if nothing changes.
 */
export function noteExits(position: Position): NotedExits | undefined {
  const { exitPlan, exitOrders } = position;
  // The sync that ends a position cancels its exits.
  if (exitPlan === undefined || !isPositive(computeTotals(position).remaining)) return undefined;
  const outside = exitOrders.filter(
    (order) => isEndedOutside(order) && !isEndedByCompanion(exitOrders, order),
  );
  const endedStops = outside.filter(({ isStop }) => isStop === true);
  const ended = new Map(outside.map((order) => [toExitKey(order), order]));
  const sentences: string[] = [];
  const scaled = scaleTargets(position) ?? exitPlan;
  const takeProfits = scaled.takeProfits.map((target) => {
    const order = ended.get(target.rung);
    if (order === undefined || target.removed === true) return noteFill(position, target, sentences);
    sentences.push(describeEnd(`The target at ${target.price}`, order));
    return { ...target, removed: true };
  });
  const stop = scaled.stopLoss && noteStops(position, scaled.stopLoss, endedStops, sentences);
  const earlier = stop && noteRefusedMove(position, stop, sentences);
  const stopLoss = earlier ?? (stop && notePassed(position, stop, sentences));
  const noted = { ...scaled, takeProfits, stopLoss };
  return JSON.stringify(noted) === JSON.stringify({ ...exitPlan, stopLoss: exitPlan.stopLoss })
    ? undefined
    : {
        exitPlan: noted,
        exitOrders: exitOrders.map((order) => {
          if (position.market.kind === 'spot' && endedStops.includes(order))
            return { ...order, endReported: true };
          return isStopAt(order, earlier) ? { ...order, endsFor: undefined } : order;
        }),
        sentences,
      };
}

function describeEnd(name: string, { orderId }: OrderRecord): string {
  return `${name} (order ${orderId}) was canceled or expired at the exchange. Ripcord does not place it again.`;
}

/** On spot, each target has its own stop: the others may still rest. */
function noteStops(
  position: Position,
  stop: StopLossPlan,
  ended: OrderRecord[],
  sentences: string[],
): StopLossPlan {
  if (ended.length === 0 || stop.removed === true) return stop;
  const { market } = position;
  const isSpot = market.kind === 'spot';
  for (const order of ended) {
    const part = isSpot ? ` for ${unfilledOf(order)} ${market.base}` : '';
    sentences.push(describeEnd(`The stop at ${stop.price}${part}`, order));
  }
  const uncovered = sum([stop.uncovered ?? '0', ...ended.map(unfilledOf)]);
  const free = truncateToStep(computeTotals(position).remaining, market.amountStep);
  return isSpot && decimal(uncovered).lt(free) ? { ...stop, uncovered } : { ...stop, removed: true };
}

/**
 * The fill, the trigger or Ripcord's own cancel of one order of a pair ends the other. An owner's cancel ends both, also
 * of a stop that has filled in part.
 */
function isEndedByCompanion(exitOrders: OrderRecord[], { pair, isStop }: OrderRecord): boolean {
  return exitOrders.some(
    (other) =>
      pair !== undefined &&
      other.pair === pair &&
      other.isStop !== isStop &&
      (other.status !== 'done' || isOurEnd(other) || (isPositive(other.filled) && !isEndedStop(other))),
  );
}

function isEndedStop(order: OrderRecord): boolean {
  return order.isStop === true && isEndedOutside(order);
}

/** A target that filled is reported once no order of it rests. The outcome reports the last one. */
function noteFill(position: Position, target: TakeProfitPlan, sentences: string[]): TakeProfitPlan {
  const orders = position.exitOrders.filter(({ rung, isStop }) => rung === target.rung && isStop !== true);
  const filled = sum(orders.map((order) => order.filled));
  const last = orders.at(-1);
  const part = toAmount(decimal(filled).minus(target.reported ?? '0'));
  if (last === undefined || !isPositive(part) || orders.some(({ status }) => status !== 'done'))
    return target;
  if (isPositive(unfilledOf(last))) return target;
  sentences.push(
    `The target at ${target.price} (order ${last.orderId}) has filled and closed ${part} ${position.market.base}.`,
  );
  return { ...target, reported: filled };
}

/**
 * A stop that was moved, and can't rest there, goes back. While the earlier one still rests, what passes by itself is
 * tried again.
 */
function noteRefusedMove(
  position: Position,
  stop: StopLossPlan,
  sentences: string[],
): StopLossPlan | undefined {
  const { previous, refusal, removed, refusedMove: _, ...rest } = stop;
  const isMissing = position.exitOrders.every((order) => order.isStop !== true || order.status === 'done');
  const isPassed = isMissing && hasStopPassed(position);
  const isPassing = refusal !== undefined && passingReasons.has(refusal.reason);
  const isRefused = refusal !== undefined && (isMissing || !isPassing);
  if (previous === undefined || removed === true || !(isPassed || isRefused)) return undefined;
  if (previous.tightened !== undefined && isMissing && !isPassed && isPassing)
    return retryTightened(stop, previous.tightened, sentences);
  const passed = `The price ${position.lastSync?.price} has passed the stop ${stop.price}`;
  const { reason, message } = refusal ?? { reason: 'would-trigger', message: passed };
  // Its owner moved it there, and only its size was to change: the looser price of the plan must not replace it.
  const stays = position.market.kind === 'perpetual' && position.exitOrders.some((o) => isStopAt(o, stop));
  const { price, limitPrice } = stays ? stop : previous;
  const next = isMissing ? 'is placed again' : 'stays';
  sentences.push(`${refusal === undefined ? `${passed}, so the` : 'The'} earlier stop at ${price} ${next}.`);
  // The same price for a larger amount is no other stop, and is tried again.
  const isMoved = !decimal(price).eq(stop.price);
  return {
    ...rest,
    price,
    limitPrice,
    ...(isMoved ? { refusedMove: { price: stop.price, reason, message } } : {}),
  };
}

/**
 * What passes by itself is no reason for a looser price than the one at which the stop has rested: it is tried again at once,
 * and then by each sweep.
 */
function retryTightened(
  { refusal: _, ...stop }: StopLossPlan,
  tightened: 'rested' | 'retried',
  sentences: string[],
): StopLossPlan | undefined {
  if (tightened === 'retried' || stop.previous === undefined) return undefined;
  sentences.push(`The stop at ${stop.price} is tried again.`);
  return { ...stop, previous: { ...stop.previous, tightened: 'retried' } };
}

/** Another stop that is being replaced may rest, too. It still ends: of two for the same amount, one would be kept. */
function isStopAt({ isStop, status, triggerPrice }: OrderRecord, stop: StopLossPlan | undefined): boolean {
  if (isStop !== true || status === 'done' || triggerPrice === undefined || stop === undefined) return false;
  return decimal(triggerPrice).eq(stop.price);
}

/** A stop is never sent to execute at once: its owner decides. */
function notePassed(position: Position, stop: StopLossPlan, sentences: string[]): StopLossPlan {
  const rests = position.exitOrders.some((order) => order.isStop === true && order.status !== 'done');
  if (rests || stop.removed === true || stop.refusal !== undefined || !hasStopPassed(position)) return stop;
  const message = `The price ${position.lastSync?.price} has passed the stop ${stop.price}`;
  sentences.push(`${message}, so the stop was not placed. Nothing was closed.`);
  return { ...stop, refusal: { reason: 'would-trigger', message } };
}
