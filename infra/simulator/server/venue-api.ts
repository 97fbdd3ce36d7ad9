import type { Account, AlgoOrder, MarketKind, Order } from '../core/model.ts';

export interface VenueRequest {
  method: string;
  path: string;
  /** As received and not decoded: signatures cover exactly these characters. */
  query: string;
  body: string;
  headers: Record<string, string | undefined>;
}

/** An error response in the venue's own code and words. */
export class VenueError extends Error {
  /** Some venues have words for codes. */
  readonly code: number | string;
  readonly status: number;
  constructor(code: number | string, message: string, status = 400) {
    super(message);
    this.name = 'VenueError';
    this.code = code;
    this.status = status;
  }
}

export interface PreparedRequest {
  account?: Account;
  /** The HTTP status of success, if it is not 200. */
  status?: number;
  /** Executes the request. It checks the time window again, because the request may have been delayed. */
  run(): unknown;
}

/** The market of a request; `wallet` is for requests about the account as a whole. */
export type RequestMarket = MarketKind | 'wallet';

/** The REST API of one venue. It holds no state: all state is in the simulated exchange. */
export interface VenueApi {
  marketOf(request: VenueRequest): RequestMarket;
  owns(path: string): boolean;
  /** Finds the route and checks key, signature and time. Throws the error that the venue responds with. */
  prepare(request: VenueRequest): PreparedRequest;
  /** Query and body without signature and key, for the ledger. */
  describe(request: VenueRequest): string;
  /** The order that a cancel request names, for the race in which it fills or triggers first. */
  cancelTarget(request: VenueRequest): Order | AlgoOrder | undefined;
  toVenueError(error: unknown): VenueError;
  toErrorBody(error: VenueError): unknown;
  /** The HTTP status of errors that do not set one. */
  errorStatus: number;
  /** The responses of faults. `notFound` throws, unless the venue responds to an unknown order with success. */
  notFound(request: VenueRequest): unknown;
  outcomeUnknown(): VenueError;
  throttled(): VenueError;
  failed(): VenueError;
  badSignature(): VenueError;
}
