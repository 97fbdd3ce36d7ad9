import { Rejection, type RejectionReason } from '../core/rejection.ts';
import { VenueError } from '../server/venue-api.ts';

/** https://www.bitget.com/api-doc/spot/error-code/restapi. The status is that of Bitget's earlier list, 400 for all. */
export function bitgetError(code: number, message: string, status = 400): VenueError {
  return new VenueError(code, message, status);
}

export const parameterError = (name: string) => bitgetError(40020, `Parameter ${name} error`);
export const unknownOrder = () => bitgetError(43001, 'The order does not exist');

const codes: Partial<Record<RejectionReason, [code: number, message: string]>> = {
  unknown_market: [40102, 'Symbol does not exist'],
  unknown_order: [43001, 'The order does not exist'],
  insufficient_balance: [43012, 'Insufficient balance'],
  amount_below_minimum: [45111, 'less than the minimum order quantity'],
  market_amount_below_minimum: [45111, 'less than the minimum order quantity'],
  notional_below_minimum: [45110, 'less than the minimum amount 5 USDT'],
  amount_above_maximum: [45112, 'more than the maximum order quantity'],
  market_amount_above_maximum: [45112, 'more than the maximum order quantity'],
  notional_above_maximum: [45113, 'Maximum order value limit triggered'],
  amount_off_step: [22038, 'Please enter the quantity as an integral multiple of 0.00001'],
  market_amount_off_step: [22038, 'Please enter the quantity as an integral multiple of 1'],
  price_off_tick: [45115, 'The price you enter should be a multiple of 0.01'],
  market_closed: [
    41114,
    'The current trading pair is under maintenance, please refer to the official announcement for the opening time',
  ],
  duplicate_client_order_id: [43118, 'clientOrderId duplicate'],
  too_many_conditional_orders: [43071, 'Trigger order limit for a single trading pair is 100'],
};

/** @returns Bitget's error for anything thrown while a request was executed. */
export function toVenueError(error: unknown): VenueError {
  if (error instanceof VenueError) return error;
  const known = error instanceof Rejection ? codes[error.reason] : undefined;
  return known === undefined ? bitgetError(45001, 'Unknown error', 500) : bitgetError(...known);
}
