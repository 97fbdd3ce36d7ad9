import type { Amount } from '../../amount.ts';
import type { AttachedExits } from '../../exchange/exchange.ts';
import { attachExits } from '../../exits/attach-exits.ts';
import { checkExits } from '../../exits/check-exits.ts';
import { computeRiskedAmount } from '../../exits/exit-prices.ts';
import { needsProtection, protect } from '../../exits/protect.ts';
import { replaceExits } from '../../exits/replace-exits.ts';
import type { Position } from '../../position/position.ts';
import { pollAttempts, pollIntervalMs } from '../../position/timing.ts';
import { computeTotals, isFeeUnknown } from '../../position/totals.ts';
import type { Services } from '../../services.ts';
import { toRefusalFault } from '../../sync/change-exits.ts';
import type { Place } from '../../sync/new-position.ts';
import { syncPosition } from '../../sync/sync-position.ts';
import type { CommandInput } from '../contract/commands.ts';

type OpenInput = CommandInput<'positions.open'>;

/** @returns the input with an amount in place of a risk. Throws what the exchange's reads throw. */
export async function sizeByRisk(input: OpenInput, place: Place, lastPrice: Amount): Promise<OpenInput> {
  const { riskAmount, stopLoss, price: entryPrice = lastPrice } = input;
  if (riskAmount === undefined || stopLoss === undefined) return input;
  // With the price on its wrong side, a stop sizes nothing.
  checkOpeningExits(input, place, lastPrice, '0');
  const takerRate = await place.exchange.fetchTakerRate(place.market);
  const amount = computeRiskedAmount(riskAmount, { entryPrice, stopPrice: stopLoss.price, takerRate });
  return { ...input, amount };
}

/** Throws `invalid-input` or `would-trigger` for exits that could not rest. */
export function checkOpeningExits(
  { takeProfits = [], stopLoss, price, side }: OpenInput,
  { exchange, market }: Place,
  lastPrice: Amount,
  amount: Amount,
  conditionals?: number,
): void {
  const refusal = checkExits(
    { takeProfits, stopLoss },
    {
      side,
      market,
      support: exchange.exits[market.kind],
      price: price ?? lastPrice,
      isEntryPrice: price !== undefined,
      amount,
      conditionals,
    },
  );
  if (refusal !== undefined) throw toRefusalFault(refusal);
}

/** @returns the position with the exits that it opens with, which nothing has been sent for. */
export function withExitPlan(
  position: Position,
  { takeProfits, stopLoss }: OpenInput,
  now: number,
): Position {
  if (takeProfits === undefined && stopLoss === undefined) return position;
  return { ...position, ...replaceExits(position, { takeProfits, stopLoss }, now) };
}

/** @returns what a LIMIT entry carries. */
export function attachToEntry(
  { type, takeProfits = [], stopLoss }: OpenInput,
  { exchange, market }: Place,
): AttachedExits | undefined {
  if (type !== 'limit') return undefined;
  return attachExits({ takeProfits, stopLoss }, exchange.exits[market.kind], market);
}

/**
 * Rests the exits of an entry that has filled. What can't be placed now is for the sweep: the entry has executed, so
 * nothing is thrown.
 */
export async function restExits(services: Services, opened: Position): Promise<Position> {
  if (opened.exitPlan === undefined) return opened;
  let position = opened;
  try {
    for (let poll = 0; poll < pollAttempts; poll += 1) {
      if (poll > 0) await services.sleep(pollIntervalMs);
      position = await protect(services, await syncPosition(services, position));
      const isWaiting =
        needsProtection(position) ||
        isFeeUnknown(position) ||
        position.exitOrders.some(({ status }) => status === 'unconfirmed');
      const isMarket = position.entryOrders.every(({ type }) => type === 'market');
      if (!isMarket || (computeTotals(position).entriesDone && !isWaiting)) break;
    }
  } catch {
    // The stored position shows what rests.
  }
  return (await services.store.readPosition(position.positionId)) ?? position;
}
