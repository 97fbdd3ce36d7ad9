import type { RejectReason } from '../exchange.ts';
import type { Venue, VenueError } from './venue.ts';

/**
 * The codes that both of Binance's APIs use for an order that they reject before it reaches the matching engine.
 * Deliberately not listed, because the order may have been executed: -1000, -1001, -1006, -1007, and any code that
 * comes with a status of 500 or more.
 *
 * https://developers.binance.com/docs/binance-spot-api-docs/errors
 * https://developers.binance.com/docs/derivatives/usds-margined-futures/error-code
 */
const sharedRejections: Record<string, RejectReason> = {
  '-1003': 'rate-limit',
  '-1015': 'rate-limit',
  '-1002': 'permission',
  '-1022': 'permission',
  '-2014': 'permission',
  '-2015': 'permission',
  '-1021': 'clock',
  '-1111': 'precision',
  '-1013': 'precision',
  '-1100': 'other',
  '-1101': 'other',
  '-1102': 'other',
  '-1104': 'other',
  '-1106': 'other',
  '-1108': 'other',
  '-1115': 'other',
  '-1116': 'other',
  '-1117': 'other',
  '-1121': 'other',
  '-1128': 'other',
  '-1130': 'other',
};

/** `{"code": -2010, "msg": "…"}`. */
function parseError(status: number, body: unknown): VenueError {
  const { code, msg } = (typeof body === 'object' && body !== null ? body : {}) as {
    code?: unknown;
    msg?: unknown;
  };
  return { status, code: String(code ?? status), message: typeof msg === 'string' ? msg : '' };
}

export const binanceErrors = {
  parseError,
  deniedCodes: new Set(['-1002', '-1022', '-2014', '-2015']),
  clockCodes: new Set(['-1021', '-5028']),
  // -2013 is the response to a look-up, -2011 to a cancel.
  notFoundCodes: new Set(['-2013', '-2011']),
} satisfies Partial<Venue>;

export interface OwnRejections {
  /** One API's codes, in addition to the shared ones. */
  byCode: Record<string, RejectReason>;
  /** One API's codes that mean different things, which only the message distinguishes. It has priority. */
  byMessage?: (error: VenueError) => RejectReason | undefined;
}

/** @returns the `rejectReason` of one of Binance's APIs. */
export function createRejectReason({ byCode, byMessage }: OwnRejections): Venue['rejectReason'] {
  const reasons = new Map(Object.entries({ ...sharedRejections, ...byCode }));
  return (error) => {
    if (error.status >= 500 || error.status < 400) return undefined;
    return byMessage?.(error) ?? reasons.get(error.code);
  };
}
