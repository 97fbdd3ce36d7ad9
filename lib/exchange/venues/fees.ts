import type { Trade } from 'ccxt';
import { decimal, toAmount } from '../../amount.ts';
import type { Fee } from '../venue.ts';

/** @returns the fees of those trades that belong to the order. */
export const feesOf = (trades: Trade[], orderId: string): Fee[] =>
  trades
    .filter((trade) => trade.order === undefined || trade.order === orderId)
    .flatMap(({ fee }) => {
      if (fee?.currency === undefined || fee.cost === undefined) return [];
      return [{ currency: fee.currency, amount: toAmount(decimal(String(fee.cost))) }];
    });
