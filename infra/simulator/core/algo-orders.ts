import { decimal, text } from './amounts.ts';
import { checkPositionSide, mustReduce } from './futures-account.ts';
import type { AlgoOrder } from './model.ts';
import type { OrderRequest } from './new-order.ts';
import { Rejection } from './rejection.ts';
import { checkFilters, isTriggeredAt } from './rules.ts';
import type { ExchangeState } from './state.ts';

/** Binance's limit for conditional orders, across all symbols: https://developers.binance.com/docs/derivatives/change-log */
const maximumAlgoOrders = 200;

export function algoLedgerFields(order: AlgoOrder) {
  return {
    account: order.account,
    market: order.market ?? ('usdm' as const),
    symbol: order.symbol,
    orderId: order.id,
    clientOrderId: order.clientOrderId,
  };
}

function newAlgoOrder(state: ExchangeState, request: OrderRequest, triggerPrice: string): AlgoOrder {
  const id = state.newId();
  const at = state.now();
  return {
    id,
    clientOrderId: request.clientOrderId ?? `sim-${id}`,
    account: request.account.id,
    ...(request.market === 'spot' ? { market: 'spot' as const } : {}),
    symbol: request.symbol,
    side: request.side,
    type: request.type,
    timeInForce: request.timeInForce ?? 'GTC',
    postOnly: request.postOnly ?? false,
    ...(request.amount === undefined ? {} : { amount: text(decimal(request.amount)) }),
    ...(request.price === undefined ? {} : { price: text(decimal(request.price)) }),
    triggerPrice: text(decimal(triggerPrice)),
    ...(request.triggerBy === undefined ? {} : { triggerBy: request.triggerBy }),
    positionSide: request.positionSide ?? 'BOTH',
    reduceOnly: request.reduceOnly ?? false,
    closePosition: request.closePosition ?? false,
    ...(request.mustFitPosition === true ? { mustFitPosition: true } : {}),
    status: 'new',
    createdAt: at,
    updatedAt: at,
  };
}

/** A stop and a take profit can close the position together, but not two of one kind. */
function closesSamePosition(a: AlgoOrder, b: AlgoOrder): boolean {
  const isStop = ({ type }: AlgoOrder) => type.startsWith('stop_');
  return (
    a.closePosition &&
    b.closePosition &&
    a.symbol === b.symbol &&
    a.side === b.side &&
    a.positionSide === b.positionSide &&
    isStop(a) === isStop(b)
  );
}

/** Accepts a conditional order outside the book. Position, margin and coins are checked only when it triggers. */
export function placeAlgoOrder(state: ExchangeState, request: OrderRequest): AlgoOrder {
  const { account, symbol, triggerPrice } = request;
  const market = state.market(request.market, symbol);
  if (triggerPrice === undefined) throw new Rejection('price_off_tick', 'a trigger price is required');
  const others = state.openAlgoOrders().filter((order) => order.account === account.id);
  if (others.some((order) => order.clientOrderId === request.clientOrderId))
    throw new Rejection('duplicate_client_order_id');
  const order = newAlgoOrder(state, request, triggerPrice);
  if (request.market === 'usdm') checkPositionSide(account, order);
  if (order.amount !== undefined)
    checkFilters(market, { ...order, amount: order.amount }, { exemptFromNotional: mustReduce(order) });
  if (isTriggeredAt(order, market.price)) throw new Rejection('would_trigger');
  if (others.some((other) => closesSamePosition(other, order))) throw new Rejection('close_position_exists');
  if (others.length >= maximumAlgoOrders) throw new Rejection('too_many_conditional_orders');
  state.algoOrders.set(order.id, order);
  state.record({ type: 'algo-order', ...algoLedgerFields(order) });
  return order;
}

export function cancelAlgoOrder(state: ExchangeState, order: AlgoOrder): AlgoOrder {
  return endAlgoOrder(state, order, 'canceled');
}

/** `expired` is how the exchange itself ends a conditional order before its trigger. */
export function endAlgoOrder(
  state: ExchangeState,
  order: AlgoOrder,
  status: 'canceled' | 'expired',
): AlgoOrder {
  if (order.status !== 'new') throw new Rejection('unknown_order');
  order.status = status;
  order.updatedAt = state.now();
  state.record({ type: status === 'canceled' ? 'algo-cancel' : 'algo-expire', ...algoLedgerFields(order) });
  return order;
}
