import { type Amount, decimal, isPositive } from '../amount.ts';
import { needsProtection, protect } from '../exits/protect.ts';
import { Fault } from '../fault.ts';
import { isFinal, type OrderRecord, type Position } from '../position/position.ts';
import { coversRemaining } from '../position/protection.ts';
import { computeTotals } from '../position/totals.ts';
import { toSentence } from '../position/wording.ts';
import type { Services } from '../services.ts';
import { openStops } from './present-stop.ts';
import type { StopMove } from './stop-move.ts';

/** How often a run is tried again that other processes have interrupted. */
const rounds = 3;

/**
 * Places the stop that was written. If it is refused, the earlier one returns. What there is no time for, the sweep does.
 * @param price of the new stop.
 */
export async function restStop(services: Services, saved: Position, price: Amount): Promise<StopMove> {
  let after = saved;
  try {
    for (let round = 0; round < rounds; round += 1) {
      after = await protect(services, after);
      if (!needsProtection(after)) break;
    }
    return describeMove(after, price);
  } catch (thrown) {
    if (!(thrown instanceof Fault) || !isOfExchange(thrown)) throw thrown;
    return describeMove((await services.store.readPosition(saved.positionId)) ?? after, price);
  }
}

function isOfExchange({ code }: Fault): boolean {
  return code === 'exchange-unreachable' || code === 'exchange-refused' || code === 'key-refused';
}

/** @returns what the record shows of a stop that was written. */
function describeMove(position: Position, price: Amount): StopMove {
  const { filled, remaining } = computeTotals(position);
  const { stopLoss } = position.exitPlan ?? {};
  if (isFinal(position.state) || (isPositive(filled) && !isPositive(remaining)))
    return { kind: 'ended', position, detail: 'The position ended while its stop was moved.' };
  if (!isPositive(filled))
    return { kind: 'moved', position, price, detail: describePlanned(position, price) };
  const refused = stopLoss?.refusedMove;
  if (refused?.price === price) return describeRefused(position, refused);
  const refusal = stopLoss?.price === price ? stopLoss.refusal : undefined;
  if (refusal !== undefined && openStops(position).length === 0)
    return describeRefused(position, { price, ...refusal });
  if (rests(position, price))
    return { kind: 'moved', position, price, detail: `The stop rests at ${price}.` };
  const old = findLive(position)?.triggerPrice;
  const until =
    old === undefined
      ? 'No stop is confirmed at the exchange until then.'
      : `A stop at ${old} rests until then.`;
  const detail = `The plan has the stop at ${price}. The exchange has not confirmed it yet, and the sweep places it. ${until}`;
  return { kind: 'pending', position, price, detail };
}

function findLive(position: Position): OrderRecord | undefined {
  return openStops(position).find(({ status }) => status === 'live');
}

function rests(position: Position, price: Amount): boolean {
  const open = openStops(position);
  const current = open.filter(({ endsFor }) => endsFor === undefined);
  // On spot, each target has a stop of its own.
  const isWhole = position.market.kind !== 'spot' || current.length === open.length;
  const isAt = ({ status, triggerPrice = '0' }: OrderRecord) =>
    status === 'live' && decimal(triggerPrice).eq(price);
  return coversRemaining(position, current) && current.every(isAt) && isWhole;
}

function describeRefused(
  position: Position,
  { price, reason, message }: { price: Amount; reason: string; message: string },
): StopMove {
  const kept = findLive(position)?.triggerPrice;
  const rest =
    kept === undefined
      ? 'No stop is confirmed at the exchange now. The sweep tries again every minute.'
      : `The position keeps its stop at ${kept}.`;
  return {
    kind: reason === 'would-trigger' ? 'would-trigger' : 'refused',
    position,
    price: kept,
    detail: `The stop at ${price} was refused: ${toSentence(message)} ${rest}`,
  };
}

function describePlanned({ entryOrders }: Position, price: Amount): string {
  const isAttached = entryOrders.some(({ status, attached }) => status !== 'done' && attached !== undefined);
  const planned = `The stop is planned at ${price}. It rests once the entry fills.`;
  return isAttached
    ? `${planned} The entry at the exchange carries the earlier stop, which Ripcord replaces after the fill.`
    : planned;
}
