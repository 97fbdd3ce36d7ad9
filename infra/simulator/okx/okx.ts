import { decimal, text } from '../core/amounts.ts';
import { feeRateOf } from '../core/fees.ts';
import type { Account, Fill, Market, MarketKind, PositionSide } from '../core/model.ts';
import { isAlgoForgotten, isForgotten, okxRetention } from '../core/retention.ts';
import type { SimulatedExchange } from '../core/simulated-exchange.ts';
import { isOpen } from '../core/state.ts';
import { publicRoute, type Routes, readRoute, tradeRoute } from '../server/routes.ts';
import { type PreparedRequest, type VenueApi, VenueError, type VenueRequest } from '../server/venue-api.ts';
import { nothingToCancel, okxError, toVenueError, unknownOrder } from './errors.ts';
import {
  amendAlgo,
  amendOrder,
  cancelAlgo,
  cancelOrder,
  createAlgo,
  createOrder,
  findAlgo,
  findOrder,
} from './orders.ts';
import { authenticate, checkFence, checkTimestamp, Params } from './request.ts';
import {
  toConfig,
  toInstId,
  toInstrument,
  toOkxAlgo,
  toOkxBalance,
  toOkxFill,
  toOkxOrder,
  toOkxPosition,
} from './shapes.ts';

const dayMs = 86_400_000;

/** "Pagination of data to return records earlier than the requested" id; at most 100 rows, latest first. */
function toPage(params: Params, rows: Record<string, unknown>[], idName: string): unknown[] {
  const after = params.text('after');
  const latestFirst = rows.toReversed();
  const start = after === undefined ? 0 : latestFirst.findIndex((row) => row[idName] === after) + 1;
  return latestFirst.slice(start, start + Math.min(params.integer('limit') ?? 100, 100));
}

function isWanted(core: SimulatedExchange, params: Params, kind: MarketKind, symbol: string): boolean {
  if (params.text('instId') !== undefined)
    return toInstId(core.state.market(kind, symbol)) === params.text('instId');
  return params.kind() === undefined || params.kind() === kind;
}

function findMarkets(core: SimulatedExchange, params: Params): Market[] {
  return params.text('instId') === undefined
    ? core.state.marketsOf(params.kind() ?? 'spot')
    : [params.market(core)];
}

function readOrder(core: SimulatedExchange, params: Params, account: Account): unknown[] {
  const order = findOrder(core, account, params);
  if (order === undefined || isForgotten(core.state, order, okxRetention)) throw unknownOrder();
  return [toOkxOrder(core, order)];
}

function readAlgo(core: SimulatedExchange, params: Params, account: Account): unknown[] {
  const algo = findAlgo(core, account, params);
  if (algo === undefined || isAlgoForgotten(core.state, algo, okxRetention)) throw unknownOrder();
  return [toOkxAlgo(core, algo)];
}

function listOrders(core: SimulatedExchange, params: Params, account: Account): unknown[] {
  const open = [...core.state.orders.values()].filter(
    (order) =>
      order.account === account.id &&
      isOpen(order) &&
      order.takesEffectAt === undefined &&
      isWanted(core, params, order.market, order.symbol),
  );
  const rows = open.map((order) => toOkxOrder(core, order));
  return toPage(params, rows, 'ordId');
}

function listAlgos(core: SimulatedExchange, params: Params, account: Account): unknown[] {
  if (!params.required('ordType').split(',').includes('conditional')) return [];
  const open = core.state
    .openAlgoOrders()
    .filter(
      (algo) => algo.account === account.id && isWanted(core, params, algo.market ?? 'usdm', algo.symbol),
    );
  const rows = open.map((algo) => toOkxAlgo(core, algo));
  return toPage(params, rows, 'algoId');
}

function selectFills(core: SimulatedExchange, params: Params, account: Account, keptMs: number): Fill[] {
  const [begin, end] = [params.integer('begin') ?? 0, params.integer('end') ?? core.now()];
  const ordId = params.text('ordId');
  return core.state.fills.filter(
    (fill) =>
      fill.account === account.id &&
      isWanted(core, params, fill.market, fill.symbol) &&
      (ordId === undefined || String(fill.orderId) === ordId) &&
      fill.at >= Math.max(begin, core.now() - keptMs) &&
      fill.at <= end,
  );
}

function listFills(keptMs: number) {
  return (core: SimulatedExchange, params: Params, account: Account): unknown[] => {
    const fills = selectFills(core, params, account, keptMs).filter(({ cause }) => cause !== 'funding');
    const rows = fills.map((fill) => toOkxFill(core, fill));
    return toPage(params, rows, 'billId');
  };
}

/** https://www.okx.com/docs-v5/en/#trading-account-rest-api-get-bills-details-last-3-months; only funding, type 8. */
function listBills(core: SimulatedExchange, params: Params, account: Account): unknown[] {
  const fees = selectFills(core, params, account, 90 * dayMs).filter(({ cause }) => cause === 'funding');
  const rows = fees.map((fill) => ({
    ...{ billId: String(fill.id), type: '8', ccy: fill.feeAsset, ts: String(fill.at), posBalChg: '0' },
    balChg: text(decimal(fill.fee).negated()),
    instId: toInstId(core.state.market(fill.market, fill.symbol)),
  }));
  return toPage(params, rows, 'billId');
}

function listPositions(core: SimulatedExchange, params: Params, account: Account): unknown[] {
  const sides: PositionSide[] = account.hedged ? ['LONG', 'SHORT'] : ['BOTH'];
  const markets = params.text('instId') === undefined ? core.state.marketsOf('usdm') : [params.market(core)];
  const rows = markets.flatMap((market) => sides.map((side) => toOkxPosition(core, account, market, side)));
  // A position that was closed is listed for its market, with an amount of zero.
  return rows.filter(({ pos, uTime }) => (params.text('instId') === undefined ? pos !== '0' : uTime !== '0'));
}

const bars: Record<string, number> = { m: 60_000, H: 3_600_000, D: dayMs };

/** `after` and `before` exclude the candles that they name. Latest first. */
function listCandles(core: SimulatedExchange, params: Params): unknown[] {
  const { kind, symbol, price: _ } = params.market(core);
  const [, count = '1', unit = 'm'] = /^(\d+)([mHD])/.exec(params.text('bar') ?? '1m') ?? [];
  const [after, before] = [params.integer('after'), params.integer('before')];
  const candles = core.candles({
    ...{ market: kind, symbol, intervalMs: Number(count) * (bars[unit] ?? 60_000) },
    limit: Math.min(params.integer('limit') ?? 100, 300),
    since: before === undefined ? undefined : before + 1,
    until: after === undefined ? undefined : after - 1,
  });
  return candles
    .toReversed()
    .map(({ at, open, high, low, close }) => [String(at), open, high, low, close, '1', '1', '1', '0']);
}

function toTicker(market: Market) {
  return { instType: market.kind === 'spot' ? 'SPOT' : 'SWAP', instId: toInstId(market), last: market.price };
}

/** https://www.okx.com/docs-v5/en/#trading-account-rest-api-get-fee-rates: a commission is negative. */
function listFees(core: SimulatedExchange, params: Params): unknown[] {
  const [market] = core.state.marketsOf(params.kind() ?? 'spot');
  const taker = market === undefined ? '0' : `-${feeRateOf(market, 'taker')}`;
  return [{ feeGroup: [{ groupId: '1', taker, maker: taker }], taker, takerU: taker, takerUSDC: taker }];
}

const routes: Routes<Params> = {
  'GET /api/v5/public/time': publicRoute((core) => [{ ts: String(core.now()) }]),
  'GET /api/v5/public/instruments': publicRoute((core, params) =>
    findMarkets(core, params).map(toInstrument),
  ),
  'GET /api/v5/public/mark-price': publicRoute((core, params) =>
    findMarkets(core, params).map((market) => ({ instId: toInstId(market), markPx: market.price })),
  ),
  'GET /api/v5/market/tickers': publicRoute((core, params) => findMarkets(core, params).map(toTicker)),
  'GET /api/v5/market/ticker': publicRoute((core, params) => [toTicker(params.market(core))]),
  'GET /api/v5/market/candles': publicRoute(listCandles),
  'GET /api/v5/market/history-candles': publicRoute(listCandles),
  'POST /api/v5/trade/order': tradeRoute((...request) => [createOrder(...request)]),
  'POST /api/v5/trade/amend-order': tradeRoute((...request) => [amendOrder(...request)]),
  'POST /api/v5/trade/cancel-order': tradeRoute((...request) => [cancelOrder(...request)]),
  'POST /api/v5/trade/order-algo': tradeRoute((...request) => [createAlgo(...request)]),
  'POST /api/v5/trade/amend-algos': tradeRoute((...request) => [amendAlgo(...request)]),
  'POST /api/v5/trade/cancel-algos': tradeRoute((...request) => [cancelAlgo(...request)]),
  'GET /api/v5/trade/order': readRoute(readOrder),
  'GET /api/v5/trade/order-algo': readRoute(readAlgo),
  'GET /api/v5/trade/orders-pending': readRoute(listOrders),
  'GET /api/v5/trade/orders-algo-pending': readRoute(listAlgos),
  'GET /api/v5/trade/fills': readRoute(listFills(3 * dayMs)),
  'GET /api/v5/trade/fills-history': readRoute(listFills(90 * dayMs)),
  'GET /api/v5/account/bills-archive': readRoute(listBills),
  'GET /api/v5/account/positions': readRoute(listPositions),
  'GET /api/v5/account/balance': readRoute((core, _params, account) => [toOkxBalance(core, account)]),
  'GET /api/v5/account/config': readRoute((_core, _params, account) => [toConfig(account)]),
  'GET /api/v5/account/trade-fee': readRoute(listFees),
};

/** Requests for one order, whose errors are in `data[0]`: `{"code": "1", "data": [{"sCode": "51008"}]}`. */
const orderPaths = /\/trade\/(order|order-algo|amend-order|amend-algos|cancel-order|cancel-algos)$/;

class OrderError extends VenueError {}

function prepare(core: SimulatedExchange, request: VenueRequest): PreparedRequest {
  const route = routes[`${request.method} ${request.path}`];
  if (route === undefined) throw okxError(50115, 'Invalid request method.', 405);
  const params = new Params(request);
  const respond = (handle: () => unknown) => ({ code: '0', msg: '', data: handle() });
  if (route.security === 'public') return { run: () => respond(() => route.handle(core, params)) };
  const account = authenticate(core, request);
  const { trade, futures } = account.permissions;
  if (route.security === 'trade' && (!trade || (params.kind() === 'usdm' && !futures)))
    throw okxError(50120, "This API key doesn't have permission to use this function");
  checkFence(request, core.now());
  const run = () => {
    if (route.security === 'trade') checkTimestamp(request, core.now());
    checkFence(request, core.now());
    try {
      return respond(() => route.handle(core, params, account));
    } catch (thrown) {
      const { code, message, status } = toVenueError(thrown);
      if (request.method !== 'POST' || status !== 200 || !orderPaths.test(request.path)) throw thrown;
      throw new OrderError(code, message, status);
    }
  };
  return { account, run };
}

/** OKX's v5 API: spot and linear perpetuals of one account. https://www.okx.com/docs-v5/en/ */
export function createOkxApi(core: SimulatedExchange): VenueApi {
  return {
    marketOf: (request) => findKind(request) ?? 'wallet',
    owns: (path) => path.startsWith('/api/v5/'),
    prepare: (request) => prepare(core, request),
    describe: ({ method, query, body }) => (method === 'POST' ? body : query),
    cancelTarget(request) {
      const account = core.state.accountByKey(request.headers['ok-access-key'] ?? '');
      if (account === undefined) return undefined;
      const params = new Params(request);
      if (request.path.endsWith('/cancel-algos')) return findAlgo(core, account, params);
      return request.path.endsWith('/cancel-order') ? findOrder(core, account, params) : undefined;
    },
    toVenueError,
    toErrorBody: (error) =>
      error instanceof OrderError
        ? {
            code: '1',
            msg: '',
            data: [{ ordId: '', clOrdId: '', sCode: String(error.code), sMsg: error.message }],
          }
        : { code: String(error.code), msg: error.message, data: [] },
    errorStatus: 200,
    notFound(request) {
      if (request.method === 'POST') throw nothingToCancel();
      if (orderPaths.test(request.path)) throw unknownOrder();
      return { code: '0', msg: '', data: [] };
    },
    // "Does not mean that the request was successful or failed."
    outcomeUnknown: () => okxError(50004, 'API endpoint request timeout.', 400),
    throttled: () => okxError(50011, 'Too Many Requests', 429),
    failed: () => okxError(50001, 'Service temporarily unavailable. Please try again later.', 503),
    badSignature: () => okxError(50113, 'Invalid signature.', 401),
  };
}

function findKind(request: VenueRequest): MarketKind | undefined {
  const named = `${request.query} ${request.body}`;
  if (/-SWAP|instType=SWAP/.test(named)) return 'usdm';
  return /instId|instType=SPOT/.test(named) ? 'spot' : undefined;
}
