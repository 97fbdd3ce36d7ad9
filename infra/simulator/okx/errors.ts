import { Rejection, type RejectionReason } from '../core/rejection.ts';
import { VenueError } from '../server/venue-api.ts';

/** https://www.okx.com/docs-v5/en/#error-code-rest-api, which also has the HTTP status of each code. */
export function okxError(code: number, message: string, status = 200): VenueError {
  return new VenueError(code, message, status);
}

export function parameterError(name: string): VenueError {
  return okxError(51000, `Parameter ${name} error`, 400);
}

export const unknownOrder = () => okxError(51603, 'Order does not exist.');
export const nothingToCancel = () =>
  okxError(51400, 'Order cancellation failed as the order has been filled, canceled or does not exist.');

const codes: Partial<Record<RejectionReason, [code: number, message: string]>> = {
  unknown_market: [51001, "Instrument ID, Instrument ID code or Spread ID doesn't exist."],
  unknown_order: [
    51400,
    'Order cancellation failed as the order has been filled, canceled or does not exist.',
  ],
  insufficient_balance: [51008, 'Order failed. Insufficient account balance.'],
  insufficient_margin: [51008, 'Order failed. Insufficient account margin.'],
  amount_below_minimum: [51020, 'Your order should meet or exceed the minimum order amount.'],
  market_amount_below_minimum: [51020, 'Your order should meet or exceed the minimum order amount.'],
  notional_below_minimum: [50122, 'Order amount must exceed minimum amount'],
  amount_above_maximum: [51203, 'Order amount exceeds the limit 9000000.'],
  market_amount_above_maximum: [51202, 'Market order amount exceeds the maximum amount.'],
  notional_above_maximum: [51201, "The value of a market order can't exceed 1000000."],
  amount_off_step: [51121, 'Order quantity must be a multiple of the lot size.'],
  market_amount_off_step: [51121, 'Order quantity must be a multiple of the lot size.'],
  price_off_tick: [51150, 'The precision of the number of trades or the price exceeds the limit.'],
  market_closed: [51022, 'Contract suspended.'],
  duplicate_client_order_id: [51016, 'Client order ID already exists.'],
  would_trigger: [51280, 'SL trigger price cannot be higher than the last price.'],
  too_many_conditional_orders: [51261, 'Each user can hold up to 100 pending stop orders at the same time.'],
  reduce_only: [
    51169,
    "Order failed because you don't have any positions in this direction for this contract to reduce or close.",
  ],
  reduce_only_conflict: [51112, 'Close order size exceeds available size for this position.'],
  position_side: [51000, 'Parameter posSide error'],
  same_order: [51000, 'Parameter newSz error'],
  amount_below_filled: [51503, 'Your order has already been filled or canceled.'],
};

/** @returns OKX's error for anything thrown while a request was executed. */
export function toVenueError(error: unknown): VenueError {
  if (error instanceof VenueError) return error;
  const [code, message] = (error instanceof Rejection ? codes[error.reason] : undefined) ?? [
    50026,
    'System error. Try again later',
  ];
  return okxError(code, message, code === 50026 ? 500 : 200);
}
