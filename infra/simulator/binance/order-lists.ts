import type { Account, OrderList } from '../core/model.ts';
import { placeOco, placeOto } from '../core/order-lists.ts';
import { cancelOrder } from '../core/orders.ts';
import type { SimulatedExchange } from '../core/simulated-exchange.ts';
import { isOpen } from '../core/state.ts';
import { type Route, tradeRoute } from '../server/routes.ts';
import { VenueError } from '../server/venue-api.ts';
import { type OcoLegs, type PendingKind, parsePending, parseWorking } from './list-parameters.ts';
import type { Params } from './request.ts';
import { cancelClientOrderId, maximumAlgoOrders } from './spot-parameters.ts';
import { toCanceledOrder, toOrderList, toPlacedOrder } from './spot-shapes.ts';

/** For each account and symbol: https://github.com/binance/binance-spot-api-docs/blob/master/filters.md */
const limits = { conditional: maximumAlgoOrders, lists: 20 };

function toPlacedList(core: SimulatedExchange, params: Params, list: OrderList) {
  const responseType = params.text('newOrderRespType') ?? 'RESULT';
  const orderReports = list.orderIds.map((id) => {
    const isPending = list.workingId !== undefined && id !== list.workingId;
    // Although the working order may have filled, and the pending ones may be in the book.
    const order = { ...core.state.order(id) };
    if (isPending) order.status = 'pending_new';
    if (isPending && list.paysPending) order.amount = '0';
    return toPlacedOrder(core, order, responseType);
  });
  return { ...toOrderList(core, list), orderReports };
}

/** https://github.com/binance/binance-spot-api-docs/blob/master/rest-api.md#new-order-list---oco-trade */
export function postOco(parseLegs: (params: Params) => OcoLegs): Route<Params> {
  return tradeRoute((core, params, account) => {
    const list = placeOco(core.state, {
      account,
      symbol: params.required('symbol'),
      side: params.side(),
      amount: params.requiredDecimal('quantity'),
      clientOrderId: params.clientOrderId('listClientOrderId'),
      limits,
      ...parseLegs(params),
    });
    return toPlacedList(core, params, list);
  });
}

/** https://github.com/binance/binance-spot-api-docs/blob/master/rest-api.md#new-order-list---oto-trade */
export function postOto(kind: PendingKind): Route<Params> {
  return tradeRoute((core, params, account) => {
    const symbol = params.required('symbol');
    core.state.market('spot', symbol);
    const list = placeOto(core.state, {
      account,
      symbol,
      clientOrderId: params.clientOrderId('listClientOrderId'),
      working: parseWorking(params),
      pending: parsePending(params, kind),
      limits,
    });
    return toPlacedList(core, params, list);
  });
}

interface ListIds {
  id: number | undefined;
  clientOrderId: string | undefined;
}

/** @returns the latest list with the id; with both ids, the list must have both. */
function findList(core: SimulatedExchange, account: Account, ids: ListIds): OrderList | undefined {
  return [...core.state.orderLists.values()].findLast(
    (list) =>
      list.account === account.id &&
      (ids.id === undefined || list.id === ids.id) &&
      (ids.clientOrderId === undefined || list.clientOrderId === ids.clientOrderId),
  );
}

export function queryOrderList(core: SimulatedExchange, params: Params, account: Account): unknown {
  const ids = { id: params.integer('orderListId'), clientOrderId: params.text('origClientOrderId') };
  if (ids.id === undefined && ids.clientOrderId === undefined)
    throw new VenueError(
      -1128,
      "Param 'origClientOrderId' or 'orderListId' must be sent, but both were empty/null!",
    );
  const list = findList(core, account, ids);
  if (list === undefined) throw new VenueError(-2018, 'Order list does not exist.');
  return toOrderList(core, list);
}

export function deleteOrderList(core: SimulatedExchange, params: Params, account: Account): unknown {
  core.state.market('spot', params.required('symbol'));
  const ids = { id: params.integer('orderListId'), clientOrderId: params.text('listClientOrderId') };
  const isNamed = ids.id !== undefined || ids.clientOrderId !== undefined;
  const list = isNamed ? findList(core, account, ids) : undefined;
  if (list === undefined) throw new VenueError(-2011, 'Unknown order list sent.');
  return cancelList(core, list, cancelClientOrderId(core, params));
}

/** Cancels what is open of a list. @returns the response, which names only what was canceled. */
export function cancelList(core: SimulatedExchange, list: OrderList, cancelId: string): unknown {
  const open = list.orderIds.map((id) => core.state.order(id)).filter(isOpen);
  const [first] = open;
  if (first === undefined) throw new VenueError(-2011, 'Unknown order list sent.');
  cancelOrder(core.state, first);
  return {
    ...toOrderList(core, list),
    orderReports: open.map((order) => toCanceledOrder(order, cancelId)),
  };
}

function listOrderLists(core: SimulatedExchange, account: Account): OrderList[] {
  return [...core.state.orderLists.values()].filter((list) => list.account === account.id);
}

/** https://github.com/binance/binance-spot-api-docs/blob/master/rest-api.md#query-all-order-lists-user_data */
export function queryOrderLists(core: SimulatedExchange, params: Params, account: Account): unknown {
  const fromId = params.integer('fromId') ?? 0;
  const since = params.integer('startTime') ?? 0;
  const until = params.integer('endTime') ?? Number.POSITIVE_INFINITY;
  return listOrderLists(core, account)
    .filter(({ id, createdAt }) => id >= fromId && createdAt >= since && createdAt <= until)
    .slice(-Math.min(params.integer('limit') ?? 500, 1000))
    .map((list) => toOrderList(core, list));
}

export function queryOpenOrderLists(core: SimulatedExchange, _params: Params, account: Account): unknown {
  return listOrderLists(core, account)
    .filter((list) => list.orderIds.some((id) => isOpen(core.state.order(id))))
    .map((list) => toOrderList(core, list));
}

export function requireList(core: SimulatedExchange, id: number): OrderList {
  const list = core.state.orderLists.get(id);
  if (list === undefined) throw new VenueError(-2018, 'Order list does not exist.');
  return list;
}
