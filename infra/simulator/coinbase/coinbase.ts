import { feeRateOf } from '../core/fees.ts';
import type { Account, Order } from '../core/model.ts';
import type { SimulatedExchange } from '../core/simulated-exchange.ts';
import { isOpen } from '../core/state.ts';
import { matchRoutes, publicRoute, type Route, readRoute, tradeRoute } from '../server/routes.ts';
import type { PreparedRequest, VenueApi, VenueRequest } from '../server/venue-api.ts';
import {
  coinbaseError,
  invalidArgument,
  toErrorBody,
  toVenueError,
  unauthenticated,
  unknownOrder,
} from './errors.ts';
import { authenticate, checkLife, Params, parseDecimal, toMarket } from './request.ts';
import { toAccountRows, toFillRow, toKey, toOrderRow, toProduct, toProductId } from './shapes.ts';

type Rows = Record<string, unknown>[];

const api = '/api/v3/brokerage';

function ordersOf(core: SimulatedExchange, { id }: Account): Order[] {
  return [...core.state.orders.values()].filter(({ account, market }) => account === id && market === 'spot');
}

/** A limit may be given, and no page is longer than this. */
const pageLimit = 100;

/** `cursor`: "returns all responses that come after this value". Latest first. */
function toPage(params: Params, rows: Rows, idName: string) {
  const latestFirst = rows.toReversed();
  const cursor = params.text('cursor');
  const start = cursor === undefined ? 0 : latestFirst.findIndex((row) => row[idName] === cursor) + 1;
  const page = latestFirst.slice(start, start + Math.min(params.integer('limit') ?? pageLimit, pageLimit));
  const has_next = start + page.length < latestFirst.length;
  return { page, has_next, cursor: has_next ? String(page.at(-1)?.[idName]) : '' };
}

/** https://docs.cdp.coinbase.com/api-reference/advanced-trade-api/rest-api/orders/list-orders */
function listOrders(core: SimulatedExchange, params: Params, account: Account) {
  const [since = 0, until = Number.POSITIVE_INFINITY] = [params.time('start_date'), params.time('end_date')];
  const [statuses, products] = [params.list('order_status'), params.list('product_ids')];
  // OPEN is not accepted together with other statuses.
  if (statuses.includes('OPEN') && statuses.length > 1) throw invalidArgument('order_status');
  const rows = ordersOf(core, account)
    .filter(({ createdAt }) => createdAt >= since && createdAt < until)
    .map((order) => toOrderRow(core, order))
    .filter(
      ({ status, product_id }) =>
        (statuses.length === 0 || statuses.includes(String(status))) &&
        (products.length === 0 || products.includes(String(product_id))),
    );
  const { page, ...next } = toPage(params, rows, 'order_id');
  return { orders: page, sequence: '0', ...next };
}

function findOrder(core: SimulatedExchange, orderId: string, account: Account): Order | undefined {
  return ordersOf(core, account).find(({ id }) => String(id) === orderId);
}

function readOrder(core: SimulatedExchange, params: Params, account: Account) {
  const order = findOrder(core, params.required('order_id'), account);
  if (order === undefined) throw unknownOrder();
  return { order: toOrderRow(core, order) };
}

/** https://docs.cdp.coinbase.com/coinbase-app/advanced-trade-apis/guides/orders */
function toSize(params: Params) {
  const configurations = Object.entries((params.value('order_configuration') ?? {}) as object);
  const [[name, fields] = ['', {}], second] = configurations;
  const [baseSize, quoteSize] = [parseDecimal(fields, 'base_size'), parseDecimal(fields, 'quote_size')];
  const isMarket = name === 'market_market_ioc';
  const isKnown = second === undefined && (isMarket || name === 'limit_limit_gtc');
  if (!isKnown) throw coinbaseError('UNSUPPORTED_ORDER_CONFIGURATION', 'Unsupported order configuration');
  // "To buy a product, provide a quote_size or base_size; to sell, provide a base_size."
  const isByCost = isMarket && params.text('side') === 'BUY' && quoteSize !== undefined;
  if ((baseSize === undefined) !== isByCost)
    throw coinbaseError('PREVIEW_INVALID_ORDER_CONFIG', 'The order configuration was invalid');
  if (isMarket) return { type: 'market', amount: baseSize, quoteAmount: quoteSize } as const;
  const price = parseDecimal(fields, 'limit_price');
  if (price === undefined) throw coinbaseError('INVALID_LIMIT_PRICE', 'Limit price is required');
  return { type: 'limit', amount: baseSize, price, postOnly: fields.post_only === true } as const;
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * "If the ID provided is not unique, the order will not be created and the order corresponding with that ID will be returned
 * instead": an order that has ended, too. An answer of the support wants a UUID.
 * https://docs.cdp.coinbase.com/api-reference/advanced-trade-api/rest-api/orders/create-order
 */
function createOrder(core: SimulatedExchange, params: Params, account: Account) {
  const clientOrderId = params.required('client_order_id');
  if (!uuid.test(clientOrderId)) throw invalidArgument('client_order_id');
  const earlier = ordersOf(core, account).find((order) => order.clientOrderId === clientOrderId);
  const order = earlier ?? placeOrder(core, params, account, clientOrderId);
  const order_id = String(order.id);
  const product_id = toProductId(core.state.market('spot', order.symbol));
  return {
    ...{ success: true, failure_reason: 'UNKNOWN_FAILURE_REASON', order_id },
    success_response: {
      ...{ order_id, product_id, side: order.side.toUpperCase(), client_order_id: clientOrderId },
    },
    order_configuration: null,
  };
}

function placeOrder(core: SimulatedExchange, params: Params, account: Account, clientOrderId: string): Order {
  const side = params.required('side');
  if (side !== 'BUY' && side !== 'SELL') throw coinbaseError('INVALID_SIDE', 'Invalid side');
  const { symbol } = params.market(core);
  return core.acknowledgeOrder({
    ...{ account, market: 'spot', symbol, side: side === 'BUY' ? 'buy' : 'sell', ...toSize(params) },
    ...{ clientOrderId, clientOrderIdUnique: 'always', feeIn: 'quote' },
  });
}

/** "Initiate cancel requests for one or more orders": each has a result of its own. */
function cancelOrders(core: SimulatedExchange, params: Params, account: Account) {
  const ids = params.value('order_ids');
  if (!Array.isArray(ids) || ids.some((id) => typeof id !== 'string')) throw invalidArgument('order_ids');
  const toFailure = (order: Order | undefined) => {
    if (order === undefined) return 'UNKNOWN_CANCEL_ORDER';
    if (order.status === 'filled') return 'ORDER_IS_FULLY_FILLED';
    return isOpen(order) ? undefined : 'UNKNOWN_CANCEL_ORDER';
  };
  const results = ids.map((order_id) => {
    const order = findOrder(core, order_id, account);
    const failure_reason = toFailure(order);
    if (failure_reason !== undefined || order === undefined)
      return { success: false, failure_reason, order_id };
    core.acknowledgeCancel(order);
    return { success: true, failure_reason: 'UNKNOWN_CANCEL_FAILURE_REASON', order_id };
  });
  return { results };
}

function listFills(core: SimulatedExchange, params: Params, account: Account) {
  const [since = 0, until = Number.POSITIVE_INFINITY] = [
    params.time('start_sequence_timestamp'),
    params.time('end_sequence_timestamp'),
  ];
  const orderIds = params.list('order_ids');
  // "Only fills with a trade time after the specified start date", "before the specified end date".
  const rows = core.state.fills
    .filter(({ account: owner, market, at }) => owner === account.id && market === 'spot' && at > since)
    .filter(({ at, orderId }) => at < until && (orderIds.length === 0 || orderIds.includes(String(orderId))))
    .map((fill) => toFillRow(core, fill));
  const { page, cursor } = toPage(params, rows, 'entry_id');
  return { fills: page, cursor };
}

function listProducts(core: SimulatedExchange, params: Params) {
  const ids = params.list('product_ids');
  const products = core.state
    .marketsOf('spot')
    .map(toProduct)
    .filter(({ product_id }) => ids.length === 0 || ids.includes(String(product_id)));
  return { products, num_products: products.length };
}

const granularities: Record<string, number> = {
  ...{ ONE_MINUTE: 1, FIVE_MINUTE: 5, FIFTEEN_MINUTE: 15, THIRTY_MINUTE: 30, ONE_HOUR: 60, TWO_HOUR: 120 },
  ...{ FOUR_HOUR: 240, SIX_HOUR: 360, ONE_DAY: 1_440 },
};

/** Latest first. "By default, returns 350 (max 350)." */
function listCandles(core: SimulatedExchange, params: Params) {
  const { symbol } = toMarket(core, params.required('product_id'));
  const minutes = granularities[params.required('granularity')];
  const [start, end] = [params.integer('start'), params.integer('end')];
  if (minutes === undefined || start === undefined || end === undefined) throw invalidArgument('granularity');
  const candles = core.candles({
    ...{ market: 'spot', symbol, intervalMs: minutes * 60_000, limit: 350 },
    ...{ since: start * 1000, until: end * 1000 },
  });
  return {
    candles: candles.toReversed().map(({ at, ...prices }) => ({ start: String(at / 1000), ...prices })),
  };
}

function readSummary(core: SimulatedExchange) {
  const [market] = core.state.marketsOf('spot');
  if (market === undefined) throw invalidArgument('product_type');
  const [taker_fee_rate, maker_fee_rate] = [feeRateOf(market, 'taker'), feeRateOf(market, 'maker')];
  return { total_fees: 0, fee_tier: { pricing_tier: '', taker_fee_rate, maker_fee_rate } };
}

const routes: Record<string, Route<Params>> = {
  [`GET ${api}/time`]: publicRoute((core) => ({
    ...{ iso: new Date(core.now()).toISOString(), epochSeconds: String(Math.floor(core.now() / 1000)) },
    epochMillis: String(core.now()),
  })),
  [`GET ${api}/market/products`]: publicRoute(listProducts),
  [`GET ${api}/market/products/{product_id}/candles`]: publicRoute(listCandles),
  [`POST ${api}/orders`]: tradeRoute(createOrder),
  [`POST ${api}/orders/batch_cancel`]: tradeRoute(cancelOrders),
  [`GET ${api}/orders/historical/batch`]: readRoute(listOrders),
  [`GET ${api}/orders/historical/fills`]: readRoute(listFills),
  [`GET ${api}/orders/historical/{order_id}`]: readRoute(readOrder),
  [`GET ${api}/accounts`]: readRoute((_core, params, account) => {
    const { page, ...next } = toPage(params, toAccountRows(account), 'uuid');
    return { accounts: page, size: page.length, ...next };
  }),
  [`GET ${api}/key_permissions`]: readRoute((_core, _params, account) => toKey(account)),
  [`GET ${api}/transaction_summary`]: readRoute(readSummary),
};

const findRoute = matchRoutes(routes);

function prepare(core: SimulatedExchange, request: VenueRequest): PreparedRequest {
  const { route, ofPath } = findRoute(request) ?? {};
  if (route === undefined) throw coinbaseError('NOT_FOUND', 'route not found', 404);
  const params = new Params(request, ofPath);
  if (route.security === 'public') return { run: () => route.handle(core, params) };
  const account = authenticate(core, request);
  if (route.security === 'trade' && !account.permissions.trade)
    throw coinbaseError('PERMISSION_DENIED', 'Missing required scopes', 403);
  const run = () => {
    if (route.security === 'trade') checkLife(request, core.now());
    return route.handle(core, params, account);
  };
  return { account, run };
}

function findCanceled(core: SimulatedExchange, request: VenueRequest): Order | undefined {
  if (!request.path.endsWith('/batch_cancel')) return undefined;
  const [id] = (new Params(request).value('order_ids') ?? []) as unknown[];
  return core.state.orders.get(Number(id));
}

/** Coinbase's Advanced Trade API: spot. https://docs.cdp.coinbase.com/coinbase-app/advanced-trade-apis/rest-api */
export function createCoinbaseApi(core: SimulatedExchange): VenueApi {
  return {
    marketOf: ({ path }) => (/\/(orders|market)\b/.test(path) ? 'spot' : 'wallet'),
    owns: (path) => path.startsWith(`${api}/`),
    prepare: (request) => prepare(core, request),
    describe: ({ method, query, body }) => (method === 'POST' ? body : query),
    cancelTarget: (request) => findCanceled(core, request),
    toVenueError,
    toErrorBody,
    errorStatus: 200,
    notFound({ path }) {
      if (path.endsWith('/batch')) return { orders: [], sequence: '0', has_next: false, cursor: '' };
      if (!path.endsWith('/batch_cancel')) throw unknownOrder();
      return { results: [{ success: false, failure_reason: 'UNKNOWN_CANCEL_ORDER', order_id: '' }] };
    },
    outcomeUnknown: () => coinbaseError('internal_server_error', 'Timeout', 504),
    throttled: () => coinbaseError('rate_limit_exceeded', 'You have exceeded the rate limit', 429),
    failed: () => coinbaseError('internal_server_error', 'Service unavailable', 503),
    badSignature: unauthenticated,
  };
}
