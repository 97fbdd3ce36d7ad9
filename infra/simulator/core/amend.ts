import { decimal, text } from './amounts.ts';
import { openSiblings } from './matching.ts';
import type { Order } from './model.ts';
import { Rejection } from './rejection.ts';
import { checkFilters } from './rules.ts';
import { releaseSurplus } from './spot-account.ts';
import { type ExchangeState, isOpen } from './state.ts';

export interface Amendment {
  amount: string;
  clientOrderId?: string | undefined;
}

/** https://github.com/binance/binance-spot-api-docs/blob/master/filters.md#max_num_order_amends */
const maximumAmends = 10;

/**
 * Reduces a spot order in place. The other leg of an OCO keeps the same amount:
 * https://github.com/binance/binance-spot-api-docs/blob/master/faqs/order_amend_keep_priority.md
 */
export function reduceOrder(state: ExchangeState, order: Order, { amount, clientOrderId }: Amendment): void {
  if (!isOpen(order)) throw new Rejection('unknown_order');
  const list = order.orderListId === undefined ? undefined : state.orderLists.get(order.orderListId);
  if (order.status === 'pending_new' && list?.paysPending) throw new Rejection('amend_pending_paid');
  if (decimal(amount).eq(order.amount)) throw new Rejection('same_order');
  if (decimal(amount).gt(order.amount)) throw new Rejection('amend_increase');
  if (decimal(amount).lte(order.filled)) throw new Rejection('amount_below_filled');
  const amends = order.amends ?? [];
  if (amends.length >= maximumAmends) throw new Rejection('too_many_amends');
  const market = state.market('spot', order.symbol);
  checkFilters(market, { ...order, amount }, { exemptFromNotional: false });
  const newClientOrderId = clientOrderId ?? `sim-${state.newId()}`;
  order.amends = [
    ...amends,
    {
      id: state.newId(),
      origClientOrderId: order.clientOrderId,
      newClientOrderId,
      origQty: order.amount,
      newQty: text(decimal(amount)),
      at: state.now(),
    },
  ];
  order.clientOrderId = newClientOrderId;
  for (const each of [order, ...pairOf(state, order)]) {
    each.amount = text(decimal(amount));
    each.updatedAt = state.now();
  }
  releaseSurplus(state, market, order.lockId);
  state.onChange();
}

/** The legs of an OCO are both pending or both in the book; a working order has another status or role. */
function pairOf(state: ExchangeState, order: Order): Order[] {
  const list = order.orderListId === undefined ? undefined : state.orderLists.get(order.orderListId);
  if (list?.workingId === order.id) return [];
  return openSiblings(state, order).filter(({ id }) => id !== list?.workingId);
}
