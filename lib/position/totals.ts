import { type Amount, decimal, isPositive, sum, toAmount } from '../amount.ts';
import type { OrderView } from '../exchange/exchange.ts';
import type { OrderRecord, Position } from './position.ts';

/** The position's own numbers, from what is known of its orders; base currency. */
export interface Tally {
  /** All of the entry, filled or not. */
  amount: Amount;
  filled: Amount;
  /** What can still be closed: filled, less fees taken in base, less what exits have done. Never below zero. */
  left: Amount;
  averageEntry: Amount | undefined;
  /** Whether every entry order is done, so that nothing can fill any more. */
  entriesDone: boolean;
}

/** Only a bought amount is smaller than what was filled: fees on a sale come out of the quote. */
const takesBaseFee = (position: Position): boolean =>
  position.market.kind === 'spot' && position.side === 'long';

const exitedBy = (exit: OrderRecord): Amount => {
  const own = decimal(exit.filled).minus(exit.filledBefore ?? '0');
  return own.gt(0) ? toAmount(own) : '0';
};

/** The price that orders have filled at, on average; undefined where none tells. */
export const averageOf = (orders: OrderRecord[]): Amount | undefined => {
  const priced = orders.filter((order) => isPositive(order.filled) && order.average !== undefined);
  if (priced.length === 0) return undefined;
  const amount = decimal(sum(priced.map((order) => order.filled)));
  const cost = priced.reduce(
    (total, order) => total.plus(decimal(order.filled).times(order.average ?? '0')),
    decimal('0'),
  );
  return toAmount(cost.dividedBy(amount).decimalPlaces(12));
};

export const tallyOf = (position: Position): Tally => {
  const { stated, entries, exits } = position;
  const filled = stated?.amount ?? sum(entries.map((entry) => entry.filled));
  const fees = takesBaseFee(position) ? sum(entries.map((entry) => entry.baseFee ?? '0')) : '0';
  const left = decimal(filled)
    .minus(fees)
    .minus(sum(exits.map(exitedBy)));
  return {
    amount: stated?.amount ?? sum(entries.map((entry) => entry.amount)),
    filled,
    left: left.gt(0) ? toAmount(left) : '0',
    averageEntry: stated === undefined ? averageOf(entries) : stated.averagePrice,
    entriesDone: entries.every((entry) => entry.status === 'done'),
  };
};

/** The exit order that did last what exits have done; undefined where none has filled. */
export const lastExitOf = (position: Position): OrderRecord | undefined =>
  position.exits
    .filter((exit) => isPositive(exitedBy(exit)))
    .reduce<OrderRecord | undefined>(
      (latest, exit) => ((exit.at ?? 0) >= (latest?.at ?? 0) ? exit : latest),
      undefined,
    );

/** Whether less is left than is known: exchanges tell the fee of an entry only once it is done. */
export const awaitsFee = (position: Position): boolean =>
  takesBaseFee(position) &&
  position.entries.some(({ filled, baseFee }) => isPositive(filled) && baseFee === undefined);

/** Whether this entry's fee in base has still to be asked for. */
export const lacksFee = (position: Position, entry: OrderRecord): boolean =>
  takesBaseFee(position) &&
  isPositive(entry.filled) &&
  entry.status === 'done' &&
  entry.baseFee === undefined;

/** What is known of an order after the exchange has told it anew. Once done, nothing changes any more. */
export const recordOf = (view: OrderView, known?: OrderRecord): OrderRecord => {
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
    filled: view.filled,
    average: view.average,
    filledBefore: known?.filledBefore,
    at: view.at,
    reduceOnly: view.reduceOnly,
  };
};
