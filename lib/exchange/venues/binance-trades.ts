import type { Exchange as CcxtClient, Trade } from 'ccxt';
import type { MarketRules, TradedOrder, TradeRange } from '../exchange.ts';
import { sumFills } from './fills.ts';
import type { ListedFills, VenueTrade } from './venue.ts';

/** Binance returns at most this many trades per request. */
const tradesPerPage = 1000;

async function fetchOrderTrades(client: CcxtClient, market: MarketRules, orderId: string): Promise<Trade[]> {
  const fetchPage = (page: Record<string, unknown>) =>
    client.fetchMyTrades(market.symbol, undefined, tradesPerPage, { orderId, ...page });
  const trades: Trade[] = await fetchPage({});
  // A full page holds the latest of more trades. Only `fromId` (inclusive) starts at the first one.
  let fromId = trades.length < tradesPerPage ? undefined : '0';
  while (fromId !== undefined) {
    const page: Trade[] = await fetchPage({ fromId });
    trades.push(...page);
    const last = page.length < tradesPerPage ? undefined : page.at(-1)?.id;
    fromId = last === undefined ? undefined : String(BigInt(last) + 1n);
  }
  return trades;
}

/** Reads the trades, because Binance's order query has no commission. */
export async function fetchFills(
  client: CcxtClient,
  market: MarketRules,
  { orderId }: TradedOrder,
): Promise<ListedFills> {
  return sumFills(await fetchOrderTrades(client, market, orderId), orderId);
}

/**
 * Spot: a request without an order may span 24 hours at most, so the latest page is read instead.
 * https://developers.binance.com/docs/binance-spot-api-docs/rest-api/account-endpoints
 */
export async function fetchSpotTrades(
  client: CcxtClient,
  market: MarketRules,
  { orderId, since, until }: TradeRange,
): Promise<VenueTrade[]> {
  const listed =
    orderId === undefined
      ? await client.fetchMyTrades(market.symbol, undefined, tradesPerPage)
      : await fetchOrderTrades(client, market, orderId);
  return listed
    .filter(({ timestamp }) => Number(timestamp) >= since && Number(timestamp) <= until)
    .map((trade) => ({ trade, cause: 'trade' }));
}

/** USDⓈ-M: the trades of a range, from `since` on. A full page holds the earliest of more. */
export async function fetchFuturesTrades(
  client: CcxtClient,
  market: MarketRules,
  { orderId, since, until }: TradeRange,
): Promise<Trade[]> {
  const trades: Trade[] = [];
  let from: number | undefined = since;
  while (from !== undefined) {
    const page: Trade[] = await client.fetchMyTrades(market.symbol, from, tradesPerPage, {
      until,
      ...(orderId === undefined ? {} : { orderId }),
    });
    trades.push(...page);
    const last: number | undefined = page.length < tradesPerPage ? undefined : page.at(-1)?.timestamp;
    if (last === from) throw new TypeError('more trades at one moment than a page lists');
    from = last;
  }
  return trades;
}
