import type { OrderType, Side } from '../core/model.ts';
import type { ListLeg, OtoRequest } from '../core/order-lists.ts';
import { isConditionalType, isMarketType } from '../core/rules.ts';
import { VenueError } from '../server/venue-api.ts';
import { missingParameter } from './errors.ts';
import type { Params } from './request.ts';
import { checkPlaces, parseOrderType } from './spot-parameters.ts';

/** Parameter names have a prefix for each leg, such as `pendingAbovePrice`. */
function parseLeg(params: Params, prefix: string): ListLeg {
  const type = parseOrderType(params, `${prefix}Type`);
  // LIMIT_MAKER is always good till canceled.
  if (!isMarketType(type) && type !== 'limit_maker') params.required(`${prefix}TimeInForce`);
  const price = isMarketType(type) ? undefined : params.requiredDecimal(`${prefix}Price`);
  return {
    type,
    price: price === undefined ? undefined : checkPlaces(`${prefix}Price`, price),
    triggerPrice: isConditionalType(type) ? params.requiredDecimal(`${prefix}StopPrice`) : undefined,
    timeInForce: params.timeInForce(`${prefix}TimeInForce`),
    clientOrderId: params.clientOrderId(`${prefix}ClientOrderId`),
  };
}

export interface OcoLegs {
  above: ListLeg;
  below: ListLeg;
}

const isStop = (type: OrderType) => type.startsWith('stop_');

/** The codes are those of https://github.com/binance/binance-spot-api-docs/blob/master/errors.md */
function checkOcoTypes(side: Side, { above, below }: OcoLegs): void {
  const types = [above.type, below.type];
  if (types.some((type) => type === 'limit' || type === 'market'))
    throw new VenueError(-1158, 'Order type not supported in OCO.');
  if (types.every((type) => type === 'limit_maker'))
    throw new VenueError(-1168, 'Both OCO orders cannot be limit.');
  const isSell = side === 'sell';
  if (isSell && below.type === 'limit_maker')
    throw new VenueError(-1166, 'A limit order in a sell OCO must be above.');
  if (!isSell && above.type === 'limit_maker')
    throw new VenueError(-1165, 'A limit order in a buy OCO must be below.');
  if (isSell && isStop(above.type))
    throw new VenueError(-1197, 'A stop loss order in a sell OCO must be below.');
  if (!isSell && isStop(below.type))
    throw new VenueError(-1196, 'A stop loss order in a buy OCO must be above.');
  if (isSell && !isStop(below.type))
    throw new VenueError(-1199, 'A take profit order in a sell OCO must be above.');
  if (!isSell && !isStop(above.type))
    throw new VenueError(-1198, 'A take profit order in a buy OCO must be below.');
}

export function parseOcoLegs(params: Params): OcoLegs {
  const legs = { above: parseLeg(params, 'above'), below: parseLeg(params, 'below') };
  checkOcoTypes(params.side(), legs);
  return legs;
}

/** The older endpoint, in which the side determines which leg is above the price. */
export function parseLegacyLegs(params: Params): OcoLegs {
  const stopLimitPrice = params.decimal('stopLimitPrice');
  const limit: ListLeg = {
    type: 'limit_maker',
    price: params.requiredDecimal('price'),
    clientOrderId: params.clientOrderId('limitClientOrderId'),
  };
  const stop: ListLeg = {
    type: stopLimitPrice === undefined ? 'stop_market' : 'stop_limit',
    price: stopLimitPrice,
    triggerPrice: params.requiredDecimal('stopPrice'),
    clientOrderId: params.clientOrderId('stopClientOrderId'),
  };
  return params.side() === 'sell' ? { above: limit, below: stop } : { above: stop, below: limit };
}

export function parseWorking(params: Params): OtoRequest['working'] {
  const leg = parseLeg(params, 'working');
  if (leg.type !== 'limit' && leg.type !== 'limit_maker') throw new VenueError(-1116, 'Invalid orderType.');
  const amount = checkPlaces('workingQuantity', params.requiredDecimal('workingQuantity'));
  return { ...leg, side: params.side('workingSide'), amount };
}

export interface PendingKind {
  /** Whether the pending orders are an OCO. */
  isOco: boolean;
  /** Whether the working order pays them. */
  isPaid: boolean;
}

export function parsePending(params: Params, { isOco, isPaid }: PendingKind): OtoRequest['pending'] {
  const side = params.side('pendingSide');
  if (isPaid && params.side('workingSide') !== 'buy')
    throw new VenueError(-1222, 'Working order in an OPO list must be a bid.');
  if (isPaid && side !== 'sell') throw new VenueError(-1223, 'Pending orders in an OPO list must be asks.');
  if (isPaid && params.text('pendingQuantity') !== undefined)
    throw new VenueError(-1225, "Pending orders should not include the 'pendingQuantity' tag.");
  const amount = isPaid
    ? undefined
    : checkPlaces('pendingQuantity', params.requiredDecimal('pendingQuantity'));
  if (!isOco) return { side, amount, legs: [parseLeg(params, 'pending')] };
  // Its page calls the type of the below order optional, and describes no list without it.
  if (params.text('pendingBelowType') === undefined) throw missingParameter('pendingBelowType');
  const legs = { above: parseLeg(params, 'pendingAbove'), below: parseLeg(params, 'pendingBelow') };
  checkOcoTypes(side, legs);
  return { side, amount, legs: [legs.above, legs.below] };
}
