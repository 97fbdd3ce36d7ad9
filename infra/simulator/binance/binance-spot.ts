import { decimal } from '../core/amounts.ts';
import type { Account, Order, OrderList, OrderType } from '../core/model.ts';
import { cancelOrder, type OcoLeg, placeOco, placeOrder } from '../core/orders.ts';
import { isConditionalType, isMarketType } from '../core/rules.ts';
import type { SimulatedExchange } from '../core/simulated-exchange.ts';
import { isOpen } from '../core/state.ts';
import { type VenueApi, VenueError } from '../server/venue-api.ts';
import { missingParameter, orderDoesNotExist } from './errors.ts';
import { marketData } from './market-data.ts';
import { findOrder, type Params } from './request.ts';
import { createBinanceApi, open, type Routes, read, trade } from './route.ts';
import {
  canceledOrder,
  exchangeInfo,
  myTrade,
  orderList,
  placedOrder,
  queriedOrder,
  spotAccount,
  spotTypes,
} from './spot-shapes.ts';

const typesByWireName = new Map(Object.entries(spotTypes).map(([type, wire]) => [wire, type as OrderType]));

function orderType(params: Params, name = 'type'): OrderType {
  const type = typesByWireName.get(params.required(name).toUpperCase());
  if (type === undefined) throw new VenueError(-1116, 'Invalid orderType.');
  return type;
}

/** The amount sold or bought, or the quote asset spent; a market order takes exactly one of them. */
function sizeOf(params: Params, type: OrderType): { amount?: string; quoteAmount?: string } {
  const amount = params.decimal('quantity');
  const quoteAmount = type === 'market' ? params.decimal('quoteOrderQty') : undefined;
  if (amount !== undefined) return { amount: withinPlaces('quantity', amount) };
  if (quoteAmount !== undefined) return { quoteAmount };
  if (type === 'market')
    throw new VenueError(
      -1102,
      "Param 'quantity' or 'quoteOrderQty' must be sent, but both were empty/null!",
    );
  throw missingParameter('quantity');
}

// The exchange counts in 8 places; more is refused before any filter looks at it.
function withinPlaces(name: string, value: string): string {
  if ((decimal(value).decimalPlaces() ?? 0) > 8)
    throw new VenueError(-1111, `Parameter '${name}' has too much precision.`);
  return value;
}

function postOrder(core: SimulatedExchange, params: Params, account: Account): unknown {
  const symbol = params.required('symbol');
  core.state.market('spot', symbol);
  const side = params.side();
  const type = orderType(params);
  const size = sizeOf(params, type);
  const priced = !isMarketType(type);
  // LIMIT_MAKER is good till cancelled by nature, and takes no timeInForce.
  if (priced && type !== 'limit_maker') params.required('timeInForce');
  const order = placeOrder(core.state, {
    account,
    market: 'spot',
    symbol,
    side,
    type,
    ...size,
    price: priced ? withinPlaces('price', params.requiredDecimal('price')) : undefined,
    triggerPrice: isConditionalType(type) ? params.requiredDecimal('stopPrice') : undefined,
    timeInForce: params.timeInForce(),
    clientOrderId: params.clientOrderId('newClientOrderId'),
  });
  const longByDefault = type === 'market' || type === 'limit';
  return placedOrder(core, order, params.text('newOrderRespType') ?? (longByDefault ? 'FULL' : 'ACK'));
}

function queryOrder(core: SimulatedExchange, params: Params, account: Account): unknown {
  const order = requireSymbolThenFind(core, params, account);
  if (order === undefined) throw orderDoesNotExist();
  return queriedOrder(order);
}

function requireSymbolThenFind(core: SimulatedExchange, params: Params, account: Account): Order | undefined {
  core.state.market('spot', params.required('symbol'));
  return findOrder(core, account, 'spot', params);
}

function cancelId(core: SimulatedExchange, params: Params): string {
  return params.clientOrderId('newClientOrderId') ?? `sim-cancel-${core.state.newId()}`;
}

function deleteOrder(core: SimulatedExchange, params: Params, account: Account): unknown {
  const restriction = params.text('cancelRestrictions');
  if (restriction !== undefined && restriction !== 'ONLY_NEW' && restriction !== 'ONLY_PARTIALLY_FILLED')
    throw new VenueError(-1145, 'cancelRestrictions has to be either ONLY_NEW or ONLY_PARTIALLY_FILLED.');
  const order = requireSymbolThenFind(core, params, account);
  if (order === undefined) throw new VenueError(-2011, 'Unknown order sent.');
  return canceledOrder(cancelOrder(core.state, order, restriction), cancelId(core, params));
}

function ordersOf(core: SimulatedExchange, params: Params, account: Account): Order[] {
  const symbol = params.text('symbol');
  if (symbol !== undefined) core.state.market('spot', symbol);
  return [...core.state.orders.values()].filter(
    (order) =>
      order.account === account.id &&
      order.market === 'spot' &&
      (symbol === undefined || order.symbol === symbol),
  );
}

function openOrdersOf(core: SimulatedExchange, params: Params, account: Account): Order[] {
  return ordersOf(core, params, account).filter(isOpen);
}

function deleteOpenOrders(core: SimulatedExchange, params: Params, account: Account): unknown {
  core.state.market('spot', params.required('symbol'));
  const orders = openOrdersOf(core, params, account);
  if (orders.length === 0) throw new VenueError(-2011, 'Unknown order sent.');
  const id = cancelId(core, params);
  for (const order of orders) if (isOpen(order)) cancelOrder(core.state, order);
  const lists = new Set(orders.map((order) => order.orderListId).filter((listId) => listId !== undefined));
  return [
    ...orders.filter((order) => order.orderListId === undefined).map((order) => canceledOrder(order, id)),
    ...[...lists].map((listId) => canceledList(core, listOf(core, listId), id)),
  ];
}

// Binance's default and maximum page sizes.
function pageSize(params: Params): number {
  return Math.min(params.integer('limit') ?? 500, 1000);
}

function limited<T>(params: Params, items: T[]): T[] {
  return items.slice(-pageSize(params));
}

function allOrders(core: SimulatedExchange, params: Params, account: Account): unknown {
  core.state.market('spot', params.required('symbol'));
  const from = params.integer('orderId') ?? 0;
  const since = params.integer('startTime') ?? 0;
  const orders = ordersOf(core, params, account).filter(
    (order) => order.id >= from && order.createdAt >= since,
  );
  return limited(params, orders).map(queriedOrder);
}

function myTrades(core: SimulatedExchange, params: Params, account: Account): unknown {
  const symbol = params.required('symbol');
  core.state.market('spot', symbol);
  const orderId = params.integer('orderId');
  const since = params.integer('startTime') ?? 0;
  const until = params.integer('endTime') ?? Number.POSITIVE_INFINITY;
  const fromId = params.integer('fromId');
  const fills = core.state.fills.filter(
    (fill) =>
      fill.account === account.id &&
      fill.market === 'spot' &&
      fill.symbol === symbol &&
      (orderId === undefined || fill.orderId === orderId) &&
      fill.id >= (fromId ?? 0) &&
      fill.at >= since &&
      fill.at <= until,
  );
  // The latest ones, unless it is said where to begin.
  const told = fromId === undefined ? limited(params, fills) : fills.slice(0, pageSize(params));
  return told.map((fill) => myTrade(core.state.order(fill.orderId))(fill));
}

function ocoLeg(params: Params, prefix: 'above' | 'below'): OcoLeg {
  const type = orderType(params, `${prefix}Type`);
  return {
    type,
    price: isMarketType(type) ? undefined : params.requiredDecimal(`${prefix}Price`),
    triggerPrice: isConditionalType(type) ? params.requiredDecimal(`${prefix}StopPrice`) : undefined,
    timeInForce: params.timeInForce(`${prefix}TimeInForce`),
    clientOrderId: params.clientOrderId(`${prefix}ClientOrderId`),
  };
}

/** The older form, where the side decides which leg is above. */
function legacyLegs(params: Params): { above: OcoLeg; below: OcoLeg } {
  const stopLimitPrice = params.decimal('stopLimitPrice');
  const limit: OcoLeg = {
    type: 'limit_maker',
    price: params.requiredDecimal('price'),
    clientOrderId: params.clientOrderId('limitClientOrderId'),
  };
  const stop: OcoLeg = {
    type: stopLimitPrice === undefined ? 'stop_market' : 'stop_limit',
    price: stopLimitPrice,
    triggerPrice: params.requiredDecimal('stopPrice'),
    clientOrderId: params.clientOrderId('stopClientOrderId'),
  };
  return params.side() === 'sell' ? { above: limit, below: stop } : { above: stop, below: limit };
}

function postOco(legs: (params: Params) => { above: OcoLeg; below: OcoLeg }) {
  return trade((core, params, account) => {
    const list = placeOco(core.state, {
      account,
      symbol: params.required('symbol'),
      side: params.side(),
      amount: params.requiredDecimal('quantity'),
      clientOrderId: params.clientOrderId('listClientOrderId'),
      ...legs(params),
    });
    const reports = list.orderIds.map((id) => placedOrder(core, core.state.order(id), 'RESULT'));
    return { ...orderList(core, list), orderReports: reports };
  });
}

function listOf(core: SimulatedExchange, id: number): OrderList {
  const list = core.state.orderLists.get(id);
  if (list === undefined) throw new VenueError(-2018, 'Order list does not exist.');
  return list;
}

function findList(
  core: SimulatedExchange,
  account: Account,
  id: number | undefined,
  clientOrderId: string | undefined,
): OrderList {
  if (id === undefined && clientOrderId === undefined)
    throw new VenueError(
      -1128,
      "Param 'origClientOrderId' or 'orderListId' must be sent, but both were empty/null!",
    );
  const list = [...core.state.orderLists.values()].findLast(
    (each) =>
      each.account === account.id &&
      (id === undefined ? each.clientOrderId === clientOrderId : each.id === id),
  );
  if (list === undefined) throw new VenueError(-2018, 'Order list does not exist.');
  return list;
}

function canceledList(core: SimulatedExchange, list: OrderList, id: string) {
  return {
    ...orderList(core, list),
    orderReports: list.orderIds.map((orderId) => canceledOrder(core.state.order(orderId), id)),
  };
}

function deleteOrderList(core: SimulatedExchange, params: Params, account: Account): unknown {
  core.state.market('spot', params.required('symbol'));
  let list: OrderList;
  try {
    list = findList(core, account, params.integer('orderListId'), params.text('listClientOrderId'));
  } catch {
    throw new VenueError(-2011, 'Unknown order list sent.');
  }
  const order = list.orderIds.map((id) => core.state.order(id)).find(isOpen);
  if (order === undefined) throw new VenueError(-2011, 'Unknown order list sent.');
  cancelOrder(core.state, order);
  return canceledList(core, list, cancelId(core, params));
}

function listsOf(core: SimulatedExchange, account: Account): OrderList[] {
  return [...core.state.orderLists.values()].filter((list) => list.account === account.id);
}

function routes(): Routes {
  const data = marketData('spot');
  return {
    'GET /api/v3/ping': open(data.ping),
    'GET /api/v3/time': open(data.time),
    'GET /api/v3/exchangeInfo': open((core, params) => {
      const symbol = params.text('symbol');
      return exchangeInfo(
        core,
        symbol === undefined ? core.state.marketsOf('spot') : [core.state.market('spot', symbol)],
      );
    }),
    'GET /api/v3/ticker/price': open(data.price),
    'GET /api/v3/ticker/24hr': open(data.ticker24hr),
    'GET /api/v3/ticker/bookTicker': open(data.bookTicker),
    'GET /api/v3/depth': open(data.depth),
    'GET /api/v3/klines': open(data.klines),
    'POST /api/v3/order': trade(postOrder),
    'GET /api/v3/order': read(queryOrder),
    'DELETE /api/v3/order': trade(deleteOrder),
    'GET /api/v3/openOrders': read((core, params, account) =>
      openOrdersOf(core, params, account).map(queriedOrder),
    ),
    'DELETE /api/v3/openOrders': trade(deleteOpenOrders),
    'GET /api/v3/allOrders': read(allOrders),
    'GET /api/v3/myTrades': read(myTrades),
    'GET /api/v3/account': read((core, params, account) =>
      spotAccount(core, account, params.flag('omitZeroBalances')),
    ),
    'POST /api/v3/orderList/oco': postOco((params) => ({
      above: ocoLeg(params, 'above'),
      below: ocoLeg(params, 'below'),
    })),
    'POST /api/v3/order/oco': postOco(legacyLegs),
    'GET /api/v3/orderList': read((core, params, account) =>
      orderList(
        core,
        findList(core, account, params.integer('orderListId'), params.text('origClientOrderId')),
      ),
    ),
    'DELETE /api/v3/orderList': trade(deleteOrderList),
    'GET /api/v3/allOrderList': read((core, _params, account) =>
      listsOf(core, account).map((list) => orderList(core, list)),
    ),
    'GET /api/v3/openOrderList': read((core, _params, account) =>
      listsOf(core, account)
        .filter((list) => list.orderIds.some((id) => isOpen(core.state.order(id))))
        .map((list) => orderList(core, list)),
    ),
  };
}

export function binanceSpot(core: SimulatedExchange): VenueApi {
  return createBinanceApi(core, { market: 'spot', prefixes: ['/api/v3/'], routes: routes() });
}

/** What Binance tells about the key and the account as a whole, and the coin-margined markets it doesn't have here. */
export function binanceWallet(core: SimulatedExchange): VenueApi {
  return createBinanceApi(core, {
    market: 'wallet',
    prefixes: ['/sapi/', '/dapi/'],
    routes: {
      'GET /sapi/v1/capital/config/getall': read(() => []),
      // Asked for by ccxt's loadMarkets with keys; there is no margin trading here.
      'GET /sapi/v1/margin/allPairs': read(() => []),
      'GET /sapi/v1/margin/isolated/allPairs': read(() => []),
      'GET /sapi/v1/system/status': open(() => ({ status: 0, msg: 'normal' })),
      'GET /sapi/v1/account/apiRestrictions': read((_core, _params, { permissions }) => ({
        ipRestrict: permissions.ipRestricted,
        createTime: 1_600_000_000_000,
        enableReading: true,
        enableWithdrawals: permissions.withdraw,
        enableInternalTransfer: false,
        enableMargin: false,
        enableFutures: permissions.futures,
        permitsUniversalTransfer: false,
        enableVanillaOptions: false,
        enableFixApiTrade: false,
        enableFixReadOnly: false,
        enableSpotAndMarginTrading: permissions.trade,
        enablePortfolioMarginTrading: false,
      })),
      // ccxt's `binance` loads spot, linear and inverse markets together.
      'GET /dapi/v1/exchangeInfo': open((core) => ({ timezone: 'UTC', serverTime: core.now(), symbols: [] })),
    },
  });
}
