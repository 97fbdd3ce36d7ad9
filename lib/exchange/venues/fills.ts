import type { Trade } from 'ccxt';
import { decimal, sum, toAmount } from '../../amount.ts';
import type { Fee, OrderFills } from './venue.ts';

/** A trade without its fee fails the read: taken as free of fees, it would make Ripcord sell more than it holds. */
function toFee({ fee }: Trade): Fee {
  if (fee?.cost === undefined) throw new TypeError('the trade has no fee');
  const amount = toAmount(decimal(String(fee.cost)));
  if (fee.currency === undefined && amount !== '0') throw new TypeError('the fee has no currency');
  return { currency: fee.currency ?? '', amount };
}

/** @returns amount and fees of the trades that belong to the order, each trade counted once. */
export function sumFills(trades: Trade[], orderId: string): OrderFills {
  const own = trades.filter((trade) => trade.order === undefined || trade.order === orderId);
  const once = [...new Map(own.map((trade) => [trade.id ?? trade, trade])).values()];
  return {
    amount: sum(once.map((trade) => toAmount(decimal(String(trade.amount))))),
    fees: once.map(toFee),
  };
}
