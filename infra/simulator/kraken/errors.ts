import { Rejection, type RejectionReason } from '../core/rejection.ts';
import { VenueError } from '../server/venue-api.ts';

/** https://docs.kraken.com/api/docs/guides/spot-errors: texts, in responses with 200. */
export function krakenError(text: string, status = 200): VenueError {
  return new VenueError(text, text, status);
}

export function argumentError(name: string): VenueError {
  return krakenError(`EGeneral:Invalid arguments:${name}`);
}

export const unknownOrder = () => krakenError('EOrder:Unknown order');
export const deadlineElapsed = () => krakenError('EService:Deadline elapsed');

const texts: Partial<Record<RejectionReason, string>> = {
  unknown_market: 'EQuery:Unknown asset pair',
  unknown_order: 'EOrder:Unknown order',
  insufficient_balance: 'EOrder:Insufficient funds',
  amount_below_minimum: 'EOrder:Order minimum not met',
  market_amount_below_minimum: 'EOrder:Order minimum not met',
  notional_below_minimum: 'EOrder:Cost minimum not met',
  amount_above_maximum: 'EGeneral:Invalid arguments:volume',
  amount_off_step: 'EGeneral:Invalid arguments:volume',
  price_off_tick: 'EOrder:Tick size check failed',
  market_closed: 'EService:Market in cancel_only mode',
  would_trigger: 'EOrder:Invalid price',
  would_take: 'EOrder:Post only order',
  // Kraken documents that an id must be unique among open orders, and not the text.
  duplicate_client_order_id: 'EGeneral:Invalid arguments:cl_ord_id',
};

/** @returns Kraken's error for anything thrown while a request was executed. */
export function toVenueError(error: unknown): VenueError {
  if (error instanceof VenueError) return error;
  const text = error instanceof Rejection ? texts[error.reason] : undefined;
  return text === undefined ? krakenError('EGeneral:Internal error', 500) : krakenError(text);
}

/** The text of a fault that has a message of its own. */
export function toText({ code, message }: VenueError): string {
  if (typeof code === 'number') return message;
  return message === '' || message === code ? code : `${code}:${message}`;
}
