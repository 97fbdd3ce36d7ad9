import type { Amount } from '../amount.ts';
import type { MarketKind, MarketRules, OrderSide, Side } from './market.ts';
import type { UnprovenTrading } from './unproven.ts';

/** Which order is meant: by the exchange's order id, or by the client order id if the former is unknown. */
export interface OrderRef {
  orderId?: string | undefined;
  clientOrderId?: string | undefined;
  /** Some venues keep conditional orders in a book of their own. */
  conditional?: boolean | undefined;
  /** A time before the order was sent, epoch milliseconds. A venue that looks through lists reads no further back. */
  sentAfter?: number | undefined;
  /** The order's `type`: Bybit misses a conditional spot order if the cancel does not name its type. */
  type?: string | undefined;
}

/** An order as the exchange reports it. */
export interface ExchangeOrder {
  orderId: string;
  clientOrderId?: string | undefined;
  symbol: string;
  side: OrderSide;
  /** The venue's own word in lower case: limit, market, stop_market, stop_loss, tpslorder … */
  type: string;
  /** `done`: it can't fill any further. `filled` says how much it filled. */
  status: 'live' | 'done';
  amount: Amount;
  filled: Amount;
  /** Average price of the filled amount. */
  average?: Amount | undefined;
  price?: Amount | undefined;
  triggerPrice?: Amount | undefined;
  /** Bybit spot: which move triggers it. Only the price at its creation shows that. */
  triggersOn?: 'rise' | 'fall' | undefined;
  /** The side of a hedged perpetual that the order belongs to. */
  positionSide?: Side | undefined;
  reduceOnly?: boolean | undefined;
  conditional: boolean;
  /** The order that a triggered conditional order placed. */
  placedOrderId?: string | undefined;
  /** When the exchange created it, epoch milliseconds. */
  createdAt?: number | undefined;
  /** When the exchange last changed it, epoch milliseconds. */
  updatedAt?: number | undefined;
}

export interface MarketOrder {
  clientOrderId: string;
  side: OrderSide;
  positionSide: Side;
  amount: Amount;
  /** Never opens or flips a position. Perpetuals only. */
  reduceOnly: boolean;
  hedged: boolean;
  /**
   * Epoch milliseconds after which the order must not leave this process. It is checked after signing, directly
   * before the request is written. A process that was paused before the check sends nothing. One that is paused
   * after it sends an old timestamp, which the venue refuses once its receive window has passed.
   */
  sendDeadline: number;
}

export interface EntryOrder extends Omit<MarketOrder, 'reduceOnly' | 'amount'> {
  type: 'market' | 'limit';
  price?: Amount | undefined;
  amount?: Amount | undefined;
  /** Quote currency to spend, instead of an amount. Spot MARKET orders only. */
  cost?: Amount | undefined;
  /** Of a LIMIT entry. `exits` must have the form in `attach`. */
  attached?: AttachedExits | undefined;
}

/** Exits that the exchange itself places for what a LIMIT entry fills, and that end with an entry that fills nothing. */
export interface AttachedExits {
  stopLoss: Pick<StopLossOrder, 'triggerPrice' | 'price'>;
  /** A target for all that fills. The first of the two that fills or triggers ends the other. */
  takeProfit?: Pick<TakeProfitOrder, 'price'> | undefined;
}

interface RestingOrder extends Omit<MarketOrder, 'reduceOnly'> {
  /** The LIMIT price. */
  price?: Amount | undefined;
}

/** A target that rests at the exchange. */
export interface TakeProfitOrder extends RestingOrder {
  kind: 'take-profit';
  price: Amount;
}

/** A stop that rests at the exchange, and executes at MARKET once the last price reaches its trigger price. */
export interface StopLossOrder extends RestingOrder {
  kind: 'stop-loss';
  triggerPrice: Amount;
  /** With it, the stop becomes a LIMIT order at this price, which may never fill. */
  price?: Amount | undefined;
}

/** An exit that rests at the exchange, for an amount of its own. On perpetuals, it only reduces. */
export type ExitOrder = TakeProfitOrder | StopLossOrder;

/** A target and a stop of the same coins, sent as one: the first that fills or triggers ends the other. Spot only. */
export interface ExitList extends Pick<MarketOrder, 'side' | 'amount' | 'sendDeadline'> {
  listClientOrderId: string;
  takeProfit: Pick<TakeProfitOrder, 'clientOrderId' | 'price'>;
  stopLoss: Pick<StopLossOrder, 'clientOrderId' | 'triggerPrice' | 'price'>;
}

/** Which exits can rest at the exchange in one kind of market. */
export interface ExitSupport {
  /**
   * `list`: a target and a stop that hold their coins once. On spot, an exit of any other form holds its coins alone, so
   * that without lists, a coin has a target or a stop. On perpetuals, exits hold nothing.
   */
  forms: ReadonlySet<ExitOrder['kind'] | 'list'>;
  /** What a look-up or a cancel of a stop needs besides its ids. */
  stopRef: Pick<ExchangeOrder, 'conditional' | 'type'>;
  /** What a LIMIT entry can carry, so that it protects from the fill. Absent: nothing. */
  attach?: ReadonlySet<'stop' | 'stop-and-target'>;
  /** The types of stops that `amendStop` can change. Absent: none. */
  amends?: ReadonlySet<string>;
}

/** Why an order was provably not executed. */
export type RejectReason =
  | 'insufficient'
  | 'below-minimum'
  | 'above-maximum'
  | 'precision'
  | 'would-not-reduce'
  /** An open order is in the way of a reduce-only order, or there is nothing to reduce. */
  | 'exit-in-the-way'
  /** The price has passed the trigger price of a stop, or the price of a target that must rest. */
  | 'would-trigger'
  /** The exchange's limit of open or conditional orders. */
  | 'too-many-orders'
  | 'permission'
  | 'clock'
  | 'rate-limit'
  | 'duplicate-id'
  | 'too-late'
  | 'no-connection'
  /** The venue documents this error as a failure before execution: the order may be sent again at once. */
  | 'not-placed'
  /** A halt, maintenance or a price band: it can pass by itself. */
  | 'refused-for-now'
  | 'other';

/**
 * The result of sending an order.
 *
 * - `rejected`: the venue's code proves that nothing was executed, or the request never left this process.
 * - `unknown`: anything else that is not a clear response, with the venue's code if it sent one.
 */
export type CreateResult =
  | { kind: 'accepted'; order: ExchangeOrder }
  | { kind: 'rejected'; reason: RejectReason; code: string; message: string }
  | { kind: 'unknown'; code?: string | undefined; message: string; errorClass?: string | undefined };

/** The result of sending a list: both of its orders, or as of any order. */
export type CreateListResult =
  | { kind: 'accepted'; takeProfit: ExchangeOrder; stopLoss: ExchangeOrder }
  | Exclude<CreateResult, { kind: 'accepted' }>;

/** The result of changing an order. Only reading it shows what it is now. */
export type AmendResult = { kind: 'accepted' } | Exclude<CreateResult, { kind: 'accepted' }>;

/**
 * Why a cancel is unconfirmed.
 *
 * - `not-found`: the exchange has no such order to cancel.
 * - `ended`: the exchange reports that the order had ended, and not what it filled.
 * - `error`: the exchange sent an error that proves nothing about the order.
 */
export type UnconfirmedReason = 'acknowledged' | 'no-response' | 'not-found' | 'ended' | 'error' | 'not-sent';

/**
 * The result of a cancel.
 *
 * - `confirmed`: the response itself carries the final fill.
 * - `unconfirmed`: only reading the order shows its state.
 * - `denied`: the key may not cancel.
 */
export type CancelResult =
  | { kind: 'confirmed'; order: ExchangeOrder }
  | { kind: 'unconfirmed'; reason: UnconfirmedReason; message: string }
  | { kind: 'denied'; code: string; message: string };

/** A live order whose amount is to be reduced. */
export type ReducibleOrder = OrderRef & Pick<ExchangeOrder, 'side' | 'price'>;

/**
 * The result of reducing an order's amount, in the exchange's words. Only reading the order shows what it is for now.
 *
 * - `refused`: the exchange sent an error.
 * - `unconfirmed`: no response.
 * - `not-sent`: the request provably did not leave.
 * - `unsupported`: the exchange can't change such an order. Nothing was sent.
 */
export interface ReduceResult {
  kind: 'accepted' | 'refused' | 'unconfirmed' | 'not-sent' | 'unsupported';
  message: string;
}

/** How long look-ups find an order, counted from its creation, in milliseconds. */
export interface Retention {
  /** An order that ended without any fill. */
  unfilledMs: number;
  /** Any order, filled or not. Absent if the exchange documents no limit. */
  anyMs?: number;
}

/** Some exchanges keep conditional orders in a book of their own. */
export interface OrderRetention {
  order: Retention;
  conditional: Retention;
}

/** Orders of one account: send, cancel, read. */
export interface Trading {
  /** How long after a request's timestamp the exchange may still accept it, in milliseconds. */
  readonly recvWindowMs: number;
  /** How long after the receive window the exchange may still report an existing order as unknown, in milliseconds. */
  readonly lookupLagMs: number;
  /** Opens the next order's connection. Sends nothing and reports no failure: the order then opens its own. */
  openConnection(): void;
  readonly retention: OrderRetention;
  /**
   * How long after its first send the same order can be sent again under the same client order id, in milliseconds: the
   * exchange accepts an id once. Absent: an id can be used again once its order has ended.
   */
  readonly replayWindowMs?: number | undefined;
  /** Set if the exchange is at most once, not proven: a close is sent once, and no look-up proves that it is absent. */
  readonly unproven?: UnprovenTrading | undefined;
  createMarketOrder(market: MarketRules, order: MarketOrder): Promise<CreateResult>;
  createEntryOrder(market: MarketRules, order: EntryOrder): Promise<CreateResult>;
  /** The exits that can rest at this exchange. A kind of market without an entry holds none. */
  readonly exits: Readonly<Partial<Record<MarketKind, ExitSupport>>>;
  /** The order must be of a form in `exits`. */
  createExitOrder(market: MarketRules, order: ExitOrder): Promise<CreateResult>;
  /**
   * Reads the exits that came with an entry. Absent: the exchange places none under ids of its own.
   * @param entry with exits for all that it filled, those that have ended are not read.
   */
  fetchAttachedExits?(
    market: MarketRules,
    clientOrderId: string,
    entry: Pick<ExchangeOrder, 'filled' | 'createdAt'>,
  ): Promise<{ order: ExchangeOrder; isStop: boolean }[]>;
  /** Changes a stop that waits for its trigger, which stays the same order. Its type must be in `amends`. */
  amendStop?(
    market: MarketRules,
    orderId: string,
    stop: Pick<StopLossOrder, 'amount' | 'triggerPrice' | 'price'>,
    sendDeadline: number,
  ): Promise<AmendResult>;
  /** `exits` must have the form `list`. Canceling one of its orders ends both. */
  createExitList(market: MarketRules, list: ExitList): Promise<CreateListResult>;
  /**
   * Sends nothing after `sendDeadline`, because another process may own the claim by then.
   *
   * @throws Fault `exchange-unreachable` if the exchange asked for a pause. Nothing was sent.
   */
  cancelOrder(market: MarketRules, ref: OrderRef, sendDeadline: number): Promise<CancelResult>;
  /**
   * Reduces an order of a perpetual, which stays the same order.
   * @param amount the new amount, including what has filled.
   */
  reduceOrder(
    market: MarketRules,
    order: ReducibleOrder,
    amount: Amount,
    sendDeadline: number,
  ): Promise<ReduceResult>;
  /** @returns undefined if the exchange reports no such order. That can be wrong until the look-up lag has passed. */
  fetchOrder(market: MarketRules, ref: OrderRef): Promise<ExchangeOrder | undefined>;
}
