import type { RejectReason } from '../exchange.ts';
import { findMeaning, findRejectReason } from '../venues/error-table.ts';
import type { Venue } from '../venues/venue.ts';
import { isUnknownRequest, type NotReady, type Unsupported, type VenueError } from '../venues/venue-error.ts';

/** A call failed: with an error response of the venue, or without any response that could be read. */
export class CallFailure extends Error {
  readonly venueError: VenueError | undefined;

  constructor(message: string, venueError: VenueError | undefined, cause: unknown) {
    super(message, { cause });
    this.venueError = venueError;
  }
}

/** Nothing was sent. The message is the reason, as a sentence without its period. */
export class NotSent extends Error {
  readonly reason: 'too-late' | 'no-connection' | 'rate-limit' | 'unsupported';

  constructor(reason: NotSent['reason'], message: string) {
    super(message);
    this.name = 'NotSent';
    this.reason = reason;
  }
}

/** The message of a failure without a `venueError`: a time-out, a lost connection or half a response. */
export const noResponse = 'no readable response';

/** @returns the error response that a call failed with. */
export function venueErrorFrom(thrown: unknown): VenueError | undefined {
  return thrown instanceof CallFailure ? thrown.venueError : undefined;
}

/** @returns why a call was not sent; undefined if it may have been. */
export function notSentFrom(thrown: unknown): NotSent | undefined {
  return thrown instanceof CallFailure && thrown.cause instanceof NotSent ? thrown.cause : undefined;
}

/** Whether the venue refused the key, or a permission of it. */
export function deniesKey({ deniedCodes }: Venue, { code, cause }: VenueError): boolean {
  return deniedCodes.has(code) || cause === 'key';
}

/** Statuses of rate limits: Bybit and Binance's firewall send 403, Binance sends 418 for a ban. */
const rateLimitStatuses = new Set([403, 418, 429]);

/** Reasons that say nothing about the request itself. */
const passingReasons = new Set<RejectReason>(['clock', 'rate-limit', 'not-placed']);

/** Whether a retry may succeed: it can't if the venue's code is about the request or the key. */
export function isRetryable(venue: Venue, error: VenueError): boolean {
  const reason = findRejectReason(venue.errors, error);
  if (reason !== undefined && passingReasons.has(reason)) return true;
  if (reason !== undefined || deniesKey(venue, error)) return false;
  // Some venues report a failure of their own with 400.
  if (findMeaning(venue.errors, error) === 'unknown') return true;
  // An unknown code in a response with 200 proves nothing.
  return error.status < 400 || error.status >= 500 || rateLimitStatuses.has(error.status);
}

/** Bybit's code for an address that has no such request. */
const unknownRequestCode = '10017';

/** Whether the address does not know the request at all, so that the response says nothing about the key. */
export function failedAsUnknown(thrown: unknown): boolean {
  const error = venueErrorFrom(thrown);
  return error !== undefined && (isUnknownRequest(error) || error.code === unknownRequestCode);
}

/** @returns the venue's message and code, such as `Invalid symbol. (-1121)`. */
export function formatVenueError({ message, code }: VenueError): string {
  // Kraken's codes are its messages.
  return message === code ? message : `${message || 'no message'} (${code})`;
}

/** Keeps only the name and the stack of an error, because ccxt's messages quote URLs, signatures and bodies. */
function withoutMessage(thrown: unknown): Error {
  const { name, stack = '' } = thrown instanceof Error ? thrown : new Error();
  const error = new Error(name);
  error.stack = [name, ...stack.split('\n').filter((line) => /^\s+at /.test(line))].join('\n');
  return error;
}

function isOf<Kind extends Error>(thrown: unknown, name: Kind['name']): thrown is Kind {
  return thrown instanceof Error && thrown.name === name;
}

function toNotSent(thrown: unknown): NotSent | undefined {
  if (thrown instanceof NotSent) return thrown;
  if (isOf<NotReady>(thrown, 'NotReady')) return new NotSent('no-connection', thrown.message);
  return isOf<Unsupported>(thrown, 'Unsupported') ? new NotSent('unsupported', thrown.message) : undefined;
}

/** @returns the failure for what ccxt or a venue threw. */
export function toCallFailure(thrown: unknown): CallFailure {
  if (thrown instanceof CallFailure) return thrown;
  const venueError = (thrown as { venueError?: VenueError } | undefined)?.venueError;
  return new CallFailure('the call failed', venueError, toNotSent(thrown) ?? withoutMessage(thrown));
}
