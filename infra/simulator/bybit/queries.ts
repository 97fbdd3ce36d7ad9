import type { Account, Fill, Order } from '../core/model.ts';
import { bybitRetention, isForgotten } from '../core/retention.ts';
import type { SimulatedExchange } from '../core/simulated-exchange.ts';
import { isOpen } from '../core/state.ts';
import { toPositions } from './account-shapes.ts';
import { bybitError, parameterError } from './errors.ts';
import { findMarkets, toRequestedPage } from './listing.ts';
import { matchesFilter } from './order-filters.ts';
import { toBybitOrder, toExecType, toExecution, toOrderId } from './order-shapes.ts';
import { findOrder } from './orders.ts';
import type { Params } from './request.ts';

/** https://bybit-exchange.github.io/docs/v5/order/open-order */
const orderPage = { usual: 20, maximum: 50 };
/** https://bybit-exchange.github.io/docs/v5/order/execution */
const executionPage = { usual: 50, maximum: 100 };
/** https://bybit-exchange.github.io/docs/v5/position */
const positionPage = { usual: 20, maximum: 200 };

/** @returns open orders or, with `openOnly` 1, ended ones; and an order of any status if the request names it. */
export function listRealtimeOrders(core: SimulatedExchange, params: Params, account: Account): unknown {
  const isNamed = namesOrder(params);
  const wantsOpen = (params.integer('openOnly') ?? 0) === 0;
  return listOrders(core, params, account, (order) => isNamed || isOpen(order) === wantsOpen);
}

/** @returns orders that have ended. */
export function listOrderHistory(core: SimulatedExchange, params: Params, account: Account): unknown {
  return listOrders(core, params, account, (order) => !isOpen(order));
}

function listOrders(
  core: SimulatedExchange,
  params: Params,
  account: Account,
  matches: (order: Order) => boolean,
): unknown {
  const market = params.market();
  const symbol = params.text('symbol');
  const settleCoin = params.text('settleCoin');
  if (market === 'usdm' && symbol === undefined && settleCoin === undefined && !namesOrder(params))
    throw parameterError('params error: symbol, settleCoin and baseCoin are all empty');
  const found = candidates(core, params, account).filter(
    (order) =>
      order.account === account.id &&
      order.market === market &&
      order.takesEffectAt === undefined &&
      !isForgotten(core.state, order, bybitRetention) &&
      // A settlement is recorded as a trade and not as an order.
      order.cause !== 'settlement' &&
      order.cause !== 'delivery' &&
      (symbol === undefined || order.symbol === symbol) &&
      (settleCoin === undefined || core.state.market(market, order.symbol).quote === settleCoin) &&
      matchesFilter(order, params.text('orderFilter')) &&
      matches(order),
  );
  return toRequestedPage(params, found, orderPage, (order) => toBybitOrder(core, order));
}

function namesOrder(params: Params): boolean {
  return params.text('orderId') !== undefined || params.text('orderLinkId') !== undefined;
}

/** @returns the order that the request names, or all orders, latest first. */
function candidates(core: SimulatedExchange, params: Params, account: Account): Order[] {
  if (!namesOrder(params)) return [...core.state.orders.values()].toReversed();
  const order = findOrder(core, account, params);
  return order === undefined ? [] : [order];
}

/** Bybit lists executions of at most a week per request: the last one, unless the request names another. */
const weekMs = 7 * 86_400_000;

export function listExecutions(core: SimulatedExchange, params: Params, account: Account): unknown {
  const market = params.market();
  const orderId = params.text('orderId');
  const symbol = params.text('symbol');
  const execType = params.text('execType');
  const startTime = params.integer('startTime');
  const endTime = params.integer('endTime');
  if (startTime !== undefined && endTime !== undefined && endTime - startTime > weekMs)
    throw parameterError('The time range between startTime and endTime cannot exceed 7 days.');
  // An order's id takes precedence over the times.
  const until = orderId === undefined ? (endTime ?? (startTime ?? core.now() - weekMs) + weekMs) : core.now();
  const since = orderId === undefined ? (startTime ?? until - weekMs) : 0;
  const isRequested = (fill: Fill): boolean =>
    fill.account === account.id &&
    fill.market === market &&
    (symbol === undefined || fill.symbol === symbol) &&
    (orderId === undefined || toOrderId({ id: fill.orderId, market: fill.market }) === orderId) &&
    (execType === undefined || toExecType(fill) === execType) &&
    fill.at >= since &&
    fill.at <= until;
  const fills = core.state.fills.filter(isRequested).toReversed();
  return toRequestedPage(params, fills, executionPage, toExecution(core));
}

export function listPositions(core: SimulatedExchange, params: Params, account: Account): unknown {
  if (params.market() !== 'usdm') throw bybitError(181001, 'category only support linear or option.');
  const named = params.text('symbol') !== undefined;
  const settleCoin = params.text('settleCoin');
  const markets = findMarkets(core, params).filter(
    ({ quote }) => settleCoin === undefined || quote === settleCoin,
  );
  const rows = markets.flatMap((market) => toPositions(core, account, market));
  // A request for one symbol also lists flat positions.
  const listed = named ? rows : rows.filter(({ size }) => size !== '0');
  return toRequestedPage(params, listed, positionPage, (row) => row);
}
