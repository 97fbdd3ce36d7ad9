import type { Exchange as CcxtClient, Order } from 'ccxt';
import { type Amount, decimal, isPositive, toAmount } from '../../decimal.ts';
import type { MarketKind, MarketRules, OrderRef } from '../exchange.ts';
import { bitgetErrors } from './bitget-errors.ts';
import { toSize } from './contracts.ts';
import { type Fields, fetchPages, parseData, type Response } from './lists.ts';
import { parsePositiveAmount } from './parse-amount.ts';
import type { Fence, FenceFields, UnsignedRequest, VenueOrder } from './venue.ts';
import { NotReady, type VenueError } from './venue-error.ts';

const dayMs = 86_400_000;

/** Bitget allows up to 60 s (40079). With 5 s, the receive window ends well within a lease. */
export const recvWindowMs = 5_000;

/** The window also bounds how far ahead this machine's clock may be. */
const clockErrorMs = 1_000;

/**
 * "If it's set, the request is valid only when the time range between the timestamp in the request and the time that
 * server received the request is within receiveWindow." No other request of an order or a cancel has the parameters.
 * The request is signed with the same time, so that it does not matter which of the two Bitget compares.
 * https://www.bitget.com/api-doc/spot/trade/Place-Order
 */
export function fence({ path }: UnsignedRequest, { sendDeadline, clockOffsetMs, now }: Fence): FenceFields {
  if (path !== 'v2/spot/trade/place-order') return {};
  const requestTime = Math.floor(now - clockOffsetMs);
  const leftMs = Math.floor(sendDeadline - now);
  const receiveWindow = Math.min(Math.max(leftMs, clockErrorMs), recvWindowMs);
  return {
    nonce: requestTime,
    parameters: { requestTime: String(requestTime), receiveWindow: String(receiveWindow) },
  };
}

/** @throws TypeError if the response has no result: what it acknowledges is not known. */
export function readResult({ data }: Response): Fields {
  if (typeof data !== 'object' || data === null) throw new TypeError('the response has no data');
  return data as Fields;
}

/**
 * "For Market-Buy orders, it represents the number of quote coins." An amount in base currency is sent as its value at the
 * best offer: what the order costs beyond that makes it buy less, and not more.
 * https://www.bitget.com/api-doc/spot/trade/Place-Order
 */
async function readValue(client: CcxtClient, market: MarketRules, amount: Amount): Promise<Amount> {
  try {
    const [row] = parseData(await client.publicSpotGetV2SpotMarketTickers({ symbol: market.id }));
    const price = parsePositiveAmount(row?.askPr) ?? parsePositiveAmount(row?.lastPr);
    if (price === undefined) throw new TypeError('the ticker has no price');
    // No market has fewer than 6 decimal places of its quote currency.
    return toAmount(decimal(amount).times(price).decimalPlaces(6));
  } catch {
    throw new NotReady(
      'Bitget did not report the price, which sizes a MARKET buy, so the order was not sent',
    );
  }
}

async function computeSize(client: CcxtClient, market: MarketRules, order: VenueOrder): Promise<Amount> {
  if (order.cost !== undefined) return order.cost;
  const size = toSize(market, order.amount);
  return order.type === 'market' && order.side === 'buy' ? readValue(client, market, size) : size;
}

/** The answer acknowledges the order. */
export async function createOrder(
  client: CcxtClient,
  market: MarketRules,
  order: VenueOrder,
): Promise<Order | undefined> {
  const { type, side, price, clientOrderId } = order;
  const response = await client.privateSpotPostV2SpotTradePlaceOrder({
    ...{ symbol: market.id, side, orderType: type, force: 'gtc' },
    ...(price === undefined ? {} : { price }),
    size: await computeSize(client, market, order),
    clientOid: clientOrderId,
  });
  return { id: readResult(response).orderId || undefined } as Order;
}

export function toOrderRef({ orderId, clientOrderId }: OrderRef): Fields {
  return orderId === undefined ? { clientOid: clientOrderId } : { orderId };
}

/** https://www.bitget.com/api-doc/spot/trade/Cancel-Order */
export async function cancelOrder(
  client: CcxtClient,
  { id }: MarketRules,
  ref: OrderRef,
): Promise<undefined> {
  readResult(await client.privateSpotPostV2SpotTradeCancelOrder({ symbol: id, ...toOrderRef(ref) }));
}

/** Any other status is still open. Earlier versions of the page have the second one of each. */
const endStates = new Map([
  ['filled', 'closed'],
  ['full_fill', 'closed'],
  ['cancelled', 'canceled'],
  ['canceled', 'canceled'],
]);

/**
 * Of an order, `priceAvg` is what it filled at, but `unfilled-orders` has its price there. So the average comes from the
 * volumes. A plan order has no volumes. The size of a MARKET buy, and of a plan `total`, is in quote currency.
 * https://www.bitget.com/api-doc/spot/trade/Get-Unfilled-Orders
 */
function toOrder(row: Fields): Order {
  const filled = toAmount(decimal(String(row.baseVolume || '0')));
  const isOpen = row.price === undefined;
  const inQuote = (row.orderType === 'market' && row.side === 'buy') || row.planType === 'total';
  const price = row.executePrice ?? (isOpen ? row.priceAvg : row.price);
  const order = {
    info: row,
    id: row.orderId,
    clientOrderId: row.clientOid || undefined,
    side: row.side,
    status: row.status === undefined ? undefined : (endStates.get(String(row.status)) ?? 'open'),
    amount: inQuote ? undefined : row.size,
    filled,
    average: isPositive(filled)
      ? toAmount(decimal(String(row.quoteVolume)).dividedBy(filled).decimalPlaces(12))
      : undefined,
    price: row.orderType === 'market' ? undefined : price,
    triggerPrice: row.triggerPrice ?? undefined,
    timestamp: Number(row.cTime),
    lastUpdateTimestamp: Number(row.uTime || row.cTime),
  };
  return order as unknown as Order;
}

/** An order that Bitget does not know is an empty list, or an error. */
async function readInfo(client: CcxtClient, ref: Fields): Promise<Fields | undefined> {
  try {
    return parseData(await client.privateSpotGetV2SpotTradeOrderInfo(ref))[0];
  } catch (thrown) {
    const { code = '' } = (thrown as { venueError?: VenueError }).venueError ?? {};
    if (bitgetErrors.notFoundCodes.has(code)) return undefined;
    throw thrown;
  }
}

/** "It only supports to get the data within 90days." https://www.bitget.com/api-doc/spot/trade/Get-History-Orders */
export const keptMs = 89 * dayMs;

/**
 * "Querying order information based on ClientOid only supports to get the data within last 2 hours", and in another version
 * of the page "the order is in unfilled status": a filled order is not found there. So only all three lists prove an
 * absence: this one, then the open orders, then the history, which an order enters at its end.
 * https://www.bitget.com/api-doc/common/changelog, https://www.bitget.com/api-doc/spot/trade/Get-Order-Info
 */
export async function fetchOrder(
  client: CcxtClient,
  { id: symbol }: MarketRules,
  ref: OrderRef,
): Promise<Order | undefined> {
  const known = toOrderRef(ref);
  const found = await readInfo(client, known);
  if (found !== undefined) return toOrder(found);
  const isMeant = (row: Fields) =>
    ref.orderId === undefined ? row.clientOid === ref.clientOrderId : row.orderId === ref.orderId;
  const request = { symbol, ...(ref.orderId === undefined ? {} : { orderId: ref.orderId }) };
  const pages = { idName: 'orderId', before: 'idLessThan', isLast: isMeant };
  const open = await fetchPages(
    (page) => client.privateSpotGetV2SpotTradeUnfilledOrders(page),
    request,
    pages,
  );
  const startTime = client.milliseconds() - keptMs;
  const listed =
    open.find(isMeant) ??
    (
      await fetchPages(
        (page) => client.privateSpotGetV2SpotTradeHistoryOrders(page),
        { ...request, startTime },
        pages,
      )
    ).find(isMeant);
  return listed === undefined ? undefined : toOrder(listed);
}

/**
 * Orders with a trigger are in two lists of their own: those of `tpsl`, and plan orders.
 * https://www.bitget.com/api-doc/spot/trade/Get-Unfilled-Orders
 * https://www.bitget.com/api-doc/spot/plan/Get-Current-Plan-Order
 */
export async function fetchOpenOrders(client: CcxtClient, _kind: MarketKind, market?: MarketRules) {
  const symbol = market === undefined ? {} : { symbol: market.id };
  const pages = { idName: 'orderId', before: 'idLessThan' };
  const list = (request: Fields) =>
    fetchPages((page) => client.privateSpotGetV2SpotTradeUnfilledOrders(page), request, pages);
  const [orders, triggers, plans] = await Promise.all([
    list(symbol),
    list({ ...symbol, tpslType: 'tpsl' }),
    fetchPages(
      async (page) => ({
        data: readResult(await client.privateSpotGetV2SpotTradeCurrentPlanOrder(page)).orderList,
      }),
      symbol,
      pages,
    ),
  ]);
  return [
    ...orders.map((row) => ({ order: toOrder(row), conditional: false })),
    ...[...triggers, ...plans].map((row) => ({ order: toOrder(row), conditional: true })),
  ];
}
