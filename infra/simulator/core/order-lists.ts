import { decimal, larger } from './amounts.ts';
import { execute } from './matching.ts';
import type { Account, Market, Order, OrderList, OrderType, Side, TimeInForce } from './model.ts';
import { newOrder, type OrderRequest } from './new-order.ts';
import { checkOrder, requireFreeClientOrderId, requireRoomForConditional } from './order-checks.ts';
import { recordOrder } from './order-records.ts';
import { checkOcoPrices } from './pending-orders.ts';
import { Rejection } from './rejection.ts';
import { checkFilters, checkPrices } from './rules.ts';
import { fundsNeeded, lockFunds, requireFunds } from './spot-account.ts';
import { type ExchangeState, isOpen } from './state.ts';

/** https://github.com/binance/binance-spot-api-docs/blob/master/rest-api.md#order-lists */
export interface ListLeg {
  type: OrderType;
  price?: string | undefined;
  triggerPrice?: string | undefined;
  timeInForce?: TimeInForce | undefined;
  clientOrderId?: string | undefined;
}

interface ListRequest {
  account: Account;
  symbol: string;
  clientOrderId?: string | undefined;
  /** For each account and market; absent means unlimited. */
  limits?: { conditional: number; lists: number } | undefined;
}

export interface OcoRequest extends ListRequest {
  side: Side;
  amount: string;
  above: ListLeg;
  below: ListLeg;
}

export interface OtoRequest extends ListRequest {
  working: ListLeg & { side: Side; amount: string };
  pending: {
    side: Side;
    /** Absent if the pending orders take what the working order receives. */
    amount?: string | undefined;
    /** One order, or the above and the below order of an OCO. */
    legs: [ListLeg] | [above: ListLeg, below: ListLeg];
  };
}

function createOrder(state: ExchangeState, market: Market, request: OrderRequest): Order {
  requireFreeClientOrderId(state, request);
  return newOrder(state, market, request);
}

function checkList(state: ExchangeState, request: ListRequest, orders: Order[]): void {
  const { account, symbol, clientOrderId, limits } = request;
  const ids = orders.map((order) => order.clientOrderId);
  if (new Set(ids).size !== ids.length) throw new Rejection('duplicate_client_order_id');
  const open = [...state.orderLists.values()].filter(
    (list) => list.account === account.id && list.orderIds.some((id) => isOpen(state.order(id))),
  );
  if (clientOrderId !== undefined && open.some((list) => list.clientOrderId === clientOrderId))
    throw new Rejection('duplicate_client_order_id');
  const market = state.market('spot', symbol);
  requireRoomForConditional(state, { account, market, added: orders, maximum: limits?.conditional });
  if (limits !== undefined && open.filter((list) => list.symbol === symbol).length >= limits.lists)
    throw new Rejection('too_many_order_lists');
}

function addList(
  state: ExchangeState,
  { account, symbol, clientOrderId }: ListRequest,
  { orders, ...kind }: { orders: Order[]; workingId?: number; paysPending?: boolean },
): OrderList {
  const id = state.newId();
  const at = state.now();
  const list: OrderList = {
    id,
    clientOrderId: clientOrderId ?? `sim-list-${id}`,
    account: account.id,
    symbol,
    orderIds: orders.map((order) => order.id),
    ...kind,
    createdAt: at,
    updatedAt: at,
  };
  state.orderLists.set(id, list);
  for (const order of orders) {
    order.orderListId = id;
    state.addOrder(order);
    recordOrder(state, order);
  }
  return list;
}

/** Places two spot orders of which one cancels the other. Both share one lock. */
export function placeOco(state: ExchangeState, request: OcoRequest): OrderList {
  const { account, symbol, side, amount } = request;
  const market = state.market('spot', symbol);
  const legs = [request.above, request.below].map((leg) =>
    createOrder(state, market, { ...leg, account, market: 'spot', symbol, side, amount }),
  );
  const [above, below] = legs as [Order, Order];
  checkOcoPrices(market, [above, below]);
  for (const order of legs) checkOrder(state, market, order);
  checkList(state, request, legs);
  const needed = larger(fundsNeeded(market, above), fundsNeeded(market, below));
  requireFunds(account, market, side, needed);
  const list = addList(state, request, { orders: legs });
  for (const order of legs) order.lockId = `list-${list.id}`;
  lockFunds(state, account, market, above, needed);
  return list;
}

/** Checks what is known before the working order has filled: prices and, unless the working order pays it, the amount. */
function checkPending(market: Market, orders: Order[], amount: string | undefined): void {
  for (const order of orders) {
    if (amount === undefined) checkPrices(market, order);
    else checkFilters(market, order, { exemptFromNotional: false });
  }
  const [above, below] = orders.map(({ triggerPrice, price }) => decimal(triggerPrice ?? price ?? '0'));
  if (above !== undefined && below !== undefined && above.lte(below)) throw new Rejection('oco_prices');
}

/** Places a working order, and one or two orders that enter the book once it has filled completely. */
export function placeOto(state: ExchangeState, request: OtoRequest): OrderList {
  const { account, symbol, working, pending } = request;
  const market = state.market('spot', symbol);
  if (pending.amount === undefined && market.opoAllowed === false) throw new Rejection('opo_not_allowed');
  const first = createOrder(state, market, { ...working, account, market: 'spot', symbol });
  const shared = {
    account,
    market: 'spot' as const,
    symbol,
    side: pending.side,
    amount: pending.amount ?? '0',
  };
  const others = pending.legs.map((leg) => createOrder(state, market, { ...leg, ...shared }));
  for (const order of others) order.status = 'pending_new';
  checkOrder(state, market, first);
  checkPending(market, others, pending.amount);
  checkList(state, request, [first, ...others]);
  const needed = fundsNeeded(market, first);
  requireFunds(account, market, working.side, needed);
  const list = addList(state, request, {
    orders: [first, ...others],
    workingId: first.id,
    ...(pending.amount === undefined ? { paysPending: true } : {}),
  });
  lockFunds(state, account, market, first, needed);
  execute(state, first);
  return list;
}
