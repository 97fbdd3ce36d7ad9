import type { Exchange as CcxtClient, Order } from 'ccxt';
import type { MarketKind, MarketRules, OrderRef } from '../exchange.ts';
import { fromUuid, toUuid } from './coinbase-client-id.ts';
import { fetchCursorPages } from './coinbase-requests.ts';
import { toSize } from './contracts.ts';
import { type Fields, parseData, readObject } from './lists.ts';
import { parsePositiveAmount } from './parse-amount.ts';
import type { VenueOrder } from './venue.ts';
import { Unsupported, type VenueError } from './venue-error.ts';

/** The pages of these requests are https://docs.cdp.coinbase.com/api-reference/advanced-trade-api/rest-api/orders/ and the name of each. */

/** Any other status is open, or not known to have ended. */
const endStates = new Map([
  ['FILLED', 'closed'],
  ['CANCELLED', 'canceled'],
  ['EXPIRED', 'expired'],
  ['FAILED', 'rejected'],
]);

/** `alias`: BTC-USD and BTC-USDC are one book, and an order in one can be listed under the other. */
export function isSameBook(productId: unknown, { id }: Pick<MarketRules, 'id'>): boolean {
  const toBook = (each: string) => each.replace(/-USDC$/, '-USD');
  return toBook(String(productId)) === toBook(id);
}

/** The one key of the configuration is the order's type. An order by cost has no amount. */
function readConfiguration({ order_configuration: all }: Fields): Fields {
  return (Object.values((all ?? {}) as Fields).find(Boolean) ?? {}) as Fields;
}

const toTime = (text: unknown) => (text ? Date.parse(String(text)) : undefined);

/** @param market under whose id an order of the same book is returned. */
function toOrder(row: Fields, market?: MarketRules): Order {
  const configuration = readConfiguration(row);
  const timestamp = toTime(row.created_time);
  const order = {
    info:
      market !== undefined && isSameBook(row.product_id, market) ? { ...row, product_id: market.id } : row,
    id: row.order_id,
    clientOrderId: row.client_order_id ? fromUuid(String(row.client_order_id)) : undefined,
    side: String(row.side).toLowerCase(),
    status: row.status === undefined ? undefined : (endStates.get(String(row.status)) ?? 'open'),
    amount: parsePositiveAmount(configuration.base_size),
    filled: row.filled_size,
    average: parsePositiveAmount(row.average_filled_price),
    price: parsePositiveAmount(configuration.limit_price),
    triggerPrice: parsePositiveAmount(configuration.stop_price ?? configuration.stop_trigger_price),
    timestamp,
    lastUpdateTimestamp: toTime(row.last_update_time) ?? toTime(row.last_fill_time) ?? timestamp,
  };
  return order as unknown as Order;
}

/**
 * "To buy a product, provide a quote_size or base_size; to sell, provide a base_size."
 * https://docs.cdp.coinbase.com/coinbase-app/advanced-trade-apis/guides/orders
 */
function toConfiguration(market: MarketRules, { type, amount, cost, price }: VenueOrder): Fields {
  const size = cost === undefined ? { base_size: toSize(market, amount) } : { quote_size: cost };
  return type === 'market'
    ? { market_market_ioc: size }
    : { limit_limit_gtc: { ...size, limit_price: price, post_only: false } };
}

/**
 * "If the ID provided is not unique, the order will not be created and the order corresponding with that ID will be
 * returned instead." So the answer may name an order of an earlier request: it only acknowledges, and it counts only if it
 * names this one.
 */
export async function createOrder(
  client: CcxtClient,
  market: MarketRules,
  order: VenueOrder,
): Promise<Order | undefined> {
  const clientOrderId = toUuid(order.clientOrderId);
  const side = order.side.toUpperCase();
  const response = await client.v3PrivatePostBrokerageOrders({
    ...{ client_order_id: clientOrderId, product_id: market.id, side },
    order_configuration: toConfiguration(market, order),
  });
  const named = readObject({ data: response.success === true ? response.success_response : undefined });
  const isThis =
    fromUuid(String(named.client_order_id)) === order.clientOrderId &&
    [side, '', undefined].includes(named.side as string | undefined) &&
    isSameBook(named.product_id, market);
  return { id: (isThis && named.order_id) || undefined } as Order;
}

function notFound(): Error {
  const message = 'order with this client order ID was not found';
  const venueError: VenueError = { status: 404, code: 'NOT_FOUND', hasCode: true, message };
  return Object.assign(new Error(message), { venueError });
}

/** "Initiate cancel requests": the response has no fill. Only an order id names an order. */
export async function cancelOrder(
  client: CcxtClient,
  _market: MarketRules,
  ref: OrderRef,
): Promise<undefined> {
  const orderId = ref.orderId ?? (await findListed(client, ref))?.order_id;
  if (orderId === undefined) throw notFound();
  const { results } = await client.v3PrivatePostBrokerageOrdersBatchCancel({ order_ids: [orderId] });
  const [result] = parseData({ data: results });
  if (result?.success !== true) throw new TypeError('the response names no order');
}

/** How much earlier than it was sent an order may seem to be created, by Coinbase's clock. */
const earlierMs = 600_000;

/** "Not found" is about the list, or what it is of, and proves no absence of an order. */
function refuseAbsence(thrown: unknown): never {
  const { venueError } = thrown as { venueError?: VenueError };
  if (venueError?.status !== 404) throw thrown;
  throw new Unsupported(`Coinbase did not list its orders: ${venueError.message} (${venueError.code})`);
}

/** No request looks up a client order id. By default, the list is sorted "by creation time", latest first. */
async function findListed(client: CcxtClient, { clientOrderId, sentAfter }: OrderRef) {
  const isLast = (row: Fields) => fromUuid(String(row.client_order_id)) === clientOrderId;
  const since = sentAfter === undefined ? {} : { start_date: new Date(sentAfter - earlierMs).toISOString() };
  const rows = await fetchCursorPages(
    (page) => client.v3PrivateGetBrokerageOrdersHistoricalBatch(page),
    since,
    { name: 'orders', isLast },
  ).catch(refuseAbsence);
  return rows.find(isLast);
}

/** An order id that Coinbase does not know is an error, NOT_FOUND. */
export async function fetchOrder(
  client: CcxtClient,
  market: MarketRules,
  ref: OrderRef,
): Promise<Order | undefined> {
  if (ref.orderId === undefined) {
    const found = await findListed(client, ref);
    return found && toOrder(found, market);
  }
  const order_id = encodeURIComponent(ref.orderId);
  const { order } = await client.v3PrivateGetBrokerageOrdersHistoricalOrderId({ order_id });
  return toOrder(readObject({ data: order }), market);
}

/**
 * OPEN can't be asked for together with other statuses. Orders with a trigger are in the same list, and hold their coins
 * while they are open.
 */
const open = [
  { order_status: ['OPEN'] },
  { order_status: ['PENDING', 'QUEUED', 'CANCEL_QUEUED', 'EDIT_QUEUED'] },
];

/** "By default, returns RETAIL_ADVANCED placement source." Orders that the owner placed in the simple app hold coins too. */
const openInApp = { order_status: ['OPEN'], order_placement_source: 'RETAIL_SIMPLE' };

export async function fetchOpenOrders(client: CcxtClient, _kind: MarketKind, market?: MarketRules) {
  const lists = await Promise.all(
    [...open, ...(market === undefined ? [] : [openInApp])].map((filter) =>
      fetchCursorPages(
        (page) => client.v3PrivateGetBrokerageOrdersHistoricalBatch(page),
        { ...filter, product_type: 'SPOT' },
        { name: 'orders' },
      ),
    ),
  );
  const own = lists.flat().filter(({ product_id }) => market === undefined || isSameBook(product_id, market));
  // An order that changes its status meanwhile can be in both lists.
  const once = new Map(own.map((row) => [row.order_id, row]));
  return [...once.values()].map((row) => ({ order: toOrder(row, market), conditional: false }));
}
