import { type Decimal, decimal, floorToStep, larger, text } from './amounts.ts';
import type { Market, Order, OrderList } from './model.ts';
import { checkOrder } from './order-checks.ts';
import { closeOrder } from './order-records.ts';
import { Rejection } from './rejection.ts';
import { isMarketType } from './rules.ts';
import { addToLock, balanceOf, fundsNeeded, lockFunds, releaseLock, requireFunds } from './spot-account.ts';
import { type ExchangeState, toPaidLockId } from './state.ts';

/** Throws unless the legs' prices are on both sides of the market. */
export function checkOcoPrices(market: Market, [above, below]: [Order, Order]): void {
  if (comparedPrice(above).lte(market.price) || comparedPrice(below).gte(market.price))
    throw new Rejection('oco_prices');
}

/** Binance compares the price of a TAKE_PROFIT_LIMIT and the stop price of the other conditional types. */
function comparedPrice({ type, price, triggerPrice }: Order): Decimal {
  return decimal(type === 'take_profit_limit' ? (price ?? '0') : (triggerPrice ?? price ?? '0'));
}

interface Received {
  amount: Decimal;
  fee: Decimal;
  feeAsset: string;
}

/**
 * After a fill of a working order: locks what it received for its pending orders if they take that, and places them
 * once it is full. @returns the orders that can fill at once.
 */
export function followWorkingFill(state: ExchangeState, order: Order, received: Received): Order[] {
  const list = order.orderListId === undefined ? undefined : state.orderLists.get(order.orderListId);
  if (list?.workingId !== order.id) return [];
  const market = state.market('spot', order.symbol);
  if (list.paysPending) lockPaid(state, { list, market, received });
  return order.status === 'filled' ? placePending(state, list, market) : [];
}

/**
 * The commission is deducted from what was received, unless the free balance covers it and the asset is not BNB:
 * https://github.com/binance/binance-spot-api-docs/blob/master/faqs/opo.md
 */
function lockPaid(
  state: ExchangeState,
  { list, market, received }: { list: OrderList; market: Market; received: Received },
): void {
  const account = state.account(list.account);
  const fee = received.feeAsset === market.base ? received.fee : decimal('0');
  const freeBefore = decimal(balanceOf(account, market.base).free).minus(received.amount).plus(fee);
  const isPaidFromFree = market.base !== 'BNB' && freeBefore.gte(fee);
  const paid = isPaidFromFree ? received.amount : received.amount.minus(fee);
  addToLock(state, { account, asset: market.base, lockId: toPaidLockId(list), amount: paid });
}

/** Binance's pages do not document pending orders that the book refuses: here they expire. */
function placePending(state: ExchangeState, list: OrderList, market: Market): Order[] {
  const orders = list.orderIds.map((id) => state.order(id)).filter(({ status }) => status === 'pending_new');
  const paid = list.paysPending ? releaseLock(state, toPaidLockId(list)) : undefined;
  for (const order of orders) {
    order.status = 'new';
    order.updatedAt = state.now();
    if (paid !== undefined) order.amount = text(floorToStep(paid, amountStep(market, orders)));
  }
  list.updatedAt = state.now();
  try {
    lockForPending(state, market, { list, orders });
  } catch (error) {
    if (!(error instanceof Rejection)) throw error;
    for (const order of orders) closeOrder(state, order, 'expired');
    return [];
  }
  return orders.filter(({ triggered }) => triggered);
}

function amountStep(market: Market, orders: Order[]): Decimal {
  const step = decimal(market.lot.step);
  return orders.some(({ type }) => isMarketType(type)) ? larger(step, decimal(market.marketLot.step)) : step;
}

/** Both legs of an OCO share one lock. */
function lockForPending(
  state: ExchangeState,
  market: Market,
  { list, orders }: { list: OrderList; orders: Order[] },
): void {
  const [first, second] = orders;
  if (first === undefined) return;
  if (second !== undefined) checkOcoPrices(market, [first, second]);
  for (const order of orders) checkOrder(state, market, order);
  const account = state.account(list.account);
  const needed = orders.map((order) => fundsNeeded(market, order)).reduce(larger);
  requireFunds(account, market, first.side, needed);
  for (const order of orders) order.lockId = `list-${list.id}`;
  lockFunds(state, account, market, first, needed);
}
