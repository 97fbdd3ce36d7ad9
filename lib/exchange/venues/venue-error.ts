import type { TroubleCause } from '../trouble-cause.ts';

/**
 * Why a request got an HTTP status without a code of the venue: the response is from a CDN or a firewall in front of
 * the API, or rejects the request itself, so no order was placed.
 */
export type CodelessCause = 'region' | 'firewall' | 'rate' | 'key' | 'request';

/**
 * Nothing was sent, because the venue can't do it safely. The message is the reason, as a sentence without its period.
 * In a bundle, a venue's class is not that of its callers: they go by the name.
 */
export class Unsupported extends Error {
  override readonly name = 'Unsupported';
}

/** Nothing was sent, because a read that comes before it failed. The message is as above. */
export class NotReady extends Error {
  override readonly name = 'NotReady';
}

/** An error response of the venue. */
export interface VenueError {
  /** The HTTP status. Some venues send errors with 200. */
  status: number;
  /** The HTTP status if the response has no code. */
  code: string;
  hasCode: boolean;
  message: string;
  /** Why the request did not reach the venue's API. Only without a code. */
  cause?: CodelessCause;
  /** The name of ccxt's error. Only of an exchange that is not proven. */
  errorClass?: string;
  /** What the account's owner can change about it, by `troubleCodes` of the venue. */
  trouble?: TroubleCause;
}

/** Statuses of an address that has no such request. A stand-in may know only those for orders. */
const unknownRequestStatuses = new Set([404, 405, 501]);

/** Whether the address does not know the request at all, so that the response says nothing about the account. */
export function isUnknownRequest({ status }: VenueError): boolean {
  return unknownRequestStatuses.has(status);
}
