import { type Amount, decimal, sum, toAmount, truncateToStep } from '../amount.ts';
import { judgeDust, marketOrderStep } from '../close/order-size.ts';
import type { ExchangePosition } from '../exchange/exchange.ts';
import type { Position } from '../position/position.ts';
import { computeTotals, unfilledOf } from '../position/totals.ts';

/**
 * @returns what an open position may own of the exchange position: what remains of it, and all that its entry may have
 * filled since it was last read. Too much is safe: it is not adopted then.
 */
export function computeOwned(position: Position): Amount {
  const open = position.entryOrders.filter(({ status }) => status !== 'done');
  return sum([computeTotals(position).remaining, ...open.map(unfilledOf)]);
}

/**
 * @param before each position's share as it was before the exchange was read, and `after` as it was afterwards. The larger one
 * counts, so that neither a close nor a fill in between looks like a position without an owner.
 * @returns what the exchange holds beyond all of them; "0" if it is the other side.
 */
export function computeExcess(
  held: ExchangePosition,
  side: Position['side'],
  before: ReadonlyMap<string, Amount>,
  after: ReadonlyMap<string, Amount>,
): Amount {
  if (held.side !== side) return '0';
  const ids = [...new Set([...before.keys(), ...after.keys()])];
  const owned = sum(ids.map((id) => larger(before.get(id) ?? '0', after.get(id) ?? '0')));
  const excess = decimal(held.amount).minus(owned);
  return excess.gt(0) ? toAmount(excess) : '0';
}

function larger(a: Amount, b: Amount): Amount {
  return decimal(a).gt(b) ? a : b;
}

/** Whether no order could close the position. */
export function isTooSmall(position: Position): boolean {
  const { remaining } = computeTotals(position);
  return judgeDust(position, truncateToStep(remaining, marketOrderStep(position.market)), undefined) === true;
}
