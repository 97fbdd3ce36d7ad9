import { Rejection, type RejectionReason } from '../core/rejection.ts';
import { VenueError } from '../server/venue-api.ts';

/**
 * A create that was refused has status 200 and `success: false`.
 * https://docs.cdp.coinbase.com/api-reference/advanced-trade-api/rest-api/orders/create-order
 */
export function coinbaseError(code: string, message: string, status = 200): VenueError {
  return new VenueError(code, message, status);
}

export const invalidArgument = (name: string) => coinbaseError('INVALID_ARGUMENT', `${name} is invalid`, 400);
/** "Your JWT expires after 2 minutes, after which all requests are unauthenticated." */
export const unauthenticated = () => coinbaseError('401', 'Unauthorized', 401);
/** Recorded: https://github.com/ccxt/ccxt/blob/v4.5.84/ts/src/coinbase.ts */
export const unknownOrder = () => coinbaseError('NOT_FOUND', 'order with this orderID was not found', 404);

const codes: Partial<Record<RejectionReason, [code: string, message: string]>> = {
  unknown_market: ['INVALID_PRODUCT_ID', 'Invalid product_id'],
  insufficient_balance: ['INSUFFICIENT_FUND', 'Insufficient balance in source account'],
  amount_below_minimum: ['PREVIEW_INVALID_BASE_SIZE_TOO_SMALL', 'Order size is too small'],
  market_amount_below_minimum: ['PREVIEW_INVALID_BASE_SIZE_TOO_SMALL', 'Order size is too small'],
  notional_below_minimum: ['PREVIEW_INVALID_QUOTE_SIZE_TOO_SMALL', 'Order size is too small'],
  amount_above_maximum: ['PREVIEW_INVALID_BASE_SIZE_TOO_LARGE', 'Order size is too large'],
  market_amount_above_maximum: ['PREVIEW_INVALID_BASE_SIZE_TOO_LARGE', 'Order size is too large'],
  amount_off_step: ['INVALID_SIZE_PRECISION', 'Too many decimals in order amount'],
  market_amount_off_step: ['INVALID_SIZE_PRECISION', 'Too many decimals in order amount'],
  price_off_tick: ['INVALID_PRICE_PRECISION', 'Too many decimals in order price'],
  would_take: ['INVALID_LIMIT_PRICE_POST_ONLY', 'Post only order would take'],
  market_closed: ['ORDER_ENTRY_DISABLED', 'Order entry is disabled'],
};

/** @returns Coinbase's error for anything thrown while a request was executed. */
export function toVenueError(error: unknown): VenueError {
  if (error instanceof VenueError) return error;
  const known = error instanceof Rejection ? codes[error.reason] : undefined;
  return known === undefined
    ? coinbaseError('internal_server_error', 'Internal server error', 500)
    : coinbaseError(...known);
}

/** The reasons of an earlier check begin with PREVIEW. `UNKNOWN_FAILURE_REASON` says nothing. */
export function toErrorBody({ code, message, status }: VenueError): unknown {
  if (status === 401) return message;
  if (status !== 200) return { error: code, error_details: message, message };
  const isPreview = String(code).startsWith('PREVIEW_');
  const reason = isPreview ? 'UNKNOWN_FAILURE_REASON' : code;
  return {
    ...{ success: false, failure_reason: 'UNKNOWN_FAILURE_REASON', order_id: '' },
    error_response: {
      ...{ error: reason, message, error_details: '' },
      preview_failure_reason: isPreview ? code : 'UNKNOWN_PREVIEW_FAILURE_REASON',
      new_order_failure_reason: reason,
    },
  };
}
