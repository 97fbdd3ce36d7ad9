import { type Decimal, decimal, zero } from './amounts.ts';
import { leverageOf, marginOf, unrealizedPnl } from './futures-account.ts';
import type { Account, Position } from './model.ts';
import type { ExchangeState } from './state.ts';

/** Of the value that the lowest bracket of BTCUSDT has to maintain. */
export const maintenanceRatio = '0.005';

function isIsolated(account: Account, symbol: string): boolean {
  return account.marginType[symbol] === 'isolated';
}

/** @returns what an isolated position got from the wallet: its initial margin at the entry. */
export function isolatedWalletOf(account: Account, position: Position): Decimal {
  if (!isIsolated(account, position.symbol)) return zero;
  const value = decimal(position.amount).abs().times(position.entryPrice);
  return value.div(String(leverageOf(account, position.symbol)));
}

/**
 * @returns the price at which margin and unrealized profit equal the maintenance margin, all other prices unchanged;
 * undefined if no price above zero does.
 */
export function liquidationPriceOf(
  state: ExchangeState,
  account: Account,
  position: Position,
): Decimal | undefined {
  const amount = decimal(position.amount);
  if (amount.isZero()) return undefined;
  const market = state.market('usdm', position.symbol);
  const secured = isIsolated(account, position.symbol)
    ? isolatedWalletOf(account, position)
    : crossBalance(state, account, market.quote).minus(unrealizedPnl(position, market.price));
  const price = amount
    .times(position.entryPrice)
    .minus(secured)
    .div(amount.minus(amount.abs().times(maintenanceRatio)));
  return price.gt(0) ? price : undefined;
}

function crossBalance(state: ExchangeState, account: Account, asset: string): Decimal {
  const { wallet, unrealized } = marginOf(state, account, asset);
  return wallet.plus(unrealized);
}
