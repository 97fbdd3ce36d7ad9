import { Rejection, type RejectionReason } from '../core/rejection.ts';
import { VenueError } from '../server/venue-api.ts';

/**
 * https://www.kucoin.com/docs/basic-info/errors-code/spot-errors-code and
 * https://www.kucoin.com/docs-new/error-code/websocket, which has the codes of the gateway.
 */
export function kucoinError(code: number, message: string, status = 200): VenueError {
  return new VenueError(code, message, status);
}

export const parameterError = (name: string) => kucoinError(400100, `validation.createOrder.${name}`);
export const unknownOrder = () => kucoinError(400100, 'order_not_exist');
export const nothingToCancel = () => kucoinError(400100, 'order_not_exist_or_not_allow_to_cancel');

const belowMinimum: [number, string] = [400100, 'Order size below the minimum requirement.'];
const offStep: [number, string] = [600100, 'Order size increment invalid.'];

const codes: Partial<Record<RejectionReason, [code: number, message: string]>> = {
  unknown_market: [400100, 'Unsupported trading pair.'],
  unknown_order: [400100, 'order_not_exist_or_not_allow_to_cancel'],
  insufficient_balance: [200004, 'Balance insufficient!'],
  amount_below_minimum: belowMinimum,
  market_amount_below_minimum: belowMinimum,
  notional_below_minimum: [600100, 'Funds below the minimum requirement.'],
  amount_off_step: offStep,
  market_amount_off_step: offStep,
  amount_above_maximum: [400100, 'Order size above the maximum requirement.'],
  market_amount_above_maximum: [400100, 'Order size above the maximum requirement.'],
  price_off_tick: [400100, 'Price increment invalid.'],
  market_closed: [200001, 'Order creation for this pair suspended'],
  duplicate_client_order_id: [400100, 'validation.createOrder.clientOidDuplicated'],
};

/** @returns KuCoin's error for anything thrown while a request was executed. */
export function toVenueError(error: unknown): VenueError {
  if (error instanceof VenueError) return error;
  const [code, message] = (error instanceof Rejection ? codes[error.reason] : undefined) ?? [
    500000,
    'Internal Server Error',
  ];
  return kucoinError(code, message, code === 500000 ? 500 : 200);
}
