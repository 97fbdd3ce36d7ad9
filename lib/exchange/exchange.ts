import { z } from 'zod';
import { type Amount, amountSchema } from '../amount.ts';

/** A long is closed by selling, a short by buying. */
export const sideSchema = z.enum(['long', 'short']);
export type Side = z.infer<typeof sideSchema>;
export type OrderSide = 'buy' | 'sell';

export function entrySide(side: Side): OrderSide {
  return side === 'long' ? 'buy' : 'sell';
}
export function exitSide(side: Side): OrderSide {
  return side === 'long' ? 'sell' : 'buy';
}

/**
 * What a market demands of an order, kept with the position so that a trigger never loads whole markets.
 * Amounts are in base currency (`contractSize` base units to a contract where the venue counts contracts).
 */
export const marketRulesSchema = z.object({
  /** ccxt's unified symbol: `BTC/USDT` (spot) or `BTC/USDT:USDT` (linear perpetual). */
  symbol: z.string(),
  /** The venue's own name for it, `BTCUSDT`. */
  id: z.string(),
  kind: z.enum(['spot', 'perpetual']),
  base: z.string(),
  quote: z.string(),
  settle: z.string().optional(),
  /** Steps and minimums for any order, and those for MARKET orders where the venue has its own. */
  amountStep: amountSchema,
  amountMin: amountSchema,
  marketAmountStep: amountSchema.optional(),
  marketAmountMin: amountSchema.optional(),
  marketAmountMax: amountSchema.optional(),
  /** Least value of an order in quote. Reduce-only closes of perpetuals are free of it. */
  costMin: amountSchema.optional(),
  priceStep: amountSchema,
  contractSize: amountSchema.optional(),
});
export type MarketRules = z.infer<typeof marketRulesSchema>;

/** How an order is named at the exchange. Conditional orders live in a book of their own on some venues. */
export interface OrderRef {
  orderId?: string | undefined;
  clientOrderId?: string | undefined;
  conditional?: boolean | undefined;
  /** As the order's view has told it; some venues want the sort of a conditional order named in a cancel. */
  type?: string | undefined;
}

/** An order as the exchange tells it. `done` says that it can fill no further; how much filled is in `filled`. */
export interface ExchangeOrder {
  orderId: string;
  clientOrderId?: string | undefined;
  symbol: string;
  side: OrderSide;
  /** The venue's own word in lower case: limit, market, stop_market, stop_loss, tpslorder … */
  type: string;
  status: 'live' | 'done';
  amount: Amount;
  filled: Amount;
  /** Average price of what filled. */
  average?: Amount | undefined;
  price?: Amount | undefined;
  triggerPrice?: Amount | undefined;
  /** Which side of a hedged perpetual it belongs to. */
  positionSide?: Side | undefined;
  reduceOnly?: boolean | undefined;
  conditional: boolean;
  /** When the exchange last changed it, epoch milliseconds. */
  updatedAt?: number | undefined;
}

/** An open order with its market, as a list of all of them tells it. */
export interface OpenOrder {
  market: MarketRules;
  order: ExchangeOrder;
}

export interface MarketOrder {
  clientOrderId: string;
  side: OrderSide;
  positionSide: Side;
  amount: Amount;
  /** Never opens or turns a position. Perpetuals only. */
  reduceOnly: boolean;
  hedged: boolean;
  /**
   * Epoch milliseconds after which the order must not leave this process. Checked when the request has been
   * signed and is about to be written: a process that was paused before then sends nothing, one that is paused
   * after then sends a timestamp which the venue refuses once its receive window is over.
   */
  sendDeadline: number;
}

export interface EntryOrder extends Omit<MarketOrder, 'reduceOnly' | 'amount'> {
  type: 'market' | 'limit';
  price?: Amount | undefined;
  amount?: Amount | undefined;
  /** Quote to spend, instead of an amount: spot MARKET orders only. */
  cost?: Amount | undefined;
}

/** Why an order was certainly not executed. */
export type RejectReason =
  | 'insufficient'
  | 'below-minimum'
  | 'precision'
  | 'would-not-reduce'
  | 'permission'
  | 'clock'
  | 'rate-limit'
  | 'duplicate-id'
  | 'too-late'
  | 'no-connection'
  | 'other';

/**
 * What came of sending an order. `rejected` only where the venue's code proves that nothing was executed;
 * everything else that is no clear answer is `unknown`, with the venue's own code where it has told one.
 */
export type CreateResult =
  | { kind: 'accepted'; order: ExchangeOrder }
  | { kind: 'rejected'; reason: RejectReason; code: string; message: string }
  | { kind: 'unknown'; code?: string | undefined; message: string };

/**
 * What came of a cancel. `told`: the answer itself carries the final fill. `look`: acknowledged or lost or
 * "unknown order"; the order has to be read to know. `refused`: the venue will not (permission). Where the
 * exchange has asked for a pause, nothing is sent and a Fault is thrown, as by the reads.
 */
export type CancelResult =
  | { kind: 'confirmed'; order: ExchangeOrder }
  | { kind: 'unconfirmed'; message: string }
  | { kind: 'denied'; code: string; message: string };

/** A perpetual position as the exchange tells it; amounts in base currency. `side` undefined when flat. */
export interface ExchangePosition {
  side: Side | undefined;
  amount: Amount;
  averagePrice?: Amount | undefined;
  hedged: boolean;
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

/** How long one candle lasts. */
export const candleIntervalSchema = z.enum(['1m', '5m', '15m', '1h', '4h', '1d']);
export type CandleInterval = z.infer<typeof candleIntervalSchema>;

export interface Candle {
  /** When it opened, epoch milliseconds. */
  at: number;
  open: Amount;
  high: Amount;
  low: Amount;
  close: Amount;
}

/** A perpetual position of any market, as a list of all of them tells it. */
export interface OpenExchangePosition {
  symbol: string;
  side: Side;
  amount: Amount;
  averagePrice?: Amount | undefined;
}

export interface Permissions {
  canTrade: boolean | undefined;
  canWithdraw: boolean | undefined;
  ipRestricted: boolean | undefined;
}

/**
 * The port to a venue, one account of it. Reads throw a Fault: `exchange-unreachable` (may be tried again) or
 * `exchange-refused` (key, permission). Every call ends by its own deadline. Times are epoch milliseconds.
 */
export interface Exchange {
  /** How long after `sendBefore` the venue can still accept an order, in milliseconds. */
  readonly recvWindowMs: number;
  /** For how long after the fence the venue may still say "no such order" of one that it has. */
  readonly lookupLagMs: number;
  /** Loads the venue's markets (slow): at adoption and opening, and after a rejection for precision. */
  loadMarket(symbol: string): Promise<MarketRules>;
  /** @returns undefined where the exchange says that it has no such order (which may be wrong for a minute). */
  fetchOrder(market: MarketRules, name: OrderRef): Promise<ExchangeOrder | undefined>;
  /** Nothing leaves this process after `sendBefore`, as with an order: the owner may be another one by then. */
  cancelOrder(market: MarketRules, name: OrderRef, sendBefore: number): Promise<CancelResult>;
  createMarketOrder(market: MarketRules, order: MarketOrder): Promise<CreateResult>;
  createEntryOrder(market: MarketRules, order: EntryOrder): Promise<CreateResult>;
  /**
   * @returns fees taken in the base currency for this order's fills: spot. "0" on perpetuals. Trades are told
   * later than fills: unless they sum to `filled` it throws `exchange-unreachable`, never a part of the fee.
   */
  fetchBaseFee(market: MarketRules, orderId: string, filled: Amount): Promise<Amount>;
  /** The perpetual position of this symbol; with `side`, that side of a hedged account. */
  fetchPosition(market: MarketRules, side: Side): Promise<ExchangePosition>;
  fetchBalance(currency: string): Promise<Balance>;
  /** Mark price on perpetuals, last price on spot. */
  fetchPrice(market: MarketRules): Promise<Amount>;
  /** The account's latest trade of that side in this market: when and how a position ended outside Ripcord. */
  fetchLastTrade(market: MarketRules, side: OrderSide): Promise<Trade | undefined>;
  fetchPermissions(): Promise<Permissions>;
  /** All orders that can still fill, conditional ones too; slow, for it reads the venue's markets. */
  fetchOpenOrders(): Promise<OpenOrder[]>;
  /** All perpetual positions of the account; none on a spot account. Slow as well. */
  fetchOpenPositions(): Promise<OpenExchangePosition[]>;
  /** The latest candles, oldest first; the last one is still open. At most 1000. */
  fetchCandles(market: MarketRules, interval: CandleInterval, limit: number): Promise<Candle[]>;
}

/**
 * Gives the venue for an account by name; throws `account-not-found`, also where `exchange`, the one that a position is
 * on, is not the account's any more.
 */
export interface Exchanges {
  of(account: string, exchange?: string): Promise<Exchange>;
}
