import { type Amount, decimal, sum, toAmount, truncateToStep } from '../amount.ts';
import { judgeDust, marketOrderStep } from '../close/order-size.ts';
import type { ExchangePosition } from '../exchange/exchange.ts';
import type { Position } from '../position/position.ts';
import { computeTotals, unfilledOf } from '../position/totals.ts';

/** What positions of Ripcord may own of one exchange position. Too much is safe: it is not adopted then. */
export interface Owned {
  /** Of the positions known before the exchange was read. */
  known: Amount;
  /** The part of it that their entries can still fill, and may have filled just now. */
  unfilled: Amount;
  /** Of those that Ripcord stored while the exchange was read. The response may show them or not. */
  meanwhile: Amount;
}

export const nothingOwned: Owned = { known: '0', unfilled: '0', meanwhile: '0' };

/** An open position's share: what remains of it, and all that its entry may have filled since it was last read. */
interface Share {
  amount: Amount;
  unfilled: Amount;
}

function computeShare(position: Position): Share {
  const open = position.entryOrders.filter(({ status }) => status !== 'done');
  const unfilled = sum(open.map(unfilledOf));
  return { amount: sum([computeTotals(position).remaining, unfilled]), unfilled };
}

/**
 * @param before the positions as they were before the exchange was read, and `after` the same ones as they were afterwards. The
 * larger share counts, so that neither a close nor a fill in between looks like an amount without an owner.
 * @param meanwhile those stored in between, ended or not: one that has been closed since may be in the response.
 */
export function computeOwned(
  before: readonly Position[],
  after: readonly Position[],
  meanwhile: readonly Position[],
): Owned {
  const looks = Map.groupBy([...before, ...after], ({ positionId }) => positionId);
  const shares = [...looks.values()].map(computeLargestShare);
  return {
    known: sum(shares.map(({ amount }) => amount)),
    unfilled: sum(shares.map(({ unfilled }) => unfilled)),
    meanwhile: sum(meanwhile.map((position) => computeTotals(position).amount)),
  };
}

function computeLargestShare(looks: Position[]): Share {
  return looks
    .map(computeShare)
    .reduce((largest, share) => (decimal(share.amount).gt(largest.amount) ? share : largest));
}

export interface Excess {
  /** What no position of Ripcord can own. */
  amount: Amount;
  /** The same if none of the positions stored while the exchange was read is in its response. */
  atMost: Amount;
}

/** @returns what the exchange holds beyond the positions of Ripcord; "0" if it holds the other side. */
export function computeExcess(held: ExchangePosition, side: Position['side'], owned: Owned): Excess {
  if (held.side !== side) return { amount: '0', atMost: '0' };
  const atMost = decimal(held.amount).minus(owned.known);
  return { amount: toPositive(atMost.minus(owned.meanwhile)), atMost: toPositive(atMost) };
}

function toPositive(amount: ReturnType<typeof decimal>): Amount {
  return amount.gt(0) ? toAmount(amount) : '0';
}

/** Whether no order could close the position. */
export function isTooSmall(position: Position): boolean {
  const { remaining } = computeTotals(position);
  return judgeDust(position, truncateToStep(remaining, marketOrderStep(position.market)), undefined) === true;
}
