import type { StoredAccount } from '../../account/account.ts';
import type { Amount } from '../../decimal.ts';

/** The fields of a request. */
export type Fields = Record<string, string>;

/** One request before it is signed. */
export interface TestRequest {
  method: 'GET' | 'POST' | 'DELETE';
  path: string;
  fields: Fields;
  isPublic?: true;
}

export interface SignedRequest {
  /** Path and query. */
  target: string;
  headers: Fields;
  body?: string;
}

/** A response with JSON. A request without one has none. */
export interface Answer {
  status: number;
  body: Record<string, unknown>;
}

/** @returns undefined if no response with JSON came. */
export type Send = (request: TestRequest) => Promise<Answer | undefined>;

/** What one market is, and the fields that every order there needs. */
export interface TestMarket {
  /** The smallest order, in base currency. */
  amount: Amount;
  /** A price far below the market, so that a LIMIT buy rests. */
  lowPrice: Amount;
  orderFields: Fields;
}

/** What the account has in that market. */
export interface Held {
  amount: Amount;
  openOrders: number;
}

export interface TestOrder {
  clientOrderId: string;
  /** A MARKET order fills, a LIMIT order far below the market rests. */
  type: 'market' | 'limit';
}

/** What the response to a create says. */
export type Created =
  | { kind: 'accepted'; orderId: string | undefined }
  | { kind: 'refused'; code: string }
  | { kind: 'unknown' };

/** A deadline of orders, as a request states it. */
export interface TestFence {
  name: string;
  /** How long after its time a late request would still be accepted. */
  windowMs: number;
  /** The window of an order that is in time. */
  ampleMs: number;
  /** @param at the time of the request. */
  fields(at: number, windowMs: number): Fields;
}

/** What the codes of a create mean. */
export interface TestCodes {
  duplicate: ReadonlySet<string>;
  /** Absent: no code for a late request is documented, so each that is not `unrelated` can be one. */
  late?: ReadonlySet<string>;
  /** Refusals that say nothing about a deadline or an id: rates, funds, halts, the key. */
  unrelated: ReadonlySet<string>;
}

/** The test network of one exchange as data and small functions: what its experiments send, and how answers are read. */
export interface TestVenue {
  id: string;
  market: string;
  /** The test network. No request goes to another host, except one on this machine. */
  host: string;
  /** Without these, the same host would trade with real money. */
  markers: Fields;
  /** Between two requests. */
  gapMs: number;
  fences: readonly TestFence[];
  codes: TestCodes;
  /** @param at the time that the request states. */
  sign(request: TestRequest, account: StoredAccount, at: number): SignedRequest;
  /** Throws a TypeError if an answer is missing or is another one. */
  readMarket(send: Send): Promise<TestMarket>;
  readHeld(send: Send): Promise<Held>;
  create(order: TestOrder, market: TestMarket): TestRequest;
  toCreated(answer: Answer): Created;
  /** The exchange's own time, if its responses have it. Their `Date` may be that of a network in front of it. */
  readTime?(body: Answer['body']): number;
  find(clientOrderId: string): TestRequest;
  /** @returns undefined if the answer says neither. */
  toFound(answer: Answer, clientOrderId: string): 'found' | 'absent' | undefined;
  cancel(clientOrderId: string): TestRequest;
  /** Closes what the account has in that market. */
  close(amount: Amount): TestRequest;
}
