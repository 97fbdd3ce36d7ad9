import type { BigNumber } from 'bignumber.js';
import { type Amount, decimal, isPositive, sum, toAmount } from '../amount.ts';
import type { OrderRecord, Position } from './position.ts';
import { computeTotals, filledOfOwn, hasFills, type Totals } from './totals.ts';

/** In quote currency, possibly negative. Null: unknown, and never guessed. */
export interface Profit {
  realizedProfit: Amount | null;
  unrealizedProfit: Amount | null;
  unrealizedProfitPercent?: Amount;
  /** In the currencies that paid them. */
  fees: { currency: string; amount: Amount }[] | null;
  funding: Amount | null;
  netProfit: Amount | null;
}

export function computeProfit(position: Position): Profit {
  const totals = computeTotals(position);
  const orders = [...position.entryOrders, ...position.exitOrders].filter(hasFilled);
  const hasFees = position.declaredSize === undefined && orders.every(isKnown);
  const realized = computeRealized(position, totals);
  const costs = hasFees ? orders.flatMap((order) => toCosts(position, totals, order)) : [undefined];
  const paid = add(costs);
  const funding = computeFunding(position, totals);
  return {
    realizedProfit: toText(realized),
    ...computeUnrealized(position, totals),
    fees: hasFees ? sumFees(orders) : null,
    funding: funding ?? null,
    netProfit: toText(paid && realized?.minus(paid).plus(funding ?? '0')),
  };
}

/** Nothing is rounded before: once all is closed, what was divided adds up again. */
function toText(value: BigNumber | undefined): Amount | null {
  return value === undefined ? null : toAmount(value.decimalPlaces(16));
}

/** @returns undefined if one of them is. */
function add(values: (BigNumber | undefined)[]): BigNumber | undefined {
  return values.reduce((total, value) => value && total?.plus(value), decimal('0'));
}

export function hasFilled(order: OrderRecord): boolean {
  return isPositive(filledOfOwn(order));
}

/** Of an exit that had filled before its adoption, nothing shows which price and fee belong to the rest. */
function isKnown(order: OrderRecord): boolean {
  return hasFills(order) && !isPositive(order.filledBefore);
}

/** @returns what the order traded, in quote currency. */
function toTraded(order: Pick<OrderRecord, 'filled' | 'average' | 'traded'>): BigNumber | undefined {
  const { filled, average, traded } = order;
  if (traded?.cost !== undefined && decimal(traded.amount).eq(filled)) return decimal(traded.cost);
  return average === undefined ? undefined : decimal(filled).times(average);
}

/** @returns what so much of the entry was bought or sold for, on average. */
function toEntryCost({ declaredSize, entryOrders }: Position, { filled }: Totals, amount: Amount) {
  const cost =
    declaredSize === undefined
      ? add(entryOrders.filter(hasFilled).map(toTraded))
      : toTraded({ filled, average: declaredSize.averagePrice });
  return cost?.times(amount).dividedBy(filled);
}

function computeRealized(position: Position, totals: Totals): BigNumber | undefined {
  const exits = position.exitOrders.filter(hasFilled);
  const closed = sum(exits.map((exit) => exit.filled));
  // What left the position otherwise, or more than it had, has a price that no order of the position shows.
  const isIncomplete =
    isPositive(position.goneAmount) ||
    decimal(totals.remaining).gt(toRemaining(position, totals)) ||
    decimal(closed).gt(totals.filled) ||
    exits.some(({ filledBefore }) => isPositive(filledBefore));
  if (isIncomplete) return undefined;
  if (exits.length === 0) return decimal('0');
  const entry = toEntryCost(position, totals, closed);
  const gain = entry && add(exits.map(toTraded))?.minus(entry);
  return position.side === 'long' ? gain : gain?.negated();
}

function toRemaining({ state, outcome }: Position, { remaining }: Totals): Amount {
  return state === 'closed' ? (outcome?.remaining ?? '0') : remaining;
}

function computeUnrealized(position: Position, totals: Totals) {
  const remaining = toRemaining(position, totals);
  if (!isPositive(remaining)) return { unrealizedProfit: '0' };
  const cost = toEntryCost(position, totals, remaining);
  const price = position.lastSync?.price;
  // The price of a closed position is no longer read.
  if (position.state === 'closed' || price === undefined || cost === undefined)
    return { unrealizedProfit: null };
  const gain = decimal(price).times(remaining).minus(cost);
  const profit = position.side === 'long' ? gain : gain.negated();
  return {
    unrealizedProfit: toAmount(profit.decimalPlaces(8)),
    unrealizedProfitPercent: toAmount(profit.dividedBy(cost).times(100).decimalPlaces(2)),
  };
}

/** @returns the order's fees in quote currency, each undefined if it is unknown. */
function toCosts(position: Position, totals: Totals, order: OrderRecord): (BigNumber | undefined)[] {
  const { base, quote, settle = quote, kind } = position.market;
  return (order.fees ?? []).map(({ currency, amount, inQuote }) => {
    if (currency === settle) return decimal(amount);
    if (currency !== base) return inQuote === undefined ? undefined : decimal(inQuote);
    // These coins were bought like all others and not sold.
    if (kind === 'spot' && position.side === 'long') return toEntryCost(position, totals, amount);
    return toTraded(order)?.times(amount).dividedBy(order.filled);
  });
}

function sumFees(orders: OrderRecord[]): Profit['fees'] {
  const all = orders.flatMap(({ fees = [] }) => fees);
  return [...Map.groupBy(all, ({ currency }) => currency)].map(([currency, fees]) => ({
    currency,
    amount: sum(fees.map(({ amount }) => amount)),
  }));
}

function computeFunding({ market, funding }: Position, { filled }: Totals): Amount | undefined {
  if (market.kind === 'spot') return undefined;
  return isPositive(filled) ? funding?.amount : '0';
}
