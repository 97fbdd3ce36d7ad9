import type { Trade } from 'ccxt';
import { decimal, sum, toAmount } from '../../decimal.ts';
import type { Fee } from '../exchange.ts';
import type { ListedFills } from './venue.ts';

/** A trade without its fee fails the read: taken as free of fees, it would make Ripcord sell more than it holds. */
export function toFee({ fee, timestamp }: Trade): Fee {
  if (fee?.cost === undefined) throw new TypeError('the trade has no fee');
  const amount = toAmount(decimal(String(fee.cost)));
  if (fee.currency === undefined && amount !== '0') throw new TypeError('the fee has no currency');
  return { currency: fee.currency ?? '', amount, at: timestamp };
}

/** @returns amount, cost and fees of the trades that belong to the order, each trade counted once. */
export function sumFills(
  trades: Trade[],
  orderId: string,
  parseFee: (trade: Trade) => Fee | Fee[] = toFee,
): ListedFills {
  const own = trades.filter((trade) => trade.order === undefined || trade.order === orderId);
  const once = [...new Map(own.map((trade) => [trade.id ?? trade, trade])).values()];
  const add = (field: 'amount' | 'cost') => sum(once.map((trade) => toAmount(decimal(String(trade[field])))));
  return {
    amount: add('amount'),
    cost: once.every(({ cost }) => cost !== undefined) ? add('cost') : undefined,
    fees: once.flatMap(parseFee),
  };
}
