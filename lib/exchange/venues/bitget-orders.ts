import type { Exchange as CcxtClient, Order } from 'ccxt';
import { type Amount, decimal, isPositive, toAmount, truncateToStep } from '../../decimal.ts';
import type { MarketKind, MarketRules, OrderRef } from '../exchange.ts';
import { bitgetErrors } from './bitget-errors.ts';
import { toSize } from './contracts.ts';
import { type Fields, fetchPages, parseData, readObject } from './lists.ts';
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

/** @returns the best offer; the last price if there is none. */
async function readOffer(client: CcxtClient, market: MarketRules): Promise<Amount> {
  try {
    const [row] = parseData(await client.publicSpotGetV2SpotMarketTickers({ symbol: market.id }));
    const price = parsePositiveAmount(row?.askPr) ?? parsePositiveAmount(row?.lastPr);
    if (price === undefined) throw new TypeError('the ticker has no price');
    return price;
  } catch {
    throw new NotReady(
      'Bitget did not report the price, which sizes a MARKET buy, so the order was not sent',
    );
  }
}

/** How far above the best offer a close buys. */
const closeReach = '1.03';

/**
 * "For Market-Buy orders, it represents the number of quote coins." So an entry is sized by its value at the best offer. A
 * close must not buy more than it is for: it is a LIMIT order in base coins, of which nothing rests.
 * https://www.bitget.com/api-doc/spot/trade/Place-Order
 */
async function toMarketBuy(client: CcxtClient, market: MarketRules, amount: Amount, isClose: boolean) {
  const offer = decimal(await readOffer(client, market));
  // No market has fewer than 6 decimal places of its quote currency.
  if (!isClose) return { size: toAmount(offer.times(amount).decimalPlaces(6)) };
  const price = truncateToStep(toAmount(offer.times(closeReach)), market.priceStep);
  return { orderType: 'limit', force: 'ioc', price, size: amount };
}

/** The answer acknowledges the order. */
export async function createOrder(
  client: CcxtClient,
  market: MarketRules,
  { type, side, price, amount, cost, clientOrderId }: VenueOrder,
  { isClose }: Fields,
): Promise<Order | undefined> {
  const size = cost ?? toSize(market, amount);
  const buysByAmount = type === 'market' && side === 'buy' && cost === undefined;
  const response = await client.privateSpotPostV2SpotTradePlaceOrder({
    ...{ symbol: market.id, side, orderType: type, force: 'gtc' },
    ...(price === undefined ? {} : { price }),
    ...(buysByAmount ? await toMarketBuy(client, market, size, isClose === true) : { size }),
    clientOid: clientOrderId,
  });
  return { id: readObject(response).orderId || undefined } as Order;
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
  readObject(await client.privateSpotPostV2SpotTradeCancelOrder({ symbol: id, ...toOrderRef(ref) }));
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
 * The page has `total`, recorded answers have `AMOUNT`. https://www.bitget.com/api-doc/spot/trade/Get-Unfilled-Orders
 */
function toOrder(row: Fields): Order {
  const filled = toAmount(decimal(String(row.baseVolume || '0')));
  const isOpen = row.price === undefined;
  const inQuote =
    (row.orderType === 'market' && row.side === 'buy') || String(row.planType).toLowerCase() === 'total';
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

/** How much earlier than it was sent an order may seem to be created, by Bitget's clock. */
const earlierMs = 600_000;

const orderPages = { idName: 'orderId', before: 'idLessThan' };

/** The open orders come first: one that ends meanwhile is in the history by then. */
async function findListed(client: CcxtClient, symbol: string, ref: OrderRef): Promise<Fields | undefined> {
  const isLast = (row: Fields) =>
    ref.orderId === undefined ? row.clientOid === ref.clientOrderId : row.orderId === ref.orderId;
  const request = { symbol, ...(ref.orderId === undefined ? {} : { orderId: ref.orderId }) };
  const pages = { ...orderPages, isLast };
  const open = await fetchPages(
    (page) => client.privateSpotGetV2SpotTradeUnfilledOrders(page),
    request,
    pages,
  );
  const found = open.find(isLast);
  if (found !== undefined) return found;
  const oldest = client.milliseconds() - keptMs;
  const startTime = Math.max(oldest, (ref.sentAfter ?? 0) - earlierMs);
  const ended = await fetchPages(
    (page) => client.privateSpotGetV2SpotTradeHistoryOrders(page),
    { ...request, startTime },
    pages,
  );
  return ended.find(isLast);
}

/**
 * "Querying order information based on ClientOid only supports to get the data within last 2 hours", and in another version
 * of the page "the order is in unfilled status": a filled order is not found there. So it takes this and two lists to prove
 * an absence.
 * https://www.bitget.com/api-doc/common/changelog, https://www.bitget.com/api-doc/spot/trade/Get-Order-Info
 */
export async function fetchOrder(
  client: CcxtClient,
  { id }: MarketRules,
  ref: OrderRef,
): Promise<Order | undefined> {
  const found = (await readInfo(client, toOrderRef(ref))) ?? (await findListed(client, id, ref));
  return found === undefined ? undefined : toOrder(found);
}

/**
 * Orders with a trigger are in two lists of their own: those of `tpsl`, and plan orders.
 * https://www.bitget.com/api-doc/spot/trade/Get-Unfilled-Orders
 * https://www.bitget.com/api-doc/spot/plan/Get-Current-Plan-Order
 */
export async function fetchOpenOrders(client: CcxtClient, _kind: MarketKind, market?: MarketRules) {
  const symbol = market === undefined ? {} : { symbol: market.id };
  const list = (request: Fields) =>
    fetchPages((page) => client.privateSpotGetV2SpotTradeUnfilledOrders(page), request, orderPages);
  const [orders, triggers, plans] = await Promise.all([
    list(symbol),
    list({ ...symbol, tpslType: 'tpsl' }),
    fetchPages(
      async (page) => ({
        data: readObject(await client.privateSpotGetV2SpotTradeCurrentPlanOrder(page)).orderList,
      }),
      symbol,
      orderPages,
    ),
  ]);
  return [
    ...orders.map((row) => ({ order: toOrder(row), conditional: false })),
    ...[...triggers, ...plans].map((row) => ({ order: toOrder(row), conditional: true })),
  ];
}
