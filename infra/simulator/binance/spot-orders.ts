import type { Account, Order } from '../core/model.ts';
import { cancelOrder, placeOrder } from '../core/orders.ts';
import { binanceSpotArchiveMs } from '../core/retention.ts';
import { isConditionalType, isMarketType } from '../core/rules.ts';
import type { SimulatedExchange } from '../core/simulated-exchange.ts';
import { isOpen } from '../core/state.ts';
import { VenueError } from '../server/venue-api.ts';
import { orderArchived, orderDoesNotExist } from './errors.ts';
import { cancelList, requireList } from './order-lists.ts';
import { findOrder, type Params } from './request.ts';
import {
  cancelClientOrderId,
  checkPlaces,
  maximumAlgoOrders,
  parseOrderType,
  parseSize,
} from './spot-parameters.ts';
import { toCanceledOrder, toMyTrade, toPlacedOrder, toQueriedOrder } from './spot-shapes.ts';

export function postOrder(core: SimulatedExchange, params: Params, account: Account): unknown {
  const symbol = params.required('symbol');
  core.state.market('spot', symbol);
  const side = params.side();
  const type = parseOrderType(params);
  const size = parseSize(params, type);
  const priced = !isMarketType(type);
  // LIMIT_MAKER is always good till canceled, and accepts no timeInForce.
  if (priced && type !== 'limit_maker') params.required('timeInForce');
  const order = placeOrder(core.state, {
    account,
    market: 'spot',
    symbol,
    side,
    type,
    ...size,
    price: priced ? checkPlaces('price', params.requiredDecimal('price')) : undefined,
    triggerPrice: isConditionalType(type) ? params.requiredDecimal('stopPrice') : undefined,
    timeInForce: params.timeInForce(),
    clientOrderId: params.clientOrderId('newClientOrderId'),
    maximumConditional: maximumAlgoOrders,
  });
  const isFullByDefault = type === 'market' || type === 'limit';
  return toPlacedOrder(core, order, params.text('newOrderRespType') ?? (isFullByDefault ? 'FULL' : 'ACK'));
}

export function queryOrder(core: SimulatedExchange, params: Params, account: Account): unknown {
  const order = findOrderOfSymbol(core, params, account);
  if (order === undefined) throw orderDoesNotExist();
  const isUnfilled = !isOpen(order) && order.filled === '0';
  if (isUnfilled && core.now() - order.updatedAt > binanceSpotArchiveMs) throw orderArchived();
  return toQueriedOrder(order);
}

/** Throws Binance's error for an unknown symbol, which comes before that for an unknown order. */
function findOrderOfSymbol(core: SimulatedExchange, params: Params, account: Account): Order | undefined {
  core.state.market('spot', params.required('symbol'));
  return findOrder(core, account, 'spot', params);
}

export function deleteOrder(core: SimulatedExchange, params: Params, account: Account): unknown {
  const restriction = params.text('cancelRestrictions');
  if (restriction !== undefined && restriction !== 'ONLY_NEW' && restriction !== 'ONLY_PARTIALLY_FILLED')
    throw new VenueError(-1145, 'cancelRestrictions has to be either ONLY_NEW or ONLY_PARTIALLY_FILLED.');
  const order = findOrderOfSymbol(core, params, account);
  if (order === undefined) throw new VenueError(-2011, 'Unknown order sent.');
  return toCanceledOrder(cancelOrder(core.state, order, restriction), cancelClientOrderId(core, params));
}

function findOrders(core: SimulatedExchange, params: Params, account: Account): Order[] {
  const symbol = params.text('symbol');
  if (symbol !== undefined) core.state.market('spot', symbol);
  return [...core.state.orders.values()].filter(
    (order) =>
      order.account === account.id &&
      order.market === 'spot' &&
      (symbol === undefined || order.symbol === symbol),
  );
}

export function findOpenOrders(core: SimulatedExchange, params: Params, account: Account): Order[] {
  return findOrders(core, params, account).filter(isOpen);
}

export function deleteOpenOrders(core: SimulatedExchange, params: Params, account: Account): unknown {
  core.state.market('spot', params.required('symbol'));
  const orders = findOpenOrders(core, params, account);
  if (orders.length === 0) throw new VenueError(-2011, 'Unknown order sent.');
  const id = cancelClientOrderId(core, params);
  const single = orders.filter((order) => order.orderListId === undefined);
  const lists = new Set(orders.map((order) => order.orderListId).filter((listId) => listId !== undefined));
  return [
    ...single.map((order) => toCanceledOrder(cancelOrder(core.state, order), id)),
    ...[...lists].map((listId) => cancelList(core, requireList(core, listId), id)),
  ];
}

/** Binance's default and maximum page sizes. */
function pageSize(params: Params): number {
  return Math.min(params.integer('limit') ?? 500, 1000);
}

function limited<T>(params: Params, items: T[]): T[] {
  return items.slice(-pageSize(params));
}

export function listOrders(core: SimulatedExchange, params: Params, account: Account): unknown {
  core.state.market('spot', params.required('symbol'));
  const from = params.integer('orderId') ?? 0;
  const since = params.integer('startTime') ?? 0;
  const orders = findOrders(core, params, account).filter(
    (order) => order.id >= from && order.createdAt >= since,
  );
  return limited(params, orders).map(toQueriedOrder);
}

export function listMyTrades(core: SimulatedExchange, params: Params, account: Account): unknown {
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
  // The latest page, unless the request names the first id.
  const page = fromId === undefined ? limited(params, fills) : fills.slice(0, pageSize(params));
  return page.map((fill) => toMyTrade(core.state.order(fill.orderId), fill));
}
