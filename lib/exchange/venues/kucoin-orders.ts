import type { Exchange as CcxtClient, Order } from 'ccxt';
import { decimal, toAmount } from '../../decimal.ts';
import type { MarketKind, MarketRules, OrderRef } from '../exchange.ts';
import { toSize } from './contracts.ts';
import { type Fields, parseData, readObject } from './lists.ts';
import { parsePositiveAmount } from './parse-amount.ts';
import type { VenueOrder } from './venue.ts';
import type { VenueError } from './venue-error.ts';

/** The pages of these requests are https://www.kucoin.com/docs-new/rest/spot-trading/orders/ and the name of each. */

function toAverage({ dealFunds, dealSize }: Fields): string | undefined {
  const [funds, size] = [parsePositiveAmount(dealFunds), parsePositiveAmount(dealSize)];
  if (funds === undefined || size === undefined) return undefined;
  return toAmount(decimal(funds).dividedBy(size).decimalPlaces(16));
}

/** "Order status: true - the status of the order is active; false - the status of the order is done." */
function toStatus({ active, cancelExist }: Fields): string | undefined {
  if (active === true) return 'open';
  if (active !== false) return undefined;
  return cancelExist === true ? 'canceled' : 'closed';
}

/** Stop orders have `null` for what they lack. */
const toFigure = (value: unknown) => parsePositiveAmount(value ?? undefined);

function toOrder(row: Fields): Order {
  const order = {
    info: row,
    id: row.id,
    clientOrderId: row.clientOid || undefined,
    side: row.side,
    status: toStatus(row),
    // An order by cost has none.
    amount: toFigure(row.size),
    filled: row.dealSize,
    average: toAverage(row),
    price: toFigure(row.price),
    timestamp: Number(row.createdAt),
    lastUpdateTimestamp: Number(row.lastUpdatedAt ?? row.createdAt),
  };
  return order as unknown as Order;
}

/** "Status: NEW, TRIGGERED". What fills is the order that a trigger places, under another id. */
function toStopOrder(row: Fields): Order {
  const status = row.status === 'NEW' ? 'open' : 'closed';
  const triggerPrice = toFigure(row.stopPrice);
  return { ...toOrder(row), status, filled: '0', triggerPrice } as unknown as Order;
}

/**
 * "This interface will synchronously return the order information after the order matching is completed." The answer has
 * no cost, so the order is read, which then has its fill. `data: null` names no order.
 */
export async function createOrder(
  client: CcxtClient,
  market: MarketRules,
  { type, side, amount, cost, price, clientOrderId }: VenueOrder,
): Promise<Order> {
  // "When type is market, select one out of two: size or funds."
  const size = cost === undefined ? { size: toSize(market, amount) } : { funds: cost };
  const response = await client.privatePostHfOrdersSync({
    ...{ clientOid: clientOrderId, side, symbol: market.id, type, ...size },
    ...(price === undefined ? {} : { price }),
  });
  return { id: response.data?.orderId || undefined } as Order;
}

/** An id is part of the path. */
const toPart = (id: string | undefined) => encodeURIComponent(id ?? '');

/** Only a success with `data: null` reports that there is no such order: any other answer without one is none. */
export async function fetchOrder(
  client: CcxtClient,
  { id: symbol }: MarketRules,
  { orderId, clientOrderId }: OrderRef,
): Promise<Order | undefined> {
  const response =
    orderId === undefined
      ? await client.privateGetHfOrdersClientOrderClientOid({ clientOid: toPart(clientOrderId), symbol })
      : await client.privateGetHfOrdersOrderId({ orderId: toPart(orderId), symbol });
  if (String(response.code) === '200000' && response.data === null) return undefined;
  return toOrder(readObject(response));
}

/** Any other failed look-up must not keep the cancel from being sent. */
function unlessRateLimited(thrown: { venueError?: VenueError }): undefined {
  if (thrown.venueError?.status === 429) throw thrown;
}

/**
 * The response reports how the order ended, without its side, price and cost: those are read before, while it is open.
 * After its end, an order is found only for days.
 * @returns undefined if it filled in between, so that its cost has to be read.
 */
export async function cancelOrder(
  client: CcxtClient,
  market: MarketRules,
  ref: OrderRef,
): Promise<Order | undefined> {
  const before = await fetchOrder(client, market, ref).catch(unlessRateLimited);
  const { id: symbol } = market;
  const { status, dealSize } = readObject(
    ref.orderId === undefined
      ? await client.privateDeleteHfOrdersSyncClientOrderClientOid({
          ...{ clientOid: toPart(ref.clientOrderId), symbol },
        })
      : await client.privateDeleteHfOrdersSyncOrderId({ orderId: toPart(ref.orderId), symbol }),
  );
  if (before === undefined || status !== 'done' || dealSize === undefined) return undefined;
  const isSame = decimal(String(dealSize)).eq(String(before.filled));
  return isSame ? { ...before, status: 'canceled', lastUpdateTimestamp: client.nonce() } : undefined;
}

/** "pageSize should not greater than 500". Without `stop`, stop orders and OCO orders. */
const stopsPerPage = 500;

async function fetchStopOrders(client: CcxtClient, selection: Fields): Promise<Fields[]> {
  const rows: Fields[] = [];
  for (let currentPage = 1; ; currentPage += 1) {
    const request = { ...selection, currentPage, pageSize: stopsPerPage };
    const { items, totalPage } = readObject(await client.privateGetStopOrder(request));
    rows.push(...parseData({ data: items }));
    if (!(currentPage < Number(totalPage))) return rows;
  }
}

/** Open orders are listed per market. Stop orders hold no coins, and can sell them. */
export async function fetchOpenOrders(client: CcxtClient, _kind: MarketKind, market?: MarketRules) {
  const stops = fetchStopOrders(client, market === undefined ? {} : { symbol: market.id });
  stops.catch(() => undefined);
  const symbols =
    market === undefined ? readObject(await client.privateGetHfOrdersActiveSymbols()).symbols : [market.id];
  if (!Array.isArray(symbols)) throw new TypeError('the response has no symbols');
  const lists = await Promise.all(
    symbols.map(async (symbol) => parseData(await client.privateGetHfOrdersActive({ symbol }))),
  );
  return [
    ...lists.flat().map((row) => ({ order: toOrder(row), conditional: false })),
    ...(await stops).map((row) => ({ order: toStopOrder(row), conditional: true })),
  ];
}
