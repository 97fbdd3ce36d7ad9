import { reduceOrder } from '../core/amend.ts';
import type { Account, Order } from '../core/model.ts';
import type { SimulatedExchange } from '../core/simulated-exchange.ts';
import { VenueError } from '../server/venue-api.ts';
import { orderDoesNotExist } from './errors.ts';
import { toFixedPlaces } from './format.ts';
import { requireList } from './order-lists.ts';
import { findOrder, type Params } from './request.ts';
import { checkPlaces } from './spot-parameters.ts';
import { toOrderList, toQueriedOrder } from './spot-shapes.ts';

/** https://github.com/binance/binance-spot-api-docs/blob/master/rest-api.md#order-amend-keep-priority-trade */
export function amendKeepPriority(core: SimulatedExchange, params: Params, account: Account): unknown {
  core.state.market('spot', params.required('symbol'));
  const order = findOrder(core, account, 'spot', params);
  if (order === undefined) throw new VenueError(-2038, 'Unknown order sent.');
  const origClientOrderId = order.clientOrderId;
  reduceOrder(core.state, order, {
    amount: checkPlaces('newQty', params.requiredDecimal('newQty')),
    clientOrderId: params.clientOrderId('newClientOrderId'),
  });
  return {
    transactTime: order.updatedAt,
    executionId: order.amends?.at(-1)?.id,
    amendedOrder: toAmendedOrder(order, origClientOrderId),
    ...(order.orderListId === undefined ? {} : { listStatus: toListStatus(core, order.orderListId) }),
  };
}

function toAmendedOrder(order: Order, origClientOrderId: string) {
  const { origQty, cummulativeQuoteQty, origQuoteOrderQty, ...rest } = toQueriedOrder(order);
  return {
    ...rest,
    origClientOrderId,
    qty: origQty,
    preventedQty: '0.00000000',
    quoteOrderQty: origQuoteOrderQty,
    cumulativeQuoteQty: cummulativeQuoteQty,
  };
}

function toListStatus(core: SimulatedExchange, id: number) {
  const {
    listStatusType: _type,
    transactionTime: _time,
    ...status
  } = toOrderList(core, requireList(core, id));
  return status;
}

export function listAmendments(core: SimulatedExchange, params: Params, account: Account): unknown {
  params.required('orderId');
  const order = findOrder(core, account, 'spot', params);
  if (order === undefined) throw orderDoesNotExist();
  return (order.amends ?? []).map(({ id, at, origQty, newQty, ...ids }) => ({
    symbol: order.symbol,
    orderId: order.id,
    executionId: id,
    ...ids,
    origQty: toFixedPlaces(origQty),
    newQty: toFixedPlaces(newQty),
    time: at,
  }));
}
