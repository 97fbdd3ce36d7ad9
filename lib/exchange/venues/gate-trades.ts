import type { Exchange as CcxtClient, Trade } from 'ccxt';
import { decimal, toAmount } from '../../decimal.ts';
import type { Fee, MarketRules, TradedOrder, TradeRange } from '../exchange.ts';
import { sumFills } from './fills.ts';
import { toRange, toTradeFees, toVenueTrades, tradesPerPage } from './gate-requests.ts';
import { type Fields, fetchNumberedPages } from './lists.ts';
import type { ListedFills, VenueTrade } from './venue.ts';

const dayMs = 86_400_000;

/** "The range not allowed to exceed 30 days." https://www.gate.com/docs/developers/apiv4/en/#query-personal-trading-records */
export const tradeListing = { rangeMs: 30 * dayMs - 60_000 };

function toFees(trade: Trade): Fee[] {
  return toTradeFees(trade, String((trade.info as Fields).fee_currency ?? ''));
}

function toTrade(row: Fields): Trade {
  const [amount, price] = [String(row.amount), String(row.price)];
  const trade = {
    info: row,
    id: row.id,
    order: row.order_id,
    side: row.side,
    amount,
    price,
    cost: toAmount(decimal(amount).times(price)),
    timestamp: Math.floor(Number(row.create_time_ms)),
  };
  return trade as unknown as Trade;
}

async function fetchRows(client: CcxtClient, { id }: MarketRules, selection: Fields): Promise<Trade[]> {
  const rows = await fetchNumberedPages(
    (page) => client.privateSpotGetMyTrades({ currency_pair: id, ...selection, ...page }),
    tradesPerPage,
  );
  return rows.map(toTrade);
}

/**
 * "If no time parameters are specified, only data for the last 7 days can be obtained." "The parameters of the time range
 * filter are processed according to the order end time", which an order that is still open may not have.
 */
const recentMs = 6 * dayMs;

/** An order trades between its creation and its last change. */
export async function fetchFills(
  client: CcxtClient,
  market: MarketRules,
  { orderId, createdAt = 0, updatedAt }: TradedOrder,
): Promise<ListedFills> {
  const now = client.milliseconds();
  const selection = { order_id: orderId };
  if (now - createdAt < recentMs) {
    return sumFills(await fetchRows(client, market, selection), orderId, toFees);
  }
  const last = Math.min(now, (updatedAt ?? now) + dayMs);
  const trades: Trade[] = [];
  for (let since = Math.max(createdAt, last - 365 * dayMs); since < last; since += tradeListing.rangeMs) {
    const range = toRange({ since, until: Math.min(last, since + tradeListing.rangeMs) });
    trades.push(...(await fetchRows(client, market, { ...selection, ...range })));
  }
  return sumFills(trades, orderId, toFees);
}

export async function fetchTrades(
  client: CcxtClient,
  market: MarketRules,
  range: TradeRange,
): Promise<VenueTrade[]> {
  const selection = range.orderId === undefined ? {} : { order_id: range.orderId };
  return toVenueTrades(await fetchRows(client, market, { ...selection, ...toRange(range) }), range);
}
