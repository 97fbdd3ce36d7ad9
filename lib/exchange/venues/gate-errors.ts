import type { ErrorMeaning, ErrorRow } from './error-table.ts';
import type { Fields } from './lists.ts';
import type { Venue } from './venue.ts';
import type { VenueError } from './venue-error.ts';

/** The labels of a create and of every signed request. Those of wallets and loans have no row: they prove nothing. */
const meanings: [ErrorMeaning, string[]][] = [
  // "Request `Timestamp` is far from the server time".
  ['clock', ['REQUEST_EXPIRED']],
  ['rate-limit', ['TOO_MANY_REQUESTS']],
  ['permission', ['INVALID_CREDENTIALS', 'INVALID_KEY', 'INVALID_SIGNATURE', 'MISSING_REQUIRED_HEADER']],
  ['permission', ['IP_FORBIDDEN', 'READ_ONLY', 'FORBIDDEN', 'ACCOUNT_LOCKED']],
  ['insufficient', ['BALANCE_NOT_ENOUGH', 'MARGIN_BALANCE_NOT_ENOUGH', 'INSUFFICIENT_AVAILABLE']],
  ['below-minimum', ['AMOUNT_TOO_LITTLE', 'QUANTITY_NOT_ENOUGH', 'SIZE_TOO_SMALL']],
  ['above-maximum', ['AMOUNT_TOO_MUCH', 'SIZE_TOO_LARGE']],
  ['precision', ['INVALID_PRECISION']],
  ['duplicate-id', ['REPEATED_CREATION', 'ORDER_EXISTS']],
  // "Order would match and take immediately".
  ['would-trigger', ['POC_FILL_IMMEDIATELY', 'ORDER_POC_IMMEDIATE']],
  ['too-many-orders', ['TOO_MANY_ORDERS']],
  // "Position is empty", "order will increase position".
  ['would-not-reduce', ['POSITION_EMPTY', 'POSITION_NOT_FOUND', 'INCREASE_POSITION']],
  // "Reduce order would exceed position in dual-mode".
  ['exit-in-the-way', ['REDUCE_EXCEEDED']],
  // "Insufficient liquidity", "restricted due to high debt ratio".
  ['refused-for-now', ['ORDER_BOOK_NOT_FOUND', 'FOK_NOT_FILL', 'ORDER_FOK', 'TRADE_RESTRICTED']],
  ['refused-for-now', ['CONTRACT_NO_COUNTER', 'POSITION_IN_LIQUIDATION', 'POSITION_IN_CLOSE']],
  ['refused-for-now', ['PRICE_TOO_DEVIATED', 'PRICE_OVER_LIQUIDATION', 'PRICE_OVER_BANKRUPT']],
  ['other', ['INVALID_PARAM_VALUE', 'INVALID_PROTOCOL', 'INVALID_ARGUMENT', 'INVALID_REQUEST_BODY']],
  ['other', ['MISSING_REQUIRED_PARAM', 'BAD_REQUEST', 'INVALID_CONTENT_TYPE', 'NOT_ACCEPTABLE']],
  ['other', ['METHOD_NOT_ALLOWED', 'NOT_FOUND', 'INVALID_CURRENCY', 'INVALID_CURRENCY_PAIR']],
  [
    'other',
    ['INVALID_CLIENT_ORDER_ID', 'MARGIN_NOT_SUPPORTED', 'AUTO_BORROW_TOO_MUCH', 'INITIAL_MARGIN_TOO_LOW'],
  ],
  ['other', ['USER_NOT_FOUND', 'CONTRACT_NOT_FOUND', 'CONTRACT_IN_DELISTING', 'POSITION_DUAL_MODE']],
  ['other', ['RISK_LIMIT_EXCEEDED', 'LIQUIDATE_IMMEDIATELY', 'LEVERAGE_TOO_HIGH', 'LEVERAGE_TOO_LOW']],
  // Failures of the servers, and what may name an earlier request.
  ['unknown', ['INTERNAL', 'SERVER_ERROR', 'INTERNAL_SERVER_ERROR', 'TOO_BUSY', 'SERVER_TIMEOUT']],
  ['unknown', ['DUPLICATE_REQUEST', 'ACCOUNT_EXCEPTION', 'FAILED_RETRIEVE_ASSETS']],
];

const rows: ErrorRow[] = [
  // "Your order size 0.5 USDT is too small. The minimum is 3 USDT".
  {
    codes: ['INVALID_PARAM_VALUE'],
    words: ['is too small. The minimum is'],
    meaning: 'below-minimum',
    source: 'recordedGateMinimum',
  },
  ...meanings.map(([meaning, codes]) => ({ codes, meaning, source: 'gate' }) as const),
];

/** `{"label": "INVALID_PARAM_VALUE", "message": "…"}`; some have `detail` instead. */
function parseError(status: number, body: unknown): VenueError {
  const { label, message, detail } = (typeof body === 'object' && body !== null ? body : {}) as Fields;
  return {
    status,
    code: String(label ?? status),
    hasCode: label !== undefined,
    message: String(message || detail || ''),
  };
}

const keys = ['INVALID_CREDENTIALS', 'INVALID_KEY', 'INVALID_SIGNATURE'];
const permissions = ['READ_ONLY', 'FORBIDDEN', 'ACCOUNT_LOCKED'];

export const gateErrors = {
  parseError,
  // "For all abnormal requests, APIv4 will return non-2xx status code".
  errors: { rows, isBelieved: (status: number) => status >= 400 && status < 500 },
  deniedCodes: new Set([...keys, ...permissions, 'IP_FORBIDDEN']),
  clockCodes: new Set(['REQUEST_EXPIRED']),
  troubleCodes: [
    ['key', keys],
    ['address', ['IP_FORBIDDEN']],
    ['permission', permissions],
    ['rate', ['TOO_MANY_REQUESTS']],
    ['clock', ['REQUEST_EXPIRED']],
  ],
  // The second of an order that only its `text` names: https://github.com/gateio/gateapi-python/issues/61
  notFoundCodes: new Set(['ORDER_NOT_FOUND', 'CLIENT_ID_NOT_FOUND']),
  endedCodes: new Map(
    ['ORDER_CLOSED', 'ORDER_CANCELLED', 'ORDER_FINISHED'].map((code) => [code, 'read-fill' as const]),
  ),
} satisfies Partial<Venue>;
