import type { Amount } from '../amount.ts';
import type { MarketRules, OrderSide, Side } from './market.ts';
import type { ExchangeOrder } from './trading.ts';

/** A perpetual position as the exchange reports it. Amounts are in base currency. */
export interface ExchangePosition {
  /** Undefined if the account holds nothing. */
  side: Side | undefined;
  amount: Amount;
  averagePrice?: Amount | undefined;
  hedged: boolean;
}

/** A perpetual position in a list of all markets. */
export interface OpenExchangePosition {
  symbol: string;
  side: Side;
  amount: Amount;
  averagePrice?: Amount | undefined;
}

/** An open order in a list of all markets. */
export interface OpenOrder {
  market: MarketRules;
  order: ExchangeOrder;
}

export interface Balance {
  free: Amount;
  total: Amount;
}

export interface Trade {
  orderId: string | undefined;
  amount: Amount;
  price: Amount;
  /** Epoch milliseconds. */
  at: number | undefined;
}

/** What an API key may do. Undefined if the exchange does not report it. */
export interface Permissions {
  canTrade: boolean | undefined;
  canWithdraw: boolean | undefined;
  ipRestricted: boolean | undefined;
}

/** What one account holds, has traded and may do. */
export interface AccountData {
  /** @returns the perpetual position of this market; in a hedged account, the position of that side. */
  fetchPosition(market: MarketRules, side: Side): Promise<ExchangePosition>;
  fetchBalance(currency: string): Promise<Balance>;
  /**
   * @returns the fees of this order's fills that were taken in base currency. "0" on perpetuals.
   * @throws Fault `exchange-unreachable` until the listed trades add up to `filled`: exchanges list trades later
   * than fills, and a part of the fee would make Ripcord sell more than the position holds.
   */
  fetchBaseFee(market: MarketRules, orderId: string, filled: Amount): Promise<Amount>;
  /** @returns the account's latest trade on this side of the market: when and how a position ended externally. */
  fetchLastTrade(market: MarketRules, side: OrderSide): Promise<Trade | undefined>;
  fetchPermissions(): Promise<Permissions>;
  /** @returns all orders that can still fill, including conditional ones. Slow, because it loads the markets. */
  fetchOpenOrders(): Promise<OpenOrder[]>;
  /** @returns all perpetual positions of the account; none on a spot account. Slow, because it loads the markets. */
  fetchOpenPositions(): Promise<OpenExchangePosition[]>;
}
