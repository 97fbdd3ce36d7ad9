import { decimal, text } from '../core/amounts.ts';
import { feeRateOf } from '../core/fees.ts';
import type { Account, Market, Order } from '../core/model.ts';
import type { SimulatedExchange } from '../core/simulated-exchange.ts';
import { isOpen } from '../core/state.ts';
import { publicRoute, type Routes, readRoute, tradeRoute } from '../server/routes.ts';
import type { PreparedRequest, VenueApi, VenueRequest } from '../server/venue-api.ts';
import { argumentError, deadlineElapsed, krakenError, toText, toVenueError, unknownOrder } from './errors.ts';
import { authenticate, Params, parseDeadline } from './request.ts';
import { toBalances, toKeyInfo, toKrakenOrder, toKrakenTrade, toPair, toPairId } from './shapes.ts';

/** The fee is in base currency "if selling", in quote currency "if buying", unless a flag says otherwise. */
function parseFlags(params: Params, side: 'buy' | 'sell') {
  const flags = params.list('oflags');
  const [inBase, inQuote] = [flags.includes('fcib'), flags.includes('fciq')];
  if (inBase && inQuote) throw argumentError('oflags');
  const isByCost = flags.includes('viqc');
  // "This option is supported only for buy market orders."
  if (isByCost && (side === 'sell' || params.text('ordertype') !== 'market')) throw argumentError('viqc');
  const feeIn = inBase || (side === 'sell' && !inQuote) ? ('base' as const) : ('quote' as const);
  return { feeIn, isByCost, postOnly: flags.includes('post') };
}

/** An unknown parameter is ignored: a trigger price with `market` executes at once. https://docs.kraken.com/api/docs/rest-api/add-order */
function addOrder(core: SimulatedExchange, params: Params, account: Account): unknown {
  const market = params.market(core);
  const [side, type] = [params.required('type'), params.required('ordertype')];
  if (side !== 'buy' && side !== 'sell') throw argumentError('type');
  if (type !== 'market' && type !== 'limit') throw argumentError('ordertype');
  const volume = params.decimal('volume');
  const { isByCost, ...flags } = parseFlags(params, side);
  const order = core.acknowledgeOrder({
    ...{ account, market: 'spot', symbol: market.symbol, side, type, ...flags },
    ...(isByCost ? { quoteAmount: volume } : { amount: volume }),
    price: type === 'limit' ? params.decimal('price') : undefined,
    timeInForce: type === 'market' ? 'IOC' : undefined,
    // "Kraken verifies cl_ord_id uniqueness across open orders for each client."
    clientOrderId: params.clientId(),
  });
  return { descr: { order: `${side} ${volume} ${params.text('pair')} @ ${type}` }, txid: [String(order.id)] };
}

function ordersOf(core: SimulatedExchange, params: Params, account: Account): Order[] {
  const id = params.text('cl_ord_id');
  return [...core.state.orders.values()].filter(
    (order) =>
      order.account === account.id &&
      order.market === 'spot' &&
      order.takesEffectAt === undefined &&
      (id === undefined || order.clientOrderId === id),
  );
}

function listOrders(core: SimulatedExchange, params: Params, orders: Order[]): Record<string, unknown> {
  const withTrades = params.text('trades') === 'true';
  return Object.fromEntries(
    orders.map((order) => [String(order.id), toKrakenOrder(core, order, withTrades)]),
  );
}

function openOrders(core: SimulatedExchange, params: Params, account: Account): unknown {
  return { open: listOrders(core, params, ordersOf(core, params, account).filter(isOpen)) };
}

/** "50 results are returned at a time, the most recent by default." https://docs.kraken.com/api/docs/rest-api/get-closed-orders */
function closedOrders(core: SimulatedExchange, params: Params, account: Account): unknown {
  const closed = ordersOf(core, params, account).filter((order) => !isOpen(order) && isListed(core, account));
  return { closed: listOrders(core, params, closed.slice(-50)), count: closed.length };
}

/** The owner can end the dates that a key may query. */
function isListed(core: SimulatedExchange, { queryTo = '0' }: Account): boolean {
  return queryTo === '0' || Number(queryTo) * 1_000 > core.now();
}

function queryOrders(core: SimulatedExchange, params: Params, account: Account): unknown {
  const ids = params.list('txid');
  const found = ordersOf(core, params, account).filter(({ id }) => ids.includes(String(id)));
  // The page has no error for an id that Kraken does not know. This one was recorded:
  // https://github.com/btschwertfeger/python-kraken-sdk/issues/97
  if (found.length === 0) throw krakenError('EOrder:Invalid order');
  return listOrders(core, params, isListed(core, account) ? found : []);
}

function findTarget(core: SimulatedExchange, params: Params, account: Account): Order | undefined {
  const txid = params.text('txid');
  return ordersOf(core, params, account).findLast(
    (order) => isOpen(order) && (txid === undefined || String(order.id) === txid),
  );
}

/** https://docs.kraken.com/api/docs/rest-api/cancel-order */
function cancelOrder(core: SimulatedExchange, params: Params, account: Account): unknown {
  if (params.text('txid') === undefined) params.required('cl_ord_id');
  const order = findTarget(core, params, account);
  if (order === undefined) throw unknownOrder();
  core.acknowledgeCancel(order);
  return { count: 1 };
}

/** "Starting unix timestamp (exclusive), ending (inclusive)", and an offset. https://docs.kraken.com/api/docs/rest-api/get-trade-history */
function tradesHistory(core: SimulatedExchange, params: Params, account: Account): unknown {
  const [start, end] = [params.integer('start') ?? 0, params.integer('end') ?? Number.POSITIVE_INFINITY];
  const fills = core.state.fills.filter(
    ({ account: id, market, at }) =>
      id === account.id && market === 'spot' && at > start * 1_000 && at <= end * 1_000,
  );
  const ofs = params.integer('ofs') ?? 0;
  const page = fills.toReversed().slice(ofs, ofs + 50);
  return { trades: Object.fromEntries(page.map((fill) => toKrakenTrade(core, fill))), count: fills.length };
}

/** "20 maximum". */
function queryTrades(core: SimulatedExchange, params: Params, account: Account): unknown {
  const ids = params.list('txid');
  if (ids.length === 0 || ids.length > 20) throw argumentError('txid');
  const fills = core.state.fills.filter(
    ({ id, account: own }) => own === account.id && ids.includes(`T${id}`),
  );
  return Object.fromEntries(fills.map((fill) => toKrakenTrade(core, fill)));
}

function findMarkets(core: SimulatedExchange, params: Params): Market[] {
  const names = params.list('pair');
  return names.length === 0 ? core.state.marketsOf('spot') : names.map((name) => params.market(core, name));
}

function byPair(markets: Market[], toRow: (market: Market) => unknown): Record<string, unknown> {
  return Object.fromEntries(markets.map((market) => [toPairId(market), toRow(market)]));
}

/** "Up to 720 of the most recent entries". https://docs.kraken.com/api/docs/rest-api/get-ohlc-data */
function listCandles(core: SimulatedExchange, params: Params): unknown {
  const market = params.market(core);
  const intervalMs = (params.integer('interval') ?? 1) * 60_000;
  const since = (params.integer('since') ?? 0) * 1_000;
  const candles = core.candles({ market: 'spot', symbol: market.symbol, intervalMs, limit: 720 });
  const rows = candles
    .filter(({ at }) => at >= since)
    .map(({ at, open, high, low, close }) => [at / 1_000, open, high, low, close, close, '1.00000000', 1]);
  return { [toPairId(market)]: rows, last: (candles.at(-2)?.at ?? 0) / 1_000 };
}

/** In percent. https://docs.kraken.com/api/docs/rest-api/get-trade-volume */
function tradeVolume(core: SimulatedExchange, params: Params): unknown {
  const toFee = (market: Market) => ({ fee: text(decimal(feeRateOf(market, 'taker')).times(100)) });
  return { currency: 'ZUSD', volume: '0.0000', fees: byPair(findMarkets(core, params), toFee) };
}

const routes: Routes<Params> = {
  'GET /0/public/Time': publicRoute((core) => ({ unixtime: Math.floor(core.now() / 1_000) })),
  'GET /0/public/AssetPairs': publicRoute((core, params) => byPair(findMarkets(core, params), toPair)),
  'GET /0/public/Ticker': publicRoute((core, params) =>
    byPair(findMarkets(core, params), ({ price }) => ({ a: [price, '1', '1'], c: [price, '1'] })),
  ),
  'GET /0/public/OHLC': publicRoute(listCandles),
  'POST /0/private/AddOrder': tradeRoute(addOrder),
  'POST /0/private/CancelOrder': tradeRoute(cancelOrder),
  'POST /0/private/OpenOrders': readRoute(openOrders),
  'POST /0/private/ClosedOrders': readRoute(closedOrders),
  'POST /0/private/QueryOrders': readRoute(queryOrders),
  'POST /0/private/TradesHistory': readRoute(tradesHistory),
  'POST /0/private/QueryTrades': readRoute(queryTrades),
  'POST /0/private/BalanceEx': readRoute((_core, _params, account) => toBalances(account)),
  'POST /0/private/TradeVolume': readRoute(tradeVolume),
  'POST /0/private/GetApiKeyInfo': readRoute((_core, _params, account) => toKeyInfo(account)),
};

function prepare(core: SimulatedExchange, request: VenueRequest): PreparedRequest {
  const route = routes[`${request.method} ${request.path}`];
  if (route === undefined) throw krakenError('EGeneral:Unknown method');
  const params = new Params(request);
  const respond = (handle: () => unknown) => ({ error: [], result: handle() });
  if (route.security === 'public') return { run: () => respond(() => route.handle(core, params)) };
  const account = authenticate(core, request);
  if (route.security === 'trade' && !account.permissions.trade)
    throw krakenError('EGeneral:Permission denied');
  const isOrder = request.path.endsWith('/AddOrder');
  const deadline = isOrder ? parseDeadline(params, core.now()) : Number.POSITIVE_INFINITY;
  const run = () => {
    // "The engine will prevent this order from matching after this time."
    if (core.now() > deadline) throw deadlineElapsed();
    return respond(() => route.handle(core, params, account));
  };
  return { account, run };
}

/** Kraken's spot API. https://docs.kraken.com/api/docs/guides/spot-rest-intro */
export function createKrakenApi(core: SimulatedExchange): VenueApi {
  return {
    marketOf: ({ path }) => (/BalanceEx|GetApiKeyInfo/.test(path) ? 'wallet' : 'spot'),
    owns: (path) => path.startsWith('/0/'),
    prepare: (request) => prepare(core, request),
    describe: ({ method, query, body }) => (method === 'POST' ? body.replace(/^nonce=\d+&?/, '') : query),
    cancelTarget(request) {
      const account = core.state.accountByKey(request.headers['api-key'] ?? '');
      return account === undefined || !request.path.endsWith('/CancelOrder')
        ? undefined
        : findTarget(core, new Params(request), account);
    },
    toVenueError,
    toErrorBody: (error) => ({ error: [toText(error)] }),
    errorStatus: 200,
    notFound({ path }) {
      if (path.endsWith('/CancelOrder') || path.endsWith('/QueryOrders')) throw unknownOrder();
      return { error: [], result: { open: {}, closed: {}, trades: {} } };
    },
    // "The matching engine or API is offline": the order may have been placed.
    outcomeUnknown: () => krakenError('EService:Unavailable'),
    throttled: () => krakenError('EAPI:Rate limit exceeded'),
    failed: () => krakenError('EService:Unavailable', 503),
    badSignature: () => krakenError('EAPI:Invalid signature'),
  };
}
