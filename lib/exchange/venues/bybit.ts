import type { Exchange as CcxtExchange, Trade } from 'ccxt';
import { type Amount, decimal, isPositive, toAmount } from '../../amount.ts';
import type { MarketOrder, MarketRules, OrderRef, Side } from '../exchange.ts';
import { absentCodes, clockCodes, deniedCodes, rejectionOf, wireErrorOf } from './bybit-errors.ts';
import { tradedOf } from './fills.ts';
import type { OrderFills, Venue } from './venue.ts';

/** Bybit's own default. A timestamp up to a second ahead is accepted too, so a clock has to be right. */
const recvWindowMs = 5_000;

type Info = Record<string, unknown>;

function categoryOf({ kind }: MarketRules): string {
  return kind === 'spot' ? 'spot' : 'linear';
}

function idOf({ orderId, clientOrderId }: OrderRef): Info {
  return orderId === undefined ? { orderLinkId: clientOrderId } : { orderId };
}

/** Throws where the answer has no list: only an empty one says that there is nothing. */
function listOf(answer: { result?: { list?: unknown } }): Info[] {
  const list = answer.result?.list;
  if (!Array.isArray(list)) throw new TypeError('an answer without a list');
  return list;
}

const sideOfIndex = new Map<string, Side>([
  ['1', 'long'],
  ['2', 'short'],
]);

/** Which of a hedged account's two positions an order is for; 0, the only one, needs no word. */
function positionIndex({ hedged, positionSide }: Pick<MarketOrder, 'hedged' | 'positionSide'>): Info {
  return hedged ? { positionIdx: positionSide === 'long' ? 1 : 2 } : {};
}

/** Sorts of conditional spot orders, by the word their view tells: a cancel that doesn't name them misses them. */
const spotFilters = new Map([
  ['stop', 'StopOrder'],
  ['tpslorder', 'tpslOrder'],
  ['ocoorder', 'OcoOrder'],
  ['bidirectionaltpslorder', 'BidirectionalTpslOrder'],
]);

function amountOrNone(value: unknown): Amount | undefined {
  if (value === undefined || value === '') return undefined;
  const amount = toAmount(decimal(String(value)));
  return isPositive(amount) ? amount : undefined;
}

/** Bybit answers at most so many trades at once. */
const mostTrades = 100;

async function tradesOf(exchange: CcxtExchange, market: MarketRules, orderId: string): Promise<Trade[]> {
  const trades: Trade[] = [];
  let cursor: unknown;
  do {
    const page = await exchange.fetchMyTrades(market.symbol, undefined, mostTrades, {
      orderId,
      ...(cursor === undefined ? {} : { cursor }),
    });
    trades.push(...page);
    const next = page.length < mostTrades ? undefined : page.find((trade) => trade.info.nextPageCursor);
    cursor = next?.info.nextPageCursor;
  } while (cursor !== undefined);
  return trades;
}

/**
 * The order by what Bybit calls its real-time list: open ones, and those finished lately. What isn't there any
 * more (after a restart of theirs nothing finished is) has to be looked for in the history.
 */
async function findOrder(
  exchange: CcxtExchange,
  market: MarketRules,
  name: OrderRef,
): Promise<Info | undefined> {
  const request = { category: categoryOf(market), symbol: market.id, ...idOf(name) };
  const isIt = (order: Info) =>
    name.orderId === undefined ? order.orderLinkId === name.clientOrderId : order.orderId === name.orderId;
  return (
    listOf(await exchange.privateGetV5OrderRealtime(request)).find(isIt) ??
    listOf(await exchange.privateGetV5OrderHistory(request)).find(isIt)
  );
}

/** What an order says that its trades have cost; undefined where it doesn't say it. */
function tradedOfOrder({ cumExecQty, cumExecFee, cumFeeDetail }: Info): OrderFills | undefined {
  const fees = Object.entries((cumFeeDetail ?? {}) as Record<string, string>).map(([currency, cost]) => ({
    currency,
    amount: toAmount(decimal(cost)),
  }));
  const isFree = cumExecFee !== undefined && cumExecFee !== '' && decimal(String(cumExecFee)).isZero();
  return fees.length > 0 || isFree ? { amount: amountOrNone(cumExecQty) ?? '0', fees } : undefined;
}

/** What linear perpetuals are settled in: Bybit lists orders and positions of one of them at a time. */
const settleCoins = ['USDT', 'USDC'];

/** Bybit answers at most so many open orders or positions at once. */
const mostOpen = 50;

/** All pages of a list. */
async function pagesOf(
  fetchPage: (request: Info) => Promise<{ result?: { list?: unknown; nextPageCursor?: unknown } }>,
  request: Info,
): Promise<Info[]> {
  const rows: Info[] = [];
  let cursor: unknown;
  do {
    const page = await fetchPage({
      ...request,
      limit: mostOpen,
      ...(cursor === undefined ? {} : { cursor }),
    });
    const list = listOf(page);
    rows.push(...list);
    cursor = list.length < mostOpen ? undefined : page.result?.nextPageCursor || undefined;
  } while (cursor !== undefined);
  return rows;
}

/** Bybit v5, unified account: spot and linear perpetuals. https://bybit-exchange.github.io/docs/v5/intro */
export const bybit: Venue = {
  id: 'bybit',
  kinds: new Set(['spot', 'perpetual']),
  options: {
    defaultType: 'swap',
    recvWindow: recvWindowMs,
    // Otherwise ccxt asks for both before its first call. Every account that can still trade here is a unified one.
    enableUnifiedMargin: false,
    enableUnifiedAccount: true,
    // 6 is "unified trading account 2.0, pro"; 5 and up have one wallet for everything.
    unifiedMarginStatus: 6,
    timeDifference: 0,
  },
  recvWindowMs,
  // Bybit names no time, only that look-ups lag in volatile markets: twice what has been seen elsewhere.
  lookupLagMs: 120_000,
  useSandbox: (exchange) => exchange.setSandboxMode(true),
  fetchMarkets: (exchange, kind) =>
    kind === 'spot' ? exchange.fetchSpotMarkets({}) : exchange.fetchFutureMarkets({ category: 'linear' }),
  createReturnsFill: false,
  cancelReturnsFill: false,
  async fetchOrder(exchange, market, name) {
    const found = await findOrder(exchange, market, name);
    return found === undefined ? undefined : exchange.parseOrder(found, exchange.market(market.symbol));
  },
  orderRef(market, { orderId, clientOrderId, type }) {
    const orderFilter = market.kind === 'spot' ? spotFilters.get(type ?? '') : undefined;
    return {
      id: orderId,
      parameters: {
        ...(orderId === undefined ? { orderLinkId: clientOrderId } : {}),
        ...(orderFilter === undefined ? {} : { orderFilter }),
      },
    };
  },
  orderDetails: ({ symbol, stopOrderType, orderType, positionIdx }) => ({
    marketId: symbol,
    type: stopOrderType === '' || stopOrderType === 'UNKNOWN' ? orderType : (stopOrderType ?? orderType),
    positionSide: sideOfIndex.get(String(positionIdx)),
  }),
  closeParameters: (order) => (order.reduceOnly ? { reduceOnly: true, ...positionIndex(order) } : {}),
  // Without the unit, Bybit takes the amount of a spot MARKET buy for quote; ccxt names it where it isn't cost.
  entryParameters: (order) => ({
    ...positionIndex(order),
    ...(order.cost === undefined ? {} : { marketUnit: 'quoteCoin' }),
  }),
  venueErrorFrom: wireErrorOf,
  rejectReason: rejectionOf,
  notFoundCodes: absentCodes,
  deniedCodes,
  clockCodes,
  // A triggered order keeps its id.
  triggeredOrderId: () => undefined,
  marketRules(market) {
    const lot: Info = market?.info?.lotSizeFilter ?? {};
    return { marketAmountMax: amountOrNone(lot.maxMarketOrderQty ?? lot.maxMktOrderQty) };
  },
  marketInfo: {},
  async fetchFills(exchange, market, orderId, filled) {
    const traded = tradedOf(await tradesOf(exchange, market, orderId), orderId);
    if (decimal(traded.amount).eq(filled)) return traded;
    // Trades are told for a week; the order keeps what they have cost.
    const order = await findOrder(exchange, market, { orderId });
    return (order === undefined ? undefined : tradedOfOrder(order)) ?? traded;
  },
  isBalanceResponse: (answer) => listOf(answer).some((wallet) => Array.isArray(wallet.coin)),
  async fetchPosition(exchange, market, side) {
    const rows = listOf(
      await exchange.privateGetV5PositionList({ category: categoryOf(market), symbol: market.id }),
    );
    const hedged = rows.some((row) => sideOfIndex.has(String(row.positionIdx)));
    const open = rows.filter((row) => amountOrNone(row.size) !== undefined);
    const row = hedged ? open.find((each) => sideOfIndex.get(String(each.positionIdx)) === side) : open[0];
    if (row === undefined) return { side: undefined, amount: '0', hedged };
    return {
      side: hedged ? side : row.side === 'Buy' ? 'long' : 'short',
      amount: amountOrNone(row.size) ?? '0',
      averagePrice: amountOrNone(row.avgPrice),
      hedged,
    };
  },
  async fetchPrice(exchange, market) {
    const [ticker] = listOf(
      await exchange.publicGetV5MarketTickers({ category: categoryOf(market), symbol: market.id }),
    );
    return market.kind === 'spot' ? ticker?.lastPrice : ticker?.markPrice;
  },
  async fetchOpenOrders(exchange, kind) {
    const requests =
      kind === 'spot'
        ? [{ category: 'spot' }]
        : settleCoins.map((settleCoin) => ({ category: 'linear', settleCoin }));
    const lists = await Promise.all(
      requests.map((request) => pagesOf((page) => exchange.privateGetV5OrderRealtime(page), request)),
    );
    return lists.flat().map((info) => ({ order: exchange.parseOrder(info), conditional: false }));
  },
  async fetchOpenPositions(exchange) {
    const lists = await Promise.all(
      settleCoins.map((settleCoin) =>
        pagesOf((page) => exchange.privateGetV5PositionList(page), { category: 'linear', settleCoin }),
      ),
    );
    return lists
      .flat()
      .filter((row) => amountOrNone(row.size) !== undefined)
      .map((row) => ({
        marketId: String(row.symbol),
        side: row.side === 'Buy' ? 'long' : 'short',
        amount: amountOrNone(row.size) ?? '0',
        averagePrice: amountOrNone(row.avgPrice),
      }));
  },
  async fetchPermissions(exchange) {
    const { result } = await exchange.privateGetV5UserQueryApi();
    const granted: Record<string, string[]> = result.permissions;
    const trades = ['Spot', 'ContractTrade', 'Derivatives'].some((each) => (granted[each] ?? []).length > 0);
    return {
      canTrade: Number(result.readOnly) === 0 && trades,
      canWithdraw: (granted.Wallet ?? []).includes('Withdraw'),
      // "*" stands for every address.
      ipRestricted: result.ips.length > 0 && !result.ips.includes('*'),
    };
  },
};
