import type { Amount } from '../amount.ts';
import type { Margin } from './margin.ts';
import type { MarketKind, MarketRules, OrderSide, Side } from './market.ts';
import type { ExchangeOrder } from './trading.ts';

/** A perpetual position as the exchange reports it. Amounts are in base currency. */
export interface ExchangePosition {
  /** Undefined if the account holds nothing. */
  side: Side | undefined;
  amount: Amount;
  averagePrice?: Amount | undefined;
  margin?: Omit<Margin, 'amount'> | undefined;
  hedged: boolean;
}

/** A perpetual position in a list of all markets. */
export interface OpenExchangePosition {
  symbol: string;
  side: Side;
  amount: Amount;
  averagePrice?: Amount | undefined;
  margin?: ExchangePosition['margin'];
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

/** What an execution was. `funding` and `other` change no position. */
export type TradeCause =
  | 'trade'
  | 'liquidation'
  | 'deleveraging'
  | 'settlement'
  | 'delivery'
  | 'block-trade'
  | 'transfer'
  | 'funding'
  | 'other';

/** One execution in the account. */
export interface Trade {
  orderId: string | undefined;
  side: OrderSide;
  amount: Amount;
  price: Amount;
  cause: TradeCause;
  /** The side of a hedged perpetual, if the exchange reports it. */
  positionSide?: Side | undefined;
  /** Epoch milliseconds. */
  at: number;
}

/** An order whose trades are read, and when it can have traded. */
export type TradedOrder = Pick<ExchangeOrder, 'orderId' | 'createdAt' | 'updatedAt'>;

/** One fee. A negative amount is a rebate. */
export interface Fee {
  currency: string;
  amount: Amount;
  /** When it was charged, epoch milliseconds; absent if the exchange does not report it. */
  at?: number | undefined;
}

/** What an order's trades add up to. */
export interface OrderFills {
  /** In quote currency; absent if the exchange does not report it. */
  cost?: Amount | undefined;
  fees: Fee[];
}

/** One funding fee. A negative amount was paid, a positive one received. */
export interface Funding {
  amount: Amount;
  /** Epoch milliseconds. */
  at: number;
}

/** Epoch milliseconds. */
export interface TimeRange {
  since: number;
  until: number;
}

/** Which executions of a market are read. */
export interface TradeRange extends TimeRange {
  /** Only those of this order. */
  orderId?: string | undefined;
  /** Also reads what caused them, which costs more requests on some exchanges. Otherwise each may be a `trade`. */
  withCauses?: boolean | undefined;
}

/** What an API key may do. Undefined if the exchange does not report it. */
export interface Permissions {
  canTrade: boolean | undefined;
  canWithdraw: boolean | undefined;
  ipRestricted: boolean | undefined;
  /** The addresses that the key is bound to. */
  allowedAddresses?: string[] | undefined;
  /** The exchange's own id of the account that the key belongs to. */
  accountId?: string | undefined;
  /** When the key, or its right to trade in the account's markets, ends; epoch milliseconds. */
  expiresAt?: number | undefined;
}

/** What one account holds, has traded and may do. */
export interface AccountData {
  /**
   * @param known the account's position mode, which some exchanges list with open positions only.
   * @returns the perpetual position of this market; in a hedged account, the position of that side.
   */
  fetchPosition(
    market: MarketRules,
    side: Side,
    known?: Pick<ExchangePosition, 'hedged'>,
  ): Promise<ExchangePosition>;
  /** @param kind of market that the balance can be used in, where each has an account of its own. Absent: spot. */
  fetchBalance(currency: string, kind?: MarketKind): Promise<Balance>;
  /**
   * @param order the one whose trades are listed. A triggered conditional order may have placed another.
   * @throws Fault `exchange-unreachable` until the listed trades add up to `filled`: exchanges list trades later
   * than fills, and a part of the fee would make Ripcord sell more than the position holds.
   */
  fetchFills(market: MarketRules, order: TradedOrder, filled: Amount): Promise<OrderFills>;
  /**
   * @returns the funding of the account's positions in this market, oldest first.
   * @throws Fault `exchange-refused` if the exchange no longer lists all of that time.
   */
  fetchFunding(market: MarketRules, range: TimeRange): Promise<Funding[]>;
  /**
   * @returns the account's executions in this market, oldest first, of every cause.
   * @throws Fault `exchange-refused` if the exchange no longer lists all trades of that time.
   */
  fetchTrades(market: MarketRules, range: TradeRange): Promise<Trade[]>;
  /** @returns the part of its value that an execution at MARKET costs the account, such as "0.0005". */
  fetchTakerRate(market: MarketRules): Promise<Amount>;
  /** @throws Fault `key-unproven` if this address has no request that proves the key. */
  fetchPermissions(): Promise<Permissions>;
  /**
   * @param market only the orders of this market, in one or two fast requests. Without it, the read is slow, because
   * it loads the markets.
   * @returns all orders that can still fill, including conditional ones.
   */
  fetchOpenOrders(market?: MarketRules): Promise<OpenOrder[]>;
  /** @returns all perpetual positions of the account; none on a spot account. Slow, because it loads the markets. */
  fetchOpenPositions(): Promise<OpenExchangePosition[]>;
  /**
   * Lists the account's open orders in these markets, with requests that do not depend on how many markets these are.
   * @returns those that the response shows in full. A missing order proves nothing: a list may lag, or change between two
   * of its pages.
   */
  fetchOrdersOfMarkets(markets: readonly MarketRules[]): Promise<ExchangeOrder[]>;
  /** @returns the account's positions in these perpetual markets, in the same way. A missing one proves nothing. */
  fetchPositionsOfMarkets(markets: readonly MarketRules[]): Promise<OpenExchangePosition[]>;
}
