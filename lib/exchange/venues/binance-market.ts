import type { Exchange as CcxtExchange, Market, Trade } from 'ccxt';
import { type Amount, decimal, isPositive, toAmount } from '../../amount.ts';
import type { MarketRules, Side } from '../exchange.ts';
import { tradedOf } from './fills.ts';
import type { OrderFills } from './venue.ts';

interface Filter {
  filterType?: string;
  minQty?: string;
  maxQty?: string;
  stepSize?: string;
}

function amountOf(text: string | undefined): Amount | undefined {
  if (text === undefined) return undefined;
  const amount = toAmount(decimal(text));
  return isPositive(amount) ? amount : undefined;
}

/** MARKET orders have a filter of their own on Binance; zeros in it mean "as LOT_SIZE". */
export function marketLotOf(market: Market): Partial<MarketRules> {
  const filters: Filter[] = market?.info?.filters ?? [];
  const lot = filters.find((filter) => filter.filterType === 'MARKET_LOT_SIZE');
  return {
    marketAmountStep: amountOf(lot?.stepSize),
    marketAmountMin: amountOf(lot?.minQty),
    marketAmountMax: amountOf(lot?.maxQty),
  };
}

/** Futures say "BOTH" where the account isn't hedged; spot says nothing. */
export function detailsOf(info: Record<string, unknown>): {
  marketId: unknown;
  type: unknown;
  positionSide: Side | undefined;
} {
  const side = String(info.positionSide ?? '').toLowerCase();
  return {
    marketId: info.symbol,
    // A triggered futures order has become a MARKET or LIMIT one; what it was placed as is in `origType`.
    type: info.origType ?? info.orderType ?? info.type,
    positionSide: side === 'long' || side === 'short' ? side : undefined,
  };
}

/** What else an account must not change: the clock, which API is asked, and how much an answer tells. */
export const fixedOptions = {
  timeDifference: 0,
  portfolioMargin: false,
  papi: false,
  newOrderRespType: { market: 'FULL', limit: 'FULL' },
};

/** Binance answers at most so many trades at once. */
const mostTrades = 1000;

/** The order query has no commission: the trades have. */
export async function fetchTraded(
  exchange: CcxtExchange,
  market: MarketRules,
  orderId: string,
): Promise<OrderFills> {
  const fetchPage = (page: Record<string, unknown>) =>
    exchange.fetchMyTrades(market.symbol, undefined, mostTrades, { orderId, ...page });
  const trades: Trade[] = await fetchPage({});
  // A full page is the latest part of more: only `fromId` tells trades from the first one on, itself included.
  let fromId = trades.length < mostTrades ? undefined : '0';
  while (fromId !== undefined) {
    const page: Trade[] = await fetchPage({ fromId });
    trades.push(...page);
    const last = page.length < mostTrades ? undefined : page.at(-1)?.id;
    fromId = last === undefined ? undefined : String(BigInt(last) + 1n);
  }
  return tradedOf(trades, orderId);
}
