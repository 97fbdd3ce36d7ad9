import type { Exchange as CcxtClient, Order } from 'ccxt';
import { type Amount, decimal, sum } from '../../decimal.ts';
import type { MarketKind, MarketRules, OrderRef } from '../exchange.ts';
import { toSize } from './contracts.ts';
import { isPair, readPairIds, readResult, readRows } from './kraken-requests.ts';
import type { Fields } from './lists.ts';
import { parsePositiveAmount } from './parse-amount.ts';
import type { VenueOrder } from './venue.ts';
import { isUnknownRequest, Unsupported, type VenueError } from './venue-error.ts';

const statuses = new Map([
  ['pending', 'open'],
  ['open', 'open'],
  ['closed', 'closed'],
  ['canceled', 'canceled'],
  ['expired', 'expired'],
]);

export function hasFlag({ oflags }: Fields, flag: 'viqc' | 'fcib' | 'fciq'): boolean {
  return String(oflags ?? '')
    .split(',')
    .includes(flag);
}

/** Unix seconds with fractions. */
export function toMs(seconds: unknown): number {
  return Math.round(Number(seconds) * 1_000);
}

/**
 * @returns the order as ccxt has it. A relative price, of a trailing stop, is none.
 * https://docs.kraken.com/api/docs/rest-api/get-open-orders
 */
function toOrder(row: Fields, marketId: unknown, filled = row.vol_exec): Order {
  const { pair: _, type, ordertype, price, price2 } = (row.descr ?? {}) as Fields;
  const rests = ordertype === 'limit' || ordertype === 'iceberg';
  const toPrice = (value: unknown) =>
    /^[\d.]+$/.test(String(value)) ? parsePositiveAmount(value) : undefined;
  const order = {
    info: { ...row, marketId, ordertype },
    id: row.id,
    clientOrderId: row.cl_ord_id || undefined,
    side: type,
    status: statuses.get(String(row.status)),
    // The size of an order by cost is in quote currency.
    amount: hasFlag(row, 'viqc') ? undefined : row.vol,
    filled,
    average: parsePositiveAmount(row.price),
    price: toPrice(rests ? price : price2),
    triggerPrice: rests || ordertype === 'market' ? undefined : toPrice(price),
    timestamp: toMs(row.opentm),
    lastUpdateTimestamp: toMs(row.closetm ?? row.opentm),
  };
  return order as unknown as Order;
}

/** @returns the trades of an order. "Comma delimited list of transaction IDs … (20 maximum)". */
export async function readTradesOf(client: CcxtClient, { trades }: Fields): Promise<Fields[]> {
  const ids = Array.isArray(trades) ? trades.map(String) : [];
  const rows: Fields[] = [];
  for (let at = 0; at < ids.length; at += 20) {
    const txid = ids.slice(at, at + 20).join(',');
    rows.push(...readRows(readResult(await client.privatePostQueryTrades({ txid }))));
  }
  return rows;
}

/**
 * @returns one order by Kraken's id, with the ids of its trades. Kraken reports an order that it does not know as an error:
 * a result without the order is no answer. https://docs.kraken.com/api/docs/rest-api/get-orders-info
 */
export async function readOrder(client: CcxtClient, txid: string): Promise<Fields> {
  const row = readResult(await client.privatePostQueryOrders({ trades: 'true', txid }))[txid];
  if (row === undefined) throw new TypeError('the response does not have the order');
  return { ...row, id: txid };
}

/**
 * What an order by cost has filled: its `vol_exec` was documented as "base currency unless viqc set in oflags", and is
 * documented without the exception now. Its trades are in base currency, and complete if their sums are the order's.
 */
async function readFilled(client: CcxtClient, row: Fields): Promise<Amount> {
  const executed = decimal(String(row.vol_exec));
  if (executed.isZero()) return '0';
  const order = Array.isArray(row.trades) ? row : await readOrder(client, String(row.id));
  const trades = await readTradesOf(client, order);
  const [amount, cost] = (['vol', 'cost'] as const).map((name) =>
    sum(trades.map((each) => String(each[name]))),
  );
  const isAll = [amount, cost].some((total) =>
    executed
      .minus(total ?? '0')
      .abs()
      .lte(executed.times('0.0001')),
  );
  if (amount === undefined || !isAll) throw new TypeError('the order lists some of its trades only');
  return amount;
}

interface KeyDates {
  at: number;
  isLimited: Promise<boolean>;
}

const keyDatesOf = new WeakMap<CcxtClient, KeyDates>();
const keyDatesMs = 10 * 60_000;

async function isLimitedToDates(client: CcxtClient): Promise<boolean> {
  const response = await client.privatePostGetApiKeyInfo().catch((thrown: { venueError?: VenueError }) => {
    const { venueError } = thrown;
    if (venueError === undefined) throw thrown;
    if (venueError.code !== 'EGeneral:Unknown method' && !isUnknownRequest(venueError)) throw thrown;
    return { error: [], result: {} };
  });
  const { queryFrom, queryTo } = readResult(response) as Fields;
  return Number(queryFrom ?? 0) > 0 || Number(queryTo ?? 0) > 0;
}

/**
 * An order outside the dates that a key may query is not listed: that is no absence.
 * https://docs.kraken.com/api/docs/rest-api/get-api-key-info
 */
async function checkKeyListsAll(client: CcxtClient): Promise<void> {
  const now = client.milliseconds();
  const known = keyDatesOf.get(client);
  const isRecent = known !== undefined && now - known.at < keyDatesMs;
  const dates = isRecent ? known : { at: now, isLimited: isLimitedToDates(client) };
  keyDatesOf.set(client, dates);
  dates.isLimited.catch(() => keyDatesOf.delete(client));
  if (await dates.isLimited)
    throw new Unsupported(
      'The API key may query orders of some dates only, so a missing order proves nothing. Remove the query dates of the key at Kraken',
    );
}

/** The rows of an id. A list with other rows only is one of other orders, which says nothing about the id. */
function findById(list: Fields | undefined, clientOrderId: string | undefined): Fields | undefined {
  const rows = readRows(list);
  const own = rows.filter((row) => row.cl_ord_id === clientOrderId);
  if (rows.length > 0 && own.length === 0) throw new TypeError('the list is not that of the client order id');
  // An id can be used again once its order has ended.
  return own.sort((a, b) => Number(b.opentm) - Number(a.opentm))[0];
}

/**
 * Open orders first: an order that ends between the two reads is in the second list.
 * https://docs.kraken.com/api/docs/rest-api/get-closed-orders
 */
async function readByClientId(client: CcxtClient, id: string | undefined): Promise<Fields | undefined> {
  const { open } = readResult(await client.privatePostOpenOrders({ cl_ord_id: id }));
  const found = findById(open, id);
  if (found !== undefined) return found;
  const { closed } = readResult(await client.privatePostClosedOrders({ cl_ord_id: id }));
  const ended = findById(closed, id);
  if (ended === undefined) await checkKeyListsAll(client);
  return ended;
}

/** ccxt's own look-up sends a client order id as `userref`, which finds nothing. */
export async function fetchOrder(
  client: CcxtClient,
  market: MarketRules,
  { orderId, clientOrderId }: OrderRef,
): Promise<Order | undefined> {
  const row = await (orderId === undefined
    ? readByClientId(client, clientOrderId)
    : readOrder(client, orderId));
  if (row === undefined) return undefined;
  const { pair } = (row.descr ?? {}) as Fields;
  const filled = hasFlag(row, 'viqc') ? await readFilled(client, row) : row.vol_exec;
  return toOrder(row, isPair(client, market, pair) ? market.id : pair, filled);
}

/**
 * Ripcord sends no order with a trigger: ccxt drops the trigger price, and the order would execute at once. `fciq`: the
 * commission is in quote currency, so that the coins stay whole. By default, that of a sell is in base currency. `viqc`:
 * "order volume expressed in quote currency … only for buy market orders".
 * https://docs.kraken.com/api/docs/rest-api/add-order
 */
export async function createOrder(
  client: CcxtClient,
  market: MarketRules,
  { type, side, amount, cost, price, triggerPrice, clientOrderId }: VenueOrder,
): Promise<Order | undefined> {
  if (triggerPrice !== undefined) throw new Unsupported('Ripcord sends no orders with a trigger to Kraken');
  const response = await client.privatePostAddOrder({
    ...{ pair: market.id, type: side, ordertype: type, volume: cost ?? toSize(market, amount) },
    ...(price === undefined ? {} : { price }),
    ...{ cl_ord_id: clientOrderId, oflags: cost === undefined ? 'fciq' : 'fciq,viqc' },
  });
  const { txid } = response.result ?? {};
  return { id: Array.isArray(txid) ? txid[0] : undefined } as Order;
}

/** `count` is the number of canceled orders: none is no acknowledgment. https://docs.kraken.com/api/docs/rest-api/cancel-order */
export async function cancelOrder(
  client: CcxtClient,
  _market: MarketRules,
  { orderId, clientOrderId }: OrderRef,
): Promise<undefined> {
  const request = orderId === undefined ? { cl_ord_id: clientOrderId } : { txid: orderId };
  const { count } = readResult(await client.privatePostCancelOrder(request)) as Fields;
  if (!(Number(count) > 0)) throw new TypeError('the response names no canceled order');
}

/** All in one list. Orders on margin hold no coins, and orders by cost never rest. */
export async function fetchOpenOrders(client: CcxtClient, _kind: MarketKind, market?: MarketRules) {
  const { open } = readResult(await client.privatePostOpenOrders());
  const found = readRows(open).flatMap((row) => {
    const { pair, leverage = 'none' } = (row.descr ?? {}) as Fields;
    return leverage === 'none' && !hasFlag(row, 'viqc') ? [{ row, pair: String(pair) }] : [];
  });
  if (market !== undefined)
    return found.flatMap(({ row, pair }) =>
      isPair(client, market, pair) ? [{ order: toOrder(row, market.id), conditional: false }] : [],
    );
  const ids = await readPairIds(
    client,
    found.map(({ pair }) => pair),
  );
  return found.map(({ row, pair }) => ({ order: toOrder(row, ids.get(pair) ?? pair), conditional: false }));
}
