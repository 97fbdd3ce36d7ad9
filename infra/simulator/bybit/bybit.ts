import type { MarketKind } from '../core/model.ts';
import type { SimulatedExchange } from '../core/simulated-exchange.ts';
import { publicRoute, type Routes, readRoute, tradeRoute } from '../server/routes.ts';
import type { PreparedRequest, VenueApi, VenueRequest } from '../server/venue-api.ts';
import { toKeyInfo, toWallet } from './account-shapes.ts';
import { cancelAllOrders } from './cancel-all.ts';
import {
  bybitError,
  invalidSignature,
  parameterError,
  permissionDenied,
  serverError,
  tooManyVisits,
  toVenueError,
  unknownOrder,
} from './errors.ts';
import { listFeeRates } from './fees.ts';
import { findMarkets, requireMarket, toPage } from './listing.ts';
import { listCandles, listInstruments } from './market-data.ts';
import { toOrderBook, toTicker } from './market-shapes.ts';
import { toCategory } from './order-shapes.ts';
import { amendOrder, cancelOrder, createOrder, findOrder } from './orders.ts';
import { listExecutions, listOrderHistory, listPositions, listRealtimeOrders } from './queries.ts';
import { authenticate, checkWindow, Params } from './request.ts';
import { setTradingStop } from './trading-stop.ts';
import { listTransactions } from './transaction-log.ts';

const routes: Routes<Params> = {
  'GET /v5/market/time': publicRoute((core) => ({
    timeSecond: String(Math.floor(core.now() / 1000)),
    timeNano: `${core.now()}000000`,
  })),
  'GET /v5/market/instruments-info': publicRoute(listInstruments),
  'GET /v5/market/tickers': publicRoute((core, params) => ({
    category: params.required('category'),
    list: findMarkets(core, params).map(toTicker),
  })),
  'GET /v5/market/kline': publicRoute(listCandles),
  'GET /v5/market/orderbook': publicRoute((core, params) => toOrderBook(core, requireMarket(core, params))),
  'POST /v5/order/create': tradeRoute(createOrder),
  'POST /v5/order/amend': tradeRoute(amendOrder),
  'POST /v5/order/cancel': tradeRoute(cancelOrder),
  'POST /v5/order/cancel-all': tradeRoute(cancelAllOrders),
  'POST /v5/position/trading-stop': tradeRoute(setTradingStop),
  'GET /v5/order/realtime': readRoute(listRealtimeOrders),
  'GET /v5/order/history': readRoute(listOrderHistory),
  'GET /v5/execution/list': readRoute(listExecutions),
  'GET /v5/position/list': readRoute(listPositions),
  'GET /v5/account/wallet-balance': readRoute((core, params, account) => {
    if (params.required('accountType') !== 'UNIFIED')
      throw parameterError('accountType only support UNIFIED.');
    return { list: [toWallet(core, account, params.text('coin'))] };
  }),
  'GET /v5/account/fee-rate': readRoute(listFeeRates),
  'GET /v5/account/transaction-log': readRoute(listTransactions),
  'GET /v5/account/info': readRoute(() => ({
    marginMode: 'REGULAR_MARGIN',
    updatedTime: '1697078946000',
    unifiedMarginStatus: 6,
    dcpStatus: 'OFF',
    timeWindow: 10,
    smpGroup: 0,
    isMasterTrader: false,
    spotHedgingStatus: 'OFF',
  })),
  'GET /v5/user/query-api': readRoute((core, _params, account) => toKeyInfo(account, core.now())),
  // ccxt's loadMarkets requests it if it has keys. The simulation has no deposits.
  'GET /v5/asset/coin/query-info': readRoute(() => ({ rows: [] })),
};

/** The market of a request, if the request names its category. */
function findMarketKind(request: VenueRequest): MarketKind | undefined {
  const category = /category["=:]+(spot|linear)/.exec(
    request.method === 'POST' ? request.body : request.query,
  )?.[1];
  if (category === undefined) return undefined;
  return category === 'spot' ? 'spot' : 'usdm';
}

function toResponse(core: SimulatedExchange, result: unknown) {
  return { retCode: 0, retMsg: 'OK', result, retExtInfo: {}, time: core.now() };
}

function prepare(core: SimulatedExchange, request: VenueRequest): PreparedRequest {
  const route = routes[`${request.method} ${request.path}`];
  if (route === undefined) throw bybitError(10017, 'Route not found.');
  const params = new Params(request);
  if (route.security === 'public')
    return { run: () => respond(core, request, () => route.handle(core, params)) };
  const account = authenticate(core, request);
  const { trade: canTrade, futures } = account.permissions;
  const denied = !canTrade || (findMarketKind(request) === 'usdm' && !futures);
  if (route.security === 'trade' && denied) throw permissionDenied();
  return {
    account,
    run: () => {
      if (route.security === 'trade') checkWindow(request, core.now());
      return respond(core, request, () => route.handle(core, params, account));
    },
  };
}

/** Error codes differ by category, so errors are translated here, where the request is known. */
function respond(core: SimulatedExchange, request: VenueRequest, handle: () => unknown): unknown {
  try {
    return toResponse(core, handle());
  } catch (error) {
    throw toVenueError(error, findMarketKind(request) ?? 'spot');
  }
}

/** Bybit's v5 API of a unified account: spot and linear perpetuals share its paths. */
export function createBybitApi(core: SimulatedExchange): VenueApi {
  return {
    marketOf: (request) => findMarketKind(request) ?? 'wallet',
    owns: (path) => path.startsWith('/v5/'),
    prepare: (request) => prepare(core, request),
    describe: ({ method, query, body }) => (method === 'POST' ? body : query),
    cancelTarget: (request) => {
      const account = core.state.accountByKey(request.headers['x-bapi-api-key'] ?? '');
      if (account === undefined || request.path !== '/v5/order/cancel') return undefined;
      return findOrder(core, account, new Params(request));
    },
    toVenueError: (error) => toVenueError(error, 'spot'),
    toErrorBody: ({ code, message }) => ({
      retCode: code,
      retMsg: message,
      result: {},
      retExtInfo: {},
      time: core.now(),
    }),
    errorStatus: 200,
    // A query that finds no order responds with an empty list.
    notFound: (request) => {
      const market = findMarketKind(request) ?? 'spot';
      if (request.method !== 'GET') throw unknownOrder(market);
      return toResponse(core, toPage(toCategory(market), [], 0));
    },
    outcomeUnknown: serverError,
    throttled: tooManyVisits,
    failed: serverError,
    badSignature: () => invalidSignature('…'),
  };
}
