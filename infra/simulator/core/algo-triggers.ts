import { algoLedgerFields } from './algo-orders.ts';
import { text } from './amounts.ts';
import { reducibleAmount } from './futures-account.ts';
import type { AlgoOrder, Market } from './model.ts';
import { placeOrder } from './orders.ts';
import { Rejection } from './rejection.ts';
import { isTriggeredAt } from './rules.ts';
import type { ExchangeState } from './state.ts';

/** Triggers each algo order whose trigger price is reached: it places an order, or is rejected or expires. */
export function triggerAlgoOrders(state: ExchangeState, market: Market): void {
  for (const algo of state.openAlgoOrders()) {
    const isOfMarket = (algo.market ?? 'usdm') === market.kind && algo.symbol === market.symbol;
    if (isOfMarket && isTriggeredAt(algo, market.price)) triggerAlgoOrder(state, market, algo);
  }
}

/** Triggers one algo order at any price. Its order enters the book at once, or after the exchange's trigger delay. */
export function triggerAlgoOrder(state: ExchangeState, market: Market, algo: AlgoOrder): void {
  algo.triggeredAt = state.now();
  algo.updatedAt = algo.triggeredAt;
  if (state.triggerDelayMs > 0) {
    algo.status = 'triggering';
    algo.entersBookAt = algo.triggeredAt + state.triggerDelayMs;
    state.onChange();
  } else enterBook(state, market, algo);
}

/** Places the orders of triggering algo orders that are due. */
export function placeTriggered(state: ExchangeState): void {
  for (const algo of state.algoOrders.values()) {
    if (algo.status === 'triggering' && (algo.entersBookAt ?? 0) <= state.now())
      enterBook(state, state.market(algo.market ?? 'usdm', algo.symbol), algo);
  }
}

/** The order that a triggered algo order places. */
function toPlaced(
  state: ExchangeState,
  market: Market,
  algo: AlgoOrder,
  amount: string,
): Parameters<typeof placeOrder>[1] {
  return {
    account: state.account(algo.account),
    market: market.kind,
    symbol: algo.symbol,
    side: algo.side,
    type: algo.price === undefined ? 'market' : 'limit',
    amount,
    price: algo.price,
    timeInForce: algo.timeInForce,
    postOnly: algo.postOnly,
    positionSide: algo.positionSide,
    reduceOnly: algo.reduceOnly,
    closePosition: algo.closePosition,
    mustFitPosition: algo.mustFitPosition,
    algoId: algo.id,
  };
}

function enterBook(state: ExchangeState, market: Market, algo: AlgoOrder): void {
  delete algo.entersBookAt;
  algo.updatedAt = state.now();
  const reducible = reducibleAmount(state.account(algo.account), algo);
  if (algo.closePosition && reducible.isZero()) {
    algo.status = 'expired';
    state.record({ type: 'trigger', ...algoLedgerFields(algo), price: market.price });
    return;
  }
  try {
    const order = placeOrder(state, toPlaced(state, market, algo, algo.amount ?? text(reducible)));
    algo.status = 'triggered';
    algo.actualOrderId = order.id;
    state.record({
      type: 'trigger',
      ...algoLedgerFields(algo),
      price: market.price,
      actualOrderId: order.id,
    });
  } catch (error) {
    if (!(error instanceof Rejection)) throw error;
    algo.status = 'rejected';
    state.record({ type: 'trigger', ...algoLedgerFields(algo), price: market.price });
  }
}
