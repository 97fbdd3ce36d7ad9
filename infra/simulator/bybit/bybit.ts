import { decimal } from '../core/amounts.ts';
import type { Account, Fill, Market, MarketKind, Order, OrderType } from '../core/model.ts';
import { isTriggeredAt } from '../core/rules.ts';
import type { SimulatedExchange } from '../core/simulated-exchange.ts';
import { isOpen } from '../core/state.ts';
import type { PreparedRequest, VenueApi, VenueRequest } from '../server/venue-api.ts';
import {
  bybitError,
  errorOf,
  invalidSignature,
  parameterError,
  permissionDenied,
  serverError,
  tooManyVisits,
  unknownOrder,
} from './errors.ts';
import { authenticate, checkWindow, Params } from './request.ts';
import {
  bookShape,
  categoryOf,
  executionShape,
  instrumentShape,
  keyShape,
  orderIdOf,
  orderShape,
  positionShapes,
  tickerShape,
  walletShape,
} from './shapes.ts';

type PublicHandler = (core: SimulatedExchange, params: Params) => unknown;
type SignedHandler = (core: SimulatedExchange, params: Params, account: Account) => unknown;

type Route =
  | { security: 'public'; handle: PublicHandler }
  /** `trade` also needs the permission to trade there, and a fresh time window when it runs. */
  | { security: 'read' | 'trade'; handle: SignedHandler };

function open(handle: PublicHandler): Route {
  return { security: 'public', handle };
}
function read(handle: SignedHandler): Route {
  return { security: 'read', handle };
}
function trade(handle: SignedHandler): Route {
  return { security: 'trade', handle };
}

function listed(category: string, list: unknown[], limit: number) {
  return {
    category,
    list: list.slice(0, limit),
    nextPageCursor: '',
  };
}

function marketsAsked(core: SimulatedExchange, params: Params): Market[] {
  const kind = params.market();
  const symbol = params.text('symbol');
  return symbol === undefined ? core.state.marketsOf(kind) : [core.state.market(kind, symbol)];
}

function oneMarket(core: SimulatedExchange, params: Params): Market {
  return core.state.market(params.market(), params.required('symbol'));
}

const instruments: PublicHandler = (core, params) => {
  const { length } = core.state.marketsOf(params.market());
  // Markets that are announced are asked for by themselves, and there are none.
  const trading = (params.text('status') ?? 'Trading') === 'Trading';
  const list = trading ? marketsAsked(core, params).map(instrumentShape) : [];
  return listed(params.required('category'), list, length);
};

const minuteMs = 60_000;

/** The latest first. */
const candles: PublicHandler = (core, params) => {
  const market = oneMarket(core, params);
  const interval = params.required('interval');
  const list = core
    .candles({
      market: market.kind,
      symbol: market.symbol,
      intervalMs: (interval === 'D' ? 1_440 : Number(interval)) * minuteMs,
      limit: Math.min(params.integer('limit') ?? 200, 1000),
    })
    .map(({ at, open, high, low, close }) => [String(at), open, high, low, close, '1', close])
    .toReversed();
  return { symbol: market.symbol, category: categoryOf(market.kind), list };
};

/** A conditional order's type follows from where its trigger is, as seen from the price now. */
function typeOf(params: Params, market: Market): OrderType {
  const word = params.required('orderType');
  if (word !== 'Market' && word !== 'Limit') throw parameterError('OrderType invalid');
  const triggerPrice = params.decimal('triggerPrice');
  if (triggerPrice === undefined) return word === 'Market' ? 'market' : 'limit';
  const rising = risingTrigger(params, market, triggerPrice);
  const sort = rising === (params.side() === 'buy') ? 'stop' : 'take_profit';
  return `${sort}_${word === 'Market' ? 'market' : 'limit'}`;
}

function risingTrigger(params: Params, market: Market, triggerPrice: string): boolean {
  if (market.kind === 'spot') return decimal(triggerPrice).gt(market.price);
  const direction = params.integer('triggerDirection');
  if (direction !== 1 && direction !== 2) throw parameterError('TriggerDirection invalid');
  return direction === 1;
}

/** A spot MARKET buy counts in quote unless it says otherwise. */
function sizeOf(params: Params, market: Market, type: OrderType): { amount?: string; quoteAmount?: string } {
  const amount = params.requiredDecimal('qty');
  const usual = params.side() === 'buy' ? 'quoteCoin' : 'baseCoin';
  const inQuote =
    market.kind === 'spot' && type === 'market' && (params.text('marketUnit') ?? usual) === 'quoteCoin';
  return inQuote ? { quoteAmount: amount } : { amount };
}

function createOrder(core: SimulatedExchange, params: Params, account: Account): unknown {
  const market = oneMarket(core, params);
  const type = typeOf(params, market);
  const triggerPrice = params.decimal('triggerPrice');
  if (triggerPrice !== undefined && isTriggeredAt({ type, side: params.side(), triggerPrice }, market.price))
    throw market.kind === 'spot'
      ? bybitError(170130, "Data sent for paramter 'triggerPrice' is not valid.")
      : bybitError(110092, `expect Rising, but trigger_price[${triggerPrice}] <= current[${market.price}]`);
  const order = core.acknowledgeOrder({
    account,
    market: market.kind,
    symbol: market.symbol,
    side: params.side(),
    type,
    ...sizeOf(params, market, type),
    price: type.endsWith('limit') ? params.requiredDecimal('price') : undefined,
    triggerPrice,
    ...(type.endsWith('market') ? {} : params.timeInForce()),
    ...(market.kind === 'spot'
      ? {}
      : { positionSide: params.positionSide(), reduceOnly: params.flag('reduceOnly') }),
    clientOrderId: params.linkId(),
    clientOrderIdUnique: 'always',
  });
  return { orderId: orderIdOf(order), orderLinkId: params.text('orderLinkId') ?? '' };
}

/** The account's order that `orderId` or `orderLinkId` names; the id comes first where both do. */
function findOrder(core: SimulatedExchange, account: Account, params: Params): Order | undefined {
  const market = params.market();
  const orderId = params.text('orderId');
  const linkId = params.text('orderLinkId');
  if (orderId === undefined && linkId === undefined) return undefined;
  return [...core.state.orders.values()].findLast(
    (order) =>
      order.account === account.id &&
      order.market === market &&
      order.takesEffectAt === undefined &&
      (orderId === undefined ? order.clientOrderId === linkId : orderIdOf(order) === orderId),
  );
}

/** Spot looks for a conditional order only where the filter says so, and for others only where it doesn't. */
function isFiltered(order: Order, params: Params): boolean {
  return (
    order.market === 'spot' &&
    (order.triggerPrice === undefined) !== ((params.text('orderFilter') ?? 'Order') === 'Order')
  );
}

function cancelOrder(core: SimulatedExchange, params: Params, account: Account): unknown {
  oneMarket(core, params);
  const order = findOrder(core, account, params);
  if (order === undefined || isFiltered(order, params)) throw unknownOrder(params.market());
  if (order.market === 'spot' && order.status === 'filled')
    throw bybitError(170139, 'Order has been filled.');
  if (order.market === 'spot' && !isOpen(order)) throw bybitError(170142, 'Order has been canceled.');
  core.acknowledgeCancel(order);
  return { orderId: orderIdOf(order), orderLinkId: params.text('orderLinkId') ?? '' };
}

// Bybit's default and maximum page sizes for orders, and for executions.
const orderPage = { usual: 20, most: 50 };
const executionPage = { usual: 50, most: 100 };

function pageSize(params: Params, { usual, most }: { usual: number; most: number }): number {
  return Math.min(params.integer('limit') ?? usual, most);
}

/** `live`: open orders, and any that is asked for by its id. Otherwise: those that have ended. */
function orders(live: boolean): SignedHandler {
  return (core, params, account) => {
    const market = params.market();
    const byId = params.text('orderId') !== undefined || params.text('orderLinkId') !== undefined;
    const symbol = params.text('symbol');
    const settleCoin = params.text('settleCoin');
    if (market === 'usdm' && symbol === undefined && settleCoin === undefined && !byId)
      throw parameterError('params error: symbol, settleCoin and baseCoin are all empty');
    const one = byId ? findOrder(core, account, params) : undefined;
    const candidates = byId ? (one === undefined ? [] : [one]) : [...core.state.orders.values()].toReversed();
    const found = candidates.filter(
      (order) =>
        order.account === account.id &&
        order.market === market &&
        order.takesEffectAt === undefined &&
        (symbol === undefined || order.symbol === symbol) &&
        (settleCoin === undefined || core.state.market(market, order.symbol).quote === settleCoin) &&
        (live ? byId || isOpen(order) : !isOpen(order)),
    );
    return listed(
      params.required('category'),
      found.map((order) => orderShape(core, order)),
      pageSize(params, orderPage),
    );
  };
}

function executions(core: SimulatedExchange, params: Params, account: Account): unknown {
  const market = params.market();
  const orderId = params.text('orderId');
  const symbol = params.text('symbol');
  const since = params.integer('startTime') ?? 0;
  const isAsked = (fill: Fill): boolean =>
    fill.account === account.id &&
    fill.market === market &&
    (symbol === undefined || fill.symbol === symbol) &&
    (orderId === undefined || orderIdOf({ id: fill.orderId, market: fill.market }) === orderId) &&
    fill.at >= since;
  const fills = core.state.fills.filter(isAsked).toReversed();
  const size = pageSize(params, executionPage);
  const from = params.integer('cursor') ?? 0;
  return {
    ...listed(params.required('category'), fills.slice(from).map(executionShape(core)), size),
    nextPageCursor: from + size < fills.length ? String(from + size) : '',
  };
}

function positions(core: SimulatedExchange, params: Params, account: Account): unknown {
  if (params.market() !== 'usdm') throw bybitError(181001, 'category only support linear or option.');
  const named = params.text('symbol') !== undefined;
  const settleCoin = params.text('settleCoin');
  const markets = marketsAsked(core, params).filter(
    ({ quote }) => settleCoin === undefined || quote === settleCoin,
  );
  const rows = markets.flatMap((market) => positionShapes(account, market));
  const isOpenRow = (row: unknown) => (row as { size: string }).size !== '0';
  // By symbol, flat ones are told too.
  return listed(params.required('category'), named ? rows : rows.filter(isOpenRow), 200);
}

const routes: Record<string, Route> = {
  'GET /v5/market/time': open((core) => ({
    timeSecond: String(Math.floor(core.now() / 1000)),
    timeNano: `${core.now()}000000`,
  })),
  'GET /v5/market/instruments-info': open(instruments),
  'GET /v5/market/tickers': open((core, params) => ({
    category: params.required('category'),
    list: marketsAsked(core, params).map(tickerShape),
  })),
  'GET /v5/market/kline': open(candles),
  'GET /v5/market/orderbook': open((core, params) => bookShape(core, oneMarket(core, params))),
  'POST /v5/order/create': trade(createOrder),
  'POST /v5/order/cancel': trade(cancelOrder),
  'GET /v5/order/realtime': read(orders(true)),
  'GET /v5/order/history': read(orders(false)),
  'GET /v5/execution/list': read(executions),
  'GET /v5/position/list': read(positions),
  'GET /v5/account/wallet-balance': read((core, params, account) => {
    if (params.required('accountType') !== 'UNIFIED')
      throw parameterError('accountType only support UNIFIED.');
    return { list: [walletShape(core, account, params.text('coin'))] };
  }),
  'GET /v5/account/info': read(() => ({
    marginMode: 'REGULAR_MARGIN',
    updatedTime: '1697078946000',
    unifiedMarginStatus: 6,
    dcpStatus: 'OFF',
    timeWindow: 10,
    smpGroup: 0,
    isMasterTrader: false,
    spotHedgingStatus: 'OFF',
  })),
  'GET /v5/user/query-api': read((_core, _params, account) => keyShape(account)),
  // Asked for by ccxt's loadMarkets with keys; nothing can be deposited here.
  'GET /v5/asset/coin/query-info': read(() => ({ rows: [] })),
};

/** The category as far as the request says it, for faults and the ledger. */
function kindOf(request: VenueRequest): MarketKind | undefined {
  const category = /category["=:]+(spot|linear)/.exec(
    request.method === 'POST' ? request.body : request.query,
  );
  return category === null ? undefined : category[1] === 'spot' ? 'spot' : 'usdm';
}

/** Bybit's v5 API for a unified account: spot and linear perpetuals on the same paths. */
export function bybit(core: SimulatedExchange): VenueApi {
  const answer = (result: unknown) => ({
    retCode: 0,
    retMsg: 'OK',
    result,
    retExtInfo: {},
    time: core.now(),
  });

  function prepare(request: VenueRequest): PreparedRequest {
    const route = routes[`${request.method} ${request.path}`];
    if (route === undefined) throw bybitError(10017, 'Route not found.');
    const params = new Params(request);
    if (route.security === 'public')
      return { run: () => inDialect(request, () => route.handle(core, params)) };
    const account = authenticate(core, request);
    const { trade: canTrade, futures } = account.permissions;
    const denied = !canTrade || (kindOf(request) === 'usdm' && !futures);
    if (route.security === 'trade' && denied) throw permissionDenied();
    return {
      account,
      run: () => {
        if (route.security === 'trade') checkWindow(request, core.now());
        return inDialect(request, () => route.handle(core, params, account));
      },
    };
  }

  /** Only the request tells whose words a rejection is to be put in. */
  function inDialect(request: VenueRequest, handle: () => unknown): unknown {
    try {
      return answer(handle());
    } catch (error) {
      throw errorOf(error, kindOf(request) ?? 'spot');
    }
  }

  return {
    marketOf: (request) => kindOf(request) ?? 'wallet',
    owns: (path) => path.startsWith('/v5/'),
    prepare,
    describe: ({ method, query, body }) => (method === 'POST' ? body : query),
    cancelTarget: (request) => {
      const account = core.state.accountByKey(request.headers['x-bapi-api-key'] ?? '');
      if (account === undefined || request.path !== '/v5/order/cancel') return undefined;
      return findOrder(core, account, new Params(request));
    },
    errorOf: (error) => errorOf(error, 'spot'),
    errorBody: ({ code, message }) => ({
      retCode: code,
      retMsg: message,
      result: {},
      retExtInfo: {},
      time: core.now(),
    }),
    errorStatus: 200,
    // A look-up that finds nothing is no error here.
    notFound: (request) => {
      if (request.method !== 'GET') throw unknownOrder(kindOf(request) ?? 'spot');
      return answer(listed(categoryOf(kindOf(request) ?? 'spot'), [], 0));
    },
    outcomeUnknown: serverError,
    throttled: tooManyVisits,
    failed: serverError,
    badSignature: () => invalidSignature('…'),
  };
}
