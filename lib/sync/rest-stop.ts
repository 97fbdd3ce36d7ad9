import { decimal, isPositive } from '../amount.ts';
import type { RejectReason } from '../exchange/exchange.ts';
import { needsProtection, protect } from '../exits/protect.ts';
import { appendExitNotice } from '../exits/protect-run.ts';
import { Fault } from '../fault.ts';
import type { StopLossPlan } from '../position/exit-plan.ts';
import { isFinal, type Position } from '../position/position.ts';
import { computeTotals } from '../position/totals.ts';
import { toSentence } from '../position/wording.ts';
import type { Services } from '../services.ts';
import { openStops } from './present-stop.ts';
import { putBackStop } from './put-back-stop.ts';
import type { StopMove } from './stop-move.ts';

export interface WrittenStop {
  /** The position with the new stop in its plan. */
  saved: Position;
  /** The same before that. */
  before: Position;
  stop: Pick<StopLossPlan, 'price' | 'limitPrice'>;
}

/** How often a run is tried again that other processes have interrupted. */
const rounds = 3;

/** These pass by themselves: while the old stop rests, the sweep tries again. */
const passing: ReadonlySet<string> = new Set<RejectReason>([
  'clock',
  'rate-limit',
  'too-late',
  'no-connection',
  'not-placed',
  'refused-for-now',
]);

/**
 * Places the stop that was written. If the exchange refuses it and the old one has ended, or can't be replaced, the old
 * one is put back. What there is no time for, the sweep does.
 */
export async function restStop(services: Services, written: WrittenStop): Promise<StopMove> {
  const { saved, stop } = written;
  let after = saved;
  try {
    for (let round = 0; round < rounds; round += 1) {
      after = await protect(services, after);
      if (!needsProtection(after)) break;
    }
    const refusal = findRefusal(after, stop);
    if (refusal === undefined) return describeMove(after, stop);
    if (passing.has(refusal.reason) && openStops(after).length > 0) return describeMove(after, stop);
    return await undoMove(services, after, written, refusal);
  } catch (thrown) {
    if (!(thrown instanceof Fault) || !isOfExchange(thrown)) throw thrown;
    return describeMove((await services.store.readPosition(saved.positionId)) ?? after, stop);
  }
}

type Refusal = NonNullable<StopLossPlan['refusal']>;

function findRefusal({ exitPlan }: Position, { price }: WrittenStop['stop']): Refusal | undefined {
  return exitPlan?.stopLoss?.price === price ? exitPlan.stopLoss.refusal : undefined;
}

function isOfExchange({ code }: Fault): boolean {
  return code === 'exchange-unreachable' || code === 'exchange-refused' || code === 'key-refused';
}

async function undoMove(
  services: Services,
  after: Position,
  { before, stop }: WrittenStop,
  { reason, message }: Refusal,
): Promise<StopMove> {
  const isGone = openStops(after).length === 0;
  const note = (known: Position) => {
    const text = `The stop could not move to ${stop.price}, so Ripcord places the earlier one again.`;
    const notices = isGone ? appendExitNotice(known, [text], services.now()) : undefined;
    return { notices };
  };
  const position = await putBackStop(services, after, { refused: stop.price, before }, note);
  const rests = openStops(position).find(({ status }) => status === 'live');
  const rest =
    rests === undefined
      ? 'The position has no stop at the exchange.'
      : `The position keeps its stop at ${rests.triggerPrice}.`;
  return {
    kind: reason === 'would-trigger' ? 'would-trigger' : 'refused',
    position,
    price: rests?.triggerPrice,
    detail: `The stop at ${stop.price} was refused: ${toSentence(message)} ${rest}`,
  };
}

/** @returns what the record shows of a stop that was written. */
function describeMove(position: Position, { price }: WrittenStop['stop']): StopMove {
  const { filled, remaining } = computeTotals(position);
  if (isFinal(position.state) || (isPositive(filled) && !isPositive(remaining)))
    return { kind: 'ended', position, detail: 'The position ended while its stop was moved.' };
  if (!isPositive(filled))
    return { kind: 'moved', position, price, detail: describePlanned(position, price) };
  const open = openStops(position);
  const current = open.filter(({ endsFor }) => endsFor === undefined);
  const isAt = ({ status, triggerPrice = '0' }: (typeof open)[number]) =>
    status === 'live' && decimal(triggerPrice).eq(price);
  // On spot, each target has a stop of its own.
  const isWhole = position.market.kind !== 'spot' || current.length === open.length;
  if (current.length > 0 && current.every(isAt) && isWhole)
    return { kind: 'moved', position, price, detail: `The stop rests at ${price}.` };
  const old = open.find(({ status }) => status === 'live');
  const until =
    old === undefined
      ? 'No stop is confirmed at the exchange until then.'
      : `A stop at ${old.triggerPrice} rests until then.`;
  const detail = `The plan has the stop at ${price}. The exchange has not confirmed it yet, and the sweep places it. ${until}`;
  return { kind: 'pending', position, price, detail };
}

function describePlanned({ entryOrders }: Position, price: string): string {
  const isAttached = entryOrders.some(({ status, attached }) => status !== 'done' && attached !== undefined);
  const planned = `The stop is planned at ${price}. It rests once the entry fills.`;
  return isAttached
    ? `${planned} The entry at the exchange carries the earlier stop, which Ripcord replaces after the fill.`
    : planned;
}
