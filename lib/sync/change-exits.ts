import { type Amount, decimal, isPositive, sum, toAmount } from '../amount.ts';
import type { Exchange } from '../exchange/exchange.ts';
import { checkExits, type ExitRefusal, type WantedExits } from '../exits/check-exits.ts';
import { countConditionals } from '../exits/count-conditionals.ts';
import { computeBreakEven } from '../exits/exit-prices.ts';
import { toExitKey } from '../exits/plan-exits.ts';
import { protect } from '../exits/protect.ts';
import { type ExitChange, replaceExits } from '../exits/replace-exits.ts';
import { Fault } from '../fault.ts';
import { allotTargets } from '../position/allot-exits.ts';
import type { Position } from '../position/position.ts';
import { computeProfit } from '../position/profit.ts';
import { computeTotals, unfilledOf } from '../position/totals.ts';
import { toSentence } from '../position/wording.ts';
import type { Services } from '../services.ts';
import { findPresentStop, openStops } from './present-stop.ts';
import { putBackStop } from './put-back-stop.ts';
import { syncPosition } from './sync-position.ts';

/** What the owner asks for. The break-even price is read when it is set. */
export interface ExitsWanted extends Pick<ExitChange, 'takeProfits'> {
  stopLoss?: { price: Amount | 'breakEven'; limitPrice?: Amount | undefined } | null | undefined;
}

/** The sweep and the console's polling write the position, too. */
const tries = 4;

/**
 * Replaces targets or the stop, and returns after it has placed them. Throws `conflict` if the position is closing or has
 * ended, `invalid-input`, `would-trigger`, `exchange-unreachable`, `exchange-refused`, and what `read` throws.
 * @param read the position as stored, before each try.
 */
export async function changeExits(
  services: Services,
  read: () => Promise<Position>,
  wanted: ExitsWanted,
): Promise<Position> {
  for (let count = 0; count < tries; count += 1) {
    const position = await read();
    requireActive(position);
    const synced = await syncPosition(services, position, { figures: 'all' });
    requireActive(synced);
    const exchange = await services.exchanges.of(synced.account, synced.exchange);
    const change = await toChange(wanted, synced, exchange);
    await checkChange(synced, change, exchange);
    const saved = await services.store.savePosition(synced, replaceExits(synced, change, services.now()));
    if (saved === undefined) continue;
    const after = await protect(services, saved);
    // Targets alone leave a stop that was refused before as it is.
    return wanted.stopLoss === undefined ? after : keepOldStop(services, synced, after);
  }
  throw new Fault('conflict', 'The position changed at the same time. Nothing was sent.', {
    hint: { text: 'Try again.' },
  });
}

function requireActive({ state, positionId }: Position): void {
  if (state === 'open' || state === 'kept' || state === 'failed') return;
  const what = state === 'claimed' ? 'is closing' : `is ${state}`;
  throw new Fault('conflict', `Position ${positionId} ${what}. Its exits are unchanged.`, {
    hint: { text: 'Check it:', command: `positions get ${positionId}` },
  });
}

async function toChange(
  { takeProfits, stopLoss }: ExitsWanted,
  position: Position,
  exchange: Exchange,
): Promise<ExitChange> {
  if (stopLoss === undefined || stopLoss === null) return { takeProfits, stopLoss };
  const { price } = stopLoss;
  if (price !== 'breakEven') return { takeProfits, stopLoss: { ...stopLoss, price } };
  return { takeProfits, stopLoss: { ...stopLoss, price: await readBreakEven(position, exchange) } };
}

/** Throws `conflict` while the fees of the entry are not known. */
export async function readBreakEven(position: Position, exchange: Exchange): Promise<Amount> {
  const { side, market } = position;
  const { filled, net, averageEntry } = computeTotals(position);
  // Without exits and funding, the net profit is what the entry paid in fees.
  const { netProfit } = computeProfit({ ...position, exitOrders: [], funding: undefined });
  if (!isPositive(filled) || averageEntry === undefined || netProfit === null)
    throw new Fault('conflict', 'The cost of the entry and its fees are not known yet. Nothing was sent.', {
      hint: { text: 'Try again in a moment, or set a price.' },
    });
  const fees = toAmount(decimal(netProfit).negated());
  const takerRate = await exchange.fetchTakerRate(market);
  return computeBreakEven({ side, filled, net, averageEntry, fees }, takerRate, market.priceStep);
}

/** On spot, the exits that stay are placed again with the others, because they share the coins. */
function toWanted(position: Position, { takeProfits, stopLoss }: ExitChange): WantedExits {
  const named = { takeProfits: takeProfits ?? [], stopLoss: stopLoss ?? undefined };
  const { exitPlan, exitOrders, market } = position;
  if (market.kind !== 'spot') return named;
  const isAdopted = exitOrders.some((order) => order.status !== 'done' && toExitKey(order) === undefined);
  if (isAdopted && (takeProfits === undefined || stopLoss === undefined))
    throw new Fault(
      'invalid-input',
      'On spot, the exits that you adopted hold the coins. Nothing was sent.',
      {
        hint: { text: 'Set both the targets and the stop, so that Ripcord replaces all adopted exits.' },
      },
    );
  const { remaining } = computeTotals(position);
  const prices = new Map(exitPlan?.takeProfits.map(({ rung, price }) => [rung, price]));
  const kept = allotTargets(position).flatMap(({ rung, amount }) =>
    isPositive(amount)
      ? { price: prices.get(rung) ?? '0', percent: toAmount(decimal(amount).times(100).dividedBy(remaining)) }
      : [],
  );
  const stop = exitPlan?.stopLoss?.removed === true ? undefined : exitPlan?.stopLoss;
  return {
    takeProfits: takeProfits === undefined ? kept : named.takeProfits,
    stopLoss: stopLoss === undefined ? stop : named.stopLoss,
  };
}

/** Throws `invalid-input`, `would-trigger` or `exchange-unreachable` for a change that can't rest. */
export async function checkChange(position: Position, change: ExitChange, exchange: Exchange): Promise<void> {
  const wanted = toWanted(position, change);
  const { filled, amount, remaining, entriesDone } = computeTotals(position);
  const price = isPositive(filled) ? position.lastSync?.price : position.entryOrders[0]?.price;
  if (price === undefined)
    throw new Fault('exchange-unreachable', 'The price could not be read. Nothing was changed.', {
      hint: { text: 'Try again in a moment.' },
    });
  const open = entriesDone ? '0' : unfilledOf({ amount, filled });
  const refusal = checkExits(wanted, {
    side: position.side,
    market: position.market,
    support: exchange.exits[position.market.kind],
    price,
    isEntryPrice: !isPositive(filled),
    amount: sum([remaining, open]),
    conditionals:
      wanted.stopLoss === undefined ? 0 : await countConditionals(exchange, position.market, position),
  });
  if (refusal !== undefined) throw toRefusalFault(refusal);
}

export function toRefusalFault({ code, path, message, possible }: ExitRefusal): Fault {
  return new Fault(code, `${message} Nothing was sent.`, {
    hint: { text: possible },
    issues: [`${path}: ${message}`],
  });
}

/** If the new stop is refused, and the price has passed it or no other rests, the position gets the stop that it had. */
async function keepOldStop(services: Services, before: Position, after: Position): Promise<Position> {
  const { price, refusal } = after.exitPlan?.stopLoss ?? {};
  if (price === undefined || refusal === undefined) return after;
  const isPassed = refusal.reason === 'would-trigger';
  const isBare = openStops(after).length === 0 && findPresentStop(before) !== undefined;
  if (!isPassed && !isBare) return after;
  const current = await putBackStop(services, after, { refused: price, before });
  const rests = openStops(current).some(({ status }) => status === 'live');
  const rest = rests ? 'The position keeps the stop that it had.' : 'The position has no stop.';
  throw new Fault(
    isPassed ? 'would-trigger' : 'exchange-refused',
    `The stop was refused: ${toSentence(refusal.message)} ${rest}`,
    {
      hint: { text: 'Check the price, and set another stop.' },
    },
  );
}
