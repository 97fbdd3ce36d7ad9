import { decimal, text } from '../core/amounts.ts';
import type { Account, Fill, Market, Order } from '../core/model.ts';
import type { SimulatedExchange } from '../core/simulated-exchange.ts';
import { isOpen } from '../core/state.ts';
import { publicRoute, type Routes, readRoute, tradeRoute } from '../server/routes.ts';
import type { PreparedRequest, VenueApi, VenueRequest } from '../server/venue-api.ts';
import { gateError, parameterError, toVenueError, unknownOrder } from './errors.ts';
import {
  createOrder,
  createPriceOrder,
  deleteOrder,
  deletePriceOrder,
  findOrder,
  findPriceOrder,
  readOrder,
} from './orders.ts';
import { authenticate, checkFence, checkTimestamp, Params, splitPath } from './request.ts';
import {
  isUnified,
  toCurrencyPair,
  toDetail,
  toFeeRates,
  toGateOrder,
  toGateTrade,
  toKeys,
  toPair,
  toPriceOrder,
} from './shapes.ts';

const dayMs = 86_400_000;

function toPage<Row>(params: Params, rows: Row[], most: number): Row[] {
  const limit = params.limit(most);
  const start = (Math.max(params.integer('page') ?? 1, 1) - 1) * limit;
  return rows.slice(start, start + limit);
}

function findMarkets(core: SimulatedExchange, params: Params): Market[] {
  return params.text('currency_pair') === undefined ? core.state.marketsOf('spot') : [params.market(core)];
}

function selectOrders(core: SimulatedExchange, account: Account, symbol?: string): Order[] {
  return [...core.state.orders.values()]
    .filter(
      (order) =>
        order.account === account.id &&
        order.market === 'spot' &&
        order.triggered &&
        (symbol === undefined || order.symbol === symbol),
    )
    .toReversed();
}

/** "Time range filter parameters are processed according to the order end time", and apply to finished orders only. */
function listOrders(core: SimulatedExchange, params: Params, account: Account): unknown[] {
  const status = params.oneOf('status', ['open', 'finished']);
  const { symbol } = params.market(core);
  if (status === 'open' && (params.text('from') ?? params.text('to')) !== undefined)
    throw parameterError('from', params.text('from'));
  const [from, to] = readRange(params, 0, core.now());
  const orders = selectOrders(core, account, symbol).filter((order) =>
    status === 'open' ? isOpen(order) : !isOpen(order) && order.updatedAt >= from && order.updatedAt <= to,
  );
  return toPage(params, orders, status === 'open' ? 100 : 1_000).map((order) => toGateOrder(core, order));
}

/** In milliseconds. The parameters have whole seconds. */
function readRange(params: Params, usualFrom: number, now: number): [from: number, to: number] {
  const from = params.integer('from') ?? Math.floor(usualFrom / 1_000);
  const to = params.integer('to') ?? Math.ceil(now / 1_000);
  return [from * 1_000, to * 1_000 + 999];
}

/** "The paging parameter controls the number of pending orders in each trading pair." */
function listOpenOrders(core: SimulatedExchange, params: Params, account: Account): unknown[] {
  const open = Map.groupBy(selectOrders(core, account).filter(isOpen), ({ symbol }) => symbol);
  return [...open].map(([symbol, orders]) => ({
    currency_pair: toPair(core.state.market('spot', symbol)),
    total: orders.length,
    orders: toPage(params, orders, 100).map((order) => toGateOrder(core, order)),
  }));
}

function selectFills(core: SimulatedExchange, params: Params, account: Account): Fill[] {
  const [since, until] = readRange(params, 0, core.now());
  // "If only any parameter of `from` or `to` is specified, only 7-day data from the start (or end) … is returned."
  const from = params.text('from') === undefined ? until - 7 * dayMs : since;
  const to = params.text('to') === undefined ? Math.min(until, from + 7 * dayMs) : until;
  // "The range not allowed to exceed 30 days."
  if (to - from > 30 * dayMs + 1_000) throw parameterError('from', params.text('from'));
  const orderId = params.text('order_id');
  const { symbol } = params.market(core);
  return core.state.fills.filter(
    (fill) =>
      fill.account === account.id &&
      fill.market === 'spot' &&
      fill.symbol === symbol &&
      (orderId === undefined || String(fill.orderId) === orderId) &&
      fill.at >= from &&
      fill.at <= to,
  );
}

function listTrades(core: SimulatedExchange, params: Params, account: Account): unknown[] {
  const latestFirst = selectFills(core, params, account).toReversed();
  return toPage(params, latestFirst, 1_000).map((fill) => toGateTrade(core, fill));
}

function listPriceOrders(core: SimulatedExchange, params: Params, account: Account): unknown[] {
  if (params.oneOf('status', ['open', 'finished']) === 'finished') return [];
  const own = isUnified(account) ? 'unified' : 'normal';
  if (params.oneOf('account', ['normal', 'margin', 'unified'], 'normal') !== own) return [];
  const symbol = params.text('market') === undefined ? undefined : params.market(core, 'market').symbol;
  const waiting = core.state.openOrders().filter(({ triggered, market }) => !triggered && market === 'spot');
  const algos = core.state.openAlgoOrders().filter(({ market }) => market === 'spot');
  const open = [...waiting, ...algos].filter(
    (each) => each.account === account.id && (symbol === undefined || each.symbol === symbol),
  );
  const start = params.integer('offset') ?? 0;
  return open.slice(start, start + params.limit(100)).map((each) => toPriceOrder(core, each));
}

function listAccounts(_core: SimulatedExchange, _params: Params, account: Account): unknown[] {
  if (isUnified(account)) return [];
  return Object.entries(account.spot).map(([currency, { free, locked }]) => ({
    ...{ currency, available: free, locked, update_id: 1 },
  }));
}

function readUnified(_core: SimulatedExchange, _params: Params, account: Account): unknown {
  if (!isUnified(account)) throw gateError('USER_NOT_FOUND', 'The account is not unified');
  const rows = Object.entries(account.spot).map(([currency, { free, locked }]) => {
    const equity = text(decimal(free).plus(locked));
    return [currency, { available: free, freeze: locked, borrowed: '0', equity }] as const;
  });
  return { user_id: 1, locked: false, mode: 'multi_currency', balances: Object.fromEntries(rows) };
}

const intervals: Record<string, number> = { s: 1_000, m: 60_000, h: 3_600_000, d: dayMs };

/** "`limit` conflicts with `from` and `to`." Opening time, volume, close, high, low, open. */
function listCandles(core: SimulatedExchange, params: Params): unknown[] {
  const { symbol } = params.market(core);
  const [, count = '1', unit = 'm'] = /^(\d+)([smhd])$/.exec(params.text('interval') ?? '30m') ?? [];
  const isRange = (params.text('from') ?? params.text('to')) !== undefined;
  if (isRange && params.text('limit') !== undefined) throw parameterError('limit', params.text('limit'));
  const [since, until] = isRange ? readRange(params, 0, core.now()) : [undefined, undefined];
  const intervalMs = Number(count) * (intervals[unit] ?? 60_000);
  const limit = params.limit(1_000);
  return core
    .candles({ market: 'spot', symbol, intervalMs, limit, since, until })
    .map(({ at, open, high, low, close }) => [
      ...[String(at / 1_000), '1', close, high, low, open, '1'],
      String(at + intervalMs <= core.now()),
    ]);
}

function toTicker(market: Market) {
  const { price } = market;
  return { currency_pair: toPair(market), last: price, lowest_ask: price, highest_bid: price };
}

const v4 = '/api/v4';
const routes: Routes<Params> = {
  [`GET ${v4}/spot/time`]: publicRoute((core) => ({ server_time: core.now() })),
  [`GET ${v4}/spot/currency_pairs`]: publicRoute((core) => core.state.marketsOf('spot').map(toCurrencyPair)),
  [`GET ${v4}/spot/currency_pairs/{id}`]: publicRoute((core, { id }) =>
    toCurrencyPair(core.state.market('spot', id.replace('_', ''))),
  ),
  [`GET ${v4}/spot/tickers`]: publicRoute((core, params) => findMarkets(core, params).map(toTicker)),
  [`GET ${v4}/spot/candlesticks`]: publicRoute(listCandles),
  [`POST ${v4}/spot/orders`]: tradeRoute(createOrder),
  [`GET ${v4}/spot/orders`]: readRoute(listOrders),
  [`GET ${v4}/spot/orders/{id}`]: readRoute(readOrder),
  [`DELETE ${v4}/spot/orders/{id}`]: tradeRoute(deleteOrder),
  [`GET ${v4}/spot/open_orders`]: readRoute(listOpenOrders),
  [`GET ${v4}/spot/my_trades`]: readRoute(listTrades),
  [`POST ${v4}/spot/price_orders`]: tradeRoute(createPriceOrder),
  [`GET ${v4}/spot/price_orders`]: readRoute(listPriceOrders),
  [`GET ${v4}/spot/price_orders/{id}`]: readRoute((core, params, account) =>
    toPriceOrder(core, findPriceOrder(core, params, account)),
  ),
  [`DELETE ${v4}/spot/price_orders/{id}`]: tradeRoute(deletePriceOrder),
  [`GET ${v4}/spot/accounts`]: readRoute(listAccounts),
  [`GET ${v4}/unified/accounts`]: readRoute(readUnified),
  [`GET ${v4}/wallet/fee`]: readRoute((core, params) => toFeeRates(params.market(core))),
  [`GET ${v4}/account/detail`]: readRoute((_core, _params, account) => toDetail(account)),
  [`GET ${v4}/account/main_keys`]: readRoute((_core, _params, account) => toKeys(account)),
};

function prepare(core: SimulatedExchange, request: VenueRequest): PreparedRequest {
  const { route: path, id } = splitPath(request.path);
  const route = routes[`${request.method} ${path}`];
  if (route === undefined) throw gateError('NOT_FOUND', 'Request URL not exists', 404);
  const params = new Params(request, id);
  if (route.security === 'public') return { run: () => route.handle(core, params) };
  const account = authenticate(core, request);
  if (route.security === 'trade' && !account.permissions.trade)
    throw gateError('READ_ONLY', 'API key is read-only', 403);
  checkFence(request, core.now());
  const run = () => {
    if (route.security === 'trade') checkTimestamp(request, core.now());
    checkFence(request, core.now());
    return route.handle(core, params, account);
  };
  return { account, run };
}

/** Gate's APIv4: spot. https://www.gate.com/docs/developers/apiv4/en/ */
export function createGateApi(core: SimulatedExchange): VenueApi {
  return {
    marketOf: ({ path }) => (path.includes('/spot/') ? 'spot' : 'wallet'),
    owns: (path) => path.startsWith(`${v4}/`),
    prepare: (request) => prepare(core, request),
    describe: ({ method, query, body }) => (method === 'POST' ? body : query),
    cancelTarget(request) {
      const account = core.state.accountByKey(request.headers.key ?? '');
      const { route, id } = splitPath(request.path);
      if (account === undefined || id === undefined) return undefined;
      const params = new Params(request, id);
      return route.includes('price_orders')
        ? findPriceOrder(core, params, account)
        : findOrder(core, params, account);
    },
    toVenueError,
    // "`message` (or `detail`)".
    toErrorBody: ({ code, message }) => ({ label: String(code), message }),
    errorStatus: 400,
    notFound({ method, path }) {
      if (method !== 'GET' || splitPath(path).id !== undefined) throw unknownOrder();
      return [];
    },
    outcomeUnknown: () =>
      gateError('INTERNAL_SERVER_ERROR', 'Operation failed, please try again later.', 500),
    throttled: () => gateError('TOO_MANY_REQUESTS', 'Request rate exceeds limits', 429),
    failed: () => gateError('TOO_BUSY', 'Server is too busy at the moment', 503),
    badSignature: () => gateError('INVALID_SIGNATURE', 'Signature mismatch', 401),
  };
}
