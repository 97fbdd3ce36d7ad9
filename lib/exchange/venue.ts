import type { Exchange as CcxtExchange, Market } from 'ccxt';
import type { ExchangeId } from '../account/account.ts';
import type {
  EntryOrder,
  Holding,
  MarketOrder,
  MarketRules,
  OrderName,
  Permissions,
  RejectReason,
  Side,
} from './exchange.ts';

type Parameters = Record<string, unknown>;

/** An error answer as it came over the wire. */
export interface WireError {
  status: number;
  code: string;
  message: string;
}

/** What differs between venues, as data and small functions. One file per venue in `venues/`. */
export interface Venue {
  id: ExchangeId;
  kind: MarketRules['kind'];
  /** ccxt's `options`: the receive window, and probes switched off. */
  options: Parameters;
  /** How long after its timestamp a request can still be accepted; the `options` above say the same to ccxt. */
  fenceMs: number;
  /** How long after the fence a look-up may still miss an order that exists. */
  absenceMs: number;
  /** Turns ccxt to the venue's test network. */
  useSandbox(exchange: CcxtExchange): void;
  /** Whether a cancel's answer carries what had filled. */
  cancelTells: boolean;
  /** How an order is named in fetchOrder and cancelOrder: ccxt's id argument and parameters. */
  nameOf(name: OrderName): { id: string | undefined; parameters: Parameters };
  /** Parameters of a create beside symbol, type, side, amount and price. */
  closeParameters(order: MarketOrder): Parameters;
  entryParameters(order: EntryOrder): Parameters;
  /** Whether a MARKET entry may be sized by what it costs in quote. */
  marketByCost: boolean;
  /**
   * On create, the wire errors that prove that nothing was executed, and why. Everything that is not told
   * apart here leaves the outcome unknown.
   */
  rejectionOf(error: WireError): RejectReason | undefined;
  /** The codes that say "no such order". */
  absentCodes: ReadonlySet<string>;
  /** The codes that say that key or permission is wrong, on any call. */
  deniedCodes: ReadonlySet<string>;
  /** The code for a clock too far from the venue's. */
  clockCodes: ReadonlySet<string>;
  /** Conditional orders: the real order that a triggered one has made. */
  triggeredOrderId(info: Parameters): string | undefined;
  /** Rules that ccxt's market does not carry in full. */
  rulesOf(market: Market): Partial<MarketRules>;
  /** The venue's raw market info that ccxt reads when it creates orders. */
  marketInfo: Parameters;
  fetchHolding(exchange: CcxtExchange, market: MarketRules, side: Side): Promise<Holding>;
  fetchPrice(exchange: CcxtExchange, market: MarketRules): Promise<unknown>;
  fetchPermissions(exchange: CcxtExchange): Promise<Permissions>;
}
