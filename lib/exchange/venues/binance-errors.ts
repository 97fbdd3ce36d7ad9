import type { ErrorSource } from './error-sources.ts';
import type { ErrorRow, ErrorTable } from './error-table.ts';
import type { Venue } from './venue.ts';
import type { VenueError } from './venue-error.ts';

/** The codes with which the API rejects an order before the matching engine sees it, on both of Binance's pages. */
const sharedCodes: [ErrorRow['meaning'], string[]][] = [
  ['rate-limit', ['-1003', '-1015']],
  ['permission', ['-1002', '-1022', '-2014', '-2015']],
  ['clock', ['-1021']],
  ['precision', ['-1111']],
  // An unsupported combination, and parameters that are wrong, missing or unexpected.
  ['other', ['-1014', '-1020', '-1100', '-1101', '-1102', '-1103', '-1104', '-1105', '-1106', '-1108']],
  ['other', ['-1114', '-1115', '-1116', '-1117', '-1118', '-1121', '-1128', '-1130']],
  // A service that shuts down, and no orders on the book.
  ['refused-for-now', ['-1016', '-1112']],
  // Unknown error, disconnected, unexpected response, time-out: "execution status unknown".
  ['unknown', ['-1000', '-1001', '-1006', '-1007']],
];

/** @returns the rows for the codes that both APIs share, with the page of one of them. */
export function sharedErrors(source: ErrorSource): ErrorRow[] {
  return sharedCodes.map(([meaning, codes]) => ({ codes, meaning, source }));
}

/** The price has passed a stop's trigger price, the price of a LIMIT_MAKER order, or either of an order list. */
const triggeredMessages = [
  'Order would trigger immediately',
  'Order would immediately match and take',
  'The relationship of the prices for the orders is not correct',
];

/**
 * Codes that mean different things, which only the words distinguish. The page of -1013 reads: "rejected by the API",
 * it "didn't reach the Matching Engine", and refers to the filters and to the messages of the other two codes.
 *
 * The filters NOTIONAL, LOT_SIZE and MARKET_LOT_SIZE have a minimum and a maximum, so their failure alone proves
 * neither. MAX_ASSET limits a single order.
 */
export function messageErrors(codes: readonly string[]): ErrorRow[] {
  const filters = { codes, source: 'binanceSpotFilters' } as const;
  const messages = { codes, source: 'binanceSpotMessages' } as const;
  // The page lists these messages for a rejected cancel too, whose code otherwise means that there is no such order.
  const any = { ...messages, codes: [...codes, '-2011'] };
  const filter = (...names: string[]) => names.map((name) => `Filter failure: ${name}`);
  return [
    { ...filters, words: filter('NOTIONAL', 'MIN_NOTIONAL'), meaning: 'below-minimum' },
    { ...filters, words: filter('LOT_SIZE', 'MARKET_LOT_SIZE', 'PRICE_FILTER'), meaning: 'precision' },
    { ...filters, words: filter('PERCENT_PRICE'), meaning: 'refused-for-now' },
    { ...filters, words: filter('MAX_ASSET'), meaning: 'above-maximum' },
    { ...filters, words: filter('MAX_NUM', 'EXCHANGE_MAX_NUM'), meaning: 'too-many-orders' },
    { ...any, words: ['Market is closed'], meaning: 'refused-for-now', source: 'recordedMarketIsClosed' },
    { codes, words: ['Invalid quantity'], meaning: 'precision', source: 'recordedInvalidQuantity' },
    { ...messages, words: ['insufficient balance'], meaning: 'insufficient' },
    { ...messages, words: ['Duplicate order sent'], meaning: 'duplicate-id' },
    { ...messages, words: ['Price * QTY is zero or less'], meaning: 'below-minimum' },
    { ...messages, words: ['Order book liquidity is'], meaning: 'refused-for-now' },
    { ...messages, words: triggeredMessages, meaning: 'would-trigger' },
    { ...any, words: ['trading is not enabled'], meaning: 'refused-for-now' },
    {
      ...any,
      words: [
        'disabled on this account',
        'may not place or cancel orders',
        'not permitted for this account',
        'restricted for this account',
      ],
      meaning: 'permission',
    },
    { ...messages, meaning: 'other' },
  ];
}

/** Binance sends errors with 4xx. A 5xx proves a failure only if a page documents it. */
export function createBinanceErrors(rows: ErrorRow[]): ErrorTable {
  return { rows, isBelieved: (status) => status >= 400 && status < 500 };
}

/** `{"code": -2010, "msg": "…"}`. A code of 0 is none. */
function parseError(status: number, body: unknown): VenueError {
  const { code, msg } = (typeof body === 'object' && body !== null ? body : {}) as {
    code?: unknown;
    msg?: unknown;
  };
  const own = code === undefined || String(code) === '0' ? undefined : String(code);
  return {
    status,
    code: own ?? String(status),
    hasCode: own !== undefined,
    message: typeof msg === 'string' ? msg : '',
  };
}

export const binanceErrors = {
  parseError,
  deniedCodes: new Set(['-1002', '-1022', '-2014', '-2015']),
  clockCodes: new Set(['-1021', '-5028']),
  troubleCodes: [
    ['key', ['-2014', '-1022']],
    // "Invalid API-key, IP, or permissions for action."
    ['key-or-address', ['-2015']],
    ['permission', ['-1002']],
    // "Too many requests", also during a ban.
    ['rate', ['-1003', '-1015']],
    ['clock', ['-1021', '-5028']],
  ],
  // -2013 is the response to a look-up, -2011 to a cancel.
  notFoundCodes: new Set(['-2013', '-2011']),
} satisfies Partial<Venue>;
