import { type Decimal, decimal, larger, smaller, text, zero } from './amounts.ts';
import { type Fee, feeInThirdCoin, feeRateOf, type Role, roundFee } from './fees.ts';
import type { Account, Balance, Market, Order } from './model.ts';
import { Rejection } from './rejection.ts';
import { type ExchangeState, isOpen } from './state.ts';

export function balanceOf(account: Account, asset: string): Balance {
  account.spot[asset] ??= { free: '0', locked: '0' };
  return account.spot[asset];
}

function changeFree(account: Account, asset: string, by: Decimal): void {
  const balance = balanceOf(account, asset);
  balance.free = text(decimal(balance.free).plus(by));
}

function changeLocked(account: Account, asset: string, by: Decimal): void {
  const balance = balanceOf(account, asset);
  balance.locked = text(decimal(balance.locked).plus(by));
}

function assetSpent(market: Market, order: Pick<Order, 'side'>): string {
  return order.side === 'sell' ? market.base : market.quote;
}

/** @returns what the unfilled part of an order can cost, in the asset that it spends. */
export function fundsNeeded(
  market: Market,
  order: Pick<Order, 'side' | 'amount'> & Partial<Pick<Order, 'filled' | 'price' | 'triggerPrice'>>,
): Decimal {
  const remaining = decimal(order.amount).minus(order.filled ?? '0');
  if (order.side === 'sell') return remaining;
  return remaining.times(order.price ?? order.triggerPrice ?? market.price);
}

export function hasFunds(account: Account, market: Market, side: Order['side'], needed: Decimal): boolean {
  return decimal(balanceOf(account, assetSpent(market, { side })).free).gte(needed);
}

export function requireFunds(account: Account, market: Market, side: Order['side'], needed: Decimal): void {
  if (!hasFunds(account, market, side, needed)) throw new Rejection('insufficient_balance');
}

export function lockFunds(
  state: ExchangeState,
  account: Account,
  market: Market,
  order: Order,
  needed: Decimal,
): void {
  const asset = assetSpent(market, order);
  const lockId = order.lockId ?? String(order.id);
  order.lockId = lockId;
  changeFree(account, asset, needed.negated());
  changeLocked(account, asset, needed);
  state.locks.set(lockId, { account: account.id, asset, amount: text(needed) });
}

export function addToLock(
  state: ExchangeState,
  { account, asset, lockId, amount }: { account: Account; asset: string; lockId: string; amount: Decimal },
): void {
  const lock = state.locks.get(lockId) ?? { account: account.id, asset, amount: '0' };
  lock.amount = text(decimal(lock.amount).plus(amount));
  state.locks.set(lockId, lock);
  changeFree(account, asset, amount.negated());
  changeLocked(account, asset, amount);
}

/** Unlocks all of a lock. @returns what it held. */
export function releaseLock(state: ExchangeState, lockId: string): Decimal {
  const lock = state.locks.get(lockId);
  if (lock === undefined) return zero;
  const account = state.account(lock.account);
  const amount = decimal(lock.amount);
  changeLocked(account, lock.asset, amount.negated());
  changeFree(account, lock.asset, amount);
  state.locks.delete(lockId);
  return amount;
}

/** Releases what the lock holds beyond the needs of its open orders. */
export function releaseSurplus(state: ExchangeState, market: Market, lockId: string | undefined): void {
  const lock = lockId === undefined ? undefined : state.locks.get(lockId);
  if (lockId === undefined || lock === undefined) return;
  const needed = state
    .openOrders()
    .filter((order) => order.lockId === lockId && isOpen(order))
    .map((order) => fundsNeeded(market, order))
    .reduce(larger, zero);
  const surplus = decimal(lock.amount).minus(needed);
  if (surplus.gt(0)) {
    const account = state.account(lock.account);
    changeLocked(account, lock.asset, surplus.negated());
    changeFree(account, lock.asset, surplus);
    lock.amount = text(needed);
  }
  if (needed.isZero()) state.locks.delete(lockId);
}

function spend(state: ExchangeState, account: Account, market: Market, order: Order, amount: Decimal): void {
  const asset = assetSpent(market, order);
  const lock = order.lockId === undefined ? undefined : state.locks.get(order.lockId);
  const fromLock = lock === undefined ? zero : smaller(amount, decimal(lock.amount));
  if (lock !== undefined) {
    changeLocked(account, asset, fromLock.negated());
    lock.amount = text(decimal(lock.amount).minus(fromLock));
  }
  changeFree(account, asset, amount.minus(fromLock).negated());
}

/** Whether free and locked funds cover a triggered buy, which may cost more than it locked. */
export function canAfford(
  state: ExchangeState,
  account: Account,
  market: Market,
  order: Order,
  cost: Decimal,
): boolean {
  const lock = order.lockId === undefined ? undefined : state.locks.get(order.lockId);
  return decimal(balanceOf(account, assetSpent(market, order)).free)
    .plus(lock?.amount ?? '0')
    .gte(cost);
}

interface SpotFill {
  amount: Decimal;
  price: Decimal;
  role: Role;
}

function feeFor(state: ExchangeState, market: Market, order: Order, { amount, price, role }: SpotFill): Fee {
  const account = state.account(order.account);
  const rate = feeRateOf(market, role);
  const inQuote = amount.times(price).times(rate);
  const freeOf = (asset: string) => balanceOf(account, asset).free;
  const charged = feeInThirdCoin(state, { account, market, fee: inQuote, freeOf });
  if (charged !== undefined) return charged;
  const { feeIn = order.side === 'buy' ? 'base' : 'quote' } = order;
  return feeIn === 'base'
    ? { fee: roundFee(amount.times(rate)), feeAsset: market.base }
    : { fee: roundFee(inQuote), feeAsset: market.quote };
}

/** Moves the two assets of one fill, and deducts the commission from the received asset or a third coin. */
export function settleSpot(state: ExchangeState, market: Market, order: Order, fill: SpotFill): Fee {
  const { amount, price } = fill;
  const account = state.account(order.account);
  const cost = amount.times(price);
  if (order.side === 'sell') {
    spend(state, account, market, order, amount);
    changeFree(account, market.quote, cost);
  } else {
    spend(state, account, market, order, cost);
    changeFree(account, market.base, amount);
  }
  // After the assets have moved: a sale of the last BNB leaves none to pay the commission with.
  const charged = feeFor(state, market, order, fill);
  changeFree(account, charged.feeAsset, charged.fee.negated());
  return charged;
}
