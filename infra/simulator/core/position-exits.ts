import { type Decimal, decimal, smaller, text, zero } from './amounts.ts';
import { positionOf, reducibleAmount } from './futures-account.ts';
import type {
  Account,
  AttachedExits,
  ExitKind,
  ExitPrice,
  Order,
  OrderType,
  PositionSide,
  Side,
} from './model.ts';
import { newOrder } from './new-order.ts';
import { closeOrder, recordOrder } from './order-records.ts';
import { Rejection } from './rejection.ts';
import { checkFilters } from './rules.ts';
import type { ExchangeState } from './state.ts';

/** Bybit's take profits and stop losses of a position: https://bybit-exchange.github.io/docs/v5/position/trading-stop */
export interface ExitTarget {
  account: Account;
  symbol: string;
  positionSide: PositionSide;
}

/** "Not allowed to have more than 20 TP/SLs under Partial tpSlMode": https://bybit-exchange.github.io/docs/v5/error */
const maximumPartialExits = 20;

export function findExits(state: ExchangeState, { account, symbol, positionSide }: ExitTarget): Order[] {
  return state
    .openOrders()
    .filter(
      (order) =>
        order.exit !== undefined &&
        order.account === account.id &&
        order.symbol === symbol &&
        order.positionSide === positionSide,
    );
}

function findFullExit(state: ExchangeState, target: ExitTarget, kind: ExitKind): Order | undefined {
  return findExits(state, target).find(
    ({ exit, triggered }) => exit?.mode === 'full' && exit.kind === kind && !triggered,
  );
}

function toExitType(kind: ExitKind, { limitPrice }: ExitPrice): OrderType {
  const prefix = kind === 'take-profit' ? 'take_profit' : 'stop';
  return `${prefix}_${limitPrice === undefined ? 'market' : 'limit'}`;
}

/** @returns the take profit and the stop loss that are there. */
function listExitPrices({ takeProfit, stopLoss }: AttachedExits): { kind: ExitKind; price: ExitPrice }[] {
  return [
    ...(takeProfit === undefined ? [] : [{ kind: 'take-profit' as const, price: takeProfit }]),
    ...(stopLoss === undefined ? [] : [{ kind: 'stop-loss' as const, price: stopLoss }]),
  ];
}

interface NewExits extends ExitTarget {
  amount: Decimal;
  exits: AttachedExits;
  /** The order that they were attached to. */
  parent?: Order | undefined;
}

/** Adds a take profit, a stop loss or a bound pair of them. */
function addExits(
  state: ExchangeState,
  { account, symbol, positionSide, amount, exits, parent }: NewExits,
): void {
  const market = state.market('usdm', symbol);
  const side: Side = decimal(positionOf(account, symbol, positionSide).amount).gt(0) ? 'sell' : 'buy';
  const prices = listExitPrices(exits);
  const pairId = prices.length === 2 ? state.newId() : undefined;
  const orders = prices.map(({ kind, price }) => {
    const order = newOrder(state, market, {
      account,
      market: 'usdm',
      symbol,
      side,
      type: toExitType(kind, price),
      amount: text(amount),
      price: price.limitPrice,
      triggerPrice: price.triggerPrice,
      positionSide,
      reduceOnly: true,
      closeOnTrigger: true,
    });
    order.exit = {
      kind,
      mode: exits.mode,
      ...(pairId === undefined ? {} : { pairId }),
      ...(parent === undefined ? {} : { parentId: parent.id, parentClientOrderId: parent.clientOrderId }),
    };
    checkFilters(market, order, { exemptFromNotional: true });
    return order;
  });
  for (const order of orders) {
    state.addOrder(order);
    recordOrder(state, order);
  }
}

/** Changes the exits of the whole position. @returns whether anything changed. */
export function setFullExits(state: ExchangeState, target: ExitTarget, exits: AttachedExits): boolean {
  const amount = decimal(positionOf(target.account, target.symbol, target.positionSide).amount).abs();
  const changed = listExitPrices(exits).filter(
    ({ kind, price }) =>
      findFullExit(state, target, kind)?.triggerPrice !== text(decimal(price.triggerPrice)),
  );
  const present = changed.map(({ kind }) => findFullExit(state, target, kind));
  // Changing one of two ends their binding.
  if (changed.length === 1) for (const each of findExits(state, target)) unbind(each);
  const added: AttachedExits = { mode: 'full' };
  for (const [index, { kind, price }] of changed.entries()) {
    const order = present[index];
    if (order !== undefined) {
      order.triggerPrice = text(decimal(price.triggerPrice));
      order.updatedAt = state.now();
    } else if (kind === 'take-profit') added.takeProfit = price;
    else added.stopLoss = price;
  }
  addExits(state, { ...target, amount, exits: added });
  return changed.length > 0;
}

function unbind(order: Order): void {
  if (order.exit?.mode === 'full') delete order.exit.pairId;
}

/** @returns whether there was such an exit of the whole position. */
export function cancelFullExit(state: ExchangeState, target: ExitTarget, kind: ExitKind): boolean {
  const order = findFullExit(state, target, kind);
  if (order === undefined) return false;
  for (const each of findExits(state, target)) unbind(each);
  closeOrder(state, order, 'canceled');
  return true;
}

/** Adds exits of a part of the position. Each kind covers the position once at most. */
export function addPartialExits(
  state: ExchangeState,
  target: ExitTarget,
  exits: AttachedExits,
  amount: string,
): void {
  const partial = findExits(state, target).filter(({ exit }) => exit?.mode === 'partial');
  const added = listExitPrices(exits);
  const position = decimal(positionOf(target.account, target.symbol, target.positionSide).amount).abs();
  for (const { kind } of added) {
    const covered = partial
      .filter(({ exit }) => exit?.kind === kind)
      .reduce((total, order) => total.plus(decimal(order.amount).minus(order.filled)), zero);
    if (covered.plus(amount).gt(position)) throw new Rejection('exits_exceed_position');
  }
  // The help center counts both kinds together: https://help.bybit.com/hc/en-us/articles/900002669906
  if (partial.length + added.length > maximumPartialExits) throw new Rejection('too_many_exits');
  addExits(state, { ...target, amount: decimal(amount), exits });
}

/** After a fill of a perpetual: places what is attached to the order, and fits all exits to the position. */
export function followFill(state: ExchangeState, order: Order, filled: Decimal): void {
  const account = state.account(order.account);
  const target: ExitTarget = { account, symbol: order.symbol, positionSide: order.positionSide };
  if (order.attached !== undefined) placeAttached(state, order, target, filled);
  fitExits(state, target);
}

function placeAttached(state: ExchangeState, order: Order, target: ExitTarget, filled: Decimal): void {
  const exits = order.attached;
  const held = reducibleAmount(target.account, { ...order, side: order.side === 'buy' ? 'sell' : 'buy' });
  if (exits === undefined || held.isZero()) return;
  if (exits.mode === 'full') {
    setFullExits(state, target, exits);
    return;
  }
  // Bybit: "with the qty you actually fill". Whether a second fill adds a pair or increases the first one is not
  // documented: https://bybit-exchange.github.io/docs/v5/order/create-order
  const waiting = findExits(state, target).filter(
    ({ exit, triggered }) => exit?.parentId === order.id && !triggered,
  );
  for (const each of waiting) each.amount = text(decimal(each.amount).plus(filled));
  if (waiting.length === 0)
    addExits(state, { ...target, amount: smaller(filled, held), exits, parent: order });
}

/** "The system will cancel these orders if the position is closed, and adjust the qty according to the size". */
export function fitExits(state: ExchangeState, target: ExitTarget): void {
  for (const order of findExits(state, target)) {
    const held = reducibleAmount(target.account, order);
    if (held.isZero()) {
      order.cancelCause = 'position-closed';
      closeOrder(state, order, 'canceled');
      continue;
    }
    const most = held.plus(order.filled);
    if (!order.triggered)
      order.amount = text(order.exit?.mode === 'full' ? most : smaller(decimal(order.amount), most));
  }
}

/** @returns the other half of a bound pair, if it is open. */
export function boundExits(state: ExchangeState, order: Order): Order[] {
  const pairId = order.exit?.pairId;
  if (pairId === undefined) return [];
  return state.openOrders().filter((other) => other.id !== order.id && other.exit?.pairId === pairId);
}

/** The trigger of one half cancels the other. */
export function cancelBoundExits(state: ExchangeState, order: Order): void {
  for (const other of boundExits(state, order)) {
    other.cancelCause = order.exit?.kind === 'take-profit' ? 'take-profit-triggered' : 'stop-loss-triggered';
    closeOrder(state, other, 'canceled');
  }
}
