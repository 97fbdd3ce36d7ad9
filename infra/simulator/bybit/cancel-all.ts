import type { Account, Order } from '../core/model.ts';
import type { SimulatedExchange } from '../core/simulated-exchange.ts';
import { isOpen } from '../core/state.ts';
import { toStopOrderType } from './condition-shapes.ts';
import { parameterError } from './errors.ts';
import { matchesFilter } from './order-filters.ts';
import { toOrderId, toOrderLinkId } from './order-shapes.ts';
import type { Params } from './request.ts';

/** https://bybit-exchange.github.io/docs/v5/order/cancel-all */
export function cancelAllOrders(core: SimulatedExchange, params: Params, account: Account): unknown {
  const market = params.market();
  const [symbol, settleCoin] = [params.text('symbol'), params.text('settleCoin')];
  if (market === 'usdm' && symbol === undefined && settleCoin === undefined)
    throw parameterError('params error: symbol, settleCoin and baseCoin are all empty');
  const filter = params.text('orderFilter') ?? (market === 'spot' ? 'Order' : undefined);
  const stopOrderType = params.text('stopOrderType');
  const wanted = (order: Order) =>
    order.account === account.id &&
    order.market === market &&
    order.takesEffectAt === undefined &&
    (symbol === undefined || order.symbol === symbol) &&
    (symbol !== undefined ||
      settleCoin === undefined ||
      core.state.market(market, order.symbol).quote === settleCoin) &&
    matchesFilter(order, filter) &&
    (stopOrderType === undefined || toStopOrderType(order) === stopOrderType);
  const orders = core.state.openOrders().filter(wanted);
  // The cancel of one half of a pair may have ended the other.
  for (const order of orders) if (isOpen(order)) core.acknowledgeCancel(order);
  const list = orders.map((order) => ({ orderId: toOrderId(order), orderLinkId: toOrderLinkId(order) }));
  return { list, success: '1' };
}
