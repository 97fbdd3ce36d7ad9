import { decimal, text } from './amounts.ts';
import { checkPositionSide, mustReduce, reducibleAmount } from './futures-account.ts';
import { type AlgoOrder, type Market, Rejection } from './model.ts';
import { type OrderRequest, placeOrder } from './orders.ts';
import { checkFilters, isTriggeredAt } from './rules.ts';
import type { ExchangeState } from './state.ts';

function ledgerFields(order: AlgoOrder) {
  return {
    account: order.account,
    market: 'usdm' as const,
    symbol: order.symbol,
    orderId: order.id,
    clientOrderId: order.clientOrderId,
  };
}

/** Accepts a conditional futures order. Position and margin are checked only when it triggers. */
export function placeAlgoOrder(state: ExchangeState, request: OrderRequest): AlgoOrder {
  const { account, symbol, triggerPrice } = request;
  const market = state.market('usdm', symbol);
  if (triggerPrice === undefined) throw new Rejection('price_off_tick', 'a trigger price is required');
  const duplicate = state
    .openAlgoOrders()
    .some((order) => order.account === account.id && order.clientOrderId === request.clientOrderId);
  if (duplicate) throw new Rejection('duplicate_client_order_id');
  const id = state.newId();
  const at = state.now();
  const order: AlgoOrder = {
    id,
    clientOrderId: request.clientOrderId ?? `sim-${id}`,
    account: account.id,
    symbol,
    side: request.side,
    type: request.type,
    timeInForce: request.timeInForce ?? 'GTC',
    postOnly: request.postOnly ?? false,
    ...(request.amount === undefined ? {} : { amount: text(decimal(request.amount)) }),
    ...(request.price === undefined ? {} : { price: text(decimal(request.price)) }),
    triggerPrice: text(decimal(triggerPrice)),
    positionSide: request.positionSide ?? 'BOTH',
    reduceOnly: request.reduceOnly ?? false,
    closePosition: request.closePosition ?? false,
    status: 'new',
    createdAt: at,
    updatedAt: at,
  };
  checkPositionSide(account, order);
  if (order.amount !== undefined)
    checkFilters(market, { ...order, amount: order.amount }, { exemptFromNotional: mustReduce(order) });
  if (isTriggeredAt(order, market.price)) throw new Rejection('would_trigger');
  state.algoOrders.set(id, order);
  state.record({ type: 'algo-order', ...ledgerFields(order) });
  return order;
}

export function cancelAlgoOrder(state: ExchangeState, order: AlgoOrder): AlgoOrder {
  if (order.status !== 'new') throw new Rejection('unknown_order');
  order.status = 'canceled';
  order.updatedAt = state.now();
  state.record({ type: 'algo-cancel', ...ledgerFields(order) });
  return order;
}

/** Triggers each algo order whose trigger price is reached: it places an order, or is rejected or expires. */
export function triggerAlgoOrders(state: ExchangeState, market: Market): void {
  if (market.kind !== 'usdm') return;
  for (const algo of state.openAlgoOrders()) {
    if (algo.symbol === market.symbol && isTriggeredAt(algo, market.price))
      triggerAlgoOrder(state, market, algo);
  }
}

/** Triggers one algo order at any price. */
export function triggerAlgoOrder(state: ExchangeState, market: Market, algo: AlgoOrder): void {
  const account = state.account(algo.account);
  algo.triggeredAt = state.now();
  algo.updatedAt = algo.triggeredAt;
  const reducible = reducibleAmount(account, algo);
  if (algo.closePosition && reducible.isZero()) {
    algo.status = 'expired';
    state.record({ type: 'trigger', ...ledgerFields(algo), price: market.price });
    return;
  }
  try {
    const order = placeOrder(state, {
      account,
      market: 'usdm',
      symbol: algo.symbol,
      side: algo.side,
      type: algo.price === undefined ? 'market' : 'limit',
      amount: algo.amount ?? text(reducible),
      price: algo.price,
      timeInForce: algo.timeInForce,
      postOnly: algo.postOnly,
      positionSide: algo.positionSide,
      reduceOnly: algo.reduceOnly,
      closePosition: algo.closePosition,
      algoId: algo.id,
    });
    algo.status = 'triggered';
    algo.actualOrderId = order.id;
    state.record({ type: 'trigger', ...ledgerFields(algo), price: market.price, actualOrderId: order.id });
  } catch (error) {
    if (!(error instanceof Rejection)) throw error;
    algo.status = 'rejected';
    state.record({ type: 'trigger', ...ledgerFields(algo), price: market.price });
  }
}
