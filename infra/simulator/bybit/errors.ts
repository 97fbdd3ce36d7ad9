import type { MarketKind } from '../core/model.ts';
import { Rejection, type RejectionReason } from '../core/rejection.ts';
import { VenueError } from '../server/venue-api.ts';

/** Bybit responds to errors with HTTP status 200. */
export function bybitError(code: number, message: string): VenueError {
  return new VenueError(code, message, 200);
}

export function parameterError(message: string): VenueError {
  return bybitError(10001, message);
}

export function invalidKey(): VenueError {
  return bybitError(10003, 'API key is invalid.');
}

export function permissionDenied(): VenueError {
  return bybitError(10005, 'Permission denied, please check your API key permissions.');
}

// Bybit's message contains the string that it signed, including the API key.
export function invalidSignature(origin: string): VenueError {
  return bybitError(
    10004,
    `error sign! origin_string[${origin}]. Please double check your signature generation algorithm.`,
  );
}

export function serverError(): VenueError {
  return bybitError(10016, 'Server error, please try again later.');
}

export function tooManyVisits(): VenueError {
  return bybitError(10006, 'Too many visits. Exceeded the API Rate Limit.');
}

export function unknownOrder(market: MarketKind): VenueError {
  return market === 'spot'
    ? bybitError(170213, 'Order does not exist.')
    : bybitError(110001, 'order not exists or too late to cancel');
}

// 10001 is Bybit's general parameter error. The words are as clients have recorded them.
const unchanged = 'The order remains unchanged as the parameters entered match the existing ones.';
const belowFilled = 'The modified order quantity must be equal to or greater than the filled quantity.';

type Codes = Record<RejectionReason, [code: number, message: string]>;

const spotCodes: Codes = {
  unknown_account: [10003, 'API key is invalid.'],
  unknown_market: [170121, 'Invalid symbol.'],
  unknown_order: [170213, 'Order does not exist.'],
  insufficient_balance: [170131, 'Insufficient balance.'],
  insufficient_margin: [170131, 'Insufficient balance.'],
  amount_below_minimum: [170136, 'Order quantity lower than the minimum.'],
  amount_above_maximum: [170135, 'Order quantity too large.'],
  amount_off_step: [170137, 'Order volume decimal too long'],
  market_amount_below_minimum: [170136, 'Order quantity lower than the minimum.'],
  market_amount_above_maximum: [170135, 'Order quantity too large.'],
  market_amount_off_step: [170148, 'Market order amount decimal too long'],
  price_off_tick: [170134, 'Order price decimal too long.'],
  notional_below_minimum: [170140, 'Order value exceeded lower limit.'],
  notional_above_maximum: [170124, 'Order amount too large.'],
  market_closed: [170151, 'The trading pair is not open yet.'],
  duplicate_client_order_id: [170141, 'Duplicate clientOrderId.'],
  would_trigger: [170130, "Data sent for paramter 'triggerPrice' is not valid."],
  too_many_conditional_orders: [170810, 'Cannot exceed maximum of 500 conditional, TP/SL and active orders.'],
  close_position_exists: [10001, 'closePosition is not a parameter.'],
  too_many_order_lists: [10001, 'Bybit has no order lists.'],
  amend_increase: [170312, 'The current order does not support modification'],
  amend_pending_paid: [170312, 'The current order does not support modification'],
  too_many_amends: [170312, 'The current order does not support modification'],
  opo_not_allowed: [10001, 'Bybit has no order lists.'],
  exits_exceed_position: [10001, 'tpSize is not for spot.'],
  too_many_exits: [170810, 'Cannot exceed maximum of 500 conditional, TP/SL and active orders.'],
  would_take: [170218, 'The LIMIT-MAKER order is rejected due to invalid price.'],
  oco_prices: [170130, "Data sent for paramter 'triggerPrice' is not valid."],
  reduce_only: [10001, 'reduceOnly is not for spot.'],
  reduce_only_conflict: [10001, 'reduceOnly is not for spot.'],
  position_side: [10001, 'positionIdx is not for spot.'],
  reduce_only_not_allowed: [10001, 'reduceOnly is not for spot.'],
  cancel_restricted: [170144, 'Order has been locked'],
  same_order: [10001, unchanged],
  amount_below_filled: [10001, belowFilled],
  has_open_orders: [110028, 'Position mode cannot be switched when there are active orders.'],
  has_position: [110024, 'Position mode cannot be switched when you have an open position.'],
  not_fillable: [170213, 'Order does not exist.'],
};

// For some errors, perpetuals share one code and differ only in the message.
const tooSmall = 'The number of contracts exceeds minimum limit allowed';
const tooLarge = 'The number of contracts exceeds maximum limit allowed: too large';

const linearCodes: Codes = {
  ...spotCodes,
  unknown_market: [10001, 'params error: symbol invalid'],
  unknown_order: [110001, 'order not exists or too late to cancel'],
  insufficient_balance: [110007, 'ab not enough for new order'],
  insufficient_margin: [110007, 'ab not enough for new order'],
  amount_below_minimum: [10001, tooSmall],
  amount_above_maximum: [10001, tooLarge],
  amount_off_step: [10001, 'Qty invalid'],
  market_amount_below_minimum: [10001, tooSmall],
  market_amount_above_maximum: [10001, tooLarge],
  market_amount_off_step: [10001, 'Qty invalid'],
  price_off_tick: [10001, 'Price invalid'],
  notional_below_minimum: [110094, 'Order does not meet minimum order value.'],
  notional_above_maximum: [10001, tooLarge],
  market_closed: [110074, 'This contract is not live'],
  duplicate_client_order_id: [110072, 'OrderLinkedID is duplicate'],
  would_trigger: [110092, 'expect Rising, but trigger_price <= current'],
  too_many_conditional_orders: [110009, 'The number of stop orders exceeds the maximum allowable limit'],
  // https://bybit-exchange.github.io/docs/v5/error
  exits_exceed_position: [
    110058,
    "You can't set take profit and stop loss due to insufficient size of remaining position size.",
  ],
  too_many_exits: [110061, 'Not allowed to have more than 20 TP/SLs under Partial tpSlMode'],
  would_take: [110003, 'Order price exceeds the allowable range.'],
  reduce_only: [110017, 'current position is zero, cannot fix reduce-only order qty'],
  reduce_only_conflict: [110017, 'current position is zero, cannot fix reduce-only order qty'],
  position_side: [10001, 'position idx not match position mode'],
  not_fillable: [110001, 'order not exists or too late to cancel'],
};

/** @returns Bybit's error response for anything thrown while a request was executed. */
export function toVenueError(error: unknown, market: MarketKind): VenueError {
  if (error instanceof VenueError) return error;
  if (error instanceof Rejection) {
    const [code, message] = (market === 'spot' ? spotCodes : linearCodes)[error.reason];
    return bybitError(code, message);
  }
  return serverError();
}
