import { type Amount, decimal, isPositive, larger, smaller, toAmount, truncateToStep } from '../amount.ts';
import type { MarketRules } from '../exchange/exchange.ts';
import type { Part } from '../position/part.ts';
import type { Position } from '../position/position.ts';
import { computeTotals } from '../position/totals.ts';

/** @returns the step that a MARKET order's amount has to be a multiple of. */
export function marketOrderStep({ amountStep, marketAmountStep }: MarketRules): Amount {
  return larger(amountStep, marketAmountStep ?? '0');
}

/**
 * @returns how much a close is for: all that remains, its part of it, or what exceeds the target. Never below zero.
 */
export function computePart(position: Position, { percent = 100, toPercent }: Part): Amount {
  const { net, remaining } = computeTotals(position);
  if (toPercent === undefined) return toAmount(decimal(remaining).times(percent).dividedBy(100));
  // Of what filled and not of what remains: the target stays the same after every close.
  const target = decimal(net).times(toPercent).dividedBy(100);
  return larger('0', toAmount(decimal(remaining).minus(target)));
}

/**
 * @returns how much a close order is for, in whole steps. Rounded down, so that it never closes more than was asked for.
 * What a target keeps thereby is less than a step, and a repeat finds nothing that an order could close.
 */
export function amountToClose(position: Position, part: Part): Amount {
  return truncateToStep(computePart(position, part), marketOrderStep(position.market));
}

/** Within this factor of a limit a stored price is not believed: a fresh one is read. */
const nearLimitFactor = 3;

/** Whether an order's value in quote currency is limited. Reduce-only closes of perpetuals have no minimum value. */
export function hasValueLimits({ kind, costMin, costMax }: MarketRules): boolean {
  return costMax !== undefined || (kind === 'spot' && costMin !== undefined);
}

function storedPrice(position: Position): Amount | undefined {
  return position.lastSync?.price ?? computeTotals(position).averageEntry;
}

/**
 * Whether the market's maximum for a MARKET order is smaller than this amount; `needs-price` when only a fresh price
 * can say.
 * @param freshPrice a price read in this run.
 */
export function judgeMaximum(
  position: Position,
  amount: Amount,
  freshPrice: Amount | undefined,
): boolean | 'needs-price' {
  const { marketAmountMax, costMax } = position.market;
  if (marketAmountMax !== undefined && decimal(amount).gt(marketAmountMax)) return true;
  if (costMax === undefined || !isPositive(amount)) return false;
  if (freshPrice !== undefined) return decimal(amount).times(freshPrice).gt(costMax);
  const stored = storedPrice(position);
  const low = decimal(costMax).dividedBy(nearLimitFactor);
  return stored !== undefined && decimal(amount).times(stored).lte(low) ? false : 'needs-price';
}

/**
 * Whether the exchange would refuse a MARKET order of this amount as too small; `needs-price` when only a fresh
 * price can say.
 * @param freshPrice a price read in this run.
 */
export function judgeDust(
  position: Position,
  amount: Amount,
  freshPrice: Amount | undefined,
): boolean | 'needs-price' {
  const { market } = position;
  if (!isPositive(amount) || decimal(amount).lt(larger(market.amountMin, market.marketAmountMin ?? '0')))
    return true;
  // Reduce-only closes of perpetuals have no minimum value.
  if (market.costMin === undefined || market.kind === 'perpetual') return false;
  if (freshPrice !== undefined) return decimal(amount).times(freshPrice).lt(market.costMin);
  const stored = storedPrice(position);
  const enough = decimal(market.costMin).times(nearLimitFactor);
  return stored !== undefined && decimal(amount).times(stored).gte(enough) ? false : 'needs-price';
}

/** What a spot account has of the base, and which orders hold the part that is not free. */
export interface AccountBalance {
  free: Amount;
  total: Amount;
  /** Undefined if the orders could not be read. */
  holders: string[] | undefined;
}

export type SaleDecision =
  | { kind: 'needs-price' }
  | { kind: 'sell'; amount: Amount }
  /** Too little is free for an order, although the account has enough. */
  | { kind: 'locked' }
  /** The account has too little for an order. */
  | { kind: 'gone' };

/**
 * Decides what can be sold of an amount that the account could not sell. What is free is never judged as dust: only
 * what remains of the position is.
 */
export function judgeSale(
  position: Position,
  amount: Amount,
  { free, total }: Pick<AccountBalance, 'free' | 'total'>,
  freshPrice: Amount | undefined,
): SaleDecision {
  const step = marketOrderStep(position.market);
  const sellable = smaller(amount, truncateToStep(free, step));
  const tooLittleFree = judgeDust(position, sellable, freshPrice);
  if (tooLittleFree === 'needs-price') return { kind: 'needs-price' };
  if (!tooLittleFree) return { kind: 'sell', amount: sellable };
  const tooLittle = judgeDust(position, smaller(amount, truncateToStep(total, step)), freshPrice);
  if (tooLittle === 'needs-price') return { kind: 'needs-price' };
  return { kind: tooLittle ? 'gone' : 'locked' };
}
