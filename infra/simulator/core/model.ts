/** `usdm` is every linear perpetual settled in its quote asset, on any venue. */
export type MarketKind = 'spot' | 'usdm';
export type Side = 'buy' | 'sell';
export type PositionSide = 'BOTH' | 'LONG' | 'SHORT';
export type TimeInForce = 'GTC' | 'IOC' | 'FOK';
export type OrderType =
  | 'limit'
  | 'market'
  | 'limit_maker'
  | 'stop_market'
  | 'stop_limit'
  | 'take_profit_market'
  | 'take_profit_limit';
export type OrderStatus = 'pending_new' | 'new' | 'partially_filled' | 'filled' | 'canceled' | 'expired';

/** Amounts and prices are decimal strings everywhere in this file; times are milliseconds since 1970. */
export interface AmountLimits {
  min: string;
  max: string;
  /** "0" means unrestricted, as Binance writes it. */
  step: string;
}

export interface Market {
  kind: MarketKind;
  symbol: string;
  base: string;
  quote: string;
  price: string;
  tick: string;
  lot: AmountLimits;
  marketLot: AmountLimits;
  minNotional: string;
  /** False if MARKET orders have no minimum value. */
  minNotionalAppliesToMarket?: boolean;
  /** The maximum value of any order, MARKET orders included; absent means none. */
  maxNotional?: string;
  /** Trading is suspended: orders are rejected, cancels are not. */
  halted?: boolean;
  /**
   * Resting reduce-only LIMIT orders count against the position: a reduce-only order for more than they leave is
   * rejected. Binance's page does not say when -4118 occurs. It was recorded for a close beside a full-size take profit:
   * https://github.com/xLydianSoftware/Qubx/issues/386
   */
  countsReduceOnlyOrders?: boolean;
  /** False if no order list may pay its pending orders with what the working order receives. */
  opoAllowed?: boolean;
  /** A fraction: "0.001" is 0.1 %. */
  feeRate: string;
  /** Absent means that makers pay as much as takers. */
  makerFeeRate?: string;
  /** What MARKET orders can still fill before the book is empty; absent means unlimited. */
  liquidity?: string;
}

export interface Balance {
  free: string;
  locked: string;
}

export interface Position {
  symbol: string;
  side: PositionSide;
  /** Negative for a short, also in hedge mode. */
  amount: string;
  entryPrice: string;
  realizedPnl: string;
  updatedAt: number;
}

export interface Permissions {
  withdraw: boolean;
  trade: boolean;
  futures: boolean;
  ipRestricted: boolean;
}

export interface Account {
  /** Identifies the account without its key, for example in the ledger. */
  id: string;
  apiKey: string;
  secret: string;
  permissions: Permissions;
  /** When the key ends, epoch milliseconds. */
  keyExpiresAt?: number;
  hedged: boolean;
  /** OKX and Bitget: the passphrase of the key; absent means that any is right. */
  passphrase?: string;
  /** OKX: `acctLv`; absent is 2, futures mode. Gate: the mode of the key; 2 is unified, absent is 1. */
  accountMode?: '1' | '2' | '3' | '4';
  /** Bitget and KuCoin: a unified account. Bitget's API for classic ones refuses it. */
  unified?: boolean;
  /** Kraken: the highest nonce of the key, how far below it another may be, and when its right to query ends, in seconds. */
  nonce?: string;
  nonceWindow?: string;
  queryTo?: string;
  /** The coin that pays commissions; absent means the asset that a trade receives. */
  feeAsset?: string;
  spot: Record<string, Balance>;
  /** Futures wallet balance by asset, before unrealized profit. */
  usdm: Record<string, string>;
  positions: Record<string, Position>;
  leverage: Record<string, number>;
  marginType: Record<string, 'cross' | 'isolated'>;
}

export interface ExitPrice {
  triggerPrice: string;
  /** Absent for an exit at market. */
  limitPrice?: string | undefined;
}

/** The take profit and stop loss of a Bybit order or position. */
export interface AttachedExits {
  /** `full`: one pair for the whole position; `partial`: for what the order fills. */
  mode: 'full' | 'partial';
  takeProfit?: ExitPrice;
  stopLoss?: ExitPrice;
}

export type ExitKind = 'take-profit' | 'stop-loss';

/** What makes a conditional order an exit of a Bybit position. */
export interface Exit {
  kind: ExitKind;
  mode: AttachedExits['mode'];
  /** Shared by a bound take profit and stop loss. */
  pairId?: number;
  parentId?: number;
  parentClientOrderId?: string;
}

/** A reduction of an order in place. */
export interface Amend {
  id: number;
  origClientOrderId: string;
  newClientOrderId: string;
  origQty: string;
  newQty: string;
  at: number;
}

/** Why the exchange canceled an order; absent if the client did. */
export type CancelCause =
  | 'position-closed'
  | 'nothing-to-reduce'
  | 'no-funds'
  | 'take-profit-triggered'
  | 'stop-loss-triggered';

export interface Order {
  id: number;
  clientOrderId: string;
  account: string;
  market: MarketKind;
  symbol: string;
  side: Side;
  type: OrderType;
  timeInForce: TimeInForce;
  postOnly: boolean;
  amount: string;
  /** The quote amount to spend or receive, of a MARKET order sized in the quote asset. */
  quoteAmount?: string;
  price?: string;
  triggerPrice?: string;
  /** False only while a conditional order waits for its trigger price. */
  triggered: boolean;
  filled: string;
  /** The market's price when the order was created. */
  basePrice?: string;
  /** The sum of all fills in the quote asset. */
  cost: string;
  status: OrderStatus;
  positionSide: PositionSide;
  reduceOnly: boolean;
  closePosition: boolean;
  closeOnTrigger?: boolean;
  attached?: AttachedExits;
  exit?: Exit;
  /** A spot order of Bybit that waits for two prices. */
  oco?: { takeProfit: ExitPrice; stopLoss: ExitPrice; triggeredBy?: ExitKind };
  /** A conditional spot order that holds nothing before its trigger. */
  locksAtTrigger?: boolean;
  /** KuCoin, Kraken: the asset of the commission; absent means the one that a trade receives. */
  feeIn?: 'base' | 'quote';
  cancelCause?: CancelCause;
  amends?: Amend[];
  orderListId?: number;
  /** The lock that funds this order: its own, or its order list's. */
  lockId?: string;
  /** The algo order whose trigger placed this one. */
  algoId?: number;
  /** The exchange itself placed the order, for this reason. */
  cause?: ExecutionCause;
  /** The order is acknowledged, and enters the book at this time. */
  takesEffectAt?: number;
  /** The cancel is acknowledged, and takes effect at this time if the order is still open. */
  cancelsAt?: number;
  /** The change is acknowledged, and takes effect at this time if the order is still open. */
  amendsAt?: { at: number; amount: string; price?: string | undefined; triggerPrice?: string | undefined };
  createdAt: number;
  updatedAt: number;
}

/** An OCO, two orders of which one cancels the other; or an OTO, whose pending orders wait for its working order. */
export interface OrderList {
  id: number;
  clientOrderId: string;
  account: string;
  symbol: string;
  /** The working order first, then the above and the below order. */
  orderIds: number[];
  /** Absent for an OCO. */
  workingId?: number;
  /** The pending orders take what the working order receives (OPO). */
  paysPending?: boolean;
  createdAt: number;
  updatedAt: number;
}

/** A conditional order outside the book. Its trigger places an order. */
export interface AlgoOrder {
  id: number;
  clientOrderId: string;
  account: string;
  /** Absent on perpetuals. */
  market?: MarketKind;
  symbol: string;
  side: Side;
  type: OrderType;
  timeInForce: TimeInForce;
  postOnly: boolean;
  /** Absent with `closePosition`. */
  amount?: string;
  price?: string;
  triggerPrice: string;
  positionSide: PositionSide;
  reduceOnly: boolean;
  closePosition: boolean;
  /** "triggering": the trigger price was reached, and the order is not in the book yet. */
  status: 'new' | 'triggering' | 'triggered' | 'canceled' | 'rejected' | 'expired';
  /** Its trigger places nothing if the position is smaller. */
  mustFitPosition?: boolean;
  /** What the client sent, for the answers: the simulation has one price for all. */
  triggerBy?: string;
  /** When the order of a triggering algo order enters the book. */
  entersBookAt?: number;
  actualOrderId?: number;
  createdAt: number;
  updatedAt: number;
  triggeredAt?: number;
}

/** What else than a trade an execution can be. */
export type ExecutionCause =
  | 'liquidation'
  | 'deleveraging'
  | 'settlement'
  | 'delivery'
  | 'block-trade'
  | 'transfer'
  | 'funding';

export interface Fill {
  id: number;
  orderId: number;
  account: string;
  market: MarketKind;
  symbol: string;
  side: Side;
  positionSide: PositionSide;
  price: string;
  amount: string;
  cost: string;
  fee: string;
  feeAsset: string;
  maker: boolean;
  realizedPnl: string;
  /** How much of a perpetual position it closed. */
  closed?: string;
  /** Absent for a trade. */
  cause?: ExecutionCause;
  at: number;
}
