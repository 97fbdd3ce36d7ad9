import type { RejectReason } from '../exchange.ts';
import { codelessReasons } from './codeless-errors.ts';
import type { ErrorSource } from './error-sources.ts';
import type { VenueError } from './venue-error.ts';

/**
 * What an error in the response to a create proves: why nothing was executed, or nothing at all (`unknown`).
 *
 * - not placed: `not-placed`, `clock`, `rate-limit`. The order may be sent again.
 * - refused for now: `refused-for-now`. It can pass by itself, and Ripcord does not wait for it.
 * - refused for good: every other reason.
 */
export type ErrorMeaning = RejectReason | 'unknown';

/** Some codes of a venue, what they mean, and where that is written. */
export interface ErrorRow {
  /** Any code if absent. `EOrder:*` is any code that begins with `EOrder:`. */
  codes?: readonly string[];
  /** Only in a response with this HTTP status. Without it, `unknown` counts with any status. */
  status?: number;
  /** Only if the message contains one of these, in any case. They are the venue's own words and identifiers. */
  words?: readonly string[];
  meaning: ErrorMeaning;
  source: ErrorSource;
}

/** The errors of one venue. The first row that matches counts; an error without a row is `unknown`. */
export interface ErrorTable {
  rows: readonly ErrorRow[];
  /** The HTTP statuses in which a row without a status is believed. */
  isBelieved(status: number): boolean;
}

function isOfCode(code: string, listed: string): boolean {
  return listed === code || (listed.endsWith('*') && code.startsWith(listed.slice(0, -1)));
}

function matches(row: ErrorRow, { status, code, message }: VenueError, isBelieved: boolean): boolean {
  const isRightStatus =
    row.status === undefined ? isBelieved || row.meaning === 'unknown' : row.status === status;
  if (!isRightStatus) return false;
  if (row.codes?.some((listed) => isOfCode(code, listed)) === false) return false;
  const text = message.toLowerCase();
  return row.words?.some((words) => text.includes(words.toLowerCase())) ?? true;
}

/** @returns the meaning of the first row that matches; undefined for an error that no row describes. */
export function findMeaning({ rows, isBelieved }: ErrorTable, error: VenueError): ErrorMeaning | undefined {
  const believed = isBelieved(error.status);
  return rows.find((each) => matches(each, error, believed))?.meaning;
}

/**
 * @returns why an order was provably not executed; undefined if this error of a create does not prove it. The outcome
 * is then unknown.
 */
export function findRejectReason(table: ErrorTable, error: VenueError): RejectReason | undefined {
  if (error.cause !== undefined) return codelessReasons[error.cause];
  const meaning = findMeaning(table, error);
  return meaning === 'unknown' ? undefined : meaning;
}
