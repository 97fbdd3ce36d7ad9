import { BigNumber } from 'bignumber.js';
import { computeRiskedAmount } from '../../../lib/exits/exit-prices.ts';
import { isDecimal, type Side, type TargetChoice } from './exit-choices.ts';

/** The size of an entry as entered. */
export interface Size {
  by: 'amount' | 'cost' | 'risk';
  value: string;
}

export interface Prices {
  side: Side;
  entryPrice: string;
  /** Undefined: none, or not a price yet. */
  stopPrice: string | undefined;
  /** Null: unknown, so that no fee is counted. */
  takerRate: string | null;
}

/** @returns the amount in base currency, truncated to the step; undefined if it can't be known yet. */
export function computeAmount({ by, value }: Size, prices: Prices, step: string): string | undefined {
  const amount = isDecimal(value) ? toWhole(by, value, prices) : undefined;
  return amount === undefined ? undefined : truncate(amount, step);
}

function toWhole(by: Size['by'], value: string, prices: Prices): string | undefined {
  if (by === 'amount') return value;
  const { entryPrice, stopPrice, takerRate } = prices;
  if (by === 'cost') return new BigNumber(value).div(entryPrice).toFixed();
  if (stopPrice === undefined || takerRate === null || !isLosing(prices, stopPrice)) return undefined;
  return computeRiskedAmount(value, { entryPrice, stopPrice, takerRate });
}

/** @returns whether the market is at a loss at this price. */
export function isLosing({ side, entryPrice }: Pick<Prices, 'side' | 'entryPrice'>, price: string): boolean {
  const isBelow = new BigNumber(price).lt(entryPrice);
  return new BigNumber(price).eq(entryPrice) ? false : isBelow === (side === 'long');
}

/** What a fill brings, in quote currency. Negative: it loses. */
export interface Result {
  amount: string;
  /** Fees of this amount's entry and exit included. */
  gain: string;
  fees: string;
  /** The gain as a multiple of the risk of the same amount. Undefined without a risk. */
  ratio: string | undefined;
}

export interface Estimate {
  /** A fill of the whole amount at the stop's price. */
  stop: Result | undefined;
  /** In their order; undefined for a target that is not complete. */
  targets: (Result | undefined)[];
  /** All targets together. */
  all: Result | undefined;
}

/** Estimates exits at their own prices. Every execution pays the taker rate, so that the fees are an upper limit. */
export function estimateExits(
  prices: Prices,
  amount: string,
  targets: readonly TargetChoice[],
  step: string,
): Estimate {
  const { stopPrice } = prices;
  const toResult = (price: string, part: string): Result => {
    const { gain, fees } = computeGain(prices, price, part);
    const risk = stopPrice === undefined ? undefined : computeGain(prices, stopPrice, part).gain.negated();
    const ratio = risk?.gt(0) === true ? gain.div(risk).toFixed(2) : undefined;
    return { amount: part, gain: gain.toFixed(), fees: fees.toFixed(), ratio };
  };
  const parts = divideAmount(amount, targets, step);
  const results = targets.map(({ price }, index) => {
    const part = parts[index];
    return isDecimal(price) && part !== undefined ? toResult(price, part) : undefined;
  });
  const known = results.filter((result) => result !== undefined);
  return {
    stop: stopPrice === undefined ? undefined : toResult(stopPrice, amount),
    targets: results,
    all:
      known.length === 0
        ? undefined
        : addResults(known, stopPrice === undefined ? undefined : toResult(stopPrice, amount)),
  };
}

function addResults(results: Result[], stop: Result | undefined): Result {
  const total = (values: string[]) => BigNumber.sum(...values);
  const gain = total(results.map((each) => each.gain));
  const risk = stop === undefined ? undefined : new BigNumber(stop.gain).negated();
  return {
    amount: total(results.map((each) => each.amount)).toFixed(),
    gain: gain.toFixed(),
    fees: total(results.map((each) => each.fees)).toFixed(),
    ratio: risk?.gt(0) === true ? gain.div(risk).toFixed(2) : undefined,
  };
}

function computeGain({ side, entryPrice, takerRate }: Prices, price: string, amount: string) {
  const fees = new BigNumber(entryPrice)
    .plus(price)
    .times(takerRate ?? '0')
    .times(amount);
  const move = new BigNumber(price).minus(entryPrice).times(amount);
  return { gain: (side === 'long' ? move : move.negated()).minus(fees), fees };
}

/** As the engine divides: each part rounded down to the step, the last one takes what the others leave. */
function divideAmount(
  amount: string,
  targets: readonly TargetChoice[],
  step: string,
): (string | undefined)[] {
  const exact = targets.map(({ percent }) =>
    isDecimal(percent) ? new BigNumber(amount).times(percent).div(100) : undefined,
  );
  const last = exact.findLastIndex((part) => part !== undefined);
  const all = BigNumber.sum(0, ...exact.map((part) => part ?? 0));
  let others = new BigNumber(0);
  return exact.map((part, index) => {
    if (part === undefined) return undefined;
    const rounded = truncate((index === last ? all.minus(others) : part).toFixed(), step);
    others = others.plus(rounded);
    return rounded;
  });
}

function truncate(amount: string, step: string): string {
  return new BigNumber(amount).dividedToIntegerBy(step).times(step).toFixed();
}
