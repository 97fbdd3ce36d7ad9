import type { MarketKind } from '../core/model.ts';
import { Rejection, type RejectionReason } from '../core/rejection.ts';
import { VenueError } from '../server/venue-api.ts';

export function missingParameter(name: string): VenueError {
  return new VenueError(-1102, `Mandatory parameter '${name}' was not sent, was empty/null, or malformed.`);
}

export function malformedParameter(name: string): VenueError {
  return new VenueError(-1100, `Illegal characters found in parameter '${name}'.`);
}

export function orderDoesNotExist(): VenueError {
  return new VenueError(-2013, 'Order does not exist.');
}

export function orderArchived(): VenueError {
  return new VenueError(
    -2026,
    'Order was canceled or expired with no executed qty over 90 days ago and has been archived.',
  );
}

export function unauthorized(): VenueError {
  return new VenueError(-2015, 'Invalid API-key, IP, or permissions for action.', 401);
}

export function invalidSignature(): VenueError {
  return new VenueError(-1022, 'Signature for this request is not valid.');
}

// Binance responds with 503 if the execution status is unknown. Both APIs use the same code.
export function executionUnknown(): VenueError {
  return new VenueError(
    -1007,
    'Timeout waiting for response from backend server. Send status unknown; execution status unknown.',
    503,
  );
}

export function tooManyRequests(): VenueError {
  return new VenueError(-1003, 'Too many requests.', 429);
}

export function internalError(): VenueError {
  return new VenueError(-1001, 'Internal error; unable to process your request.', 500);
}

type Code = [code: number, msg: string];
type Codes = Record<RejectionReason, Code>;

const commonCodes = {
  unknown_account: [-2015, 'Invalid API-key, IP, or permissions for action.'],
  unknown_market: [-1121, 'Invalid symbol.'],
  unknown_order: [-2011, 'Unknown order sent.'],
  has_open_orders: [-4067, 'Position side cannot be changed if there exists open orders.'],
  has_position: [-4068, 'Position side cannot be changed if there exists position.'],
  not_fillable: [-2011, 'Unknown order sent.'],
} satisfies Partial<Codes>;

const marketLotSize: Code = [-1013, 'Filter failure: MARKET_LOT_SIZE'];

const spotCodes: Codes = {
  ...commonCodes,
  insufficient_balance: [-2010, 'Account has insufficient balance for requested action.'],
  insufficient_margin: [-2010, 'Account has insufficient balance for requested action.'],
  amount_below_minimum: [-1013, 'Filter failure: LOT_SIZE'],
  amount_above_maximum: [-1013, 'Filter failure: LOT_SIZE'],
  amount_off_step: [-1013, 'Filter failure: LOT_SIZE'],
  market_amount_below_minimum: marketLotSize,
  market_amount_above_maximum: marketLotSize,
  market_amount_off_step: marketLotSize,
  price_off_tick: [-1013, 'Filter failure: PRICE_FILTER'],
  notional_below_minimum: [-1013, 'Filter failure: NOTIONAL'],
  notional_above_maximum: [-1013, 'Filter failure: NOTIONAL'],
  market_closed: [-1013, 'Market is closed.'],
  duplicate_client_order_id: [-2010, 'Duplicate order sent.'],
  would_trigger: [-2010, 'Order would trigger immediately.'],
  too_many_conditional_orders: [-1013, 'Filter failure: MAX_NUM_ALGO_ORDERS'],
  close_position_exists: [-1106, "Parameter 'closePosition' sent when not required."],
  too_many_order_lists: [-1013, 'Filter failure: MAX_NUM_ORDER_LISTS'],
  opo_not_allowed: [-2010, 'OPO orders are not supported for this symbol.'],
  amend_increase: [-2038, 'Order amend (quantity increase) is not supported.'],
  amend_pending_paid: [-2038, 'Order amend (pending OPO order) is not supported.'],
  too_many_amends: [-2038, 'Filter failure: MAX_NUM_ORDER_AMENDS'],
  // Only Bybit has exits of a position.
  exits_exceed_position: [-2010, 'Order would immediately match and take.'],
  too_many_exits: [-1013, 'Filter failure: MAX_NUM_ALGO_ORDERS'],
  would_take: [-2010, 'Order would immediately match and take.'],
  oco_prices: [-2010, 'The relationship of the prices for the orders is not correct.'],
  reduce_only: [-1106, "Parameter 'reduceOnly' sent when not required."],
  reduce_only_conflict: [-1106, "Parameter 'reduceOnly' sent when not required."],
  position_side: [-1106, "Parameter 'positionSide' sent when not required."],
  reduce_only_not_allowed: [-1106, "Parameter 'reduceOnly' sent when not required."],
  cancel_restricted: [-2011, 'Order was not canceled due to cancel restrictions.'],
  same_order: [-2038, 'The requested action would change no state; rejecting.'],
  // Binance's pages do not name the message of an amount that has already filled.
  amount_below_filled: [-2038, 'Price * QTY is zero or less.'],
};

const usdmCodes: Codes = {
  ...spotCodes,
  same_order: [-5027, 'No need to modify the order.'],
  amount_below_filled: [-4004, 'Quantity less than min quantity.'],
  insufficient_balance: [-2019, 'Margin is insufficient.'],
  insufficient_margin: [-2019, 'Margin is insufficient.'],
  amount_below_minimum: [-4004, 'Quantity less than min quantity.'],
  amount_above_maximum: [-4005, 'Quantity greater than max quantity.'],
  amount_off_step: [-1111, 'Precision is over the maximum defined for this asset.'],
  market_amount_below_minimum: [-4004, 'Quantity less than min quantity.'],
  market_amount_above_maximum: [-4005, 'Quantity greater than max quantity.'],
  market_amount_off_step: [-1111, 'Precision is over the maximum defined for this asset.'],
  price_off_tick: [-4014, 'Price not increased by tick size.'],
  notional_below_minimum: [
    -4164,
    "Order's notional must be no smaller than the minimum (unless you choose reduce only).",
  ],
  notional_above_maximum: [-4005, 'Quantity greater than max quantity.'],
  market_closed: [-4141, 'Symbol is closed.'],
  duplicate_client_order_id: [-4116, 'ClientOrderId is duplicated.'],
  would_trigger: [-2021, 'Order would immediately trigger.'],
  // https://developers.binance.com/docs/derivatives/usds-margined-futures/error-code
  too_many_conditional_orders: [-4045, 'Reach max stop order limit.'],
  close_position_exists: [
    -4130,
    'An open stop or take profit order with GTE and closePosition in the direction is existing.',
  ],
  would_take: [
    -5022,
    'Due to the order could not be executed as maker, the Post Only order will be rejected.',
  ],
  reduce_only: [-2022, 'ReduceOnly Order is rejected.'],
  // https://developers.binance.com/docs/derivatives/usds-margined-futures/error-code
  reduce_only_conflict: [
    -4118,
    'ReduceOnly Order Failed. Please check your existing position and open orders',
  ],
  position_side: [-4061, "Order's position side does not match user's setting."],
  reduce_only_not_allowed: [-1106, "Parameter 'reduceonly' sent when not required."],
};

/** @returns Binance's error response for anything thrown while a request was executed. */
export function toVenueError(error: unknown, market: MarketKind): VenueError {
  if (error instanceof VenueError) return error;
  if (error instanceof Rejection) {
    const [code, msg] = (market === 'spot' ? spotCodes : usdmCodes)[error.reason];
    return new VenueError(code, msg, code === -2015 ? 401 : 400);
  }
  return new VenueError(-1000, 'An unknown error occurred while processing the request.', 500);
}
