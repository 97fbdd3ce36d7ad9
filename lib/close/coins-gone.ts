import {
  type Amount,
  decimal,
  isPositive,
  larger,
  smaller,
  sum,
  toAmount,
  truncateToStep,
} from '../amount.ts';
import { isPart, type Part } from '../position/part.ts';
import { computeTotals, lacksFee } from '../position/totals.ts';
import { judgeDust, marketOrderStep } from './order-size.ts';
import { checkExitFees, hasOpen, type Knowledge, needsRead, type Step } from './step.ts';

/**
 * A part is of what is left, and so its owner may have sold some of it elsewhere. The balance is read before the orders: an
 * exit that fills in between must not look like coins that are gone.
 */
export function checkCoins(known: Knowledge, part: Part): Step | undefined {
  const { position, fresh } = known;
  const { market, side } = position;
  if (!isPart(part) || hasOpen(position, 'entryOrders')) return undefined;
  // A rejected order was computed of what the account holds.
  if (market.kind === 'perpetual') return known.rejected === undefined ? checkHeld(known) : undefined;
  if (side === 'short') return undefined;
  const { remaining } = computeTotals(position);
  const isTarget = part.toPercent !== undefined;
  if (!isPositive(remaining))
    return isTarget && known.gone !== undefined ? { kind: 'end', end: 'reached' } : undefined;
  if (lacksFee(position, 'entryOrders')) return { kind: 'read-fees' };
  const fees = checkExitFees(known);
  if (fees !== undefined) return fees;
  if (fresh.balance === undefined) return { kind: 'read-balance' };
  const { total } = fresh.balance;
  const step = marketOrderStep(market);
  const gone = larger('0', toAmount(decimal(remaining).minus(total)));
  if (!isPositive(gone) || !isPositive(truncateToStep(gone, step))) return undefined;
  if (needsRead(known)) return { kind: 'read-orders' };
  const tooLittle = judgeDust(position, truncateToStep(total, step), fresh.price);
  if (tooLittle === 'needs-price') return { kind: 'read-price' };
  // All of it: a trade may show that the position was closed elsewhere.
  if (tooLittle && fresh.holding === undefined) return { kind: 'read-holding' };
  if (!tooLittle || (isTarget && fresh.holding !== 'missing')) return { kind: 'count-gone', gone };
  return known.rejected === undefined
    ? { kind: 'end', end: 'missing' }
    : { kind: 'end-rejected', end: 'gone' };
}

/**
 * The same of a perpetual. Other positions of the market may hold what the account shows, so this counts only what is
 * certainly gone. An account that looks empty proves nothing: the exchange refuses the order, and that decides.
 */
function checkHeld(known: Knowledge): Step | undefined {
  const { position, fresh } = known;
  const { remaining } = computeTotals(position);
  if (!isPositive(remaining)) return undefined;
  if (fresh.holding === undefined) return { kind: 'read-holding' };
  if (fresh.holding !== 'held' || fresh.held === undefined) return undefined;
  const gone = larger('0', toAmount(decimal(remaining).minus(fresh.held)));
  if (!isPositive(truncateToStep(gone, marketOrderStep(position.market)))) return undefined;
  return needsRead(known) ? { kind: 'read-orders' } : { kind: 'count-gone', gone };
}

/** @returns what is known after a read or a cancel: an exit's fill that it shows is not gone a second time. */
export function withoutLateFills(before: Knowledge, after: Knowledge): Knowledge {
  const { gone } = after;
  if (gone === undefined) return after;
  const filledOf = ({ position }: Knowledge) =>
    sum(position.exitOrders.slice(0, before.position.exitOrders.length).map(({ filled }) => filled));
  const late = larger('0', toAmount(decimal(filledOf(after)).minus(filledOf(before))));
  return isPositive(late) ? countGone(after, toAmount(decimal('0').minus(smaller(late, gone)))) : after;
}

/** @returns what is known once these coins count as closed. */
export function countGone(known: Knowledge, gone: Amount): Knowledge {
  const { position } = known;
  return {
    ...known,
    gone: sum([known.gone ?? '0', gone]),
    position: { ...position, goneAmount: sum([position.goneAmount ?? '0', gone]) },
  };
}
