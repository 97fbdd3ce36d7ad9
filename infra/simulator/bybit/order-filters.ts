import type { Order } from '../core/model.ts';
import { toStopOrderType } from './condition-shapes.ts';
import { bybitError } from './errors.ts';

const filters = ['Order', 'StopOrder', 'tpslOrder', 'OcoOrder', 'BidirectionalTpslOrder', 'OpenOrder'];

/** The filter that selects an order: https://bybit-exchange.github.io/docs/v5/order/open-order */
function filterOf(order: Order): string {
  if (order.triggerPrice === undefined) return 'Order';
  const type = toStopOrderType(order);
  return order.market === 'usdm' || type === 'Stop' ? 'StopOrder' : type;
}

/** Create and cancel have no filter for an order of two prices: https://bybit-exchange.github.io/docs/v5/order/cancel-order */
export function requireSingleFilter(filter: string): string {
  if (!['Order', 'tpslOrder', 'StopOrder'].includes(filter))
    throw bybitError(170201, 'Invalid orderFilter parameter');
  return filter;
}

/** Without a filter, all orders match. */
export function matchesFilter(order: Order, filter: string | undefined): boolean {
  if (filter === undefined) return true;
  if (!filters.includes(filter)) throw bybitError(170201, 'Invalid orderFilter parameter');
  return filterOf(order) === filter;
}
