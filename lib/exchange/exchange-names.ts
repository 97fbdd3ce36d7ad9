import type { ExchangeId } from '../account/account.ts';

/** How texts name each exchange. */
export const exchangeNames: Record<ExchangeId, string> = {
  binance: 'Binance',
  binanceusdm: 'Binance USDⓈ-M',
  bybit: 'Bybit',
};
