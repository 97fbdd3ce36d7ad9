import type { Exchange as CcxtExchange, Market, Order } from 'ccxt';
import type { ExchangeId } from '../../account/account.ts';
import type { Amount } from '../../amount.ts';
import type {
  EntryOrder,
  ExchangePosition,
  MarketOrder,
  MarketRules,
  OpenExchangePosition,
  OrderRef,
  Permissions,
  RejectReason,
  Side,
} from '../exchange.ts';

export type MarketKind = MarketRules['kind'];
type Parameters = Record<string, unknown>;

/** An error answer as it came over the wire. */
export interface VenueError {
  /** Of HTTP. Some venues answer errors with 200. */
  status: number;
  code: string;
  message: string;
}

export interface Fee {
  currency: string;
  amount: Amount;
}

/** The trades of an order as far as they are told, and all fees of them. */
export interface OrderFills {
  amount: Amount;
  fees: Fee[];
}

/** What differs between venues, as data and small functions. One file per venue in `venues/`. */
export interface Venue {
  id: ExchangeId;
  /** What can be traded there with one account. */
  kinds: ReadonlySet<MarketKind>;
  /** ccxt's `options`: the receive window, and probes switched off. An account's own can't change them. */
  options: Parameters;
  /** How long after its timestamp a request can still be accepted; the `options` above say the same to ccxt. */
  recvWindowMs: number;
  /** How long after the fence a look-up may still miss an order that exists. */
  lookupLagMs: number;
  /** Turns ccxt to the venue's test network. */
  useSandbox(exchange: CcxtExchange): void;
  /** All markets of one kind (others may be among them), in as few calls as the venue allows. */
  fetchMarkets(exchange: CcxtExchange, kind: MarketKind): Promise<(Market | undefined)[]>;
  /** Whether a create's answer tells the order's state; if not, it only acknowledges that there is one. */
  createReturnsFill: boolean;
  /** Whether a cancel's answer carries what had filled. */
  cancelReturnsFill: boolean;
  /** @returns undefined, or throws one of `absentCodes`, only where the venue says that it has no such order. */
  fetchOrder(exchange: CcxtExchange, market: MarketRules, name: OrderRef): Promise<Order | undefined>;
  /** How an order is named in cancelOrder: ccxt's id argument and parameters. */
  orderRef(market: MarketRules, name: OrderRef): { id: string | undefined; parameters: Parameters };
  /** What ccxt's order leaves in the venue's own words. */
  orderDetails(info: Parameters): { marketId: unknown; type: unknown; positionSide: Side | undefined };
  /** Parameters of a create beside symbol, type, side, amount and price. */
  closeParameters(order: MarketOrder): Parameters;
  entryParameters(order: EntryOrder): Parameters;
  /** What an answer's body says of its error. */
  venueErrorFrom(status: number, answer: unknown): VenueError;
  /**
   * On create, the wire errors that prove that nothing was executed, and why. Everything that is not told
   * apart here leaves the outcome unknown.
   */
  rejectReason(error: VenueError): RejectReason | undefined;
  /** The codes that say "no such order". */
  notFoundCodes: ReadonlySet<string>;
  /** The codes that say that key or permission is wrong, on any call. */
  deniedCodes: ReadonlySet<string>;
  /** The code for a clock too far from the venue's. */
  clockCodes: ReadonlySet<string>;
  /** Conditional orders: the real order that a triggered one has made. */
  triggeredOrderId(info: Parameters): string | undefined;
  /** Rules that ccxt's market does not carry in full. */
  marketRules(market: Market): Partial<MarketRules>;
  /** The venue's raw market info that ccxt reads when it creates orders. */
  marketInfo: Parameters;
  /** What a spot order has traded and paid. It may be less than `filled`, for trades are told later. */
  fetchFills(
    exchange: CcxtExchange,
    market: MarketRules,
    orderId: string,
    filled: Amount,
  ): Promise<OrderFills>;
  /** Whether an answer about balances is one: ccxt makes an empty account of anything else. */
  isBalanceResponse(answer: Record<string, unknown>): boolean;
  fetchPosition(exchange: CcxtExchange, market: MarketRules, side: Side): Promise<ExchangePosition>;
  fetchPrice(exchange: CcxtExchange, market: MarketRules): Promise<unknown>;
  fetchPermissions(exchange: CcxtExchange): Promise<Permissions>;
  /** All open orders of one kind of market, and which of them are conditional. */
  fetchOpenOrders(
    exchange: CcxtExchange,
    kind: MarketKind,
  ): Promise<{ order: Order; conditional: boolean }[]>;
  /** All perpetual positions that are not flat, by the venue's own names of their markets. */
  fetchOpenPositions(
    exchange: CcxtExchange,
  ): Promise<(Omit<OpenExchangePosition, 'symbol'> & { marketId: string })[]>;
}
