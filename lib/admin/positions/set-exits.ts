import { decimal, isPositive, sum, toAmount } from '../../amount.ts';
import type { Exchange } from '../../exchange/exchange.ts';
import { checkExits, type ExitRefusal, type WantedExits } from '../../exits/check-exits.ts';
import { protect } from '../../exits/protect.ts';
import { type ExitChange, replaceExits } from '../../exits/replace-exits.ts';
import { Fault } from '../../fault.ts';
import type { Position } from '../../position/position.ts';
import { computeTotals } from '../../position/totals.ts';
import type { Services } from '../../services.ts';
import { syncPosition } from '../../sweep/sync-position.ts';
import type { AdminServices } from '../admin-services.ts';
import type { CommandInput, CommandResult } from '../contract/commands.ts';
import { requirePosition } from '../require.ts';
import { toLiveView } from './live-view.ts';

type ExitsInput = CommandInput<'positions.setExits'>;

/** The sweep and the console's polling write the position, too. */
const tries = 4;

/**
 * Replaces targets or the stop, and answers once they rest at the exchange. Throws `position-not-found`, `conflict` if
 * the position is closing or has ended, `invalid-input`, `would-trigger`, `exchange-unreachable`, `exchange-refused`.
 */
export async function setExits(
  { services }: Pick<AdminServices, 'services'>,
  input: ExitsInput,
): Promise<CommandResult<'positions.setExits'>> {
  for (let count = 0; count < tries; count += 1) {
    const position = await requirePosition(services, input.positionId);
    requireActive(position);
    const synced = await syncPosition(services, position);
    requireActive(synced);
    const exchange = await services.exchanges.of(synced.account, synced.exchange);
    const change = toChange(input);
    checkChange(synced, change, exchange);
    const saved = await services.store.savePosition(synced, replaceExits(synced, change, services.now()));
    if (saved === undefined) continue;
    const current = await keepOldStop(services, synced, await protect(services, saved));
    return { position: await toLiveView(services, current) };
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

function toChange({ takeProfits, stopLoss }: ExitsInput): ExitChange {
  return { takeProfits, stopLoss };
}

function checkChange(position: Position, { takeProfits, stopLoss }: ExitChange, exchange: Exchange): void {
  const wanted: WantedExits = { takeProfits: takeProfits ?? [], stopLoss: stopLoss ?? undefined };
  const { filled, amount, remaining, entriesDone } = computeTotals(position);
  const price = isPositive(filled) ? position.lastSync?.price : position.entryOrders[0]?.price;
  if (price === undefined)
    throw new Fault('exchange-unreachable', 'The price could not be read. Nothing was changed.', {
      hint: { text: 'Try again in a moment.' },
    });
  const open = entriesDone ? '0' : toAmount(decimal(amount).minus(filled));
  const refusal = checkExits(wanted, {
    side: position.side,
    market: position.market,
    support: exchange.exits[position.market.kind],
    price,
    isEntryPrice: !isPositive(filled),
    amount: sum([remaining, open]),
  });
  if (refusal !== undefined) throw toRefusalFault(refusal);
}

export function toRefusalFault({ code, message, possible }: ExitRefusal): Fault {
  return new Fault(code, `${message} Nothing was sent.`, { hint: { text: possible } });
}

/** The price has passed the new stop meanwhile: the position is as it was before. */
async function keepOldStop(services: Services, before: Position, after: Position): Promise<Position> {
  const refusal = after.exitPlan?.stopLoss?.refusal;
  if (refusal?.reason !== 'would-trigger' || after.exitPlan === undefined) return after;
  const old = after.exitOrders.filter(({ isStop, status }) => isStop === true && status !== 'done');
  if (old.length === 0 && before.exitPlan?.stopLoss !== undefined) return after;
  const { stopLoss } = before.exitPlan ?? {};
  await services.store.savePosition(after, {
    exitPlan: { ...after.exitPlan, stopLoss },
    exitOrders: after.exitOrders.map((order) =>
      old.includes(order) ? { ...order, endsFor: undefined } : order,
    ),
  });
  throw new Fault(
    'would-trigger',
    `The stop was refused: ${refusal.message}. The position has the exits it had before.`,
    {
      hint: { text: 'Check the price, and set another stop.' },
    },
  );
}
