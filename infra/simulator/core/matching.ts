import { type Decimal, decimal, floorToStep, smaller, text, zero } from './amounts.ts';
import { marginOf, mustReduce, reducibleAmount, settleFutures } from './futures-account.ts';
import type { Market, Order } from './model.ts';
import { closeOrder, ledgerFields } from './order-records.ts';
import { followWorkingFill } from './pending-orders.ts';
import { cancelBoundExits, followFill } from './position-exits.ts';
import { isMarketable, isMarketType } from './rules.ts';
import { canAfford, fundsNeeded, hasFunds, lockFunds, releaseSurplus, settleSpot } from './spot-account.ts';
import { chooseTriggered, isTriggerReached, placeSpotExits } from './spot-exits.ts';
import { type ExchangeState, isOpen, isResting } from './state.ts';

/** @returns the other leg of an OCO, if it is open. */
export function openSiblings(state: ExchangeState, order: Order): Order[] {
  const list = order.orderListId === undefined ? undefined : state.orderLists.get(order.orderListId);
  return (list?.orderIds ?? [])
    .filter((id) => id !== order.id)
    .map((id) => state.order(id))
    .filter(isOpen);
}

/** The first fill or trigger of one leg ends the other. Orders that wait for their working order stay. */
function expireSiblings(state: ExchangeState, order: Order): void {
  for (const sibling of openSiblings(state, order))
    if (sibling.status !== 'pending_new') closeOrder(state, sibling, 'expired');
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
      ? { ...settleSpot(state, market, order, { amount, price, role }), realizedPnl: zero }
      : settleFutures(state, market, order, { amount, price, role });
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
  follow(state, order, { amount, ...settled });
}

/** What a fill has for a consequence: exits of a position, or the pending orders of a list. */
function follow(
  state: ExchangeState,
  order: Order,
  filled: { amount: Decimal; fee: Decimal; feeAsset: string },
): void {
  if (order.market === 'usdm') followFill(state, order, filled.amount);
  else {
    placeSpotExits(state, order);
    for (const pending of followWorkingFill(state, order, filled)) execute(state, pending);
  }
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

function expireOrder(state: ExchangeState, order: Order): void {
  closeOrder(state, order, 'expired');
  placeSpotExits(state, order);
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
    if (unpayable || short) expireOrder(state, order);
  }
  if (!isOpen(order)) return;
  const rests = !isMarketType(order.type) && order.timeInForce === 'GTC';
  if (!rests || tradable(state, order).isZero()) expireOrder(state, order);
}

/** Activates a conditional order. The trigger also ends the other leg of its OCO or bound pair. */
function trigger(state: ExchangeState, order: Order, price: string): void {
  chooseTriggered(order, price);
  order.triggered = true;
  order.updatedAt = state.now();
  state.record({ type: 'trigger', ...ledgerFields(order), price });
  expireSiblings(state, order);
  cancelBoundExits(state, order);
  const rejectionCause = findTriggerRejection(state, order);
  if (rejectionCause === undefined) {
    execute(state, order);
    return;
  }
  if (rejectionCause === 'no-funds') order.cancelCause = rejectionCause;
  closeOrder(state, order, 'canceled');
}

/** A trigger cancels an order without funds or margin: https://bybit-exchange.github.io/docs/v5/order/create-order */
function findTriggerRejection(state: ExchangeState, order: Order): 'no-funds' | 'no-margin' | undefined {
  const account = state.account(order.account);
  const market = state.market(order.market, order.symbol);
  if (order.market === 'usdm')
    return !mustReduce(order) && marginOf(state, account, market.quote).available.isZero()
      ? 'no-margin'
      : undefined;
  if (order.locksAtTrigger !== true) return undefined;
  const needed = fundsNeeded(market, order);
  if (!hasFunds(account, market, order.side, needed)) return 'no-funds';
  lockFunds(state, account, market, order, needed);
  return undefined;
}

/** Triggers and fills the open orders of a market at its new price, oldest first. */
export function matchAtPrice(state: ExchangeState, market: Market): void {
  matchOnce(state, market);
  // A fill can add or change an exit whose trigger price was already reached.
  while (state.openOrders().some((order) => isDue(order, market))) matchOnce(state, market);
}

/** Whether the market's price triggers a conditional order that waits. */
function isDue(order: Order, market: Market): boolean {
  if (order.market !== market.kind || order.symbol !== market.symbol) return false;
  if (order.triggered || order.status === 'pending_new' || order.takesEffectAt !== undefined) return false;
  return isTriggerReached(order, market.price);
}

function matchOnce(state: ExchangeState, market: Market): void {
  for (const order of state.openOrders()) {
    // An earlier order in this loop may have ended it.
    if (!isOpen(order) || order.market !== market.kind || order.symbol !== market.symbol) continue;
    if (isDue(order, market)) trigger(state, order, market.price);
    else if (isFillable(order, market)) fillResting(state, order, undefined);
  }
}

function isFillable(order: Order, market: Market): boolean {
  const { side, price } = order;
  return isResting(order) && price !== undefined && isMarketable({ side, price }, market.price);
}

/** Fills a resting order at its limit price: `amount` of it, or all of it. */
export function fillResting(state: ExchangeState, order: Order, amount: string | undefined): void {
  const market = state.market(order.market, order.symbol);
  const most = tradable(state, order);
  const wanted =
    amount === undefined ? most : floorToStep(smaller(decimal(amount), most), decimal(market.lot.step));
  if (wanted.gt(0))
    trade(state, order, { amount: wanted, price: decimal(order.price ?? market.price), role: 'maker' });
  if (isOpen(order) && tradable(state, order).isZero()) expireOrder(state, order);
}
