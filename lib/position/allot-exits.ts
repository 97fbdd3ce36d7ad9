import type { BigNumber } from 'bignumber.js';
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
import type { ExitPlan } from './exit-plan.ts';
import type { OrderRecord, Position } from './position.ts';
import { computeTotals, filledOfOwn } from './totals.ts';

/** What one target is still for. */
export interface Allotment {
  rung: number;
  /** "0" if it is filled, removed, merged or too small. */
  amount: Amount;
  /** Its part is below the market's minimum, so that a neighboring target includes it. */
  merged: boolean;
}

const noTargets: ExitPlan = { takeProfits: [], changedAt: 0, exited: '0' };

/**
 * Divides what remains among the targets. Each part is rounded down to the market's step, and the last one takes the
 * remainder. Together they never exceed what remains.
 */
export function allotTargets(position: Position): Allotment[] {
  const { market } = position;
  const { remaining } = computeTotals(position);
  let free = truncateToStep(remaining, market.amountStep);
  const amounts = computeLefts(position, scaleTargets(position) ?? noTargets).map((left) => {
    const amount = smaller(left, free);
    free = toAmount(decimal(free).minus(amount));
    return amount;
  });
  return mergeSmall(position, amounts);
}

/**
 * The minimum value of an order holds at each of its prices. On perpetuals, it does not apply to what only reduces.
 * @param prices of a target, its stop, or both.
 * @returns the least amount of such an order.
 */
export function leastAmount(market: MarketRules, prices: (Amount | undefined)[]): Amount {
  const { kind, amountMin, amountStep, costMin = '0', restingCostMin = costMin } = market;
  const lowest = prices.flatMap((price) => price ?? []).reduce(smaller);
  const byValue = decimal(restingCostMin).dividedBy(lowest);
  const steps = byValue.dividedBy(amountStep).decimalPlaces(0, 0);
  return kind === 'spot' ? larger(amountMin, toAmount(steps.times(amountStep))) : amountMin;
}

/** A part below the market's minimum goes to the next target, or to the one before if there is none. */
function mergeSmall(position: Position, amounts: Amount[]): Allotment[] {
  const { exitPlan = noTargets, market } = position;
  const { takeProfits, stopLoss } = exitPlan;
  const allotments = takeProfits.map(({ rung }, index) => ({
    rung,
    amount: amounts[index] ?? '0',
    merged: false,
  }));
  for (const [index, small] of allotments.entries()) {
    const prices = [takeProfits[index]?.price, stopLoss?.price, stopLoss?.limitPrice];
    if (!isPositive(small.amount) || decimal(small.amount).gte(leastAmount(market, prices))) continue;
    const hasAmount = ({ amount }: Allotment) => isPositive(amount);
    const neighbor =
      allotments.slice(index + 1).find(hasAmount) ?? allotments.slice(0, index).findLast(hasAmount);
    if (neighbor !== undefined) {
      neighbor.amount = sum([neighbor.amount, small.amount]);
      small.merged = true;
    }
    small.amount = '0';
  }
  // A part below one step is rounded to nothing, and the last target includes it.
  const rest = allotments.some(({ amount }) => isPositive(amount)) ? takeProfits : [];
  for (const [index, { removed, rung }] of rest.entries()) {
    const allotment = allotments[index];
    const isUsed = removed === true || isPositive(sumFills(position, rung));
    if (allotment !== undefined && !isUsed && !isPositive(allotment.amount)) allotment.merged = true;
  }
  return allotments;
}

/**
 * Scales the targets after something else has closed a part: a link, the stop, or the owner. Each keeps its share of
 * what remains.
 * @returns the plan as it was if there is nothing to scale.
 */
export function scaleTargets(position: Position): ExitPlan | undefined {
  const { exitPlan: plan, market } = position;
  if (plan === undefined || plan.takeProfits.length === 0) return plan;
  const { remaining, net } = computeTotals(position);
  const fills = plan.takeProfits.map(({ rung }) => sumFills(position, rung));
  // On spot, the stop is divided among the parts: one that has filled leaves the others as they are.
  const own = market.kind === 'spot' ? [...fills, sumFills(position, undefined)] : fills;
  const closedByOthers = decimal(net).minus(remaining).minus(plan.exited).minus(sum(own));
  const closedNow = closedByOthers.minus(plan.scaledFor ?? '0');
  if (!closedNow.gt(0)) return plan;
  const factor = decimal(remaining).dividedBy(closedNow.plus(remaining));
  const { stopLoss } = plan;
  const lefts = computeLefts(position, plan);
  const scaled = divide(
    lefts.map((left) => factor.times(left)),
    market.amountStep,
  );
  return {
    ...plan,
    takeProfits: plan.takeProfits.map((target, index) => ({
      ...target,
      amount: sum([fills[index] ?? '0', scaled[index] ?? '0']),
    })),
    ...(stopLoss?.uncovered === undefined
      ? {}
      : {
          stopLoss: {
            ...stopLoss,
            uncovered: truncateToStep(toAmount(factor.times(stopLoss.uncovered)), market.amountStep),
          },
        }),
    scaledFor: toAmount(closedByOthers),
  };
}

/** @returns what each target is still for, by its share and its own fills. */
function computeLefts(position: Position, { takeProfits, exited }: ExitPlan): Amount[] {
  const base = decimal(computeTotals(position).net).minus(exited);
  const shares = divide(
    takeProfits.map(({ percent }) => base.times(percent).dividedBy(100)),
    position.market.amountStep,
  );
  const lefts = takeProfits.map(({ rung, amount, removed }, index) => {
    const left = decimal(amount ?? shares[index] ?? '0').minus(sumFills(position, rung));
    return removed === true && left.gt(0) ? decimal('0') : left;
  });
  // A target that included a small neighbor has filled more than its own share.
  let surplus = lefts.reduce((total, left) => (left.lt(0) ? total.minus(left) : total), decimal('0'));
  return lefts.map((left) => {
    if (!left.gt(0)) return '0';
    const rest = left.minus(surplus);
    surplus = rest.lt(0) ? rest.negated() : decimal('0');
    return rest.gt(0) ? toAmount(rest) : '0';
  });
}

/** Rounds each part down to the step. The last one that is not zero takes what the others leave of the sum. */
function divide(parts: BigNumber[], step: Amount): Amount[] {
  const rounded = parts.map((part) => truncateToStep(toAmount(part), step));
  const last = parts.findLastIndex((part) => part.gt(0));
  const all = parts.reduce((total, part) => total.plus(part), decimal('0'));
  const others = sum(rounded.filter((_, index) => index !== last));
  if (last >= 0) rounded[last] = truncateToStep(toAmount(all.minus(others)), step);
  return rounded;
}

/** @param rung undefined: of the stop that belongs to no target. */
function sumFills({ exitOrders }: Position, rung: number | undefined): Amount {
  const isOf = (exit: OrderRecord) => exit.rung === rung && (rung !== undefined || exit.isStop === true);
  return sum(exitOrders.filter(isOf).map(filledOfOwn));
}
