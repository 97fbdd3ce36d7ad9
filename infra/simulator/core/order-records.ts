import type { Order } from './model.ts';
import { releaseSurplus } from './spot-account.ts';
import type { ExchangeState } from './state.ts';

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

/** Ends an order that is not completely filled, and releases its lock. */
export function closeOrder(state: ExchangeState, order: Order, status: 'canceled' | 'expired'): void {
  order.status = status;
  order.updatedAt = state.now();
  state.open.delete(order.id);
  if (order.market === 'spot') releaseSurplus(state, state.market('spot', order.symbol), order.lockId);
  state.record({
    type: status === 'canceled' ? 'cancel' : 'expire',
    ...ledgerFields(order),
    filled: order.filled,
  });
}
