import { decimal } from '../core/amounts.ts';
import type { OrderType } from '../core/model.ts';
import type { SimulatedExchange } from '../core/simulated-exchange.ts';
import { VenueError } from '../server/venue-api.ts';
import { missingParameter } from './errors.ts';
import type { Params } from './request.ts';
import { spotTypes } from './spot-shapes.ts';

/** Open conditional orders for each account and symbol: https://github.com/binance/binance-spot-api-docs/blob/master/filters.md */
export const maximumAlgoOrders = 5;

const typesByBinanceName = new Map(
  Object.entries(spotTypes).map(([type, name]) => [name, type as OrderType]),
);

export function parseOrderType(params: Params, name = 'type'): OrderType {
  const type = typesByBinanceName.get(params.required(name).toUpperCase());
  if (type === undefined) throw new VenueError(-1116, 'Invalid orderType.');
  return type;
}

/** @returns the amount in the base asset, or the quote amount of a MARKET order. */
export function parseSize(params: Params, type: OrderType): { amount?: string; quoteAmount?: string } {
  const amount = params.decimal('quantity');
  const quoteAmount = type === 'market' ? params.decimal('quoteOrderQty') : undefined;
  if (amount !== undefined) return { amount: checkPlaces('quantity', amount) };
  if (quoteAmount !== undefined) return { quoteAmount };
  if (type === 'market')
    throw new VenueError(
      -1102,
      "Param 'quantity' or 'quoteOrderQty' must be sent, but both were empty/null!",
    );
  throw missingParameter('quantity');
}

/** Binance rejects more than 8 places before it applies any filter. */
export function checkPlaces(name: string, value: string): string {
  if ((decimal(value).decimalPlaces() ?? 0) > 8)
    throw new VenueError(-1111, `Parameter '${name}' has too much precision.`);
  return value;
}

/** A cancel gets a client order id of its own. */
export function cancelClientOrderId(core: SimulatedExchange, params: Params): string {
  return params.clientOrderId('newClientOrderId') ?? `sim-cancel-${core.state.newId()}`;
}
