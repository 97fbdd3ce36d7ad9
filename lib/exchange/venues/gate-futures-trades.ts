import type { Exchange as CcxtClient, Trade } from 'ccxt';
import { decimal, toAmount } from '../../decimal.ts';
import type {
  Funding,
  MarketRules,
  Side,
  TimeRange,
  TradeCause,
  TradedOrder,
  TradeRange,
} from '../exchange.ts';
import { toBase } from './contracts.ts';
import { sumFills } from './fills.ts';
import { settle, toMs, toRange, toTradeFees, tradesPerPage } from './gate-requests.ts';
import { type Fields, fetchOffsetPages } from './lists.ts';
import type { ListedFills, VenueTrade } from './venue.ts';
import { Unsupported } from './venue-error.ts';

/** "Internal reserved fields that identify the order source". Texts of the owner's begin with `t-`. */
const causes: [text: RegExp, cause: TradeCause][] = [
  [/^(liquidation$|liq-|hedge-liq-|(pm|comb_margin|scm)_liquidate$|insurance$)/, 'liquidation'],
  [/^auto_deleveraging$/, 'deleveraging'],
  // "Contract delisting withdrawal".
  [/^clear$/, 'settlement'],
];

function toCause({ text }: Fields): TradeCause {
  return causes.find(([pattern]) => pattern.test(String(text)))?.[1] ?? 'trade';
}

/** The sizes are in contracts, and negative for a sale. */
function toTrade(market: MarketRules, row: Fields): Trade {
  const size = decimal(String(row.size));
  const [amount, price] = [toAmount(size.abs()), String(row.price)];
  const trade = {
    info: row,
    id: String(row.id ?? row.trade_id),
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
  const request = { settle, contract: market.id, order: orderId };
  const rows = await fetchOffsetPages(
    (page) => client.privateFuturesGetSettleMyTrades({ ...request, ...page }),
    tradesPerPage,
  );
  const trades = rows.map((row) => toTrade(market, row));
  return sumFills(trades, orderId, (trade) => toTradeFees(trade, 'USDT'));
}

/** Oldest first: ids rise. https://www.gate.com/docs/developers/apiv4/en/#query-personal-trading-records-by-time-range */
export async function fetchTrades(
  client: CcxtClient,
  market: MarketRules,
  { since, until, orderId }: TradeRange,
): Promise<VenueTrade[]> {
  const request = { settle, contract: market.id, ...toRange({ since, until }) };
  const rows = await fetchOffsetPages(
    (page) => client.privateFuturesGetSettleMyTradesTimerange({ ...request, ...page }),
    tradesPerPage,
  );
  return rows
    .map((row) => ({
      trade: toTrade(market, row),
      cause: toCause(row),
      positionSide: toPositionSide(row),
    }))
    .filter(
      ({ trade: { timestamp = 0, order } }) =>
        timestamp >= since && timestamp <= until && (orderId === undefined || order === orderId),
    )
    .sort((a, b) => Number(BigInt(a.trade.id ?? '0') - BigInt(b.trade.id ?? '0')));
}

/** "Only records containing this field after 2023-10-30 can be filtered." https://www.gate.com/docs/developers/apiv4/en/#query-futures-account-change-history */
const fundingSince = Date.UTC(2023, 9, 31);
const fundingPerPage = 1_000;

/** A negative change was paid. */
export async function fetchFunding(
  client: CcxtClient,
  { id: contract }: MarketRules,
  { since, until }: TimeRange,
): Promise<Funding[]> {
  if (since < fundingSince)
    throw new Unsupported('Gate lists the funding of a market since 31 October 2023 only');
  const request = { settle, contract, type: 'fund', ...toRange({ since, until }) };
  const rows = await fetchOffsetPages(
    (page) => client.privateFuturesGetSettleAccountBook({ ...request, ...page }),
    fundingPerPage,
  );
  return rows.map(({ change, time }) => ({
    amount: toAmount(decimal(String(change))),
    at: toMs(time),
  }));
}
