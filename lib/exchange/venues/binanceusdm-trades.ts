import type { Exchange as CcxtClient, Trade } from 'ccxt';
import { decimal, toAmount } from '../../decimal.ts';
import type {
  Fee,
  Funding,
  MarketRules,
  Side,
  TimeRange,
  TradeCause,
  TradedOrder,
  TradeRange,
} from '../exchange.ts';
import { binanceErrors } from './binance-errors.ts';
import { fetchFuturesTrades } from './binance-trades.ts';
import { sumFills, toFee } from './fills.ts';
import type { ListedFills, VenueTrade } from './venue.ts';
import type { VenueError } from './venue-error.ts';

/** One row of `forceOrders`: an order with which Binance itself reduced a position. */
type ForceOrder = Record<string, string>;

/** Binance lists at most this many forced orders per request. */
const forceOrdersPerPage = 100;

/**
 * What a client order id of Binance's own means: "autoclose-…" is a liquidation, "adl_autoclose" an auto-deleveraging,
 * "settlement_autoclose-…" a settlement for delisting or delivery.
 * https://developers.binance.com/docs/derivatives/portfolio-margin/user-data-streams/Event-Futures-Order-update
 */
const causeByPrefix: [prefix: string, cause: TradeCause][] = [
  ['autoclose-', 'liquidation'],
  ['adl_autoclose', 'deleveraging'],
  ['settlement_autoclose-', 'settlement'],
];

function toCause(clientOrderId: unknown): TradeCause {
  return causeByPrefix.find(([prefix]) => String(clientOrderId).startsWith(prefix))?.[1] ?? 'trade';
}

function toPositionSide({ positionSide }: { positionSide?: string }): Side | undefined {
  const side = positionSide?.toLowerCase();
  return side === 'long' || side === 'short' ? side : undefined;
}

/**
 * A row of the trades names no cause, so the forced orders are read beside the trades. A forced order whose trade is
 * not listed counts as one trade.
 * https://developers.binance.com/docs/derivatives/usds-margined-futures/trade/rest-api/Users-Force-Orders
 */
export async function fetchTrades(
  client: CcxtClient,
  market: MarketRules,
  range: TradeRange,
): Promise<VenueTrade[]> {
  if (range.withCauses !== true)
    return (await fetchFuturesTrades(client, market, range)).map((trade) => toVenueTrade(trade, 'trade'));
  const [trades, forced] = await Promise.all([
    fetchFuturesTrades(client, market, range),
    fetchForceOrders(client, market, range).catch(orUnknownCause<ForceOrder[]>([])),
  ]);
  const causes = new Map(forced.map((order) => [String(order.orderId), toCause(order.clientOrderId)]));
  const last = trades.at(-1)?.order;
  if (last !== undefined && !causes.has(last)) causes.set(last, await readCause(client, market, last));
  const isListed = (order: ForceOrder) => trades.some((trade) => trade.order === String(order.orderId));
  return [
    ...trades.map((trade) => toVenueTrade(trade, causes.get(trade.order ?? '') ?? 'trade')),
    ...forced.filter((order) => Number(order.executedQty) > 0 && !isListed(order)).map(fromForceOrder),
  ];
}

const dayMs = 86_400_000;
/** One request lists the trades of 7 days. */
const rangeMs = 7 * dayMs;
/** The times of an order and of its trades can differ by a moment. */
const momentMs = 60_000;

/** A request without times lists the trades of the last 7 days only, also of one order. */
export async function fetchFills(
  client: CcxtClient,
  market: MarketRules,
  { orderId, createdAt, updatedAt }: TradedOrder,
): Promise<ListedFills> {
  if (createdAt === undefined || updatedAt === undefined) throw new TypeError('the order has no times');
  const end = updatedAt + momentMs;
  const trades: Trade[] = [];
  for (let since = createdAt - momentMs; since <= end; since += rangeMs) {
    const range = { orderId, since, until: Math.min(since + rangeMs, end) };
    trades.push(...(await fetchFuturesTrades(client, market, range)));
  }
  return sumFills(trades, orderId, toPaidFee);
}

/**
 * The page's example has a paid commission with a minus, and real ones have none. Takers get no rebates.
 * https://developers.binance.com/docs/derivatives/usds-margined-futures/trade/rest-api/Account-Trade-List
 */
function toPaidFee(trade: Trade): Fee {
  const fee = toFee(trade);
  return trade.takerOrMaker === 'taker' ? { ...fee, amount: toAmount(decimal(fee.amount).abs()) } : fee;
}

/** Binance lists at most this much income per request. */
const incomePerPage = 1000;

/** https://developers.binance.com/docs/derivatives/usds-margined-futures/account/rest-api/Get-Income-History */
export async function fetchFunding(
  client: CcxtClient,
  { id }: MarketRules,
  { since, until }: TimeRange,
): Promise<Funding[]> {
  const request = { symbol: id, incomeType: 'FUNDING_FEE', startTime: since, endTime: until };
  const all: Funding[] = [];
  for (let page = 1; ; page += 1) {
    const rows = await client.fapiPrivateGetIncome({ ...request, limit: incomePerPage, page });
    if (!Array.isArray(rows)) throw new TypeError('the response is not a list');
    all.push(...rows.map(({ income, time }) => ({ amount: toAmount(decimal(income)), at: Number(time) })));
    if (rows.length < incomePerPage) return all;
  }
}

function toVenueTrade(trade: Trade, cause: TradeCause): VenueTrade {
  return { trade, cause, positionSide: toPositionSide(trade.info) };
}

/** The forced orders do not document settlements. The order of a settlement names it. */
async function readCause(client: CcxtClient, market: MarketRules, orderId: string): Promise<TradeCause> {
  return client
    .fapiPrivateGetOrder({ symbol: market.id, orderId })
    .then((order: Record<string, unknown>) => toCause(order.clientOrderId))
    .catch(orUnknownCause<TradeCause>('trade'));
}

/** A trade counts even without its cause. After a clock error, the clock is corrected and everything is read again. */
function orUnknownCause<Unknown>(unknown: Unknown): (thrown: unknown) => Unknown {
  return (thrown) => {
    const code = (thrown as { venueError?: VenueError }).venueError?.code;
    if (code !== undefined && binanceErrors.clockCodes.has(code)) throw thrown;
    return unknown;
  };
}

async function fetchForceOrders(
  client: CcxtClient,
  market: MarketRules,
  { since, until }: TradeRange,
): Promise<ForceOrder[]> {
  const orders: unknown = await client.fapiPrivateGetForceOrders({
    symbol: market.id,
    startTime: since,
    endTime: until,
    limit: forceOrdersPerPage,
  });
  if (!Array.isArray(orders)) throw new TypeError('the response is not a list');
  return orders;
}

/** @returns the fields that are read of a trade. */
function fromForceOrder(order: ForceOrder): VenueTrade {
  const trade = {
    id: `force-order-${order.orderId}`,
    order: String(order.orderId),
    side: String(order.side).toLowerCase(),
    amount: order.executedQty,
    price: order.avgPrice,
    timestamp: Number(order.updateTime),
  } as unknown as Trade;
  return { trade, cause: toCause(order.clientOrderId), positionSide: toPositionSide(order) };
}
