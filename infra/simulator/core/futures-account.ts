import { type Decimal, decimal, larger, smaller, text, zero } from './amounts.ts';
import { changeWallet, feeInThirdCoin, feeRateOf, type Role } from './fees.ts';
import type { Account, Market, Order, Position, PositionSide } from './model.ts';
import { Rejection } from './rejection.ts';
import type { ExchangeState } from './state.ts';

const defaultLeverage = 20;

export function leverageOf(account: Account, symbol: string): number {
  return account.leverage[symbol] ?? defaultLeverage;
}

export function positionOf(account: Account, symbol: string, side: PositionSide): Position {
  const key = `${symbol}:${side}`;
  account.positions[key] ??= { symbol, side, amount: '0', entryPrice: '0', realizedPnl: '0', updatedAt: 0 };
  return account.positions[key];
}

/** In hedge mode, a sell on the long side or a buy on the short side can only close. */
function closesHedge(order: Pick<Order, 'side' | 'positionSide'>): boolean {
  return (
    (order.positionSide === 'LONG' && order.side === 'sell') ||
    (order.positionSide === 'SHORT' && order.side === 'buy')
  );
}

/** @returns how much of the position the order can close; zero if it would increase the position. */
export function reducibleAmount(
  account: Account,
  order: Pick<Order, 'symbol' | 'side' | 'positionSide'>,
): Decimal {
  const amount = decimal(positionOf(account, order.symbol, order.positionSide).amount);
  const against = order.side === 'sell' ? amount.gt(0) : amount.lt(0);
  return against ? amount.abs() : zero;
}

export function mustReduce(
  order: Pick<Order, 'side' | 'positionSide' | 'reduceOnly' | 'closePosition'>,
): boolean {
  return order.reduceOnly || order.closePosition || closesHedge(order);
}

export function unrealizedPnl(position: Position, price: string): Decimal {
  return decimal(price).minus(position.entryPrice).times(position.amount);
}

export interface MarginSummary {
  wallet: Decimal;
  unrealized: Decimal;
  positionMargin: Decimal;
  orderMargin: Decimal;
  available: Decimal;
}

/** Cross margin in one settlement asset. */
export function marginOf(state: ExchangeState, account: Account, asset: string): MarginSummary {
  const wallet = decimal(account.usdm[asset] ?? '0');
  let unrealized = zero;
  let positionMargin = zero;
  for (const position of Object.values(account.positions)) {
    const market = state.market('usdm', position.symbol);
    if (market.quote !== asset || decimal(position.amount).isZero()) continue;
    unrealized = unrealized.plus(unrealizedPnl(position, market.price));
    positionMargin = positionMargin.plus(
      decimal(position.amount)
        .abs()
        .times(market.price)
        .div(String(leverageOf(account, position.symbol))),
    );
  }
  let orderMargin = zero;
  for (const order of state.openOrders()) {
    if (order.account !== account.id || order.market !== 'usdm' || mustReduce(order)) continue;
    if (!order.triggered) continue;
    const market = state.market('usdm', order.symbol);
    if (market.quote !== asset) continue;
    orderMargin = orderMargin.plus(openingMargin(account, market, order));
  }
  const available = wallet.plus(unrealized).minus(positionMargin).minus(orderMargin);
  return { wallet, unrealized, positionMargin, orderMargin, available: larger(available, zero) };
}

type Sizing = Pick<Order, 'symbol' | 'side' | 'positionSide' | 'amount'> &
  Partial<Pick<Order, 'filled' | 'price'>>;

function openingMargin(account: Account, market: Market, order: Sizing): Decimal {
  const remaining = decimal(order.amount).minus(order.filled ?? '0');
  const opening = larger(remaining.minus(reducibleAmount(account, order)), zero);
  return opening.times(order.price ?? market.price).div(String(leverageOf(account, order.symbol)));
}

/** Throws a Rejection unless position mode, position and margin allow the order. */
export function checkFutures(
  state: ExchangeState,
  account: Account,
  market: Market,
  order: Sizing & Pick<Order, 'reduceOnly' | 'closePosition'>,
): void {
  checkPositionSide(account, order);
  const reducible = reducibleAmount(account, order);
  if (mustReduce(order)) {
    if (reducible.isZero()) throw new Rejection('reduce_only');
    if (closesHedge(order) && decimal(order.amount).gt(reducible)) throw new Rejection('reduce_only');
    const resting = market.countsReduceOnlyOrders === true ? restingReduceOnly(state, account, order) : zero;
    if (resting.gt(0) && resting.plus(order.amount).gt(reducible))
      throw new Rejection('reduce_only_conflict');
    return;
  }
  const { available } = marginOf(state, account, market.quote);
  if (openingMargin(account, market, order).gt(available)) throw new Rejection('insufficient_margin');
}

/** What resting reduce-only LIMIT orders may still take from the position that this order reduces. */
function restingReduceOnly(state: ExchangeState, account: Account, order: Sizing): Decimal {
  return state
    .openOrders()
    .filter(
      (other) =>
        other.account === account.id &&
        other.market === 'usdm' &&
        other.symbol === order.symbol &&
        other.positionSide === order.positionSide &&
        other.side === order.side &&
        mustReduce(other),
    )
    .reduce((total, other) => total.plus(decimal(other.amount).minus(other.filled)), zero);
}

export function checkPositionSide(account: Account, order: Pick<Order, 'positionSide'>): void {
  if (account.hedged !== (order.positionSide !== 'BOTH')) throw new Rejection('position_side');
}

/** Applies one fill to position and wallet. A one-way position that flips gets the fill's price as entry price. */
export function settleFutures(
  state: ExchangeState,
  market: Market,
  order: Order,
  { amount, price, role }: { amount: Decimal; price: Decimal; role: Role },
): { fee: Decimal; feeAsset: string; realizedPnl: Decimal; closed: string } {
  const account = state.account(order.account);
  const position = positionOf(account, order.symbol, order.positionSide);
  const before = decimal(position.amount);
  const change = order.side === 'buy' ? amount : amount.negated();
  const after = before.plus(change);
  const closing = before.times(change).lt(0) ? smaller(before.abs(), amount) : zero;
  const direction = before.lt(0) ? '-1' : '1';
  const realizedPnl = price.minus(position.entryPrice).times(closing).times(direction);
  if (after.isZero()) position.entryPrice = '0';
  else if (before.isZero() || before.times(after).lt(0)) position.entryPrice = text(price);
  else if (closing.isZero())
    position.entryPrice = text(before.times(position.entryPrice).plus(change.times(price)).div(after));
  position.amount = text(after);
  position.realizedPnl = text(decimal(position.realizedPnl).plus(realizedPnl));
  position.updatedAt = state.now();
  const fee = amount.times(price).times(feeRateOf(market, role));
  const freeOf = (asset: string) => account.usdm[asset] ?? '0';
  const charged = feeInThirdCoin(state, { account, market, fee, freeOf }) ?? { fee, feeAsset: market.quote };
  changeWallet(account, market.quote, realizedPnl);
  changeWallet(account, charged.feeAsset, charged.fee.negated());
  return { ...charged, realizedPnl, closed: text(closing) };
}
