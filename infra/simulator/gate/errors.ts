import { Rejection, type RejectionReason } from '../core/rejection.ts';
import { VenueError } from '../server/venue-api.ts';

/** https://www.gate.com/docs/developers/apiv4/en/#label-list */
export function gateError(label: string, message: string, status = 400): VenueError {
  return new VenueError(label, message, status);
}

export function parameterError(name: string, value: unknown): VenueError {
  return gateError('INVALID_PARAM_VALUE', `Invalid parameter \`${name}\` with value: ${value}`);
}

export const unknownOrder = () => gateError('ORDER_NOT_FOUND', 'Order not found', 404);

/** Recorded: https://github.com/gateio/gatews/issues/33 */
const tooSmall = 'Your order size 1 is too small. The minimum is 5 USDT';

const labels: Partial<Record<RejectionReason, [label: string, message: string]>> = {
  unknown_market: ['INVALID_CURRENCY_PAIR', 'Invalid currency pair'],
  unknown_order: ['ORDER_NOT_FOUND', 'Order not found'],
  insufficient_balance: ['BALANCE_NOT_ENOUGH', 'Not enough balance'],
  amount_below_minimum: ['AMOUNT_TOO_LITTLE', 'Amount does not reach minimum required'],
  market_amount_below_minimum: ['AMOUNT_TOO_LITTLE', 'Amount does not reach minimum required'],
  notional_below_minimum: ['INVALID_PARAM_VALUE', tooSmall],
  amount_above_maximum: ['AMOUNT_TOO_MUCH', 'Amount exceeds maximum allowed'],
  market_amount_above_maximum: ['AMOUNT_TOO_MUCH', 'Amount exceeds maximum allowed'],
  notional_above_maximum: ['AMOUNT_TOO_MUCH', 'Amount exceeds maximum allowed'],
  amount_off_step: ['INVALID_PRECISION', 'Invalid precision'],
  market_amount_off_step: ['INVALID_PRECISION', 'Invalid precision'],
  price_off_tick: ['INVALID_PRECISION', 'Invalid precision'],
  market_closed: ['TRADE_RESTRICTED', 'Trading is restricted'],
  would_take: ['POC_FILL_IMMEDIATELY', "Order would match and take immediately so it's cancelled"],
};

/** Of futures, which have labels of their own. */
const futuresLabels: typeof labels = {
  ...labels,
  unknown_market: ['CONTRACT_NOT_FOUND', 'Contract not found'],
  insufficient_margin: ['INSUFFICIENT_AVAILABLE', 'Balance is not enough'],
  amount_below_minimum: ['SIZE_TOO_SMALL', 'Order size does not reach minimum'],
  market_amount_below_minimum: ['SIZE_TOO_SMALL', 'Order size does not reach minimum'],
  notional_below_minimum: ['SIZE_TOO_SMALL', 'Order size does not reach minimum'],
  amount_above_maximum: ['SIZE_TOO_LARGE', 'Order size exceeds maximum'],
  market_amount_above_maximum: ['SIZE_TOO_LARGE', 'Order size exceeds maximum'],
  notional_above_maximum: ['RISK_LIMIT_EXCEEDED', 'Risk limit exceeded'],
  amount_off_step: ['INVALID_PARAM_VALUE', 'Invalid request parameter `size`'],
  market_amount_off_step: ['INVALID_PARAM_VALUE', 'Invalid request parameter `size`'],
  price_off_tick: ['INVALID_PARAM_VALUE', 'Invalid request parameter `price`'],
  market_closed: ['CONTRACT_IN_DELISTING', 'Contract is delisting'],
  would_take: ['ORDER_POC_IMMEDIATE', 'POC order will be finished immediately'],
  reduce_only: ['REDUCE_EXCEEDED', 'Reduce order would exceed position in dual-mode'],
  reduce_only_conflict: ['REDUCE_EXCEEDED', 'Reduce order would exceed position'],
  too_many_conditional_orders: ['TOO_MANY_ORDERS', 'Too many open orders'],
};

/** An error whose words are in `detail`. */
export class FuturesError extends VenueError {}

export function toFuturesError(error: unknown): FuturesError {
  const known = error instanceof Rejection ? futuresLabels[error.reason] : undefined;
  const { code, message, status } = toVenueError(known === undefined ? error : gateError(...known));
  return new FuturesError(code, message, status);
}

/** @returns Gate's error for anything thrown while a request was executed. */
export function toVenueError(error: unknown): VenueError {
  if (error instanceof VenueError) return error;
  const known = error instanceof Rejection ? labels[error.reason] : undefined;
  if (known === undefined) return gateError('SERVER_ERROR', 'Internal server error', 500);
  return gateError(...known);
}
