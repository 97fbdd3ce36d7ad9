import type { Exchange as CcxtClient, Order, Trade } from 'ccxt';
import { decimal, sum, toAmount } from '../../decimal.ts';
import type { ExchangeOrder, MarketRules, OrderRef } from '../exchange.ts';
import { parsePositiveAmount, readFigure } from './parse-amount.ts';
import type { ListedFills } from './venue.ts';

/** Bybit's own fields of a request or a row. */
export type Fields = Record<string, unknown>;

interface ListResponse {
  result?: { list?: unknown; nextPageCursor?: unknown };
}

/** @throws TypeError if the response has no list: only an empty list means that there is nothing. */
export function parseList(response: ListResponse): Fields[] {
  const list = response.result?.list;
  if (!Array.isArray(list)) throw new TypeError('the response has no list');
  return list;
}

export function toCategory({ kind }: Pick<MarketRules, 'kind'>): string {
  return kind === 'spot' ? 'spot' : 'linear';
}

/** Bybit returns at most this many orders per request. https://bybit-exchange.github.io/docs/v5/order/open-order */
const ordersPerPage = 50;

/** And this many positions. https://bybit-exchange.github.io/docs/v5/position */
export const positionsPerPage = 200;

/** @returns the rows of all pages of a list. */
export async function fetchPages(
  fetchPage: (request: Fields) => Promise<ListResponse>,
  request: Fields,
  rowsPerPage = ordersPerPage,
): Promise<Fields[]> {
  const rows: Fields[] = [];
  let cursor: unknown;
  do {
    const page = await fetchPage({
      ...request,
      limit: rowsPerPage,
      ...(cursor === undefined ? {} : { cursor }),
    });
    const list = parseList(page);
    rows.push(...list);
    cursor = list.length < rowsPerPage ? undefined : page.result?.nextPageCursor || undefined;
  } while (cursor !== undefined);
  return rows;
}

/** Bybit returns at most this many trades per request. */
const tradesPerPage = 100;

export async function fetchTrades(
  client: CcxtClient,
  market: MarketRules,
  orderId: string,
): Promise<Trade[]> {
  const trades: Trade[] = [];
  let cursor: unknown;
  do {
    const page = await client.fetchMyTrades(market.symbol, undefined, tradesPerPage, {
      orderId,
      ...(cursor === undefined ? {} : { cursor }),
    });
    trades.push(...page.map(withFeeCurrency));
    const next = page.length < tradesPerPage ? undefined : page.find((trade) => trade.info.nextPageCursor);
    cursor = next?.info.nextPageCursor;
  } while (cursor !== undefined);
  return trades;
}

/**
 * ccxt reads the fee's coin from a field of the websocket, and otherwise assumes the coin that was received. A discount
 * coin may have paid it: `feeCurrency` names the coin of a spot fee.
 * https://bybit-exchange.github.io/docs/v5/order/execution
 */
function withFeeCurrency(trade: Trade): Trade {
  const currency = trade.info.feeCurrency;
  return typeof currency === 'string' && currency !== '' && trade.fee !== undefined
    ? { ...trade, fee: { ...trade.fee, currency } }
    : trade;
}

/**
 * Reads an order from Bybit's real-time list, which holds open and recently finished orders, and then from the
 * history. The real-time list loses its finished orders when Bybit restarts, so its silence proves nothing.
 */
export async function findOrder(
  client: CcxtClient,
  market: MarketRules,
  { orderId, clientOrderId }: OrderRef,
): Promise<Fields | undefined> {
  const id = orderId === undefined ? { orderLinkId: clientOrderId } : { orderId };
  const request = { category: toCategory(market), symbol: market.id, ...id };
  const isMeant = (order: Fields) =>
    orderId === undefined ? order.orderLinkId === clientOrderId : order.orderId === orderId;
  return (
    parseList(await client.privateGetV5OrderRealtime(request)).find(isMeant) ??
    parseList(await client.privateGetV5OrderHistory(request)).find(isMeant)
  );
}

/** A minute less than 7 days. https://bybit-exchange.github.io/docs/v5/order/order-list */
const historyMs = 7 * 86_400_000 - 60_000;

/**
 * Reads the exits that Bybit placed for what an entry filled: `parentOrderLinkId` is the entry's, and an amend does not
 * change it. Open ones first: what ends between the two reads is in both lists.
 * https://bybit-exchange.github.io/docs/v5/order/open-order
 */
export async function fetchAttachedExits(
  client: CcxtClient,
  market: MarketRules,
  clientOrderId: string,
  { filled, createdAt = 0 }: Pick<ExchangeOrder, 'filled' | 'createdAt'>,
): Promise<{ order: Order; isStop: boolean }[]> {
  const request = { category: toCategory(market), symbol: market.id };
  const ofEntry = (rows: Fields[]) => rows.filter((row) => row.parentOrderLinkId === clientOrderId);
  const isStop = (row: Fields) => String(row.stopOrderType).endsWith('StopLoss');
  const rows = ofEntry(await fetchPages((page) => client.privateGetV5OrderRealtime(page), request));
  const covered = sum(rows.filter(isStop).map(({ qty }) => String(qty)));
  if (decimal(covered).lt(filled)) {
    // They are younger than their entry. Bybit lists 7 days from a start.
    const startTime = Math.max(createdAt, client.milliseconds() - historyMs);
    const ended = { ...request, startTime };
    rows.push(...ofEntry(await fetchPages((page) => client.privateGetV5OrderHistory(page), ended)));
  }
  const byId = new Map(rows.map((row) => [row.orderId, row]));
  return [...byId.values()].map((row) => ({
    order: client.parseOrder(row, client.market(market.symbol)),
    isStop: isStop(row),
  }));
}

/** @returns the fills that the order itself reports; undefined if the order does not report its fees. */
export function parseOrderFills(order: Fields): ListedFills | undefined {
  const { cumExecQty, cumExecValue, cumExecFee, cumFeeDetail } = order;
  const fees = Object.entries((cumFeeDetail ?? {}) as Record<string, string>).map(([currency, cost]) => ({
    currency,
    amount: toAmount(decimal(cost)),
  }));
  const isFree = cumExecFee !== undefined && cumExecFee !== '' && decimal(String(cumExecFee)).isZero();
  const amount = parsePositiveAmount(cumExecQty) ?? '0';
  return fees.length > 0 || isFree ? { amount, cost: parsePositiveAmount(cumExecValue), fees } : undefined;
}

/**
 * The margin mode is the account's, and `tradeMode` of a unified account is always 0, so that it is unknown here. With
 * portfolio margin, all of these are empty. https://bybit-exchange.github.io/docs/v5/position
 */
export function toMargin({ leverage, positionIM, liqPrice }: Fields) {
  return {
    leverage: readFigure(leverage),
    margin: readFigure(positionIM),
    liquidationPrice: readFigure(liqPrice),
  };
}
