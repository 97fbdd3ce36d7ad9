import { type Amount, decimal, isPositive, sum, toAmount } from '../amount.ts';
import type { ExchangeOrder } from '../exchange/exchange.ts';
import type { OrderBook, OrderRecord, Position } from './position.ts';

/** The position's own amounts, from what is known of its orders; base currency. */
export interface Totals {
  /** All of the entry, filled or not. */
  amount: Amount;
  filled: Amount;
  /** What filled, less the fees that the entry paid in base. */
  net: Amount;
  /** What can still be closed: filled, less what exits filled, less fees taken in base, less what is gone. Never below zero. */
  remaining: Amount;
  averageEntry: Amount | undefined;
  /** Whether every entry order is done, so that nothing more can fill. */
  entriesDone: boolean;
}

/**
 * Fees in base make a spot long smaller. A buy pays its fee in base, unless a discount coin pays it; a sale pays in
 * base if base is that coin, such as BNB on Binance.
 */
export function paysFeesInBase(position: Position): boolean {
  return position.market.kind === 'spot' && position.side === 'long';
}

/** @returns what the order can still fill. */
export function unfilledOf({ amount, filled }: Pick<OrderRecord, 'amount' | 'filled'>): Amount {
  return toAmount(decimal(amount).minus(filled));
}

/** What an order filled since it belongs to the position. */
export function filledOfOwn({ filled, filledBefore }: OrderRecord): Amount {
  const own = decimal(filled).minus(filledBefore ?? '0');
  return own.gt(0) ? toAmount(own) : '0';
}

/** The part of an exit's fee that belongs to what it closed of the position. */
function computeExitFee(exit: OrderRecord): Amount {
  const { baseFee = '0', filled, filledBefore } = exit;
  if (filledBefore === undefined || !isPositive(baseFee)) return baseFee;
  return toAmount(decimal(baseFee).times(filledOfOwn(exit)).dividedBy(filled).decimalPlaces(12));
}

/** @returns what fees of exit orders took of a spot long. */
export function sumExitFees(position: Position): Amount {
  return paysFeesInBase(position) ? sum(position.exitOrders.map(computeExitFee)) : '0';
}

/** @returns the average price of what filled; undefined when no order reports one. */
export function computeAveragePrice(orders: OrderRecord[]): Amount | undefined {
  const priced = orders.flatMap(({ filled, average }) =>
    isPositive(filled) && average !== undefined ? [{ filled, average }] : [],
  );
  if (priced.length === 0) return undefined;
  const amount = decimal(sum(priced.map(({ filled }) => filled)));
  const cost = priced.reduce(
    (total, { filled, average }) => total.plus(decimal(filled).times(average)),
    decimal('0'),
  );
  return toAmount(cost.dividedBy(amount).decimalPlaces(12));
}

export function computeTotals(position: Position): Totals {
  const { declaredSize, entryOrders, exitOrders } = position;
  const filled = declaredSize?.amount ?? sum(entryOrders.map((entry) => entry.filled));
  const fees = paysFeesInBase(position)
    ? sum(entryOrders.map((entry) => readBaseFee(position, entry) ?? '0'))
    : '0';
  const net = decimal(filled).minus(fees);
  const remaining = net
    .minus(sumExitFees(position))
    .minus(position.goneAmount ?? '0')
    .minus(sum(exitOrders.map(filledOfOwn)));
  return {
    amount: declaredSize?.amount ?? sum(entryOrders.map((entry) => entry.amount)),
    filled,
    net: toAmount(net),
    remaining: remaining.gt(0) ? toAmount(remaining) : '0',
    averageEntry: declaredSize === undefined ? computeAveragePrice(entryOrders) : declaredSize.averagePrice,
    entriesDone: entryOrders.every((entry) => entry.status === 'done'),
  };
}

/** @returns the exit order that filled last; undefined when none has filled. */
export function lastFilledExit(position: Position): OrderRecord | undefined {
  return position.exitOrders
    .filter((exit) => isPositive(filledOfOwn(exit)))
    .reduce<OrderRecord | undefined>(
      (latest, exit) => ((exit.updatedAt ?? 0) >= (latest?.updatedAt ?? 0) ? exit : latest),
      undefined,
    );
}

/** Whether fees and cost are of all that the order has filled. */
export function hasFills({ filled, fees, traded }: OrderRecord): boolean {
  return fees !== undefined && traded !== undefined && decimal(traded.amount).eq(filled);
}

/**
 * @returns what an order has paid in base so far; undefined: not known. A rebate, which Bybit pays to makers who sell,
 * adds to the account and not to the position. https://bybit-exchange.github.io/docs/v5/enum#spot-fee-currency-instruction
 */
export function readBaseFee({ market }: Position, order: OrderRecord): Amount | undefined {
  if (order.baseFee !== undefined || !hasFills(order)) return order.baseFee;
  const fee = order.fees?.find(({ currency }) => currency === market.base)?.amount;
  return fee !== undefined && isPositive(fee) ? fee : '0';
}

/** Whether less remains than is known, by the fee of what an entry has filled. */
export function isFeeUnknown(position: Position): boolean {
  return (
    paysFeesInBase(position) &&
    position.entryOrders.some(
      (entry) => isPositive(entry.filled) && readBaseFee(position, entry) === undefined,
    )
  );
}

/** Whether this order's fee in base can be read now and has not been. */
export function isMissingFee(
  position: Position,
  order: OrderRecord,
): order is OrderRecord & { orderId: string } {
  return (
    paysFeesInBase(position) &&
    order.orderId !== undefined &&
    isPositive(filledOfOwn(order)) &&
    order.status === 'done' &&
    order.baseFee === undefined
  );
}

/** Whether less may remain than is known, by the fee of one of these orders. */
export function lacksFee(position: Position, book: OrderBook): boolean {
  return position[book].some((order) => isMissingFee(position, order));
}

/** @returns what is known of an order after this read. A done order never changes again. */
export function toOrderRecord(view: ExchangeOrder, known?: OrderRecord): OrderRecord {
  if (known?.status === 'done') return known;
  return {
    orderId: view.orderId,
    clientOrderId: known?.clientOrderId ?? view.clientOrderId,
    conditional: view.conditional || undefined,
    type: view.type,
    status: view.status,
    amount: view.amount,
    price: view.price,
    triggerPrice: view.triggerPrice ?? known?.triggerPrice,
    triggersOn: view.triggersOn ?? known?.triggersOn,
    filled: view.filled,
    average: view.average,
    fees: known?.fees,
    traded: known?.traded,
    placedOrderId: view.placedOrderId ?? known?.placedOrderId,
    filledBefore: known?.filledBefore,
    // The order that a triggered conditional order created is younger.
    createdAt: known?.createdAt ?? view.createdAt,
    updatedAt: view.updatedAt,
    reduceOnly: view.reduceOnly ?? known?.reduceOnly,
    rung: known?.rung,
    isStop: known?.isStop,
    endsFor: known?.endsFor,
    attached: known?.attached,
    // A rest that is seen at the exchange has been placed.
    resumesIn: known?.status === 'live' ? known.resumesIn : undefined,
    pair: known?.pair,
    sentBy: known?.sentBy,
  };
}
