import type { Trade } from 'ccxt';
import { decimal, sum, toAmount } from '../../amount.ts';
import type { Fee, OrderFills } from './venue.ts';

/** A trade that doesn't tell its fee is no trade yet: taking it for free would have more sold than there is. */
function feeOf({ fee }: Trade): Fee {
  if (fee?.cost === undefined) throw new TypeError('a trade without its fee');
  const amount = toAmount(decimal(String(fee.cost)));
  if (fee.currency === undefined && amount !== '0') throw new TypeError("a trade without its fee's currency");
  return { currency: fee.currency ?? '', amount };
}

/** @returns amount and fees of those trades that belong to the order, each of them counted once. */
export function tradedOf(trades: Trade[], orderId: string): OrderFills {
  const own = trades.filter((trade) => trade.order === undefined || trade.order === orderId);
  const once = [...new Map(own.map((trade) => [trade.id ?? trade, trade])).values()];
  return {
    amount: sum(once.map((trade) => toAmount(decimal(String(trade.amount))))),
    fees: once.map(feeOf),
  };
}
