import type { Account, Market, Order } from '../core/model.ts';
import type { SimulatedExchange } from '../core/simulated-exchange.ts';
import { isOpen } from '../core/state.ts';
import { publicRoute, type Routes, readRoute, tradeRoute } from '../server/routes.ts';
import type { PreparedRequest, VenueApi, VenueRequest } from '../server/venue-api.ts';
import { bitgetError, parameterError, toVenueError, unknownOrder } from './errors.ts';
import { authenticate, checkFence, checkTimestamp, Params } from './request.ts';
import {
  toAccountInfo,
  toAssets,
  toFill,
  toOrderInfo,
  toPlan,
  toSymbol,
  toTicker,
  toUnfilled,
} from './shapes.ts';

const [hourMs, dayMs] = [3_600_000, 86_400_000];

type Rows = Record<string, unknown>[];

/** "Requests the content on the page before this ID (older data)", at most 100 rows, latest first. */
function toPage(params: Params, rows: Rows, idName: string): Rows {
  const before = params.text('idLessThan');
  const latestFirst = rows.toReversed();
  const start = before === undefined ? 0 : latestFirst.findIndex((row) => row[idName] === before) + 1;
  return latestFirst.slice(start, start + Math.min(params.integer('limit') ?? 100, 100));
}

function findMarkets(core: SimulatedExchange, params: Params): Market[] {
  return params.text('symbol') === undefined ? core.state.marketsOf('spot') : [params.market(core)];
}

/** Of one account, once they are in the book, and if they have ended for 90 days. */
function ordersOf(core: SimulatedExchange, { id }: Account): Order[] {
  return [...core.state.orders.values()].filter(
    (order) =>
      order.account === id &&
      order.market === 'spot' &&
      order.takesEffectAt === undefined &&
      (isOpen(order) || core.now() - order.createdAt < 90 * dayMs),
  );
}

/** "Either orderId or clientOid is required". Of several orders with one id, the latest. */
function findOrder(core: SimulatedExchange, params: Params, account: Account): Order | undefined {
  const [orderId, clientOid] = [params.text('orderId'), params.text('clientOid')];
  if (orderId === undefined && clientOid === undefined)
    throw bitgetError(40924, 'orderId and clientOid must have one');
  return ordersOf(core, account).findLast(
    (order) =>
      order.triggered &&
      (orderId === undefined ? order.clientOrderId === clientOid : String(order.id) === orderId),
  );
}

/**
 * By `clientOid`, "only supports to get the data within last 2 hours" (changelog, March 20, 2025), and "the order is in
 * unfilled status" (a version of the page). Both hold here. An unknown order is an empty list.
 */
function readOrder(core: SimulatedExchange, params: Params, account: Account): Rows {
  const order = findOrder(core, params, account);
  if (order === undefined) return [];
  const isKept = isOpen(order) && core.now() - order.createdAt <= 2 * hourMs;
  return params.text('orderId') !== undefined || isKept ? [toOrderInfo(core, order)] : [];
}

function listOrders(
  core: SimulatedExchange,
  params: Params,
  account: Account,
  isListed: (o: Order) => boolean,
) {
  const [symbol, orderId] = [params.text('symbol'), params.text('orderId')];
  const [startTime, endTime] = [params.integer('startTime') ?? 0, params.integer('endTime') ?? core.now()];
  return ordersOf(core, account).filter(
    (order) =>
      isListed(order) &&
      (symbol === undefined || order.symbol === symbol) &&
      (orderId === undefined || String(order.id) === orderId) &&
      order.createdAt >= startTime &&
      order.createdAt <= endTime,
  );
}

function listUnfilled(core: SimulatedExchange, params: Params, account: Account): Rows {
  if (params.text('tpslType') === 'tpsl') return [];
  const open = listOrders(core, params, account, (order) => isOpen(order) && order.triggered);
  const rows = open.map((order) => toUnfilled(core, order));
  return toPage(params, rows, 'orderId');
}

/** https://www.bitget.com/api-doc/spot/trade/Get-History-Orders */
function listHistory(core: SimulatedExchange, params: Params, account: Account): Rows {
  const ended = listOrders(core, params, account, (order) => !isOpen(order));
  const rows = ended.map((order) => toOrderInfo(core, order));
  return toPage(params, rows, 'orderId');
}

function listPlans(core: SimulatedExchange, params: Params, account: Account) {
  const waiting = listOrders(core, params, account, (order) => isOpen(order) && !order.triggered);
  const symbol = params.text('symbol');
  const algos = core.state
    .openAlgoOrders()
    .filter(
      (algo) =>
        algo.account === account.id && algo.market === 'spot' && [undefined, algo.symbol].includes(symbol),
    );
  const orderList = toPage(params, [...waiting, ...algos].map(toPlan), 'orderId');
  return { nextFlag: false, idLessThan: orderList.at(-1)?.orderId ?? '', orderList };
}

function listFills(core: SimulatedExchange, params: Params, account: Account): Rows {
  const [symbol, orderId] = [params.text('symbol'), params.text('orderId')];
  const [startTime, endTime] = [params.integer('startTime') ?? 0, params.integer('endTime') ?? core.now()];
  if (endTime - startTime > 90 * dayMs && params.text('startTime') !== undefined)
    throw bitgetError(40705, 'The start and end time cannot exceed 90 days');
  const fills = core.state.fills.filter(
    (fill) =>
      fill.account === account.id &&
      fill.market === 'spot' &&
      (symbol === undefined || fill.symbol === symbol) &&
      (orderId === undefined || String(fill.orderId) === orderId) &&
      fill.at >= Math.max(startTime, core.now() - 90 * dayMs) &&
      fill.at <= endTime,
  );
  const rows = fills.map(toFill);
  return toPage(params, rows, 'tradeId');
}

/** https://www.bitget.com/api-doc/spot/trade/Place-Order */
function createOrder(core: SimulatedExchange, params: Params, account: Account): unknown {
  const { symbol } = params.market(core);
  const side = params.oneOf('side', ['buy', 'sell']);
  const type = params.oneOf('orderType', ['limit', 'market']);
  const force = params.oneOf('force', ['gtc', 'post_only', 'fok', 'ioc']);
  const clientOid = params.clientId();
  // A TP/SL order, and orders with presets, are not modeled.
  if (params.text('triggerPrice') !== undefined) throw parameterError('triggerPrice');
  const size = params.requiredDecimal('size');
  const inQuote = type === 'market' && side === 'buy';
  const timeInForce = force === 'post_only' ? 'GTC' : (force.toUpperCase() as 'GTC' | 'FOK' | 'IOC');
  const order = core.acknowledgeOrder({
    ...{ account, market: 'spot', symbol, side, type },
    ...(inQuote ? { quoteAmount: size } : { amount: size }),
    ...(type === 'limit' ? { price: params.requiredDecimal('price'), timeInForce } : {}),
    postOnly: type === 'limit' && force === 'post_only',
    clientOrderId: clientOid,
  });
  return { orderId: String(order.id), clientOid: clientOid ?? '' };
}

/** https://www.bitget.com/api-doc/spot/trade/Cancel-Order */
function cancelOrder(core: SimulatedExchange, params: Params, account: Account): unknown {
  const { symbol } = params.market(core);
  const order = findOrder(core, params, account);
  if (order === undefined || order.symbol !== symbol) throw unknownOrder();
  if (!isOpen(order)) throw bitgetError(43004, 'There is no order to cancel');
  core.acknowledgeCancel(order);
  return { orderId: String(order.id), clientOid: params.text('clientOid') ?? '' };
}

const minutes: Record<string, number> = { min: 1, h: 60, day: 1_440, Hutc: 60, Dutc: 1_440 };

/** https://www.bitget.com/api-doc/spot/market/Get-Candle-Data: oldest first. */
function listCandles(core: SimulatedExchange, params: Params): string[][] {
  const { kind, symbol } = params.market(core);
  const [, count = '1', unit = ''] = /^(\d+)(\w+)$/.exec(params.required('granularity')) ?? [];
  if (minutes[unit] === undefined) throw parameterError('granularity');
  const [startTime, endTime] = [params.integer('startTime'), params.integer('endTime')];
  const candles = core.candles({
    ...{ market: kind, symbol, intervalMs: Number(count) * (minutes[unit] ?? 1) * 60_000 },
    ...{ limit: Math.min(params.integer('limit') ?? 100, 1_000), since: startTime },
    until: endTime === undefined ? undefined : endTime - 1,
  });
  return candles.map(({ at, open, high, low, close }) => [String(at), open, high, low, close, '1', '1', '1']);
}

/** https://www.bitget.com/api-doc/common/public/Get-Trade-Rate */
function readRate(core: SimulatedExchange, params: Params) {
  params.oneOf('businessType', ['spot']);
  const { feeRate, makerFeeRate = feeRate } = params.market(core);
  return { makerFeeRate, takerFeeRate: feeRate };
}

const routes: Routes<Params> = {
  'GET /api/v2/public/time': publicRoute((core) => ({ serverTime: String(core.now()) })),
  'GET /api/v2/spot/public/symbols': publicRoute((core, params) => findMarkets(core, params).map(toSymbol)),
  'GET /api/v2/spot/market/tickers': publicRoute((core, params) => findMarkets(core, params).map(toTicker)),
  'GET /api/v2/spot/market/candles': publicRoute(listCandles),
  'GET /api/v2/spot/market/history-candles': publicRoute((core, params) => {
    params.required('endTime');
    return listCandles(core, params);
  }),
  'POST /api/v2/spot/trade/place-order': tradeRoute(createOrder),
  'POST /api/v2/spot/trade/cancel-order': tradeRoute(cancelOrder),
  'GET /api/v2/spot/trade/orderInfo': readRoute(readOrder),
  'GET /api/v2/spot/trade/unfilled-orders': readRoute(listUnfilled),
  'GET /api/v2/spot/trade/history-orders': readRoute(listHistory),
  'GET /api/v2/spot/trade/current-plan-order': readRoute(listPlans),
  'GET /api/v2/spot/trade/fills': readRoute(listFills),
  'GET /api/v2/spot/account/assets': readRoute((_core, _params, account) => toAssets(account)),
  'GET /api/v2/spot/account/info': readRoute((_core, _params, account) => toAccountInfo(account)),
  'GET /api/v2/common/trade-rate': readRoute(readRate),
};

function prepare(core: SimulatedExchange, request: VenueRequest): PreparedRequest {
  const route = routes[`${request.method} ${request.path}`];
  if (route === undefined) throw bitgetError(40404, 'Request URL NOT FOUND', 404);
  const params = new Params(request);
  const respond = (data: unknown) => ({ code: '00000', msg: 'success', requestTime: core.now(), data });
  if (route.security === 'public') return { run: () => respond(route.handle(core, params)) };
  const account = authenticate(core, request);
  if (route.security === 'trade' && !account.permissions.trade)
    throw bitgetError(40014, 'Incorrect permissions, need spot trade permissions');
  checkFence(request, params, core.now());
  const run = () => {
    if (route.security === 'trade') checkTimestamp(request, core.now());
    checkFence(request, params, core.now());
    return respond(route.handle(core, params, account));
  };
  return { account, run };
}

/** Bitget's v2 API for classic accounts: spot. https://www.bitget.com/api-doc/spot/intro */
export function createBitgetApi(core: SimulatedExchange): VenueApi {
  return {
    marketOf: ({ path }) => (/\/spot\/(trade|market|public)\//.test(path) ? 'spot' : 'wallet'),
    owns: (path) => /^\/api\/v2\/(spot|public|common)\//.test(path),
    prepare: (request) => prepare(core, request),
    describe: ({ method, query, body }) => (method === 'POST' ? body : query),
    cancelTarget(request) {
      const account = core.state.accountByKey(request.headers['access-key'] ?? '');
      const isCancel = request.path.endsWith('/cancel-order');
      return account === undefined || !isCancel ? undefined : findOrder(core, new Params(request), account);
    },
    toVenueError,
    toErrorBody: ({ code, message }) => ({
      code: String(code),
      msg: message,
      requestTime: core.now(),
      data: null,
    }),
    errorStatus: 400,
    notFound({ method, path }) {
      if (method === 'POST') throw unknownOrder();
      const data = path.endsWith('plan-order') ? { nextFlag: false, idLessThan: '', orderList: [] } : [];
      return { code: '00000', msg: 'success', requestTime: core.now(), data };
    },
    outcomeUnknown: () => bitgetError(40010, 'Request timed out'),
    throttled: () => bitgetError(429, 'Too many requests', 429),
    failed: () => bitgetError(40015, 'System is abnormal, please try again later', 503),
    badSignature: () => bitgetError(40009, 'sign signature error'),
  };
}
