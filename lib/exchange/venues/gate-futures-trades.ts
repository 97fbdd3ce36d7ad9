import type { Exchange as CcxtClient, Trade } from 'ccxt';
import { decimal, toAmount } from '../../decimal.ts';
import type { Funding, MarketRules, Side, TimeRange, TradedOrder, TradeRange } from '../exchange.ts';
import { toBase } from './contracts.ts';
import { sumFills } from './fills.ts';
import { fetchSkippingPages, toId, toMs, toRange, toTradeFees, toVenueTrades } from './gate-requests.ts';
import type { Fields } from './lists.ts';
import type { ListedFills, VenueTrade } from './venue.ts';
import { Unsupported } from './venue-error.ts';

/** The sizes are in contracts, and negative for a sale. */
function toTrade(market: MarketRules, row: Fields): Trade {
  const size = decimal(String(row.size));
  const [amount, price] = [toAmount(size.abs()), String(row.price)];
  const trade = {
    info: row,
    id: toId({ id: row.id ?? row.trade_id }),
    order: String(row.order_id),
    side: size.isNegative() ? 'sell' : 'buy',
    amount,
    price,
    cost: toAmount(decimal(toBase(market, amount)).times(price)),
    timestamp: toMs(row.create_time),
  };
  return trade as unknown as Trade;
}

/** "close_size>0 && size>0 && size <= close_size: Close short position", and so on. One that does both names no side. */
function toPositionSide({ size, close_size }: Fields): Side | undefined {
  if (close_size === undefined) return undefined;
  const [traded, closed] = [decimal(String(size)), decimal(String(close_size))];
  if (!closed.isZero() && closed.abs().lt(traded.abs())) return undefined;
  return traded.isNegative() === closed.isZero() ? 'short' : 'long';
}

/**
 * A list by time has no parameter for the order. This one goes back six months, as that of orders does.
 * https://www.gate.com/docs/developers/apiv4/en/#query-personal-trading-records-2
 */
export async function fetchFills(
  client: CcxtClient,
  market: MarketRules,
  { orderId }: TradedOrder,
): Promise<ListedFills> {
  const request = { contract: market.id, order: orderId };
  const rows = await fetchSkippingPages(client, 'privateFuturesGetSettleMyTrades', request);
  const trades = rows.map((row) => toTrade(market, row));
  return sumFills(trades, orderId, (trade) => toTradeFees(trade, 'USDT'));
}

/** https://www.gate.com/docs/developers/apiv4/en/#query-personal-trading-records-by-time-range */
export async function fetchTrades(
  client: CcxtClient,
  market: MarketRules,
  range: TradeRange,
): Promise<VenueTrade[]> {
  const request = { contract: market.id, ...toRange(range) };
  const rows = await fetchSkippingPages(client, 'privateFuturesGetSettleMyTradesTimerange', request);
  const trades = rows.map((row) => toTrade(market, row));
  return toVenueTrades(trades, range).map((each) => ({
    ...each,
    positionSide: toPositionSide(each.trade.info),
  }));
}

/** "Only records containing this field after 2023-10-30 can be filtered." https://www.gate.com/docs/developers/apiv4/en/#query-futures-account-change-history */
const fundingSince = Date.UTC(2023, 9, 31);

/** A negative change was paid. */
export async function fetchFunding(
  client: CcxtClient,
  { id: contract }: MarketRules,
  { since, until }: TimeRange,
): Promise<Funding[]> {
  if (since < fundingSince)
    throw new Unsupported('Gate lists the funding of a market only since 31 October 2023');
  const request = { contract, type: 'fund', ...toRange({ since, until }) };
  const rows = await fetchSkippingPages(client, 'privateFuturesGetSettleAccountBook', request);
  return rows
    .filter(({ type }) => type === 'fund')
    .map(({ change, time }) => ({ amount: toAmount(decimal(String(change))), at: toMs(time) }));
}
