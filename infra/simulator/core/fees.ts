import { BigNumber } from 'bignumber.js';
import { type Decimal, decimal, text } from './amounts.ts';
import type { Account, Market } from './model.ts';
import type { ExchangeState } from './state.ts';

export type Role = 'maker' | 'taker';

// Venues keep commissions to 8 places.
const feePlaces = 8;

/**
 * What remains of a commission that BNB pays: 75 % on spot
 * (https://github.com/binance/binance-spot-api-docs/blob/master/faqs/commission_faq.md), and 90 % on futures, which is not
 * in the API's pages.
 */
const bnbDiscounts = { spot: '0.75', usdm: '0.9' };

export interface Fee {
  fee: Decimal;
  feeAsset: string;
}

export function feeRateOf(market: Market, role: Role): string {
  return role === 'maker' ? (market.makerFeeRate ?? market.feeRate) : market.feeRate;
}

export function roundFee(fee: Decimal): Decimal {
  return fee.decimalPlaces(feePlaces, BigNumber.ROUND_DOWN);
}

interface ThirdCoinFee {
  account: Account;
  market: Market;
  /** In the quote asset, before a discount. */
  fee: Decimal;
  /** What the account holds of an asset, to pay with. */
  freeOf: (asset: string) => string;
}

/** @returns the commission in the coin that the account set for commissions, if it holds enough of it. */
export function feeInThirdCoin(
  state: ExchangeState,
  { account, market, fee, freeOf }: ThirdCoinFee,
): Fee | undefined {
  const feeAsset = account.feeAsset;
  const priced = feeAsset === undefined ? undefined : state.markets.get(`spot:${feeAsset}${market.quote}`);
  if (feeAsset === undefined || priced === undefined) return undefined;
  const discount = feeAsset === 'BNB' ? bnbDiscounts[market.kind] : '1';
  const inCoin = roundFee(fee.times(discount).div(priced.price));
  return decimal(freeOf(feeAsset)).gte(inCoin) ? { fee: inCoin, feeAsset } : undefined;
}

/** Sets the coin that pays commissions, or none. */
export function setFeeAsset(state: ExchangeState, account: Account, asset: string | null): void {
  if (asset === null) delete account.feeAsset;
  else account.feeAsset = asset;
  state.onChange();
}

export function changeWallet(account: Account, asset: string, by: Decimal): void {
  account.usdm[asset] = text(decimal(account.usdm[asset] ?? '0').plus(by));
}
