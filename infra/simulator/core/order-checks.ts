import { checkFutures, checkPositionSide, mustReduce } from './futures-account.ts';
import type { Account, Market, Order } from './model.ts';
import type { OrderRequest } from './new-order.ts';
import { Rejection } from './rejection.ts';
import { checkFilters, isConditionalType, isMarketable, isTriggeredAt } from './rules.ts';
import type { ExchangeState } from './state.ts';

export function requireFreeClientOrderId(
  state: ExchangeState,
  request: Pick<OrderRequest, 'account' | 'market' | 'clientOrderId' | 'clientOrderIdUnique'>,
): void {
  if (request.clientOrderId === undefined || request.clientOrderIdUnique === 'never') return;
  // If it is unique among open orders only, the id of a finished order can be sent again, and executes again.
  const others = request.clientOrderIdUnique === 'always' ? [...state.orders.values()] : state.openOrders();
  const taken = others.some(
    (order) =>
      order.account === request.account.id &&
      order.market === request.market &&
      order.clientOrderId === request.clientOrderId,
  );
  if (taken) throw new Rejection('duplicate_client_order_id');
}

interface ConditionalRoom {
  account: Account;
  market: Market;
  added: Pick<Order, 'type' | 'locksAtTrigger'>[];
  /** Absent means unlimited. */
  maximum: number | undefined;
}

/**
 * Throws if the account would have too many conditional orders in the market. Exits of a Bybit position have a limit of
 * their own. Binance counts its spot types, also after their trigger: https://github.com/binance/binance-spot-api-docs/blob/master/filters.md
 */
export function requireRoomForConditional(state: ExchangeState, room: ConditionalRoom): void {
  const { account, market, maximum } = room;
  const added = room.added.filter(({ type }) => isConditionalType(type)).length;
  if (maximum === undefined || added === 0) return;
  const counted = state
    .openOrders()
    .filter(
      (order) =>
        order.account === account.id &&
        order.market === market.kind &&
        order.symbol === market.symbol &&
        order.exit === undefined &&
        order.locksAtTrigger === room.added[0]?.locksAtTrigger &&
        isConditionalType(order.type) &&
        (market.kind === 'spot' || !order.triggered),
    );
  if (counted.length + added > maximum) throw new Rejection('too_many_conditional_orders');
}

export function checkOrder(state: ExchangeState, market: Market, order: Order): void {
  const exemptFromNotional = order.market === 'usdm' && mustReduce(order);
  checkFilters(market, order, { exemptFromNotional });
  if (
    order.triggerPrice !== undefined &&
    isTriggeredAt({ ...order, triggerPrice: order.triggerPrice }, market.price)
  )
    throw new Rejection('would_trigger');
  if (
    order.postOnly &&
    order.price !== undefined &&
    isMarketable({ ...order, price: order.price }, market.price)
  )
    throw new Rejection('would_take');
  if (order.market !== 'usdm') return;
  const account = state.account(order.account);
  // Position and margin of a conditional order are checked when it triggers.
  if (order.triggered) checkFutures(state, account, market, order);
  else checkPositionSide(account, order);
}
