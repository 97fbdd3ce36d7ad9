import { decimal, text } from '../core/amounts.ts';
import type { Account, Fill, Market, Order } from '../core/model.ts';
import type { SimulatedExchange } from '../core/simulated-exchange.ts';
import { isOpen } from '../core/state.ts';
import { publicRoute, type Routes, readRoute, tradeRoute } from '../server/routes.ts';
import type { PreparedRequest, VenueApi, VenueRequest } from '../server/venue-api.ts';
import { FuturesError, gateError, parameterError, toVenueError, unknownOrder } from './errors.ts';
import { futuresRoutes, respond as respondToFutures } from './futures.ts';
import { findFuturesOrder } from './futures-orders.ts';
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
  const [from, to] = params.range(core.now());
  const orders = selectOrders(core, account, symbol).filter((order) =>
    status === 'open' ? isOpen(order) : !isOpen(order) && order.updatedAt >= from && order.updatedAt <= to,
  );
  return params.page(orders, status === 'open' ? 100 : 1_000).map((order) => toGateOrder(core, order));
}

/** "The paging parameter controls the number of pending orders in each trading pair." */
function listOpenOrders(core: SimulatedExchange, params: Params, account: Account): unknown[] {
  const open = Map.groupBy(selectOrders(core, account).filter(isOpen), ({ symbol }) => symbol);
  return [...open].map(([symbol, orders]) => ({
    currency_pair: toPair(core.state.market('spot', symbol)),
    total: orders.length,
    orders: params.page(orders, 100).map((order) => toGateOrder(core, order)),
  }));
}

function selectFills(core: SimulatedExchange, params: Params, account: Account): Fill[] {
  const [since, until] = params.range(core.now());
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
  return params.page(latestFirst, 1_000).map((fill) => toGateTrade(core, fill));
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
  return params.page(open, 100).map((each) => toPriceOrder(core, each));
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

/** Opening time, volume, close, high, low, open. */
function listCandles(core: SimulatedExchange, params: Params): unknown[] {
  const { symbol } = params.market(core);
  const range = params.candles('30m', 1_000, core.now());
  return core
    .candles({ market: 'spot', symbol, ...range })
    .map(({ at, open, high, low, close }) => [
      ...[String(at / 1_000), '1', close, high, low, open, '1'],
      String(at + range.intervalMs <= core.now()),
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
  [`GET ${v4}/unified/unified_mode`]: readRoute((_core, _params, account) => ({
    mode: isUnified(account) ? 'multi_currency' : 'classic',
  })),
  [`GET ${v4}/wallet/fee`]: readRoute((core, params) => toFeeRates(params.market(core))),
  [`GET ${v4}/account/detail`]: readRoute((_core, _params, account) => toDetail(account)),
  [`GET ${v4}/account/main_keys`]: readRoute((_core, _params, account) => toKeys(account)),
  ...futuresRoutes,
};

/** Kinds of market that are not simulated. */
const emptyLists = [
  'spot/currencies',
  'margin/currency_pairs',
  'futures/btc/contracts',
  'delivery/usdt/contracts',
  'options/underlyings',
];
for (const list of emptyLists) routes[`GET ${v4}/${list}`] = publicRoute(() => []);

const isFutures = ({ path }: VenueRequest) => path.startsWith(`${v4}/futures/`);

function prepare(core: SimulatedExchange, request: VenueRequest): PreparedRequest {
  const { route: path, id } = splitPath(request.path);
  const route = routes[`${request.method} ${path}`];
  if (route === undefined) throw gateError('NOT_FOUND', 'Request URL not exists', 404);
  const params = new Params(request, id);
  const respond = (handle: () => unknown) =>
    isFutures(request) ? respondToFutures(request, handle) : handle();
  if (route.security === 'public') return { run: () => respond(() => route.handle(core, params)) };
  const account = authenticate(core, request);
  if (route.security === 'trade' && !account.permissions.trade)
    throw gateError('READ_ONLY', 'API key is read-only', 403);
  checkFence(request, core.now());
  const run = () => {
    if (route.security === 'trade') checkTimestamp(request, core.now());
    checkFence(request, core.now());
    return respond(() => route.handle(core, params, account));
  };
  return { account, run, status: request.method === 'POST' ? 201 : 200 };
}

/** Gate's APIv4: spot and perpetuals settled in USDT. https://www.gate.com/docs/developers/apiv4/en/ */
export function createGateApi(core: SimulatedExchange): VenueApi {
  return {
    marketOf(request) {
      if (isFutures(request)) return 'usdm';
      return request.path.includes('/spot/') ? 'spot' : 'wallet';
    },
    owns: (path) => path.startsWith(`${v4}/`),
    prepare: (request) => prepare(core, request),
    describe: ({ method, query, body }) => (method === 'POST' ? body : query),
    cancelTarget(request) {
      const account = core.state.accountByKey(request.headers.key ?? '');
      const { route, id } = splitPath(request.path);
      if (account === undefined || id === undefined) return undefined;
      const params = new Params(request, id);
      if (route.includes('price_orders'))
        return findPriceOrder(core, params, account, isFutures(request) ? 'usdm' : 'spot');
      return (isFutures(request) ? findFuturesOrder : findOrder)(core, params, account);
    },
    toVenueError,
    // "`message` (or `detail`)".
    toErrorBody: (error) => ({
      label: String(error.code),
      [error instanceof FuturesError ? 'detail' : 'message']: error.message,
    }),
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
