import type { Account, AlgoOrder, MarketKind, Order } from '../core/model.ts';

export interface VenueRequest {
  method: string;
  path: string;
  /** As received, undecoded: signatures cover these very characters. */
  query: string;
  body: string;
  headers: Record<string, string | undefined>;
}

/** An answer that says no, in the venue's own code and words. */
export class VenueError extends Error {
  readonly code: number;
  readonly status: number;
  constructor(code: number, message: string, status = 400) {
    super(message);
    this.name = 'VenueError';
    this.code = code;
    this.status = status;
  }
}

export interface PreparedRequest {
  account?: Account;
  /** Carries the request out. Checks the request's time fence again, for it may have been delayed. */
  run(): unknown;
}

/** What a request is about; `wallet` is what a venue answers about the account as a whole. */
export type RequestMarket = MarketKind | 'wallet';

/** One venue's dialect. Faces hold no state: everything is in the core. */
export interface VenueApi {
  marketOf(request: VenueRequest): RequestMarket;
  owns(path: string): boolean;
  /** Finds the route and checks key, signature and time; throws what the venue would answer. */
  prepare(request: VenueRequest): PreparedRequest;
  /** Query and body without signature and key, for the ledger. */
  describe(request: VenueRequest): string;
  /** The order a cancel aims at, for the race in which it fills or triggers first. */
  cancelTarget(request: VenueRequest): Order | AlgoOrder | undefined;
  errorOf(error: unknown): VenueError;
  errorBody(error: VenueError): unknown;
  /** The HTTP status that errors come with where nothing says otherwise. */
  errorStatus: number;
  /** The answers that faults give. `notFound` throws what isn't an answer of success. */
  notFound(request: VenueRequest): unknown;
  outcomeUnknown(): VenueError;
  throttled(): VenueError;
  failed(): VenueError;
  badSignature(): VenueError;
}
