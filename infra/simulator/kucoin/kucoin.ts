import { feeRateOf } from '../core/fees.ts';
import type { Account, Order } from '../core/model.ts';
import { isForgotten, kucoinRetention } from '../core/retention.ts';
import type { SimulatedExchange } from '../core/simulated-exchange.ts';
import { isOpen } from '../core/state.ts';
import { matchRoutes, publicRoute, type Route, readRoute, tradeRoute } from '../server/routes.ts';
import type { PreparedRequest, VenueApi, VenueRequest } from '../server/venue-api.ts';
import { kucoinError, nothingToCancel, parameterError, toVenueError, unknownOrder } from './errors.ts';
import { authenticate, checkFence, checkTimestamp, Params } from './request.ts';
import {
  toAccountRows,
  toFillRow,
  toKeyRow,
  toOrderRow,
  toStopRow,
  toSymbol,
  toSymbolRow,
  toSyncResult,
} from './shapes.ts';

const dayMs = 86_400_000;

/** "Please do not initiate requests using the same clientOid": the latest order of an id is found. */
function findOrder(core: SimulatedExchange, params: Params, account: Account): Order | undefined {
  const { symbol } = params.market(core);
  const [orderId, clientOid] = [params.text('orderId'), params.text('clientOid')];
  return [...core.state.orders.values()].findLast(
    (order) =>
      order.account === account.id &&
      order.market === 'spot' &&
      order.symbol === symbol &&
      order.takesEffectAt === undefined &&
      (orderId === undefined ? order.clientOrderId === clientOid : String(order.id) === orderId),
  );
}

/** https://www.kucoin.com/docs-new/rest/spot-trading/orders/add-order-sync */
function createOrder(core: SimulatedExchange, params: Params, account: Account): Order {
  const [side, type] = [params.required('side'), params.required('type')];
  if (side !== 'buy' && side !== 'sell') throw parameterError('side');
  if (type !== 'limit' && type !== 'market') throw parameterError('type');
  const [amount, quoteAmount] = [params.decimal('size'), params.decimal('funds')];
  // "When type is market, select one out of two: size or funds."
  if ((amount === undefined) === (quoteAmount === undefined)) throw parameterError('size');
  if (type === 'limit' && amount === undefined) throw parameterError('sizeIsRequired');
  return core.acknowledgeOrder({
    ...{ account, market: 'spot', symbol: params.market(core).symbol, side, type, amount, quoteAmount },
    price: type === 'limit' ? params.requiredDecimal('price') : undefined,
    clientOrderId: params.clientOid(),
    feeIn: 'quote',
  });
}

function cancelOrder(core: SimulatedExchange, params: Params, account: Account): Order {
  const order = findOrder(core, params, account);
  if (order === undefined || !isOpen(order)) throw nothingToCancel();
  core.acknowledgeCancel(order);
  return order;
}

/** Both answers for an order that KuCoin does not have: by client id, `data: null`; by order id, an error. */
function readOrder(core: SimulatedExchange, params: Params, account: Account): unknown {
  const order = findOrder(core, params, account);
  if (order !== undefined && (isOpen(order) || !isForgotten(core.state, order, kucoinRetention)))
    return toOrderRow(core, order);
  if (params.text('orderId') !== undefined) throw unknownOrder();
  return null;
}

function openOrders(core: SimulatedExchange, account: Account): Order[] {
  return core.state
    .openOrders()
    .filter(
      (order) => order.account === account.id && order.market === 'spot' && order.takesEffectAt === undefined,
    );
}

function listActive(core: SimulatedExchange, params: Params, account: Account): unknown[] {
  const { symbol } = params.market(core);
  const own = openOrders(core, account).filter((order) => order.symbol === symbol);
  return own.toReversed().map((order) => toOrderRow(core, order));
}

function listActiveSymbols(core: SimulatedExchange, _params: Params, account: Account): unknown {
  const symbols = openOrders(core, account).map(({ symbol }) => toSymbol(core.state.market('spot', symbol)));
  return { symbols: [...new Set(symbols)] };
}

function listStops(core: SimulatedExchange, params: Params, account: Account): unknown {
  const [currentPage, pageSize] = [params.integer('currentPage') ?? 1, params.integer('pageSize') ?? 50];
  if (pageSize > 500) throw kucoinError(400100, 'pageSize should not greater than 500');
  const wanted = params.text('symbol') === undefined ? undefined : params.market(core).symbol;
  const own = core.state
    .openAlgoOrders()
    .filter(
      ({ account: owner, market, symbol }) =>
        owner === account.id && market === 'spot' && (wanted === undefined || symbol === wanted),
    );
  const items = own.slice((currentPage - 1) * pageSize, currentPage * pageSize);
  const totalPage = Math.ceil(own.length / pageSize);
  const rows = items.map((algo) => toStopRow(core, algo));
  return { currentPage, pageSize, totalNum: own.length, totalPage, items: rows };
}

/** "If orderId is specified, please ignore the other query parameters." Latest first, of the last 3 days. */
function listFills(core: SimulatedExchange, params: Params, account: Account): unknown {
  const { symbol } = params.market(core);
  const orderId = params.text('orderId');
  const name = (each: string) => (orderId === undefined ? params.integer(each) : undefined);
  const [since, until] = [name('startAt') ?? 0, name('endAt') ?? core.now()];
  const lastId = name('lastId') ?? Number.POSITIVE_INFINITY;
  const own = core.state.fills.filter(
    (fill) =>
      fill.account === account.id &&
      fill.market === 'spot' &&
      fill.symbol === symbol &&
      (orderId === undefined || String(fill.orderId) === orderId) &&
      fill.at >= Math.max(since, core.now() - 3 * dayMs) &&
      fill.at <= until &&
      fill.id < lastId,
  );
  const page = own.toReversed().slice(0, Math.min(name('limit') ?? 20, 100));
  return { items: page.map((fill) => toFillRow(core, fill)), lastId: page.at(-1)?.id ?? 0 };
}

const unitsMs: Record<string, number> = { min: 60_000, hour: 3_600_000, day: dayMs, week: 7 * dayMs };

/** "Time, open, close, high, low, volume, turnover". Latest first, in seconds. */
function listCandles(core: SimulatedExchange, params: Params): unknown[] {
  const { kind, symbol } = params.market(core);
  const [, count = '1', unit = 'min'] = /^(\d+)(min|hour|day|week)$/.exec(params.required('type')) ?? [];
  const [startAt = 0, endAt = 0] = [params.integer('startAt'), params.integer('endAt')];
  const candles = core.candles({
    ...{ market: kind, symbol, intervalMs: Number(count) * (unitsMs[unit] ?? 60_000), limit: 1500 },
    since: startAt === 0 ? undefined : startAt * 1000,
    until: endAt === 0 ? undefined : endAt * 1000,
  });
  return candles
    .toReversed()
    .map(({ at, open, high, low, close }) => [String(at / 1000), open, close, high, low, '1', '1']);
}

function listFees(core: SimulatedExchange, params: Params): unknown[] {
  return params
    .required('symbols')
    .split(',')
    .map((symbol) => {
      const market = core.state.market('spot', symbol.replace('-', ''));
      const [takerFeeRate, makerFeeRate] = [feeRateOf(market, 'taker'), feeRateOf(market, 'maker')];
      return { symbol, takerFeeRate, makerFeeRate };
    });
}

const acknowledge = ({ id, clientOrderId }: Order) => ({ orderId: String(id), clientOid: clientOrderId });

const routes: Record<string, Route<Params>> = {
  'GET /api/v1/timestamp': publicRoute((core) => core.now()),
  'GET /api/v2/symbols': publicRoute((core) => core.state.marketsOf('spot').map(toSymbolRow)),
  'GET /api/v1/market/allTickers': publicRoute((core) => ({
    time: core.now(),
    ticker: core.state
      .marketsOf('spot')
      .map((market) => ({ symbol: toSymbol(market), symbolName: toSymbol(market), last: market.price })),
  })),
  'GET /api/v1/market/orderbook/level1': publicRoute((core, params) => {
    const { price } = params.market(core);
    return { time: core.now(), sequence: '1', price, bestBid: price, bestAsk: price };
  }),
  'GET /api/v1/market/candles': publicRoute(listCandles),
  'POST /api/v1/hf/orders/sync': tradeRoute((...request) => toSyncResult(createOrder(...request))),
  'POST /api/v1/hf/orders': tradeRoute((...request) => acknowledge(createOrder(...request))),
  'DELETE /api/v1/hf/orders/sync/client-order/{clientOid}': tradeRoute((...request) => {
    const { orderId: _, orderTime: __, matchTime: ___, ...result } = toSyncResult(cancelOrder(...request));
    return result;
  }),
  'DELETE /api/v1/hf/orders/sync/{orderId}': tradeRoute((...request) => {
    const { clientOid: _, orderTime: __, matchTime: ___, ...result } = toSyncResult(cancelOrder(...request));
    return result;
  }),
  'GET /api/v1/hf/orders/active/symbols': tradeRoute(listActiveSymbols),
  'GET /api/v1/hf/orders/active': readRoute(listActive),
  'GET /api/v1/hf/orders/client-order/{clientOid}': readRoute(readOrder),
  'GET /api/v1/hf/orders/{orderId}': readRoute(readOrder),
  'GET /api/v1/hf/fills': readRoute(listFills),
  'GET /api/v1/stop-order': readRoute(listStops),
  'GET /api/v1/accounts': readRoute((_core, _params, account) => toAccountRows(account)),
  // https://www.kucoin.com/docs-new/rest/ua/get-account-mode
  'GET /api/ua/v1/account/mode': readRoute((_core, _params, { unified }) => ({
    selfAccountMode: unified === true ? 'UNIFIED' : 'CLASSIC',
  })),
  'GET /api/v1/user/api-key': readRoute((_core, _params, account) => toKeyRow(account)),
  'GET /api/v1/trade-fees': readRoute(listFees),
};

const findRoute = matchRoutes(routes);

function prepare(core: SimulatedExchange, request: VenueRequest): PreparedRequest {
  const { route, ofPath } = findRoute(request) ?? {};
  if (route === undefined) throw kucoinError(404000, 'Url Not Found', 404);
  const params = new Params(request, ofPath);
  if (route.security === 'public')
    return { run: () => ({ code: '200000', data: route.handle(core, params) }) };
  const account = authenticate(core, request);
  if (route.security === 'trade' && !account.permissions.trade)
    throw kucoinError(400007, 'Access denied, requires more permission', 403);
  const check = () => {
    checkTimestamp(request, core.now());
    checkFence(request, core.now());
  };
  check();
  const run = () => {
    if (route.security === 'trade') check();
    return { code: '200000', data: route.handle(core, params, account) };
  };
  return { account, run };
}

/** KuCoin's spot API for high-frequency accounts, which all accounts are by now. https://www.kucoin.com/docs-new/ */
export function createKucoinApi(core: SimulatedExchange): VenueApi {
  return {
    marketOf: ({ path, query, body }) => (/symbol/.test(`${path} ${query} ${body}`) ? 'spot' : 'wallet'),
    owns: (path) => /^\/api\/(ua\/)?v[12]\//.test(path),
    prepare: (request) => prepare(core, request),
    describe: ({ method, query, body }) => (method === 'POST' ? body : query),
    cancelTarget(request) {
      const account = core.state.accountByKey(request.headers['kc-api-key'] ?? '');
      const { ofPath } = findRoute(request) ?? {};
      if (account === undefined || request.method !== 'DELETE') return undefined;
      return findOrder(core, new Params(request, ofPath), account);
    },
    toVenueError,
    toErrorBody: ({ code, message }) => ({ code: String(code), msg: message }),
    errorStatus: 200,
    notFound({ method }) {
      if (method === 'DELETE') throw nothingToCancel();
      return { code: '200000', data: null };
    },
    outcomeUnknown: () => kucoinError(504000, 'Gateway timeout.', 504),
    throttled: () => kucoinError(429000, 'Too many requests in a short period, please retry later', 429),
    failed: () => kucoinError(503000, 'Server is busy. Please retry later.', 503),
    badSignature: () => kucoinError(400005, 'Invalid KC-API-SIGN', 401),
  };
}
