import type { Exchange as CcxtClient, Order } from 'ccxt';
import { type Amount, decimal, toAmount, truncateToStep } from '../../decimal.ts';
import type { MarketKind, MarketRules, OrderRef } from '../exchange.ts';
import { toSize } from './contracts.ts';
import { forgetAccountKind, readAccountKind } from './gate-account.ts';
import { gateErrors } from './gate-errors.ts';
import {
  fetchSkippingPages,
  findByText,
  ordersPerPage,
  toClientOrderId,
  toOrderId,
  toText,
  tradesPerPage,
} from './gate-requests.ts';
import { type Fields, fetchNumberedPages, parseRows } from './lists.ts';
import { toNotReady } from './not-ready.ts';
import { parsePositiveAmount } from './parse-amount.ts';
import type { VenueOrder } from './venue.ts';

/**
 * "If the order is cancelled before all transactions are completed, regardless of partial fills, the status will become
 * `cancelled`." `finish_as` has more words, and is none of a status.
 * https://www.gate.com/docs/developers/apiv4/en/#create-an-order
 */
const statuses = new Map([
  ['open', 'open'],
  ['closed', 'closed'],
  ['cancelled', 'canceled'],
]);

/** An answer without the fill, such as that of the mode `ACK`, is no order. */
function toFilled({ filled_amount, amount, left }: Fields, inQuote: boolean) {
  if (filled_amount !== undefined) return filled_amount;
  return inQuote || left === undefined ? undefined : toAmount(decimal(String(amount)).minus(String(left)));
}

/** The amount of a MARKET buy, and what is left of it, is in quote currency. */
function toOrder(row: Fields): Order {
  const inQuote = row.type === 'market' && row.side === 'buy';
  const order = {
    info: row,
    id: row.id,
    clientOrderId: toClientOrderId(row),
    side: row.side,
    status: statuses.get(String(row.status)),
    amount: inQuote ? undefined : row.amount,
    filled: toFilled(row, inQuote),
    average: parsePositiveAmount(row.avg_deal_price),
    price: row.type === 'market' ? undefined : row.price,
    timestamp: Number(row.create_time_ms),
    lastUpdateTimestamp: Number(row.update_time_ms),
  };
  return order as unknown as Order;
}

/** Any other status is open, or not known to have ended. */
const triggerEnds = new Map([
  ['finish', 'closed'],
  ...['cancelled', 'failed', 'expired'].map((status) => [status, 'canceled'] as const),
]);

/** An order of the owner's that waits for a price. https://www.gate.com/docs/developers/apiv4/en/#query-running-auto-order-list */
function toPriceOrder(row: Fields): Order {
  const { trigger, put } = row as Record<'trigger' | 'put', Fields>;
  const order = {
    info: row,
    id: String(row.id),
    side: put.side,
    status: triggerEnds.get(String(row.status)) ?? 'open',
    amount: put.amount,
    filled: '0',
    price: put.type === 'market' ? undefined : put.price,
    triggerPrice: trigger.price,
    timestamp: Number(row.ctime) * 1_000,
  };
  return order as unknown as Order;
}

/** What a MARKET buy of an amount of coins may cost beyond the best offer. */
const buyAbove = '1.01';

/**
 * The highest price of a buy. A buy at MARKET has its amount in quote currency only, and would buy more coins than were
 * ordered if the price fell meanwhile. A LIMIT order that fills at once or not at all has it in coins.
 * https://www.gate.com/docs/developers/apiv4/en/#create-an-order, `amount`
 */
async function readHighestPrice(client: CcxtClient, { id, priceStep }: MarketRules): Promise<Amount> {
  const [ticker] = parseRows(await client.publicSpotGetTickers({ currency_pair: id }));
  const ask = parsePositiveAmount(ticker?.lowest_ask);
  if (ask === undefined) throw new TypeError('the ticker has no offer');
  return truncateToStep(toAmount(decimal(ask).times(buyAbove)), priceStep);
}

/** The `amount` is in quote currency if the order has a cost. */
async function toFields(client: CcxtClient, market: MarketRules, order: VenueOrder): Promise<Fields> {
  const { type, side, cost, price } = order;
  if (cost !== undefined) return { type, amount: cost, time_in_force: 'ioc' };
  const amount = toSize(market, order.amount);
  if (type === 'limit') return { type, amount, price };
  // "Only `ioc` and `fok` are supported when `type`=`market`".
  if (side === 'sell') return { type, amount, time_in_force: 'ioc' };
  const highest = await readHighestPrice(client, market).catch(
    toNotReady('Gate', 'the price', gateErrors.errors),
  );
  return { type: 'limit', amount, price: highest, time_in_force: 'ioc' };
}

/** Without `action_mode`, the answer is the full order with its fill. */
export async function createOrder(
  client: CcxtClient,
  market: MarketRules,
  order: VenueOrder,
): Promise<Order | undefined> {
  const [fields, account] = await Promise.all([
    toFields(client, market, order),
    readAccountKind(client).catch(toNotReady('Gate', "the account's mode", gateErrors.errors)),
  ]);
  const request = {
    ...{ text: toText(order.clientOrderId), currency_pair: market.id, side: order.side, ...fields },
    ...(account === undefined ? {} : { account }),
    // A sale of coins that the account lacks has to be refused.
    ...(account === 'unified' ? { auto_borrow: false } : {}),
  };
  return toOrder(await client.privateSpotPostOrders(request).catch(forgetAccountKind(client)));
}

/** The answer is the full order. https://www.gate.com/docs/developers/apiv4/en/#cancel-single-order */
export async function cancelOrder(
  client: CcxtClient,
  { id }: MarketRules,
  ref: OrderRef,
): Promise<Order | undefined> {
  const order_id = toOrderId(ref);
  const row: Fields = ref.conditional
    ? await client.privateSpotDeletePriceOrdersOrderId({ order_id })
    : await client.privateSpotDeleteOrdersOrderId({ order_id, currency_pair: id });
  if (row.id === undefined) throw new TypeError('the response names no order');
  return ref.conditional ? toPriceOrder(row) : toOrder(row);
}

/**
 * "Operations based on custom IDs can only be checked in pending orders. Only order ID can be used after the order is
 * finished." The finished orders and the trades carry the `text` too.
 * https://www.gate.com/docs/developers/apiv4/en/#query-single-order-details
 */
function findSpotOrder(client: CcxtClient, { id: currency_pair }: MarketRules, ref: OrderRef) {
  return findByText(client, ref, {
    toOrder,
    readOne: (order_id) => client.privateSpotGetOrdersOrderId({ order_id, currency_pair }),
    listFinished: (from, hasWanted) =>
      fetchNumberedPages(
        (page) => client.privateSpotGetOrders({ currency_pair, from, ...page, status: 'finished' }),
        ordersPerPage,
        hasWanted,
      ),
    listTrades: (range, hasWanted) =>
      fetchNumberedPages(
        (page) => client.privateSpotGetMyTrades({ currency_pair, ...range, ...page }),
        tradesPerPage,
        hasWanted,
      ),
  });
}

export async function fetchOrder(
  client: CcxtClient,
  market: MarketRules,
  ref: OrderRef,
): Promise<Order | undefined> {
  const { orderId, conditional } = ref;
  if (conditional) return toPriceOrder(await client.privateSpotGetPriceOrdersOrderId({ order_id: orderId }));
  if (orderId === undefined) return findSpotOrder(client, market, ref);
  return toOrder(await client.privateSpotGetOrdersOrderId({ order_id: orderId, currency_pair: market.id }));
}

/** "The paging parameter controls the number of pending orders in each trading pair." */
async function fetchAllOpen(client: CcxtClient): Promise<Fields[]> {
  const rows: Fields[] = [];
  for (let page = 1; ; page += 1) {
    const pairs = parseRows(await client.privateSpotGetOpenOrders({ page, limit: ordersPerPage }));
    const lists = pairs.map(({ orders }) => parseRows(orders));
    rows.push(...lists.flat());
    if (lists.every(({ length }) => length < ordersPerPage)) return rows;
  }
}

/** Orders of a margin account hold coins of that account. */
const accounts = new Set<unknown>(['spot', 'unified']);

/**
 * https://www.gate.com/docs/developers/apiv4/en/#list-all-open-orders
 * https://www.gate.com/docs/developers/apiv4/en/#query-running-auto-order-list
 */
export async function fetchOpenOrders(client: CcxtClient, _kind: MarketKind, market?: MarketRules) {
  const account = (await readAccountKind(client)) === 'unified' ? 'unified' : 'normal';
  const pair = market === undefined ? {} : { market: market.id };
  const [open, waiting] = await Promise.all([
    market === undefined
      ? fetchAllOpen(client)
      : fetchNumberedPages(
          (page) => client.privateSpotGetOrders({ currency_pair: market.id, status: 'open', ...page }),
          ordersPerPage,
        ),
    fetchSkippingPages(client, 'privateSpotGetPriceOrders', { status: 'open', account, ...pair }),
  ]);
  return [
    ...open
      .filter((row) => accounts.has(row.account))
      .map((row) => ({ order: toOrder(row), conditional: false })),
    ...waiting.map((row) => ({ order: toPriceOrder(row), conditional: true })),
  ];
}
