import type { RejectReason } from '../exchange.ts';
import type { Venue, VenueError } from './venue.ts';

/**
 * Codes whose description in Bybit's list shows that the order was rejected before it was created. 110xxx are for
 * perpetuals, 170xxx for spot. Deliberately not listed, because the order may exist or be created later: 10000,
 * 10014 (it does not name what is a duplicate), 10016, 5004, 12000, 170001, 170007, 170032, 170035, 170146, 170149,
 * 170234.
 *
 * https://bybit-exchange.github.io/docs/v5/error
 */
const rejections = new Map<string, RejectReason>(
  Object.entries<RejectReason>({
    '10002': 'clock',
    '10006': 'rate-limit',
    '10018': 'rate-limit',
    '170005': 'rate-limit',
    '170222': 'rate-limit',
    '-2015': 'permission',
    '10003': 'permission',
    '10004': 'permission',
    '10005': 'permission',
    '10007': 'permission',
    '10008': 'permission',
    '10009': 'permission',
    '10010': 'permission',
    '10024': 'permission',
    '10027': 'permission',
    '10028': 'permission',
    '10029': 'permission',
    '33004': 'permission',
    '170201': 'permission',
    '110004': 'insufficient',
    '110006': 'insufficient',
    '110007': 'insufficient',
    '110012': 'insufficient',
    '110044': 'insufficient',
    '110045': 'insufficient',
    '110051': 'insufficient',
    '110052': 'insufficient',
    '110053': 'insufficient',
    '170033': 'insufficient',
    '170131': 'insufficient',
    '110094': 'below-minimum',
    '170136': 'below-minimum',
    '170140': 'below-minimum',
    '170134': 'precision',
    '170137': 'precision',
    '170148': 'precision',
    '110017': 'would-not-reduce',
    '110034': 'would-not-reduce',
    '110072': 'duplicate-id',
    '170141': 'duplicate-id',
    '10001': 'other',
    '110003': 'other',
    '110009': 'other',
    '110016': 'other',
    '110020': 'other',
    '110021': 'other',
    '110023': 'other',
    '110032': 'other',
    '110040': 'other',
    '110063': 'other',
    '110066': 'other',
    '110067': 'permission',
    '110068': 'permission',
    '110069': 'permission',
    '110070': 'other',
    // "This contract is not live": in Bybit's list, but not in ccxt's table.
    '110074': 'other',
    '110092': 'other',
    '110093': 'other',
    '170105': 'other',
    '170115': 'other',
    '170116': 'other',
    '170117': 'other',
    '170121': 'other',
    '170124': 'other',
    '170130': 'other',
    '170132': 'other',
    '170133': 'other',
    '170135': 'other',
    '170151': 'other',
    '170157': 'other',
    '170159': 'other',
    '170192': 'other',
    '170193': 'other',
    '170194': 'other',
    '170197': 'other',
    '170198': 'other',
    '170210': 'other',
    '170217': 'other',
    '170218': 'other',
    '170371': 'other',
    '170372': 'other',
  }),
);

/** Perpetuals have no code for a wrong amount. The message of 10001, "parameter error", describes it. */
function parameterRejection(message: string): RejectReason | undefined {
  if (/exceeds minimum limit/i.test(message)) return 'below-minimum';
  if (/^qty invalid/i.test(message)) return 'precision';
  if (/sign params error/i.test(message)) return 'permission';
  return undefined;
}

/** `{"retCode": 110007, "retMsg": "…"}`, with a status of 200. */
function parseError(status: number, body: unknown): VenueError {
  const { retCode, retMsg } = (typeof body === 'object' && body !== null ? body : {}) as {
    retCode?: unknown;
    retMsg?: unknown;
  };
  return { status, code: String(retCode ?? status), message: typeof retMsg === 'string' ? retMsg : '' };
}

function rejectReason({ status, code, message }: VenueError): RejectReason | undefined {
  if (status >= 500) return undefined;
  const byMessage = code === '10001' ? parameterRejection(message) : undefined;
  return byMessage ?? rejections.get(code);
}

export const bybitErrors = {
  parseError,
  rejectReason,
  deniedCodes: new Set(['-2015', '10003', '10004', '10005', '10007', '10010', '33004']),
  clockCodes: new Set(['10002']),
  // 110001 is for perpetuals, 170213 for spot.
  notFoundCodes: new Set(['110001', '170213']),
  // Completed, filled or canceled. https://bybit-exchange.github.io/docs/v5/error
  endedCodes: new Map(
    ['110008', '110010', '170139', '170142', '170190'].map((code) => [code, 'read-fill' as const]),
  ),
} satisfies Partial<Venue>;
