import type { Exchange as CcxtClient, Market, Order, Trade } from 'ccxt';
import type { VenueId } from '../../account/account.ts';
import type { Amount } from '../../decimal.ts';
import type {
  Balance,
  EntryOrder,
  ExchangeOrder,
  ExchangePosition,
  ExitList,
  Funding,
  MarketKind,
  MarketOrder,
  MarketRules,
  OpenExchangePosition,
  OrderFills,
  OrderRef,
  OrderRetention,
  Permissions,
  RecordedSale,
  ReducibleOrder,
  SaleTraces,
  SentSale,
  Side,
  StopLossOrder,
  TimeRange,
  TradeCause,
  TradedOrder,
  TradeRange,
  Trading,
} from '../exchange.ts';
import type { TroubleCause } from '../trouble-cause.ts';

import type { ErrorTable } from './error-table.ts';
import type { VenueError } from './venue-error.ts';

type Parameters = Record<string, unknown>;

/** The trades of an order that the venue lists so far. */
export interface ListedFills extends OrderFills {
  amount: Amount;
}

/** The longest range of one request, and how long entries are listed; absent: no limit is documented. */
export interface Listing {
  rangeMs?: number;
  keptMs?: number;
}

/** One execution, and what it was. */
export interface VenueTrade {
  trade: Trade;
  cause: TradeCause;
  /** The side of a hedged perpetual. */
  positionSide?: Side | undefined;
}

/** A mark price, or a last price on spot, as the venue lists it. */
export interface ListedPrice {
  marketId: string;
  value: unknown;
}

/** The orders of a list that the venue accepted, if its response names them. */
export interface VenueExitList {
  takeProfit: Order | undefined;
  stopLoss: Order | undefined;
}

/** A perpetual position, with the venue's own id of its market. */
export type VenuePosition = Omit<OpenExchangePosition, 'symbol'> & { marketId: string };

/** One request before it is signed. */
export interface UnsignedRequest {
  method: string;
  /** As the venue's API has it, without host and version, such as `trade/order`. */
  path: string;
}

/** When a request may no longer be executed. */
export interface Fence {
  /** By this machine's clock, epoch milliseconds. */
  sendDeadline: number;
  /** This machine's clock minus the venue's, as far as it is known. */
  clockOffsetMs: number;
  /** This machine's clock. */
  now: number;
}

/** What a venue adds to one request. ccxt keeps headers and nonce per client, which concurrent requests share. */
export interface FenceFields {
  headers?: Record<string, string>;
  /** Before signing. */
  parameters?: Record<string, unknown>;
  nonce?: number;
}

/** An order as `createOrder` of a venue sends it. Amounts are in base currency. */
export interface VenueOrder extends EntryOrder {
  /** Of a stop. */
  triggerPrice?: Amount | undefined;
}

/** What Ripcord does at an exchange that is not proven, besides what it does at any. */
export interface UnprovenVenue {
  /** @returns what the sale would send. Nothing leaves. Throws Unsupported if that is no single, plain order. */
  recordSale(client: CcxtClient, market: MarketRules, amount: Amount): Promise<RecordedSale>;
  fetchTraces(client: CcxtClient, market: MarketRules, sale: SentSale): Promise<SaleTraces>;
}

/** An exchange as code: what differs between exchanges, as data and small functions. One file per venue. */
export interface Venue {
  id: VenueId;
  /** The kinds of market that one account can trade in. */
  kinds: ReadonlySet<MarketKind>;
  /** ccxt's `options`: the receive window, and hidden requests disabled. An account's options can't change them. */
  options: Parameters;
  /** The name of the URL in ccxt's `urls.api` that orders are sent to, or the names that lead to it. */
  orderApi: string | readonly string[];
  /** ccxt's name of the API that orders are signed for, if it is not that of their URL. */
  signApi?: string | readonly string[];
  /** Queries are signed before they are encoded. Other venues check the signature of a query as it was sent. */
  signsDecodedQuery?: true;
  /** How long after its timestamp the venue can still accept a request. `options` sends the same value. */
  recvWindowMs: number;
  /** How long after the receive window a look-up may still miss an order that exists. */
  lookupLagMs: number;
  /** How long look-ups find an order. */
  retention: OrderRetention;
  /** How trades are listed. */
  tradeListing: Listing;
  /** The same for funding. */
  fundingListing: Listing;
  /**
   * How long after its first send the same order is sent again under the same client order id. Only for a venue that
   * never accepts an id twice.
   */
  replayWindowMs?: number;
  /** Whether the response to a create reports the order's state. If not, it only acknowledges the order. */
  createReturnsFill: boolean;
  /** Whether the response to a cancel reports what had filled. */
  cancelReturnsFill: boolean;

  /**
   * The codes, in the response to a look-up or a cancel, for an order that has ended. `unfilled`: with no fill at all.
   * `read-fill`: the code does not say what it filled.
   */
  endedCodes: ReadonlyMap<string, 'unfilled' | 'read-fill'>;
  /** The codes for "no such order". */
  notFoundCodes: ReadonlySet<string>;
  /** The same for a venue that writes it into the message of a general code: words, in lower case. */
  notFoundWords?: readonly string[];
  /** The codes for a wrong key or a missing permission, on any call. */
  deniedCodes: ReadonlySet<string>;
  /** The codes for a clock that differs too much from the venue's. */
  clockCodes: ReadonlySet<string>;
  /** The codes, on any call, for what the account's owner can change. */
  troubleCodes: readonly (readonly [TroubleCause, readonly string[]])[];
  /** The codes that prove that the request was not executed, and that another try at once may pass. */
  retryCodes?: ReadonlySet<string>;
  /** Whether a response with a status below 400 is an error. Only for errors that ccxt lets pass. */
  isErrorResponse?(body: unknown): boolean;
  /** Reads the error from a response's body. */
  parseError(status: number, body: unknown): VenueError;
  /** What the errors of a create mean. */
  errors: ErrorTable;

  /** Nothing is proven: a close is sent at most once, and only its order id shows what became of it. */
  unproven?: UnprovenVenue;
  /** Completes ccxt's client, after what all venues have in common. */
  prepare?(client: CcxtClient): void;
  /** Perpetuals are counted in contracts: the engine converts what it reads. */
  countsContracts?: true;
  /** @returns the nonce of each signed request, on a venue whose nonces have to rise. */
  nonce?(): bigint;
  /** @returns what fences a request that has a send deadline. */
  fence?(request: UnsignedRequest, fence: Fence): FenceFields;
  /**
   * Sends an order by the venue's own request, if ccxt's is not safe.
   * @param parameters of `closeParameters`, `entryParameters` or `stopParameters`.
   * @returns undefined if the response names no order.
   */
  createOrder?(
    client: CcxtClient,
    market: MarketRules,
    order: VenueOrder,
    parameters: Parameters,
  ): Promise<Order | undefined>;
  /**
   * The same for a cancel. It rejects unless the response acknowledges the cancel.
   * @returns the order, if the response reports it.
   */
  cancelOrder?(client: CcxtClient, market: MarketRules, ref: OrderRef): Promise<Order | undefined>;
  /** The raw market info that ccxt reads when it creates orders. */
  marketInfo: Parameters;
  /** @returns the rules that ccxt's market does not carry in full. */
  marketRules(market: Market): Partial<MarketRules>;
  /** How `cancelOrder` names an order: ccxt's id argument and parameters. */
  orderRef(market: MarketRules, ref: OrderRef): { id: string | undefined; parameters: Parameters };
  /** @returns the fields that ccxt does not map from the venue's own order. */
  orderDetails(
    info: Parameters,
  ): Pick<ExchangeOrder, 'positionSide' | 'triggersOn'> & { marketId: unknown; type: unknown };
  /** Parameters of a create besides symbol, type, side, amount and price. */
  closeParameters(order: MarketOrder): Parameters;
  entryParameters(order: EntryOrder): Parameters;
  /** What makes a MARKET or LIMIT order a stop. */
  stopParameters(order: StopLossOrder, market: MarketRules): Parameters;
  /** The exits that can rest at the venue. */
  exits: Trading['exits'];
  /** Sends a target and a stop as one list, on a venue whose `exits` have the form. */
  createExitList?(client: CcxtClient, market: MarketRules, list: ExitList): Promise<VenueExitList>;
  /** As of the port. */
  amendStop?(
    client: CcxtClient,
    market: MarketRules,
    orderId: string,
    stop: Pick<StopLossOrder, 'amount' | 'triggerPrice' | 'price'>,
  ): Promise<unknown>;
  /** Sends an entry with its exits, on a venue that takes them by another request. */
  createAttachedEntry?(
    client: CcxtClient,
    market: MarketRules,
    order: EntryOrder,
  ): Promise<Order | undefined>;
  /** As of the port. */
  fetchAttachedExits?(
    client: CcxtClient,
    market: MarketRules,
    clientOrderId: string,
    entry: Pick<ExchangeOrder, 'filled' | 'createdAt'>,
  ): Promise<{ order: Order; isStop: boolean }[]>;
  /** @returns the request that changes an order's amount; undefined if the venue can't change this order. */
  amendment(
    client: CcxtClient,
    market: MarketRules,
    order: ReducibleOrder,
    amount: Amount,
  ): (() => Promise<unknown>) | undefined;
  /** @returns the id of the order that a triggered conditional order created. */
  triggeredOrderId(info: Parameters): string | undefined;
  /** Whether a response contains balances: from any other response ccxt makes an empty account. */
  isBalanceResponse(response: Record<string, unknown>): boolean;

  /** @returns the response with the balances, on a venue of which ccxt requests others. */
  fetchBalances?(client: CcxtClient, kind: MarketKind): Promise<Parameters>;
  /** @returns the balance of a currency, on a venue whose balances ccxt misreads. */
  toBalance?(response: Parameters, currency: string, client: CcxtClient): Balance;
  /** @returns the id of another coin's market, of the same kind and quote currency. Absent: the coin before the quote. */
  toMarketId?(market: MarketRules, coin: string): string;

  /** Points ccxt to the venue's test network. Absent: it has none. */
  useSandbox?(client: CcxtClient): void;
  /**
   * @param id only this market is wanted.
   * @returns all markets of one kind, and possibly others, in as few requests as the venue allows.
   */
  fetchMarkets(client: CcxtClient, kind: MarketKind, id?: string): Promise<(Market | undefined)[]>;
  /** @returns undefined, or throws one of `notFoundCodes`, only if the venue reports that it has no such order. */
  fetchOrder(client: CcxtClient, market: MarketRules, ref: OrderRef): Promise<Order | undefined>;
  /** @returns what an order traded and paid. It can be less than `filled`, because trades are listed later. */
  fetchFills(
    client: CcxtClient,
    market: MarketRules,
    order: TradedOrder,
    filled: Amount,
  ): Promise<ListedFills>;
  /** @returns the funding of one range, in any order. */
  fetchFunding(client: CcxtClient, market: MarketRules, range: TimeRange): Promise<Funding[]>;
  /** @returns the candle of one minute, as the venue lists it: its opening time comes first, then its first price. */
  fetchMinute(client: CcxtClient, market: MarketRules, since: number): Promise<unknown>;
  /** @returns the executions of one range, in any order. Some can be listed twice. */
  fetchTrades(client: CcxtClient, market: MarketRules, range: TradeRange): Promise<VenueTrade[]>;
  fetchPosition(
    client: CcxtClient,
    market: MarketRules,
    side: Side,
    known?: Pick<ExchangePosition, 'hedged'>,
  ): Promise<ExchangePosition>;
  /** @returns the prices of all markets of a kind, or of one, by the venue's ids. */
  fetchPrices(client: CcxtClient, kind: MarketKind, marketId: string | undefined): Promise<ListedPrice[]>;
  /** As of the port, on a venue whose rates ccxt misreads. */
  fetchTakerRate?(client: CcxtClient, market: MarketRules): Promise<Amount>;
  fetchPermissions(client: CcxtClient): Promise<Permissions>;
  /**
   * @param balance the response to ccxt's `fetchBalance`.
   * @returns the account's id, on a venue whose permissions do not have it.
   */
  fetchAccountId?(client: CcxtClient, balance: Parameters): Promise<string | undefined>;
  /** @returns all open orders of one kind of market; with `market`, of that market only. */
  fetchOpenOrders(
    client: CcxtClient,
    kind: MarketKind,
    market?: MarketRules,
  ): Promise<{ order: Order; conditional: boolean }[]>;
  /** @returns all perpetual positions that are not flat. */
  fetchOpenPositions(client: CcxtClient): Promise<VenuePosition[]>;
}
