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
import type { MarketRules } from '../exchange/exchange.ts';
import type { OrderRecord, Position } from './position.ts';
import { computeTotals, unfilledOf } from './totals.ts';

/** Whether an exit can't open or flip a perpetual. */
export function onlyReduces({ hedged }: Position, exit: OrderRecord): boolean {
  // An order without an amount closes the position at any size.
  return exit.status === 'done' || exit.reduceOnly === true || hedged || !isPositive(exit.amount);
}

/** An exit, and the amount that it should be for; base currency, what it has filled included. */
export interface Reduction {
  exit: OrderRecord;
  amount: Amount;
}

/**
 * @returns the exits that are to be reduced, so that what they close of a perpetual is no more than what remains after
 * a part of it is closed. If the account holds more than this position, they would close some of that too. Only the
 * market's minimum for an order can leave them larger.
 */
export function planReductions(position: Position): Reduction[] {
  const { remaining, filled, entriesDone } = computeTotals(position);
  const isPart = isPositive(remaining) && decimal(remaining).lt(filled);
  if (!entriesDone || !isPart) return [];
  return groupExits(position)
    .flatMap((group) => shareOut(position.market, group, remaining))
    .filter(({ exit, amount }) => decimal(amount).lt(exit.amount));
}

/** @returns the exits that would close more than what remains, by themselves or together with those beside them. */
export function findLargerExits(position: Position): OrderRecord[][] {
  const { remaining } = computeTotals(position);
  return groupExits(position).filter((group) => decimal(sumOpen(group)).gt(remaining));
}

/** Targets can all fill, so they share what remains. A conditional exit has all of it: it fills instead of them. */
function groupExits(position: Position): OrderRecord[][] {
  if (position.market.kind !== 'perpetual') return [];
  const exits = position.exitOrders.filter(
    (exit) => exit.status === 'live' && onlyReduces(position, exit) && isPositive(exit.amount),
  );
  // Those of a plan have shares of their own.
  const targets = exits.filter(
    ({ conditional, triggerPrice, rung }) => !conditional && triggerPrice === undefined && rung === undefined,
  );
  const others = exits.filter((exit) => !targets.includes(exit));
  return [targets, ...others.map((exit) => [exit])];
}

function sumOpen(exits: OrderRecord[]): Amount {
  return sum(exits.map(unfilledOf));
}

/**
 * Each order keeps its share of `total`. Orders that would fall below the market's minimum get the minimum, at the
 * expense of the others. A second call with the reduced orders changes none of them.
 */
function shareOut(market: MarketRules, exits: OrderRecord[], total: Amount): Reduction[] {
  const open = sumOpen(exits);
  if (decimal(open).lte(total)) return exits.map((exit) => ({ exit, amount: exit.amount }));
  const toShare = (exit: OrderRecord) =>
    truncateToStep(toAmount(decimal(unfilledOf(exit)).times(total).dividedBy(open)), market.amountStep);
  const small = exits.filter((exit) => decimal(toShare(exit)).lt(toLeast(market, exit)));
  if (small.length > 0) {
    const rest = decimal(total).minus(sum(small.map((exit) => toLeast(market, exit))));
    const others = exits.filter((exit) => !small.includes(exit));
    return [
      ...small.map((exit) => toReduction(exit, toLeast(market, exit))),
      ...shareOut(market, others, rest.gt(0) ? toAmount(rest) : '0'),
    ];
  }
  const shares = exits.slice(0, -1).map(toShare);
  const left = truncateToStep(toAmount(decimal(total).minus(sum(shares))), market.amountStep);
  return exits.map((exit, index) => toReduction(exit, shares[index] ?? smaller(left, unfilledOf(exit))));
}

/** Binance cancels an order whose new amount is not above what has filled. */
function toLeast({ amountMin, amountStep }: MarketRules, exit: OrderRecord): Amount {
  const least = larger(amountStep, toAmount(decimal(amountMin).minus(exit.filled)));
  return smaller(least, unfilledOf(exit));
}

/** A fill of the exit itself does not change its amount. */
function toReduction(exit: OrderRecord, share: Amount): Reduction {
  return { exit, amount: sum([exit.filled, share]) };
}
