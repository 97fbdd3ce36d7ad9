import { decimal, text } from './amounts.ts';
import { mustReduce, reducibleAmount } from './futures-account.ts';
import { execute, openSiblings } from './matching.ts';
import type { Account, Order } from './model.ts';
import { newOrder, type OrderRequest } from './new-order.ts';
import { checkOrder, requireFreeClientOrderId, requireRoomForConditional } from './order-checks.ts';
import { closeOrder, recordOrder } from './order-records.ts';
import { boundExits } from './position-exits.ts';
import { Rejection } from './rejection.ts';
import { checkFilters, isMarketType } from './rules.ts';
import { fundsNeeded, lockFunds, requireFunds } from './spot-account.ts';
import { placeSpotExits } from './spot-exits.ts';
import { type ExchangeState, isOpen } from './state.ts';

/** Checks, locks, records and matches an order. Throws a Rejection and changes nothing if a check fails. */
export function placeOrder(state: ExchangeState, request: OrderRequest): Order {
  const market = state.market(request.market, request.symbol);
  requireFreeClientOrderId(state, request);
  const order = newOrder(state, market, request);
  checkOrder(state, market, order);
  if (request.mustFitPosition && mustReduce(order) && order.triggered) requireFit(request.account, order);
  const { account, maximumConditional: maximum } = request;
  requireRoomForConditional(state, { account, market, added: [order], maximum });
  if (order.market === 'spot' && order.locksAtTrigger !== true) {
    const needed = fundsNeeded(market, order);
    requireFunds(request.account, market, order.side, needed);
    // A MARKET order that fills within this call needs no lock.
    if (!isMarketType(order.type) || !order.triggered || request.effectDelayMs)
      lockFunds(state, request.account, market, order, needed);
  }
  state.addOrder(order);
  recordOrder(state, order);
  if (request.effectDelayMs) order.takesEffectAt = state.now() + request.effectDelayMs;
  else if (order.triggered) execute(state, order);
  return order;
}

function requireFit(account: Account, order: Order): void {
  if (decimal(order.amount).gt(reducibleAmount(account, order))) throw new Rejection('reduce_only_conflict');
}

/** Applies acknowledged orders and cancels that are due. */
export function applyAcknowledged(state: ExchangeState): void {
  const isDue = (at: number | undefined) => at !== undefined && at <= state.now();
  for (const order of state.openOrders()) {
    if (isDue(order.takesEffectAt)) {
      delete order.takesEffectAt;
      if (order.triggered) execute(state, order);
    }
    const { amendsAt } = order;
    if (amendsAt !== undefined && isDue(amendsAt.at)) {
      delete order.amendsAt;
      if (isOpen(order)) changeOrder(state, order, amendsAt);
    }
    if (isDue(order.cancelsAt)) {
      delete order.cancelsAt;
      if (isOpen(order)) cancelOrder(state, order);
    }
  }
}

export type CancelRestriction = 'ONLY_NEW' | 'ONLY_PARTIALLY_FILLED';

/** Acknowledges a cancel. Until it takes effect, the order may still fill. */
export function acknowledgeCancel(state: ExchangeState, order: Order, effectDelayMs: number): void {
  if (!isOpen(order) || order.takesEffectAt !== undefined) throw new Rejection('unknown_order');
  if (effectDelayMs === 0) cancelOrder(state, order);
  else order.cancelsAt ??= state.now() + effectDelayMs;
  state.onChange();
}

/** Cancels an open order, and the other leg of its order list or of its bound pair. */
export function cancelOrder(state: ExchangeState, order: Order, restriction?: CancelRestriction): Order {
  if (!isOpen(order)) throw new Rejection('unknown_order');
  const allowed =
    restriction === undefined ||
    (restriction === 'ONLY_NEW' ? order.status === 'new' : order.status === 'partially_filled');
  if (!allowed) throw new Rejection('cancel_restricted');
  const siblings = [...openSiblings(state, order), ...boundExits(state, order)];
  // The end of a working order ends its pending orders.
  for (const each of [order, ...siblings]) if (isOpen(each)) closeOrder(state, each, 'canceled');
  placeSpotExits(state, order);
  return order;
}

/** What an order is to be from now on. */
export interface OrderChange {
  amount: string;
  price?: string | undefined;
  /** Of an order that waits for it. */
  triggerPrice?: string | undefined;
}

/** Throws a Rejection, and changes nothing, unless the order is open, the change is one and the filters allow it. */
export function checkChange(state: ExchangeState, order: Order, change: OrderChange): void {
  if (!isOpen(order) || order.takesEffectAt !== undefined) throw new Rejection('unknown_order');
  const names = ['amount', 'price', 'triggerPrice'] as const;
  const given = names.flatMap((name) => (change[name] === undefined ? [] : [[name, change[name]] as const]));
  if (given.every(([name, value]) => decimal(value).eq(order[name] ?? '0')))
    throw new Rejection('same_order');
  const changed = { ...order, ...Object.fromEntries(given) };
  checkFilters(state.market(order.market, order.symbol), changed, { exemptFromNotional: mustReduce(order) });
}

/** Changes an open order's amount and price. One that has filled as much by then is canceled. */
export function changeOrder(
  state: ExchangeState,
  order: Order,
  { amount, price, triggerPrice }: OrderChange,
): Order {
  order.amount = text(decimal(amount));
  if (price !== undefined) order.price = text(decimal(price));
  if (triggerPrice !== undefined && !order.triggered) order.triggerPrice = text(decimal(triggerPrice));
  order.updatedAt = state.now();
  state.record({
    type: 'amend',
    account: order.account,
    market: order.market,
    symbol: order.symbol,
    orderId: order.id,
    clientOrderId: order.clientOrderId,
    amount: order.amount,
    ...(order.price === undefined ? {} : { price: order.price }),
  });
  if (decimal(order.filled).gte(order.amount)) return cancelOrder(state, order);
  // A price that the market has reached fills at once.
  if (order.triggered) execute(state, order);
  return order;
}

/** Acknowledges a change of an order. */
export function acknowledgeChange(
  state: ExchangeState,
  order: Order,
  change: OrderChange,
  effectDelayMs: number,
): void {
  checkChange(state, order, change);
  if (decimal(change.amount).lt(order.filled)) throw new Rejection('amount_below_filled');
  if (effectDelayMs === 0) changeOrder(state, order, change);
  else order.amendsAt = { at: state.now() + effectDelayMs, ...change };
  state.onChange();
}
