import type { Exchange as CcxtClient, Order, Trade } from 'ccxt';
import { type Amount, decimal, plainDecimal, sum, toAmount } from '../../decimal.ts';
import type { MarketRules, OrderRef, RecordedSale, SaleTraces, SentSale } from '../exchange.ts';
import {
  findFlaw,
  locally,
  readFields,
  recordRequests,
  sendOnce,
  toAddress,
  toShape,
  type WireRequest,
} from './generic-wire.ts';
import type { VenueOrder } from './venue.ts';
import { Unsupported } from './venue-error.ts';

/** ccxt's types declare a number. With `number = String`, it passes strings through unchanged. */
function createSale(client: CcxtClient, { symbol }: MarketRules, amount: Amount, clientOrderId: string) {
  // No price: a few exchanges make a LIMIT order of a MARKET order that has one.
  return client.createOrder(symbol, 'market', 'sell', amount as unknown as number, undefined, {
    clientOrderId,
  });
}

async function record(
  client: CcxtClient,
  market: MarketRules,
  amount: Amount,
  clientOrderId: string,
): Promise<WireRequest> {
  const requests = await recordRequests(() => createSale(client, market, amount, clientOrderId));
  const flaw = findFlaw(requests, amount);
  const [request] = requests;
  if (flaw !== undefined || request === undefined)
    throw new Unsupported(`${flaw ?? 'A sale would be no request'}, which the generic mode refuses`);
  return request;
}

/** Ids that no exchange can have. */
const recordedClientOrderId = 'rcdryrecording0x1';
const recordedOrderId = '4711081547110815';

export async function recordSale(
  client: CcxtClient,
  market: MarketRules,
  amount: Amount,
): Promise<RecordedSale> {
  const request = await record(client, market, amount, recordedClientOrderId);
  // A look-up that leaves the id out would find another order, or none.
  const lookUps = await recordRequests(() => client.fetchOrder(recordedOrderId, market.symbol));
  if (!lookUps.some(({ url, body }) => `${url} ${body}`.includes(recordedOrderId)))
    throw new Unsupported('A look-up would not name the order id, which the generic mode refuses');
  const fields = readFields(request);
  return {
    symbol: market.symbol,
    method: request.method,
    url: toAddress(request.url),
    fields: [...fields.keys()],
    namesOrder: [...fields.values()].includes(recordedClientOrderId),
  };
}

/**
 * Sends a MARKET sale once, after it was recorded as one plain request. Nothing else leaves.
 * @returns undefined unless the response names an id of the exchange.
 */
export async function sendSale(
  client: CcxtClient,
  market: MarketRules,
  { type, side, amount = '0', clientOrderId, attached, triggerPrice }: VenueOrder,
): Promise<Order | undefined> {
  if (type !== 'market' || side !== 'sell' || attached !== undefined || triggerPrice !== undefined)
    throw new Unsupported('The generic mode sends only MARKET sales');
  const request = await record(client, market, amount, clientOrderId);
  const order = await sendOnce(toShape(request), () =>
    locally(() => createSale(client, market, amount, clientOrderId)),
  );
  // An exchange that answers with our own id has not said that it has an order.
  const isOfExchange = typeof order.id === 'string' && order.id !== '' && order.id !== clientOrderId;
  return isOfExchange ? order : undefined;
}

function readNumber(value: unknown): Amount | undefined {
  const text = value === undefined || value === null ? '' : String(value);
  return plainDecimal.test(text) ? toAmount(decimal(text)) : undefined;
}

/** @returns the order with what `toExchangeOrder` reads of an exchange's own fields. */
export function withDetails(client: CcxtClient, order: Order): Order {
  const { symbol = '' } = order;
  const marketId = client.markets?.[symbol]?.id ?? symbol;
  return { ...order, info: { marketId, type: order.type } };
}

/** What ccxt says of an order that can't fill any further. Any other word, `rejected` included, says nothing. */
const finalStatuses = new Set(['closed', 'canceled']);

/** @throws TypeError if the answer is about another order, or its figures contradict one another. */
export async function fetchOrder(client: CcxtClient, market: MarketRules, ref: OrderRef): Promise<Order> {
  const { orderId } = ref;
  if (orderId === undefined)
    throw new Unsupported('Only an order id of the exchange shows what became of an order there');
  const order = await locally(() => client.fetchOrder(orderId, market.symbol));
  if (order.id !== orderId || order.symbol !== market.symbol)
    throw new TypeError('the answer is about another order');
  const [amount, filled] = [readNumber(order.amount), readNumber(order.filled)];
  if (amount === undefined || filled === undefined || decimal(filled).gt(amount))
    throw new TypeError('the order has no fill that can be right');
  const remaining = readNumber(order.remaining);
  if (remaining !== undefined && !decimal(filled).plus(remaining).eq(amount))
    throw new TypeError('fill and rest of the order contradict its amount');
  if (order.status !== 'open' && !finalStatuses.has(order.status ?? ''))
    throw new TypeError('the status of the order says nothing');
  // A look-up may show the end of an order before its fills.
  if (order.status === 'closed' && !decimal(filled).eq(amount))
    throw new TypeError('the order is closed without its fills');
  return withDetails(client, order);
}

/** Trades before the send count, as far as the clocks may differ. */
const clockMarginMs = 10_000;

export async function fetchTraces(
  client: CcxtClient,
  { symbol, base }: MarketRules,
  { clientOrderId, sentAt }: SentSale,
): Promise<SaleTraces> {
  const since = sentAt - clockMarginMs;
  const [orders, trades, balances] = await Promise.allSettled([
    locally(() => client.fetchOpenOrders(symbol)),
    locally(() => client.fetchMyTrades(symbol, since)),
    locally(() => client.fetchBalance()),
  ]);
  const open = orders.status === 'fulfilled' ? orders.value : [];
  const made = trades.status === 'fulfilled' ? trades.value : [];
  const balance = balances.status === 'fulfilled' ? readTotal(balances.value, base) : undefined;
  return {
    named: [
      ...open.filter((order) => carries(order, clientOrderId)).map(({ id }) => `open order ${id}`),
      ...made
        .filter((trade) => carries(trade, clientOrderId))
        .map(({ order }) => `a trade of order ${order}`),
    ],
    openOrderIds: open.map(({ id = 'without an id' }) => id),
    sold: sum(
      made.filter((trade) => isSaleSince(trade, since)).map(({ amount }) => readNumber(amount) ?? '0'),
    ),
    balance,
    unread: [
      ...(orders.status === 'fulfilled' ? [] : ['open orders']),
      ...(trades.status === 'fulfilled' ? [] : ['trades']),
      ...(balance === undefined ? ['balance'] : []),
    ],
  };
}

/** In any field of the exchange: its own name of the id is not known. */
function carries(row: Order | Trade, clientOrderId: string): boolean {
  return JSON.stringify(row).includes(clientOrderId);
}

function isSaleSince({ side, timestamp }: Trade, since: number): boolean {
  return side === 'sell' && (timestamp === undefined || timestamp >= since);
}

/** Exchanges leave out what the account has none of. */
function readTotal(balances: Record<string, unknown>, base: string): Amount | undefined {
  if (!hasBalances(balances)) return undefined;
  const { total } = (balances[base] ?? { total: '0' }) as { total?: unknown };
  return readNumber(total);
}

/** ccxt makes an empty account of any answer. One without any balance is none. */
export function hasBalances({ total }: Record<string, unknown>): boolean {
  return typeof total === 'object' && total !== null && Object.keys(total).length > 0;
}
