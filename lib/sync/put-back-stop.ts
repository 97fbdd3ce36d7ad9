import type { Amount } from '../amount.ts';
import { protect } from '../exits/protect.ts';
import { maxConflicts, mayProtect } from '../exits/protect-run.ts';
import type { StopLossPlan } from '../position/exit-plan.ts';
import type { OrderRecord, Position } from '../position/position.ts';
import type { Services } from '../services.ts';
import { findPresentStop } from './present-stop.ts';

export interface RefusedStop {
  /** The price of the stop that was refused. */
  refused: Amount;
  /** The position before that stop was set. */
  before: Position;
}

/**
 * Gives a position the stop that it had, in place of one that was refused. If another process has changed the plan's stop
 * meanwhile, that one stays.
 * @param after the position with the refused stop.
 * @returns the position as stored.
 */
export async function putBackStop(
  services: Services,
  after: Position,
  { refused, before }: RefusedStop,
): Promise<Position> {
  let known: Position | undefined = after;
  for (let count = 0; count <= maxConflicts; count += 1) {
    if (known === undefined || !mayProtect(known)) return known ?? after;
    const { exitPlan, exitOrders } = known;
    const { price, refusal } = exitPlan?.stopLoss ?? {};
    if (exitPlan === undefined || price !== refused || refusal === undefined) return known;
    const stopLoss = toOldStop(before);
    const restored = await services.store.savePosition(known, {
      exitPlan: { ...exitPlan, stopLoss },
      exitOrders: exitOrders.map((order) =>
        isOldStop(order, stopLoss) ? { ...order, endsFor: undefined } : order,
      ),
    });
    // The account may have held more than the position, so that the old stop had to end first.
    if (restored !== undefined) return protect(services, { ...restored, lastSync: after.lastSync });
    known = await services.store.readPosition(after.positionId);
  }
  return known ?? after;
}

/** Another stop that is being replaced may rest, too. It still ends: of two stops for the same amount, one would be kept. */
function isOldStop({ isStop, status, triggerPrice }: OrderRecord, old: StopLossPlan | undefined): boolean {
  return isStop === true && status !== 'done' && triggerPrice !== undefined && triggerPrice === old?.price;
}

/** What rests may have been adopted, or moved at the exchange, so that the plan does not show it. */
function toOldStop(before: Position): StopLossPlan | undefined {
  const present = findPresentStop(before);
  const planned = before.exitPlan?.stopLoss;
  if (present === undefined) return planned;
  const { price, limitPrice } = present;
  return { ...planned, price, limitPrice, removed: undefined, refusal: undefined };
}
