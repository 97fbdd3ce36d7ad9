import type { Order } from './model.ts';
import { releaseLock, releaseSurplus } from './spot-account.ts';
import { type ExchangeState, toPaidLockId } from './state.ts';

export function ledgerFields(order: Order) {
  return {
    account: order.account,
    market: order.market,
    symbol: order.symbol,
    orderId: order.id,
    clientOrderId: order.clientOrderId,
  };
}

export function recordOrder(state: ExchangeState, order: Order): void {
  state.record({
    type: 'order',
    ...ledgerFields(order),
    side: order.side,
    orderType: order.type,
    amount: order.amount,
    ...(order.price === undefined ? {} : { price: order.price }),
  });
}

/** The end of a working order ends its pending orders, and unlocks what it has paid for them. */
function endPending(state: ExchangeState, order: Order, status: 'canceled' | 'expired'): void {
  const list = order.orderListId === undefined ? undefined : state.orderLists.get(order.orderListId);
  if (list === undefined) return;
  list.updatedAt = state.now();
  if (list.workingId !== order.id) return;
  releaseLock(state, toPaidLockId(list));
  for (const other of list.orderIds.map((id) => state.order(id)))
    if (other.status === 'pending_new') closeOrder(state, other, status);
}

/** Ends an order that is not completely filled, and releases its lock. */
export function closeOrder(state: ExchangeState, order: Order, status: 'canceled' | 'expired'): void {
  order.status = status;
  order.updatedAt = state.now();
  state.open.delete(order.id);
  if (order.market === 'spot') releaseSurplus(state, state.market('spot', order.symbol), order.lockId);
  endPending(state, order, status);
  state.record({
    type: status === 'canceled' ? 'cancel' : 'expire',
    ...ledgerFields(order),
    filled: order.filled,
  });
}
