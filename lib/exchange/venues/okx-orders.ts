import type { Exchange as CcxtClient, Order } from 'ccxt';
import type { Amount } from '../../decimal.ts';
import type { MarketKind, MarketRules, OrderRef, ReducibleOrder, StopLossOrder } from '../exchange.ts';
import { toContracts, toSize } from './contracts.ts';
import { type Fields, readFirst } from './lists.ts';
import { toNotReady } from './not-ready.ts';
import { forgetModes, readTradeMode, requireCoins } from './okx-account.ts';
import { okxErrors } from './okx-errors.ts';
import { fetchPages, toInstrumentType, toPrice } from './okx-requests.ts';
import type { VenueOrder } from './venue.ts';
import type { VenueError } from './venue-error.ts';

/**
 * Those of orders and of algo orders; any other is still open. An `effective` algo order has placed another order.
 * https://www.okx.com/docs-v5/en/#order-book-trading-trade-get-order-details
 * https://www.okx.com/docs-v5/en/#order-book-trading-algo-trading-get-algo-order-details
 */
const endStates = new Map([
  ['filled', 'closed'],
  ['canceled', 'canceled'],
  ['mmp_canceled', 'canceled'],
  ['effective', 'closed'],
  ['order_failed', 'canceled'],
]);

/** @returns the order as ccxt has it, in OKX's amounts. ccxt misses the prices and the client order id of algo orders. */
function toOrder(row: Fields): Order {
  const isAlgo = row.accFillSz === undefined;
  const inQuote = row.tgtCcy === 'quote_ccy' && row.ordType === 'market';
  const order = {
    info: row,
    id: isAlgo ? row.algoId : row.ordId,
    clientOrderId: (isAlgo ? row.algoClOrdId : row.clOrdId) || undefined,
    side: row.side,
    status: row.state === undefined ? undefined : (endStates.get(String(row.state)) ?? 'open'),
    // The size of an order by cost is in quote currency.
    amount: inQuote ? undefined : row.sz,
    filled: isAlgo ? '0' : row.accFillSz,
    average: row.avgPx || undefined,
    price: toPrice(isAlgo ? row.slOrdPx || row.tpOrdPx || row.ordPx : row.px),
    // An order that carries exits has their prices in these fields.
    triggerPrice: isAlgo ? toPrice(row.slTriggerPx || row.tpTriggerPx || row.triggerPx) : undefined,
    reduceOnly: row.reduceOnly === 'true',
    timestamp: Number(row.cTime),
    lastUpdateTimestamp: Number(row.uTime || row.cTime),
  };
  return order as unknown as Order;
}

/**
 * A MARKET order of spot has its unit in `tgtCcy`, which is the quote currency for a buy by default. Without `banAmend`,
 * OKX buys less than was ordered if the balance does not suffice.
 * https://www.okx.com/docs-v5/en/#order-book-trading-trade-post-place-order
 */
function spotFields({ side, cost }: VenueOrder): Fields {
  if (cost !== undefined) return { sz: cost, tgtCcy: 'quote_ccy', banAmend: true };
  return { tgtCcy: 'base_ccy', ...(side === 'buy' ? { banAmend: true } : {}) };
}

/**
 * `order-algo` knows no `clOrdId`; without one, ccxt adds a random one and a broker's tag.
 * https://www.okx.com/docs-v5/en/#order-book-trading-algo-trading-post-place-algo-order
 */
function stopFields(market: MarketRules, { triggerPrice, price, clientOrderId }: VenueOrder): Fields {
  return {
    ordType: 'conditional',
    slTriggerPx: triggerPrice,
    slTriggerPxType: 'last',
    slOrdPx: price ?? '-1',
    algoClOrdId: clientOrderId,
    clOrdId: clientOrderId,
    ...(market.kind === 'spot' ? { tgtCcy: 'base_ccy' } : {}),
  };
}

const notReady = toNotReady('OKX', "the account's mode", okxErrors.errors);

/** The answer acknowledges the order: `ordId`, or `algoId` of a stop. */
export async function createOrder(
  client: CcxtClient,
  market: MarketRules,
  order: VenueOrder,
  { cost: _, ...parameters }: Fields,
): Promise<Order | undefined> {
  const { type, side, amount, price, clientOrderId } = order;
  const request = {
    instId: market.id,
    tdMode: await readTradeMode(client, market, order).catch(notReady),
    side,
    ordType: type,
    ...(order.cost === undefined ? { sz: toSize(market, amount) } : {}),
    ...parameters,
  };
  // A stop sells when it triggers, and holds no coins until then.
  if (order.triggerPrice === undefined) await requireCoins(client, market, order).catch(notReady);
  const isSpotMarket = market.kind === 'spot' && type === 'market';
  try {
    const response =
      order.triggerPrice === undefined
        ? await client.privatePostTradeOrder({
            ...request,
            ...(isSpotMarket ? spotFields(order) : {}),
            ...(price === undefined ? {} : { px: price }),
            clOrdId: clientOrderId,
          })
        : await client.privatePostTradeOrderAlgo({ ...request, ...stopFields(market, order) });
    const { ordId, algoId } = response.data?.[0] ?? {};
    return { id: ordId || algoId || undefined } as Order;
  } catch (thrown) {
    if ((thrown as { venueError?: VenueError }).venueError !== undefined) forgetModes(client);
    throw thrown;
  }
}

export function toOrderRef({ orderId, clientOrderId, conditional }: OrderRef): Fields {
  if (conditional) return orderId === undefined ? { algoClOrdId: clientOrderId } : { algoId: orderId };
  return orderId === undefined ? { clOrdId: clientOrderId } : { ordId: orderId };
}

/** "It only means that your cancellation request has been accepted by the system server." An empty answer says nothing. */
export async function cancelOrder(
  client: CcxtClient,
  { id }: MarketRules,
  ref: OrderRef,
): Promise<undefined> {
  const request = { instId: id, ...toOrderRef(ref) };
  // https://www.okx.com/docs-v5/en/#order-book-trading-algo-trading-post-cancel-algo-order
  readFirst(
    ref.conditional
      ? await client.privatePostTradeCancelAlgos([request])
      : await client.privatePostTradeCancelOrder(request),
  );
}

/** OKX reports an order that it does not know as an error. An empty list is no answer. */
export async function fetchOrder(client: CcxtClient, { id }: MarketRules, ref: OrderRef): Promise<Order> {
  return toOrder(
    readFirst(
      ref.conditional
        ? await client.privateGetTradeOrderAlgo(toOrderRef(ref))
        : await client.privateGetTradeOrder({ instId: id, ...toOrderRef(ref) }),
    ),
  );
}

/** `newSz` is the whole amount, with what has filled. https://www.okx.com/docs-v5/en/#order-book-trading-trade-post-amend-order */
export async function reduceOrder(
  client: CcxtClient,
  market: MarketRules,
  order: ReducibleOrder,
  amount: Amount,
): Promise<void> {
  const request = { instId: market.id, newSz: toContracts(market, amount), ...toOrderRef(order) };
  readFirst(
    order.conditional
      ? await client.privatePostTradeAmendAlgos(request)
      : await client.privatePostTradeAmendOrder(request),
  );
}

/** https://www.okx.com/docs-v5/en/#order-book-trading-algo-trading-post-amend-algo-order */
export async function amendStop(
  client: CcxtClient,
  market: MarketRules,
  algoId: string,
  { amount, triggerPrice, price }: Pick<StopLossOrder, 'amount' | 'triggerPrice' | 'price'>,
): Promise<unknown> {
  const prices = { newSlTriggerPx: triggerPrice, newSlOrdPx: price ?? '-1' };
  const request = { instId: market.id, algoId, newSz: toSize(market, amount), ...prices };
  return readFirst(await client.privatePostTradeAmendAlgos(request));
}

/** "conditional and oco both can be used"; any other type needs a request of its own. */
const algoTypes = ['conditional,oco', 'trigger', 'move_order_stop'];

/**
 * https://www.okx.com/docs-v5/en/#order-book-trading-trade-get-order-list
 * https://www.okx.com/docs-v5/en/#order-book-trading-algo-trading-get-algo-order-list
 */
export async function fetchOpenOrders(client: CcxtClient, kind: MarketKind, market?: MarketRules) {
  const request = market === undefined ? { instType: toInstrumentType(kind) } : { instId: market.id };
  const [orders, ...algos] = await Promise.all([
    fetchPages((page) => client.privateGetTradeOrdersPending(page), request, 'ordId'),
    ...algoTypes.map((ordType) =>
      fetchPages((page) => client.privateGetTradeOrdersAlgoPending(page), { ...request, ordType }, 'algoId'),
    ),
  ]);
  return [
    ...(orders ?? []).map((row) => ({ order: toOrder(row), conditional: false })),
    ...algos.flat().map((row) => ({ order: toOrder(row), conditional: true })),
  ];
}
