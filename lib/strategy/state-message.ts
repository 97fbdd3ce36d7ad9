import { type MarketPosition, maxMessageLength } from '../link/link-state.ts';

/** What an alert of a strategy states. */
export interface StateMessage {
  position: MarketPosition;
  /** Of the bar, ISO 8601, UTC. Without it the order of arrival counts. */
  time?: string;
}

/** A time in the future would make every later message look old. */
const maxAheadMs = 10 * 60_000;

const pattern =
  /^\s*(long|short|flat)(?: ((\d{4}-\d\d-\d\d)T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)(Z|[+-]\d\d:?\d\d))?\s*$/i;

/**
 * @param body an alert's message, such as `long 2026-11-26T12:00:00Z`.
 * @param now epoch milliseconds.
 * @returns undefined if it is not a state: a strategy's plain alert must not close anything.
 */
export function parseStateMessage(body: string | undefined, now: number): StateMessage | undefined {
  const match = body !== undefined && body.length <= maxMessageLength ? pattern.exec(body) : null;
  if (match === null) return undefined;
  const [, word = '', local, date = '', offset = ''] = match;
  const position = word.toLowerCase() as MarketPosition;
  if (local === undefined) return { position };
  const at = toTime(local.toUpperCase(), date, offset.toUpperCase());
  return at === undefined || at > now + maxAheadMs
    ? undefined
    : { position, time: new Date(at).toISOString() };
}

/** @returns epoch milliseconds; undefined for a time that does not exist, such as one on February 30. */
function toTime(local: string, date: string, offset: string): number | undefined {
  const isDay = toDate(Date.parse(`${date}T00:00Z`)) === date;
  // Pine writes an offset without a colon.
  const at = Date.parse(`${local}${offset.replace(/^(...)(\d\d)$/, '$1:$2')}`);
  return isDay && Number.isFinite(at) ? at : undefined;
}

function toDate(at: number): string | undefined {
  return Number.isFinite(at) ? new Date(at).toISOString().slice(0, 10) : undefined;
}
