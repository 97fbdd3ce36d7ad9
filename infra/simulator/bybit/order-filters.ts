import type { Order } from '../core/model.ts';
import { toStopOrderType } from './condition-shapes.ts';
import { bybitError } from './errors.ts';

const filters = ['Order', 'StopOrder', 'tpslOrder', 'OcoOrder', 'BidirectionalTpslOrder', 'OpenOrder'];

/** The filter that selects an order: https://bybit-exchange.github.io/docs/v5/order/open-order */
function filterOf(order: Order): string {
  if (order.triggerPrice === undefined) return 'Order';
  return order.market === 'spot' ? toStopOrderType(order) : 'StopOrder';
}

/** Without a filter, all orders match. */
export function matchesFilter(order: Order, filter: string | undefined): boolean {
  if (filter === undefined) return true;
  if (!filters.includes(filter)) throw bybitError(170201, 'Invalid orderFilter parameter');
  return filterOf(order) === filter;
}
