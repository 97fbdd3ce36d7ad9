import type { ErrorRow, ErrorTable } from './error-table.ts';
import type { Venue } from './venue.ts';
import type { VenueError } from './venue-error.ts';

const page = { source: 'bybit' } as const;
const earlier = { source: 'bybitEarlier' } as const;

/** 10001, "Request parameter error", covers every wrong amount of a perpetual. Its words are believed as a hint only. */
const parameterErrors: ErrorRow[] = [
  { codes: ['10001'], words: ['exceeds minimum limit'], meaning: 'below-minimum', ...page },
  { codes: ['10001'], words: ['exceeds maximum limit'], meaning: 'above-maximum', ...page },
  { codes: ['10001'], words: ['qty invalid'], meaning: 'precision', ...page },
  {
    codes: ['10001'],
    words: ['expect Rising', 'expect Falling', 'expect Failling'],
    meaning: 'would-trigger',
    source: 'recordedExpectRising',
  },
  { codes: ['10001'], words: ['sign params error'], meaning: 'permission', ...page },
  { codes: ['10001'], meaning: 'other', ...page },
];

const notPlaced: ErrorRow[] = [
  { codes: ['10002'], meaning: 'clock', ...page },
  { codes: ['10006', '170005', '170222'], meaning: 'rate-limit', ...page },
  { codes: ['10018'], meaning: 'rate-limit', ...earlier },
  { codes: ['-1'], words: ['request expired'], meaning: 'not-placed', ...page },
];

const sizes: ErrorRow[] = [
  { codes: ['110004', '110006', '110007', '110012', '110044', '110045'], meaning: 'insufficient', ...page },
  { codes: ['110051', '110052', '110053', '170033', '170131'], meaning: 'insufficient', ...page },
  { codes: ['110094', '170136', '170140'], meaning: 'below-minimum', ...page },
  { codes: ['170124', '170228', '170229', '170341', '170381', '170382'], meaning: 'above-maximum', ...page },
  // Replaced by 170381 and 170382.
  { codes: ['170135'], meaning: 'above-maximum', ...earlier },
  { codes: ['170134', '170137', '170148'], meaning: 'precision', ...page },
  { codes: ['110017', '110034'], meaning: 'would-not-reduce', ...page },
  { codes: ['110072', '170141'], meaning: 'duplicate-id', ...page },
  { codes: ['110092', '110093'], meaning: 'would-trigger', ...page },
  { codes: ['110009', '110020', '170810'], meaning: 'too-many-orders', ...page },
];

const permissions: ErrorRow[] = [
  // The key, its addresses, its symbols, the account's mode.
  { codes: ['-2015', '33004', '10003', '10004', '10005', '10007', '10008'], meaning: 'permission', ...page },
  { codes: ['10009', '10010', '10024', '10027', '10028', '10029', '100028'], meaning: 'permission', ...page },
  {
    codes: ['30133', '30134', '110067', '110068', '110069', '110080', '110088'],
    meaning: 'permission',
    ...page,
  },
  // Terms to accept, a cooling-off period, a region, a product for some accounts only.
  { codes: ['110123', '110124', '110125', '110132', '110136'], meaning: 'permission', ...page },
  { codes: ['170209', '170219', '170224', '170241', '170348'], meaning: 'permission', ...page },
  { codes: ['170201'], meaning: 'permission', ...earlier },
];

const passing: ErrorRow[] = [
  // Price bands, and amounts whose price would deviate too much.
  { codes: ['30208', '30209', '110003', '110120', '110121'], meaning: 'refused-for-now', ...page },
  { codes: ['170192', '170193', '170194', '170371', '170372'], meaning: 'refused-for-now', ...page },
  { codes: ['170197', '170198', '170199', '170200'], meaning: 'refused-for-now', ...page },
  // Settlement, no trading now, a contract that is not live, a call auction, no price.
  {
    codes: ['110063', '110066', '110074', '110095', '110098', '110103'],
    meaning: 'refused-for-now',
    ...page,
  },
  // A position whose status allows no order.
  { codes: ['110005', '110118', '110137', '3100197'], meaning: 'refused-for-now', ...page },
  // A suspended feature, a pair that is not open yet, or not for MARKET orders yet.
  { codes: ['170031', '170151', '170159', '170217'], meaning: 'refused-for-now', ...page },
];

const refusals: ErrorRow[] = [
  // Delisting, limits of risk, open interest and leverage, and positions that may only be reduced.
  { codes: ['30228', '30256', '110016', '110021', '110023'], meaning: 'other', ...page },
  {
    codes: ['110032', '110040', '110042', '110070', '110085', '110086', '110087'],
    meaning: 'other',
    ...page,
  },
  { codes: ['110089', '110090', '110096', '110097'], meaning: 'other', ...page },
  { codes: ['110100', '110131', '110135', '3200403'], meaning: 'other', ...page },
  {
    codes: ['170034', '170036', '170037', '170105', '170115', '170116', '170117'],
    meaning: 'other',
    ...page,
  },
  {
    codes: ['170121', '170130', '170132', '170133', '170157', '170202', '170203'],
    meaning: 'other',
    ...page,
  },
  {
    codes: ['170204', '170206', '170207', '170210', '170215', '170216', '170218'],
    meaning: 'other',
    ...page,
  },
  { codes: ['170220', '170221', '170223', '170226', '170227', '170230'], meaning: 'other', ...page },
  { codes: ['170344', '170346', '170355', '170358', '170359', '170360'], meaning: 'other', ...page },
  { codes: ['170709'], meaning: 'other', ...page },
];

const unknown: ErrorRow[] = [
  // Time-outs, internal errors, "submitted to the system for processing", and duplicates of an unnamed kind.
  { codes: ['429', '10000', '10014', '10016', '110079', '170001', '170007'], meaning: 'unknown', ...page },
  { codes: ['170032', '170035', '170146', '170147', '170149', '170234'], meaning: 'unknown', ...page },
  // "Server Timeout".
  { codes: ['5004'], meaning: 'unknown', ...earlier },
];

/** The errors of POST /v5/order/create. 110xxx are for perpetuals, 170xxx for spot. Bybit sends them with 200. */
const errors: ErrorTable = {
  rows: [...parameterErrors, ...notPlaced, ...sizes, ...permissions, ...passing, ...refusals, ...unknown],
  isBelieved: (status) => status < 500,
};

/** `{"retCode": 110007, "retMsg": "…"}`, with a status of 200. */
function parseError(status: number, body: unknown): VenueError {
  const { retCode, retMsg } = (typeof body === 'object' && body !== null ? body : {}) as {
    retCode?: unknown;
    retMsg?: unknown;
  };
  return {
    status,
    code: String(retCode ?? status),
    hasCode: retCode !== undefined,
    message: typeof retMsg === 'string' ? retMsg : '',
  };
}

export const bybitErrors = {
  parseError,
  errors,
  deniedCodes: new Set(['-2015', '10003', '10004', '10005', '10007', '10010', '33004']),
  clockCodes: new Set(['10002']),
  troubleCodes: [
    ['key', ['10003', '10004', '10007']],
    ['expired', ['33004']],
    // "Unmatched IP, please check your API key's bound IP addresses."
    ['address', ['10010']],
    ['key-or-address', ['-2015']],
    ['permission', ['10005', '10008', '10027']],
    // 10018 is about the address.
    ['rate', ['10006', '10018']],
    ['clock', ['10002']],
  ],
  // 110001 is for perpetuals, 170213 for spot.
  notFoundCodes: new Set(['110001', '170213']),
  // Completed, filled or canceled. https://bybit-exchange.github.io/docs/v5/error
  endedCodes: new Map(
    ['110008', '110010', '170139', '170142', '170190'].map((code) => [code, 'read-fill' as const]),
  ),
} satisfies Partial<Venue>;
