import { endAlgoOrder } from './algo-orders.ts';
import { decimal, text } from './amounts.ts';
import { positionOf } from './futures-account.ts';
import type { Account, AlgoOrder, MarketKind, Order, PositionSide } from './model.ts';
import { closeOrder } from './order-records.ts';
import { fitExits } from './position-exits.ts';
import { Rejection } from './rejection.ts';
import { balanceOf } from './spot-account.ts';
import { type ExchangeState, isOpen } from './state.ts';

/** Sets the free spot balance or the futures wallet without a trade, as a deposit or a withdrawal changes it. */
export function setBalance(
  state: ExchangeState,
  { account, market, asset, amount }: { account: Account; market: MarketKind; asset: string; amount: string },
): void {
  const value = text(decimal(amount));
  if (market === 'spot') balanceOf(account, asset).free = value;
  else account.usdm[asset] = value;
  state.onChange();
}

export interface PositionChange {
  symbol: string;
  positionSide?: PositionSide | undefined;
  amount: string;
  entryPrice?: string | undefined;
}

export function setPosition(state: ExchangeState, account: Account, change: PositionChange): void {
  const { symbol, positionSide = 'BOTH', amount, entryPrice } = change;
  const market = state.market('usdm', symbol);
  const position = positionOf(account, symbol, positionSide);
  position.amount = text(decimal(amount));
  position.entryPrice = decimal(amount).isZero() ? '0' : (entryPrice ?? market.price);
  position.updatedAt = state.now();
  fitExits(state, { account, symbol, positionSide });
  state.onChange();
}

/** Ends an order or algo order as the exchange itself does, for example for compliance or a delisting. */
export function expireOrder(state: ExchangeState, { orderId }: { orderId: number }): Order | AlgoOrder {
  const algo = state.algoOrders.get(orderId);
  if (algo !== undefined) return endAlgoOrder(state, algo, 'expired');
  const order = state.order(orderId);
  if (!isOpen(order)) throw new Rejection('unknown_order');
  closeOrder(state, order, 'expired');
  return order;
}
