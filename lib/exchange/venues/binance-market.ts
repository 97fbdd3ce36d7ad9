import type { Market } from 'ccxt';
import { type Amount, decimal, isPositive, toAmount } from '../../amount.ts';
import type { MarketRules } from '../exchange.ts';

interface Filter {
  filterType?: string;
  minQty?: string;
  maxQty?: string;
  stepSize?: string;
}

const amountOf = (text: string | undefined): Amount | undefined => {
  if (text === undefined) return undefined;
  const amount = toAmount(decimal(text));
  return isPositive(amount) ? amount : undefined;
};

/** MARKET orders have a filter of their own on Binance; zeros in it mean "as LOT_SIZE". */
export const marketLotOf = (market: Market): Partial<MarketRules> => {
  const filters: Filter[] = market?.info?.filters ?? [];
  const lot = filters.find((filter) => filter.filterType === 'MARKET_LOT_SIZE');
  return {
    marketAmountStep: amountOf(lot?.stepSize),
    marketAmountMin: amountOf(lot?.minQty),
    marketAmountMax: amountOf(lot?.maxQty),
  };
};
