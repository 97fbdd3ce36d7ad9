import type { Account, OrderList } from '../core/model.ts';
import { cancelOrder, type OcoLeg, placeOco } from '../core/orders.ts';
import { isConditionalType, isMarketType } from '../core/rules.ts';
import type { SimulatedExchange } from '../core/simulated-exchange.ts';
import { isOpen } from '../core/state.ts';
import { type Route, tradeRoute } from '../server/routes.ts';
import { VenueError } from '../server/venue-api.ts';
import type { Params } from './request.ts';
import { cancelClientOrderId, parseOrderType } from './spot-parameters.ts';
import { toCanceledOrder, toOrderList, toPlacedOrder } from './spot-shapes.ts';

interface OcoLegs {
  above: OcoLeg;
  below: OcoLeg;
}

export function parseLegs(params: Params): OcoLegs {
  return { above: parseOcoLeg(params, 'above'), below: parseOcoLeg(params, 'below') };
}

function parseOcoLeg(params: Params, prefix: 'above' | 'below'): OcoLeg {
  const type = parseOrderType(params, `${prefix}Type`);
  return {
    type,
    price: isMarketType(type) ? undefined : params.requiredDecimal(`${prefix}Price`),
    triggerPrice: isConditionalType(type) ? params.requiredDecimal(`${prefix}StopPrice`) : undefined,
    timeInForce: params.timeInForce(`${prefix}TimeInForce`),
    clientOrderId: params.clientOrderId(`${prefix}ClientOrderId`),
  };
}

/** The older endpoint, in which the side determines which leg is above the price. */
export function parseLegacyLegs(params: Params): OcoLegs {
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

export function postOco(parseLegs: (params: Params) => OcoLegs): Route<Params> {
  return tradeRoute((core, params, account) => {
    const list = placeOco(core.state, {
      account,
      symbol: params.required('symbol'),
      side: params.side(),
      amount: params.requiredDecimal('quantity'),
      clientOrderId: params.clientOrderId('listClientOrderId'),
      ...parseLegs(params),
    });
    const reports = list.orderIds.map((id) => toPlacedOrder(core, core.state.order(id), 'RESULT'));
    return { ...toOrderList(core, list), orderReports: reports };
  });
}

export function findList(
  core: SimulatedExchange,
  account: Account,
  { id, clientOrderId }: { id: number | undefined; clientOrderId: string | undefined },
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

/** The response to the cancellation of an order list. */
export function toCanceledList(core: SimulatedExchange, list: OrderList, id: string) {
  return {
    ...toOrderList(core, list),
    orderReports: list.orderIds.map((orderId) => toCanceledOrder(core.state.order(orderId), id)),
  };
}

export function deleteOrderList(core: SimulatedExchange, params: Params, account: Account): unknown {
  core.state.market('spot', params.required('symbol'));
  let list: OrderList;
  try {
    list = findList(core, account, {
      id: params.integer('orderListId'),
      clientOrderId: params.text('listClientOrderId'),
    });
  } catch {
    throw new VenueError(-2011, 'Unknown order list sent.');
  }
  const order = list.orderIds.map((id) => core.state.order(id)).find(isOpen);
  if (order === undefined) throw new VenueError(-2011, 'Unknown order list sent.');
  cancelOrder(core.state, order);
  return toCanceledList(core, list, cancelClientOrderId(core, params));
}

export function findListsOf(core: SimulatedExchange, account: Account): OrderList[] {
  return [...core.state.orderLists.values()].filter((list) => list.account === account.id);
}

export function requireList(core: SimulatedExchange, id: number): OrderList {
  const list = core.state.orderLists.get(id);
  if (list === undefined) throw new VenueError(-2018, 'Order list does not exist.');
  return list;
}
