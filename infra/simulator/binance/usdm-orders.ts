import type { Account, Order, OrderType } from '../core/model.ts';
import { cancelOrder, changeOrder, checkChange, placeOrder } from '../core/orders.ts';
import { Rejection } from '../core/rejection.ts';
import { binanceFuturesRetention, isForgotten } from '../core/retention.ts';
import type { SimulatedExchange } from '../core/simulated-exchange.ts';
import { isOpen } from '../core/state.ts';
import { VenueError } from '../server/venue-api.ts';
import { missingParameter, orderDoesNotExist } from './errors.ts';
import { findOrder, type Params } from './request.ts';
import { toChangedOrder, toPlacedOrder, toQueriedOrder, toUserTrade } from './usdm-order-shapes.ts';

export const allCanceled = { code: 200, msg: 'The operation of cancel all open order is done.' };

export const conditionalTypes: Record<string, OrderType> = {
  STOP: 'stop_limit',
  STOP_MARKET: 'stop_market',
  TAKE_PROFIT: 'take_profit_limit',
  TAKE_PROFIT_MARKET: 'take_profit_market',
};

function parseOrderType(params: Params): OrderType {
  const type = params.required('type').toUpperCase();
  if (type in conditionalTypes || type === 'TRAILING_STOP_MARKET')
    throw new VenueError(
      -4120,
      'Order type not supported for this endpoint. Please use the Algo Order API endpoints instead.',
    );
  if (type !== 'LIMIT' && type !== 'MARKET') throw new VenueError(-1116, 'Invalid orderType.');
  return type === 'LIMIT' ? 'limit' : 'market';
}

/** Futures have their own error code for a client order id of more than 36 characters. */
function parseClientOrderId(params: Params, name: string): string | undefined {
  if ((params.text(name)?.length ?? 0) > 36)
    throw new VenueError(-4015, 'Client order id length should not be more than 36 chars');
  return params.clientOrderId(name);
}

/** The fields that orders and algo orders share. */
export function parseSharedFields(
  core: SimulatedExchange,
  params: Params,
  account: Account,
  clientOrderIdName: string,
) {
  const symbol = params.required('symbol');
  core.state.market('usdm', symbol);
  // In hedge mode, Binance rejects the parameter even if it is false.
  if (account.hedged && params.text('reduceOnly') !== undefined)
    throw new Rejection('reduce_only_not_allowed');
  return {
    account,
    market: 'usdm' as const,
    symbol,
    side: params.side(),
    positionSide: params.positionSide(),
    reduceOnly: params.flag('reduceOnly'),
    postOnly: params.text('timeInForce') === 'GTX',
    timeInForce: params.timeInForce(),
    clientOrderId: parseClientOrderId(params, clientOrderIdName),
  };
}

export function postOrder(core: SimulatedExchange, params: Params, account: Account): unknown {
  const type = parseOrderType(params);
  if (type === 'limit') params.required('timeInForce');
  const order = placeOrder(core.state, {
    ...parseSharedFields(core, params, account, 'newClientOrderId'),
    type,
    amount: params.requiredDecimal('quantity'),
    price: type === 'limit' ? params.requiredDecimal('price') : undefined,
  });
  return toPlacedOrder(core, order, params.text('newOrderRespType') ?? 'ACK');
}

/** Throws Binance's error for an unknown symbol, which comes before that for an unknown order. */
function findOrderOfSymbol(core: SimulatedExchange, params: Params, account: Account): Order | undefined {
  core.state.market('usdm', params.required('symbol'));
  return findOrder(core, account, 'usdm', params);
}

export function deleteOrder(core: SimulatedExchange, params: Params, account: Account): unknown {
  const order = findOrderOfSymbol(core, params, account);
  if (order === undefined) throw new VenueError(-2011, 'Unknown order sent.');
  return toChangedOrder(core, cancelOrder(core.state, order));
}

/**
 * Changes amount and price of a LIMIT order. It is canceled if it is partly filled and the new amount is not above what
 * has filled. A change that the filters refuse leaves the order as it is.
 * https://developers.binance.com/docs/derivatives/usds-margined-futures/trade/rest-api/Modify-Order
 */
export function putOrder(core: SimulatedExchange, params: Params, account: Account): unknown {
  const order = findOrderOfSymbol(core, params, account);
  const change = { amount: params.requiredDecimal('quantity'), price: params.requiredDecimal('price') };
  if (order === undefined || !isOpen(order)) throw orderDoesNotExist();
  if (order.type !== 'limit') throw new VenueError(-5025, 'Only limit order is supported.');
  if (params.side() !== order.side) throw new VenueError(-1117, 'Invalid side.');
  checkChange(core.state, order, change);
  return toChangedOrder(core, changeOrder(core.state, order, change));
}

export function queryOrder(core: SimulatedExchange, params: Params, account: Account): unknown {
  const order = findOrderOfSymbol(core, params, account);
  if (order === undefined || isForgotten(core.state, order, binanceFuturesRetention))
    throw orderDoesNotExist();
  return toQueriedOrder(core, order);
}

export function isOfAccount(params: Params, account: Account) {
  return (item: { account: string; symbol: string; market?: string }): boolean =>
    item.account === account.id &&
    (item.market ?? 'usdm') === 'usdm' &&
    (params.text('symbol') === undefined || item.symbol === params.text('symbol'));
}

export function checkSymbol(core: SimulatedExchange, params: Params): void {
  const symbol = params.text('symbol');
  if (symbol !== undefined) core.state.market('usdm', symbol);
}

function findOrders(core: SimulatedExchange, params: Params, account: Account): Order[] {
  checkSymbol(core, params);
  return [...core.state.orders.values()].filter(isOfAccount(params, account));
}

/** Binance lists trades of at most a week per request: the last one, unless the request names another. */
export const weekMs = 7 * 86_400_000;

export function listUserTrades(core: SimulatedExchange, params: Params, account: Account): unknown {
  const orderId = params.integer('orderId');
  const fromId = params.integer('fromId');
  const startTime = params.integer('startTime');
  const endTime = params.integer('endTime');
  if (startTime !== undefined && endTime !== undefined && endTime - startTime > weekMs)
    throw new VenueError(-4084, 'Search window is restricted to recent 7 days only.');
  const until = endTime ?? (startTime === undefined ? core.now() : startTime + weekMs);
  const since = startTime ?? until - weekMs;
  const fills = core.state.fills
    .filter(isOfAccount(params, account))
    // Funding is income, not a trade.
    .filter((fill) => fill.cause !== 'funding' && (orderId === undefined || fill.orderId === orderId))
    .filter((fill) => (fromId === undefined ? fill.at >= since && fill.at <= until : fill.id >= fromId));
  const limit = Math.min(params.integer('limit') ?? 500, 1000);
  const isFromStart = startTime !== undefined || fromId !== undefined;
  return (isFromStart ? fills.slice(0, limit) : fills.slice(-limit)).map(toUserTrade);
}

/** The orders with which Binance itself reduced a position: liquidations and auto-deleveragings. */
export function listForceOrders(core: SimulatedExchange, params: Params, account: Account): unknown {
  const kind = params.text('autoCloseType');
  const wanted = { LIQUIDATION: ['liquidation'], ADL: ['deleveraging'] }[kind ?? ''];
  const causes = wanted ?? ['liquidation', 'deleveraging'];
  const until = params.integer('endTime') ?? core.now();
  const since = params.integer('startTime') ?? until - weekMs;
  return [...core.state.orders.values()]
    .filter(isOfAccount(params, account))
    .filter(
      ({ cause, updatedAt }) => causes.includes(cause ?? '') && updatedAt >= since && updatedAt <= until,
    )
    .slice(-Math.min(params.integer('limit') ?? 50, 100))
    .map((order) => toQueriedOrder(core, order));
}

export function listOpenOrders(core: SimulatedExchange, params: Params, account: Account): unknown {
  return findOrders(core, params, account)
    .filter(isOpen)
    .map((order) => toQueriedOrder(core, order));
}

export function listOrders(core: SimulatedExchange, params: Params, account: Account): unknown {
  if (params.text('symbol') === undefined) throw missingParameter('symbol');
  return findOrders(core, params, account)
    .filter((order) => !isForgotten(core.state, order, binanceFuturesRetention))
    .map((order) => toQueriedOrder(core, order));
}

export function deleteOpenOrders(core: SimulatedExchange, params: Params, account: Account): unknown {
  core.state.market('usdm', params.required('symbol'));
  for (const order of findOrders(core, params, account).filter(isOpen)) cancelOrder(core.state, order);
  return allCanceled;
}
