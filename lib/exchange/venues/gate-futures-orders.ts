import type { Exchange as CcxtClient, Order } from 'ccxt';
import { type Amount, decimal, toAmount } from '../../decimal.ts';
import {
  exitSide,
  type MarketRules,
  type OrderRef,
  type OrderSide,
  type ReducibleOrder,
} from '../exchange.ts';
import { toContracts, toSize } from './contracts.ts';
import { gateErrors } from './gate-errors.ts';
import {
  fetchOpenPositions,
  forgetPositionMode,
  readIsDual,
  requireMode,
  toNothing,
} from './gate-positions.ts';
import {
  fetchSkippingPages,
  findByText,
  toClientOrderId,
  toId,
  toMs,
  toOrderId,
  toPlacedId,
  toText,
} from './gate-requests.ts';
import type { Fields } from './lists.ts';
import { toNotReady } from './not-ready.ts';
import { parsePositiveAmount } from './parse-amount.ts';
import type { VenueOrder, VenuePosition } from './venue.ts';

const closingSides: [name: RegExp, side: OrderSide][] = [
  [/close[-_]long/, 'sell'],
  [/close[-_]short/, 'buy'],
];

/**
 * "Positive for buy, negative for sell. Set to 0 for close position orders", whose side can be in their `order_type` or
 * `auto_size`.
 */
function toSideOf(size: unknown, ...names: unknown[]): OrderSide | undefined {
  const signed = decimal(String(size));
  if (!signed.isZero()) return signed.isNegative() ? 'sell' : 'buy';
  return closingSides.find(([pattern]) => names.some((name) => pattern.test(String(name))))?.[1];
}

/** An order names no position. In dual mode, one that reduces is against it, and any other is for it. */
function toOfSide(order: Order, isDual: boolean): Order {
  if (!isDual) return order;
  const position_side = (order.side === 'buy') === order.reduceOnly ? 'short' : 'long';
  return { ...order, info: { ...order.info, position_side } };
}

/** @returns what ccxt does not map. A price of 0 stands for MARKET. */
export function orderDetails(info: Fields) {
  const { contract, price } = (info.initial as Fields | undefined) ?? info;
  const positionSide = info.position_side as 'long' | 'short' | undefined;
  return { marketId: contract, type: Number(price) === 0 ? 'market' : 'limit', positionSide };
}

const statuses = new Map([
  ['open', 'open'],
  ['finished', 'closed'],
]);

/** @returns undefined for a fill that contradicts itself. A size of 0, of an order that closes all, is no fill of 0. */
function toFilled({ size, left, fill_price }: Fields): Amount | undefined {
  const ordered = decimal(String(size)).abs();
  const filled = ordered.minus(decimal(String(left)).abs());
  const hasPrice = parsePositiveAmount(fill_price) !== undefined;
  const isWrong = filled.isZero() ? ordered.isZero() && hasPrice : filled.isNegative() || !hasPrice;
  return isWrong ? undefined : toAmount(filled);
}

/**
 * `finish_as` has many words, and none of them is needed: a finished order fills no further, and `left` is what it did not
 * fill. https://www.gate.com/docs/developers/apiv4/en/#place-futures-order
 */
function toOrder(row: Fields): Order {
  const order = {
    info: row,
    id: toId(row),
    clientOrderId: toClientOrderId(row),
    side: toSideOf(row.size),
    status: statuses.get(String(row.status)),
    amount: toAmount(decimal(String(row.size)).abs()),
    filled: toFilled(row),
    average: parsePositiveAmount(row.fill_price),
    price: parsePositiveAmount(row.price),
    reduceOnly: row.is_reduce_only === true || row.is_close === true,
    timestamp: toMs(row.create_time),
    lastUpdateTimestamp: toMs(row.finish_time ?? row.update_time ?? row.create_time),
  };
  return order as unknown as Order;
}

/** Any other status is open, or not known to have ended. */
function toTriggerStatus({ status, finish_as }: Fields): Order['status'] {
  if (status !== 'finished' && status !== 'invalid') return 'open';
  return finish_as === 'succeeded' ? 'closed' : 'canceled';
}

/** An order of the owner's that waits for a price. https://www.gate.com/docs/developers/apiv4/en/#query-auto-order-list */
function toPriceOrder(row: Fields): Order {
  const { trigger = {}, initial } = row as Record<'trigger' | 'initial', Fields>;
  // "When both `size` and `amount` are provided, `amount` takes precedence."
  const size = Number(initial.amount) ? initial.amount : (initial.size ?? '0');
  const side = toSideOf(size, row.order_type, initial.auto_size);
  const closes = String(row.order_type).includes('close-') || initial.is_close === true;
  const reduceOnly = closes || [initial.reduce_only, initial.is_reduce_only].includes(true);
  const order = {
    info: row,
    id: toId(row),
    side,
    status: toTriggerStatus(row),
    amount: toAmount(decimal(String(size)).abs()),
    filled: '0',
    price: parsePositiveAmount(initial.price),
    triggerPrice: trigger.price,
    reduceOnly,
    timestamp: toMs(row.create_time),
  };
  return order as unknown as Order;
}

/** Text, as all sizes beside the header that `prepare` adds. https://www.gate.com/docs/developers/apiv4/en/#place-futures-order */
function toSignedSize(side: OrderSide, contracts: Amount): string {
  return side === 'sell' ? `-${contracts}` : contracts;
}

/**
 * Never with `close` or `auto_size`, which close all that the account holds there. The margin mode is the position's, so
 * an order has none. In dual mode, a close without `reduce_only` would be an entry of the other side.
 * https://www.gate.com/docs/developers/apiv4/en/#place-futures-order
 */
export async function createOrder(
  client: CcxtClient,
  market: MarketRules,
  { side, positionSide, type, amount, price, clientOrderId }: VenueOrder,
): Promise<Order> {
  const size = toSignedSize(side, toSize(market, amount));
  const isDual = await requireMode(client).catch(
    toNotReady('Gate', "the account's position mode", gateErrors.errors),
  );
  const request = {
    ...{ contract: market.id, size, text: toText(clientOrderId) },
    // "a price of 0 with `tif` as `ioc` represents a market order"
    ...(type === 'market' ? { price: '0', tif: 'ioc' } : { price }),
    ...(side === exitSide(positionSide) ? { reduce_only: true } : {}),
  };
  const row = await client.privateFuturesPostSettleOrders(request).catch(forgetPositionMode(client));
  return toOfSide(toOrder(row), isDual);
}

/** The answer is the full order. https://www.gate.com/docs/developers/apiv4/en/#cancel-single-order-2 */
export async function cancelOrder(
  client: CcxtClient,
  { id }: MarketRules,
  ref: OrderRef,
): Promise<Order | undefined> {
  const request = { order_id: toOrderId(ref), contract: id };
  const row: Fields = ref.conditional
    ? await client.privateFuturesDeleteSettlePriceOrdersOrderId(request)
    : await client.privateFuturesDeleteSettleOrdersOrderId(request);
  if (row.id === undefined) throw new TypeError('the response names no order');
  if (ref.conditional) return undefined;
  const order = toOrder(row);
  // A read that fails now must not look like a cancel that was not sent.
  const complete = await addSide(client, order).catch(() => order);
  return toOfSide(complete, await readIsDual(client).catch(() => false));
}

/** "New order size, including filled part." https://www.gate.com/docs/developers/apiv4/en/#amend-single-order-2 */
export async function reduceOrder(
  client: CcxtClient,
  market: MarketRules,
  order: ReducibleOrder,
  amount: Amount,
): Promise<unknown> {
  const size = toSignedSize(order.side, toContracts(market, amount));
  return client.privateFuturesPutSettleOrdersOrderId({ order_id: toOrderId(order), size });
}

/**
 * "If the order was fully or partially filled, you can query the order by `text` indefinitely." An earlier version of the
 * page has 60 s after its end, so the finished orders and the trades are read too.
 * https://www.gate.com/docs/developers/apiv4/en/#query-single-order-details-2
 */
async function findOrder(client: CcxtClient, { id: contract }: MarketRules, ref: OrderRef) {
  const request = { contract };
  const readOne = (order_id: unknown) =>
    client.privateFuturesGetSettleOrdersOrderId({ ...request, order_id });
  if (ref.conditional) {
    const row = await client.privateFuturesGetSettlePriceOrdersOrderId({ order_id: ref.orderId });
    const [order, placedId] = [toPriceOrder(row), toPlacedId(row)];
    if (order.side !== undefined || placedId === undefined) return order;
    return { ...order, side: toSideOf((await readOne(placedId)).size) } as Order;
  }
  if (ref.orderId !== undefined) return toOrder(await readOne(ref.orderId));
  return findByText(client, ref, {
    toOrder,
    readOne,
    // The latest come first.
    listFinished: (from, hasWanted) =>
      fetchSkippingPages(
        client,
        'privateFuturesGetSettleOrders',
        { ...request, status: 'finished' },
        (rows) => hasWanted(rows) || rows.some(({ create_time }) => Number(create_time) < from),
      ),
    listTrades: (range, hasWanted) =>
      fetchSkippingPages(
        client,
        'privateFuturesGetSettleMyTradesTimerange',
        { ...request, ...range },
        hasWanted,
      ),
  });
}

export async function fetchOrder(...[client, market, ref]: Parameters<typeof findOrder>) {
  const order = await findOrder(client, market, ref);
  return order && toOfSide(await addSide(client, order), await readIsDual(client));
}

interface Listed {
  order: Order;
  conditional: boolean;
}

/** An order without a size closes what the account holds there. Which side that is, only a single position shows. */
function findSide({ side, info }: Order, positions: VenuePosition[]): OrderSide | undefined {
  const [held, other] = positions.filter(({ marketId }) => marketId === orderDetails(info).marketId);
  return (
    (side as OrderSide | undefined) ??
    (held === undefined || other !== undefined ? undefined : exitSide(held.side))
  );
}

/** No record has the side of an order that ended without a fill, and its position may be gone. */
async function addSide(client: CcxtClient, order: Order): Promise<Order> {
  if (order.side !== undefined) return order;
  const hasEnded =
    order.status === 'canceled' || (order.status === 'closed' && order.triggerPrice === undefined);
  const side = findSide(order, await fetchOpenPositions(client)) ?? (hasEnded ? 'sell' : undefined);
  return { ...order, side } as Order;
}

async function addSides(client: CcxtClient, listed: Listed[]): Promise<Listed[]> {
  if (listed.every(({ order }) => order.side !== undefined)) return listed;
  const positions = await fetchOpenPositions(client);
  return listed.flatMap(({ order, conditional }) => {
    const side = findSide(order, positions);
    return side === undefined ? [] : { order: { ...order, side }, conditional };
  });
}

/**
 * https://www.gate.com/docs/developers/apiv4/en/#query-futures-order-list
 * https://www.gate.com/docs/developers/apiv4/en/#query-auto-order-list
 */
export async function fetchOpenOrders(client: CcxtClient, market?: MarketRules): Promise<Listed[]> {
  const request = { status: 'open', ...(market === undefined ? {} : { contract: market.id }) };
  const list = async (): Promise<Listed[]> => {
    const [open, waiting, isDual] = await Promise.all([
      fetchSkippingPages(client, 'privateFuturesGetSettleOrders', request),
      fetchSkippingPages(client, 'privateFuturesGetSettlePriceOrders', request),
      readIsDual(client),
    ]);
    const listed = await addSides(client, [
      ...open.map((row) => ({ order: toOrder(row), conditional: false })),
      ...waiting.map((row) => ({ order: toPriceOrder(row), conditional: true })),
    ]);
    return listed.map(({ order, conditional }) => ({ order: toOfSide(order, isDual), conditional }));
  };
  return market === undefined ? list().catch(toNothing) : list();
}
