import type { ErrorSource } from './error-sources.ts';
import type { ErrorMeaning, ErrorRow } from './error-table.ts';
import type { Fields } from './lists.ts';
import type { Venue } from './venue.ts';
import type { VenueError } from './venue-error.ts';

function toRows(source: ErrorSource, meanings: [ErrorMeaning, string[]][]): ErrorRow[] {
  return meanings.map(([meaning, codes]) => ({ codes, meaning, source }));
}

/**
 * `error_response` of a create that has `success: false`, which is "whether the order was created". Each reason has one of
 * a preview beside it, of the same name.
 */
function toReasons(meanings: [ErrorMeaning, string[]][]): ErrorRow[] {
  return toRows(
    'coinbaseCreate',
    meanings.map(([meaning, codes]) => [meaning, codes.flatMap((code) => [code, `PREVIEW_${code}`])]),
  );
}

const rows: ErrorRow[] = [
  ...toReasons([
    ['insufficient', ['INSUFFICIENT_FUND', 'INSUFFICIENT_FUNDS', 'INSUFFICIENT_LEDGER_BALANCE']],
    ['precision', ['INVALID_SIZE_PRECISION', 'INVALID_PRICE_PRECISION', 'INVALID_QUOTE_SIZE_PRECISION']],
    ['below-minimum', ['INVALID_BASE_SIZE_TOO_SMALL', 'INVALID_QUOTE_SIZE_TOO_SMALL']],
    ['above-maximum', ['INVALID_BASE_SIZE_TOO_LARGE', 'INVALID_QUOTE_SIZE_TOO_LARGE']],
    ['refused-for-now', ['ORDER_ENTRY_DISABLED', 'INVALID_NO_LIQUIDITY', 'MISSING_MARKET_TRADE_DATA']],
    ['refused-for-now', ['LIMIT_PRICE_TOO_FAR_FROM_MARKET', 'NOT_ALLOWED_BY_MARKET_STATE']],
    ['refused-for-now', ['BREACHED_PRICE_LIMIT', 'MISSING_PRODUCT_PRICE_BOOK', 'RISK_PROXY_FAILURE']],
    ['permission', ['GEOFENCING_RESTRICTION', 'INELIGIBLE_PAIR']],
    ['other', ['UNSUPPORTED_ORDER_CONFIGURATION', 'INVALID_ORDER_CONFIG', 'INVALID_SIDE']],
    ['other', ['INVALID_PRODUCT_ID', 'INVALID_LIMIT_PRICE', 'INVALID_LIMIT_PRICE_POST_ONLY']],
    ['other', ['INVALID_REQUEST', 'INVALID_LEDGER_BALANCE', 'UNTRADABLE_PRODUCT']],
    // Not documented: that an order with this id exists has to be looked up.
    ['duplicate-id', ['DUPLICATE_CLIENT_ORDER_ID']],
    ['unknown', ['UNKNOWN_FAILURE_REASON']],
  ]),
  // The preview comes before the order, which was not created.
  ...toRows('coinbaseCreate', [['other', ['PREVIEW_*']]]),
  ...toRows('coinbaseErrors', [
    ['permission', ['PERMISSION_DENIED', 'UNAUTHENTICATED', 'authentication_error', 'invalid_token']],
    ['permission', ['invalid_scope', 'revoked_token', 'expired_token', 'unverified_email']],
    ['rate-limit', ['RESOURCE_EXHAUSTED', 'rate_limit_exceeded']],
    ['other', ['INVALID_ARGUMENT', 'invalid_request', 'validation_error', 'param_required']],
    ['unknown', ['internal_server_error', 'INTERNAL']],
  ]),
];

const toFields = (value: unknown) => (typeof value === 'object' && value !== null ? value : {}) as Fields;
const toList = (value: unknown) => (Array.isArray(value) ? value : []) as Fields[];

/** Reasons that say nothing. `UNKNOWN_FAILURE_REASON` is also that of a success. https://docs.cdp.coinbase.com/coinbase-app/advanced-trade-apis/faq */
const isSaid = (reason: unknown) => Boolean(reason) && !/^UNKNOWN_.*FAILURE_REASON$/.test(String(reason));

/** @returns the part of a response that is an error: of a create, of a cancel, or of any request. */
function findError(body: unknown): Fields | undefined {
  const fields = toFields(body);
  const failed = toList(fields.results).find(({ success }) => success === false);
  if (failed !== undefined) return { ...failed, error: failed.failure_reason };
  if (fields.success === true) return undefined;
  const of = toFields(fields.error_response);
  const reasons = [of.new_order_failure_reason, of.preview_failure_reason, of.error];
  if (fields.success === false) return { ...of, error: reasons.find(isSaid) ?? of.error };
  const [first] = toList(fields.errors);
  return first === undefined ? fields : { ...first, error: first.id };
}

function parseError(status: number, body: unknown): VenueError {
  const { error, message, error_details, error_description } = findError(body) ?? {};
  const words = [message, error_details, error_description].find(Boolean);
  const hasCode = error !== undefined && error !== '';
  return { status, code: hasCode ? String(error) : String(status), hasCode, message: String(words ?? '') };
}

export const coinbaseErrors = {
  parseError,
  /** Refusals of a create and a cancel have status 200. */
  isErrorResponse(body) {
    const { success, results } = toFields(body);
    return success === false || toList(results).some((result) => result.success === false);
  },
  errors: { rows, isBelieved: (status: number) => status < 500 },
  deniedCodes: new Set(['PERMISSION_DENIED', 'UNAUTHENTICATED', 'authentication_error', 'invalid_token']),
  // Coinbase answers 401 without a code to a token that is wrong, not valid yet or expired.
  clockCodes: new Set(['401']),
  troubleCodes: [
    ['key', ['401', 'UNAUTHENTICATED', 'authentication_error', 'invalid_token', 'revoked_token']],
    ['permission', ['PERMISSION_DENIED', 'invalid_scope']],
    ['region', ['GEOFENCING_RESTRICTION']],
    ['rate', ['RESOURCE_EXHAUSTED', 'rate_limit_exceeded']],
  ],
  notFoundCodes: new Set(['NOT_FOUND', 'UNKNOWN_CANCEL_ORDER']),
  // Recorded with the code `unknown`. https://github.com/ccxt/ccxt/blob/v4.5.84/ts/src/coinbase.ts
  notFoundWords: ['order with this orderid was not found'],
  endedCodes: new Map([['ORDER_IS_FULLY_FILLED', 'read-fill' as const]]),
} satisfies Partial<Venue>;
