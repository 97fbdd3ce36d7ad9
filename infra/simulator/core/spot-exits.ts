import { decimal, floorToStep, text, zero } from './amounts.ts';
import type { AttachedExits, ExitKind, Market, Order } from './model.ts';
import { newOrder } from './new-order.ts';
import { recordOrder } from './order-records.ts';
import { isTriggeredAt } from './rules.ts';
import { fundsNeeded, lockFunds } from './spot-account.ts';
import { type ExchangeState, isOpen } from './state.ts';

/**
 * Places what is attached to a spot buy of Bybit, once it has ended: one order that waits for one price or for two, and
 * that holds the coins. When Bybit places it, and what becomes of too small an amount, is not documented:
 * https://bybit-exchange.github.io/docs/v5/order/create-order
 */
export function placeSpotExits(state: ExchangeState, order: Order): void {
  const exits = order.attached;
  if (order.market !== 'spot' || exits === undefined || isOpen(order)) return;
  const market = state.market('spot', order.symbol);
  const fees = state
    .fillsOf(order.id)
    .filter(({ feeAsset }) => feeAsset === market.base)
    .reduce((total, { fee }) => total.plus(fee), zero);
  const amount = floorToStep(decimal(order.filled).minus(fees), decimal(market.lot.step));
  if (amount.lt(market.lot.min)) return;
  const exit = createExit(state, market, { order, exits, amount: text(amount) });
  state.addOrder(exit);
  recordOrder(state, exit);
  lockFunds(state, state.account(order.account), market, exit, fundsNeeded(market, exit));
}

function createExit(
  state: ExchangeState,
  market: Market,
  { order, exits, amount }: { order: Order; exits: AttachedExits; amount: string },
): Order {
  const { takeProfit, stopLoss } = exits;
  const kind: ExitKind = stopLoss === undefined ? 'take-profit' : 'stop-loss';
  const exit = newOrder(state, market, {
    account: state.account(order.account),
    market: 'spot',
    symbol: order.symbol,
    side: 'sell',
    type: 'stop_market',
    amount,
  });
  if (takeProfit !== undefined && stopLoss !== undefined) exit.oco = { takeProfit, stopLoss };
  setKind(exit, kind, exits);
  return exit;
}

/** Makes the order the one half of its pair that triggers. */
function setKind(order: Order, kind: ExitKind, { takeProfit, stopLoss }: Partial<AttachedExits>): void {
  const price = kind === 'take-profit' ? takeProfit : stopLoss;
  if (price === undefined) return;
  const prefix = kind === 'take-profit' ? 'take_profit' : 'stop';
  order.type = `${prefix}_${price.limitPrice === undefined ? 'market' : 'limit'}`;
  order.triggerPrice = text(decimal(price.triggerPrice));
  if (price.limitPrice === undefined) delete order.price;
  else order.price = text(decimal(price.limitPrice));
}

/** Turns an order that waits for two prices into the one whose price the market has reached. */
export function chooseTriggered(order: Order, price: string): void {
  if (order.oco === undefined || order.triggered) return;
  const { triggerPrice } = order.oco.takeProfit;
  const isTarget = isTriggeredAt({ type: 'take_profit_market', side: order.side, triggerPrice }, price);
  order.oco.triggeredBy = isTarget ? 'take-profit' : 'stop-loss';
  setKind(order, order.oco.triggeredBy, order.oco);
}

/** Whether the market has reached a price that a conditional order waits for. */
export function isTriggerReached(order: Order, price: string): boolean {
  const { side, type, oco, triggerPrice = '0' } = order;
  if (oco === undefined) return isTriggeredAt({ type, side, triggerPrice }, price);
  return (
    isTriggeredAt({ type: 'take_profit_market', side, triggerPrice: oco.takeProfit.triggerPrice }, price) ||
    isTriggeredAt({ type: 'stop_market', side, triggerPrice: oco.stopLoss.triggerPrice }, price)
  );
}
