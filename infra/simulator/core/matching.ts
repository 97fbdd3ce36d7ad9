import { type Decimal, decimal, floorToStep, smaller, text, zero } from './amounts.ts';
import { mustReduce, reducibleAmount, settleFutures } from './futures-account.ts';
import type { Market, Order } from './model.ts';
import { isConditionalType, isMarketable, isMarketType, isTriggeredAt } from './rules.ts';
import { canAfford, releaseSurplus, settleSpot } from './spot-account.ts';
import { type ExchangeState, isOpen } from './state.ts';

function ledgerFields(order: Order) {
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

/** @returns the other leg of an OCO, if it is open. */
export function openSiblings(state: ExchangeState, order: Order): Order[] {
  const list = order.orderListId === undefined ? undefined : state.orderLists.get(order.orderListId);
  return (list?.orderIds ?? [])
    .filter((id) => id !== order.id)
    .map((id) => state.order(id))
    .filter(isOpen);
}

function expireSiblings(state: ExchangeState, order: Order): void {
  for (const sibling of openSiblings(state, order)) closeOrder(state, sibling, 'expired');
}

/** Fills part of an order at a price, and settles it. */
function trade(
  state: ExchangeState,
  order: Order,
  { amount, price, role }: { amount: Decimal; price: Decimal; role: 'maker' | 'taker' },
): void {
  const market = state.market(order.market, order.symbol);
  // Before the fill, so that the shared lock belongs to this leg only.
  expireSiblings(state, order);
  const settled =
    order.market === 'spot'
      ? { ...settleSpot(state, market, order, amount, price), realizedPnl: zero }
      : settleFutures(state, market, order, amount, price);
  const at = state.now();
  addFill(order, { amount, price, at });
  if (order.status === 'filled') state.open.delete(order.id);
  if (order.market === 'spot') releaseSurplus(state, market, order.lockId);
  const fill = {
    price: text(price),
    amount: text(amount),
    fee: text(settled.fee),
    feeAsset: settled.feeAsset,
    side: order.side,
  };
  state.fills.push({
    ...fill,
    id: state.newId(),
    orderId: order.id,
    account: order.account,
    market: order.market,
    symbol: order.symbol,
    positionSide: order.positionSide,
    cost: text(amount.times(price)),
    maker: role === 'maker',
    realizedPnl: text(settled.realizedPnl),
    ...('closed' in settled ? { closed: settled.closed } : {}),
    at,
  });
  state.record({ type: 'fill', ...ledgerFields(order), ...fill });
}

function addFill(order: Order, fill: { amount: Decimal; price: Decimal; at: number }): void {
  order.filled = text(decimal(order.filled).plus(fill.amount));
  order.cost = text(decimal(order.cost).plus(fill.amount.times(fill.price)));
  order.status = decimal(order.filled).gte(order.amount) ? 'filled' : 'partially_filled';
  order.updatedAt = fill.at;
}

/** The most that the order may still fill: its remainder, and at most its position if it must reduce. */
function tradable(state: ExchangeState, order: Order): Decimal {
  const remaining = decimal(order.amount).minus(order.filled);
  if (order.market === 'spot' || !mustReduce(order)) return remaining;
  return smaller(remaining, reducibleAmount(state.account(order.account), order));
}

function takeLiquidity(market: Market, wanted: Decimal): Decimal {
  if (market.liquidity === undefined) return wanted;
  const taken = smaller(wanted, decimal(market.liquidity));
  market.liquidity = text(decimal(market.liquidity).minus(taken));
  return taken;
}

/** Fills what the market can fill now. The remainder rests or expires, depending on the order's type. */
export function execute(state: ExchangeState, order: Order): void {
  const market = state.market(order.market, order.symbol);
  const price = decimal(market.price);
  const takes =
    isMarketType(order.type) || isMarketable({ side: order.side, price: order.price ?? '0' }, market.price);
  if (takes) {
    const wanted = tradable(state, order);
    const unpayable =
      order.market === 'spot' &&
      order.side === 'buy' &&
      !canAfford(state, state.account(order.account), market, order, wanted.times(price));
    const short =
      order.timeInForce === 'FOK' && market.liquidity !== undefined && wanted.gt(market.liquidity);
    const taken = unpayable || short ? zero : takeLiquidity(market, wanted);
    if (taken.gt(0)) trade(state, order, { amount: taken, price, role: 'taker' });
    if (unpayable || short) closeOrder(state, order, 'expired');
  }
  if (!isOpen(order)) return;
  const rests = !isMarketType(order.type) && order.timeInForce === 'GTC';
  if (!rests || tradable(state, order).isZero()) closeOrder(state, order, 'expired');
}

/** Activates a conditional order. The trigger also expires the other leg of its OCO. */
function trigger(state: ExchangeState, order: Order, price: string): void {
  order.triggered = true;
  order.updatedAt = state.now();
  state.record({ type: 'trigger', ...ledgerFields(order), price });
  expireSiblings(state, order);
  execute(state, order);
}

/** Triggers and fills the open orders of a market at its new price, oldest first. */
export function matchAtPrice(state: ExchangeState, market: Market): void {
  for (const order of state.openOrders()) {
    // An earlier order in this loop may have ended it.
    if (!isOpen(order) || order.market !== market.kind || order.symbol !== market.symbol) continue;
    if (order.takesEffectAt !== undefined) continue;
    if (isConditionalType(order.type) && !order.triggered) {
      const { triggerPrice = '0' } = order;
      if (isTriggeredAt({ ...order, triggerPrice }, market.price)) trigger(state, order, market.price);
      continue;
    }
    if (order.price === undefined || !isMarketable({ side: order.side, price: order.price }, market.price))
      continue;
    fillResting(state, order, undefined);
  }
}

/** Fills a resting order at its limit price: `amount` of it, or all of it. */
export function fillResting(state: ExchangeState, order: Order, amount: string | undefined): void {
  const market = state.market(order.market, order.symbol);
  const most = tradable(state, order);
  const wanted =
    amount === undefined ? most : floorToStep(smaller(decimal(amount), most), decimal(market.lot.step));
  if (wanted.gt(0))
    trade(state, order, { amount: wanted, price: decimal(order.price ?? market.price), role: 'maker' });
  if (isOpen(order) && tradable(state, order).isZero()) closeOrder(state, order, 'expired');
}
