import type { RejectReason } from '../exchange.ts';
import type { VenueError } from './venue.ts';

/**
 * Codes that both of Binance's APIs share, from their error-code pages. Each of them is given before an order
 * reaches the matching engine. Left out on purpose, because the order may have gone through: -1000, -1001,
 * -1006, -1007, and anything that comes with a status of 500 or more.
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
export function wireErrorOf(status: number, answer: unknown): VenueError {
  const { code, msg } = (typeof answer === 'object' && answer !== null ? answer : {}) as {
    code?: unknown;
    msg?: unknown;
  };
  return { status, code: String(code ?? status), message: typeof msg === 'string' ? msg : '' };
}

/** @returns a venue's judge of create errors: the shared codes, its own, and its own reading of messages. */
export function judgeRejections(
  own: Record<string, RejectReason>,
  byMessage: (error: VenueError) => RejectReason | undefined,
): (error: VenueError) => RejectReason | undefined {
  const reasons = new Map(Object.entries({ ...sharedRejections, ...own }));
  return (error) => {
    if (error.status >= 500 || error.status < 400) return undefined;
    return byMessage(error) ?? reasons.get(error.code);
  };
}

export const deniedCodes: ReadonlySet<string> = new Set(['-1002', '-1022', '-2014', '-2015']);
export const clockCodes: ReadonlySet<string> = new Set(['-1021', '-5028']);
/** -2013 answers a look-up, -2011 a cancel. */
export const absentCodes: ReadonlySet<string> = new Set(['-2013', '-2011']);

/** -2013 has been logged for 22 to 62 s after an order that was really there. */
export const absenceMs = 65_000;
