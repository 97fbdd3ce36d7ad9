import { type Amount, decimal, toAmount } from '../amount.ts';
import type { ExitPlan, StopLossPlan, TakeProfitPlan } from '../position/exit-plan.ts';
import type { OrderRecord, Position } from '../position/position.ts';
import { isStop } from '../position/protection.ts';
import { computeTotals } from '../position/totals.ts';
import { toExitKey } from './plan-exits.ts';

/** What the owner replaces. Null or an empty list removes; undefined leaves as it is. */
export interface ExitChange {
  takeProfits?: Pick<TakeProfitPlan, 'price' | 'percent'>[] | null | undefined;
  stopLoss?: Pick<StopLossPlan, 'price' | 'limitPrice'> | null | undefined;
}

/**
 * @returns the plan with the change, and the exit orders with what it replaces marked, adopted ones included. What is
 * the same as before stays.
 * @param now epoch milliseconds.
 */
export function replaceExits(
  position: Position,
  { takeProfits, stopLoss }: ExitChange,
  now: number,
): Required<Pick<Position, 'exitPlan' | 'exitOrders'>> {
  const before: ExitPlan = position.exitPlan ?? {
    takeProfits: [],
    changedAt: now,
    exited: exitedOf(position),
  };
  const adopted = position.exitOrders.filter(
    (order) => order.status !== 'done' && toExitKey(order) === undefined,
  );
  const isStopOfPosition = (order: OrderRecord) => isStop(position, order);
  const replacesTargets =
    takeProfits !== undefined &&
    (!adopted.every(isStopOfPosition) || !isSame(before.takeProfits, takeProfits ?? []));
  const replacesStop =
    stopLoss !== undefined &&
    (adopted.some(isStopOfPosition) || !isSame([before.stopLoss], [stopLoss ?? undefined]));
  const rung = nextRung(position);
  const targets = replacesTargets
    ? {
        takeProfits: (takeProfits ?? []).map((target, index) => ({ ...target, rung: rung + 1 + index })),
        exited: exitedOf(position),
        scaledFor: undefined,
      }
    : {};
  const exitOrders = position.exitOrders.map((order) => {
    if (isStop(position, order)) return replacesStop ? endStop(order) : order;
    // A number that no target of the plan has: the order is ended.
    const isAdopted = order.rung === undefined && order.status !== 'done';
    return replacesTargets && isAdopted ? { ...order, rung } : order;
  });
  const stop = replacesStop ? { stopLoss: stopLoss ?? undefined } : {};
  return { exitPlan: { ...before, ...targets, ...stop, changedAt: now }, exitOrders };
}

/** The end of an earlier stop does not concern the next one. */
function endStop(order: OrderRecord): OrderRecord {
  return order.status === 'done'
    ? { ...order, isStop: undefined }
    : { ...order, isStop: true, endsFor: 'replaced' };
}

type Wanted = { price: Amount; percent?: Amount; limitPrice?: Amount | undefined } | undefined;

/** Whether nothing is to be done: an exit that was removed or refused is placed again. */
function isSame(before: ExitPlan['takeProfits'] | [StopLossPlan | undefined], wanted: Wanted[]): boolean {
  const toText = (exits: Wanted[]) =>
    JSON.stringify(exits.map((exit) => [exit?.price, exit?.percent, exit?.limitPrice]));
  const isIntact = before.every((exit) => exit?.removed !== true && exit?.refusal === undefined);
  return isIntact && toText(before) === toText(wanted);
}

function nextRung({ exitPlan, exitOrders }: Position): number {
  const used = [...(exitPlan?.takeProfits ?? []), ...exitOrders].map(({ rung = 0 }) => rung);
  return Math.max(0, ...used) + 1;
}

function exitedOf(position: Position): Amount {
  const { net, remaining } = computeTotals(position);
  return toAmount(decimal(net).minus(remaining));
}
