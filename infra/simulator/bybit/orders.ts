import { decimal } from '../core/amounts.ts';
import type { Account, AttachedExits, Market, Order, OrderType } from '../core/model.ts';
import { isTriggeredAt } from '../core/rules.ts';
import type { SimulatedExchange } from '../core/simulated-exchange.ts';
import { isOpen } from '../core/state.ts';
import type { VenueError } from '../server/venue-api.ts';
import { bybitError, parameterError, unknownOrder } from './errors.ts';
import { checkExitSides, parseExits, parseMode, requirePartialForLimits } from './exit-parameters.ts';
import { requireMarket } from './listing.ts';
import { matchesFilter, requireSingleFilter } from './order-filters.ts';
import { toOrderId } from './order-shapes.ts';
import type { Params } from './request.ts';

/** The type of a conditional order depends on its side and on whether its trigger is above the price. */
function parseOrderType(params: Params, market: Market): OrderType {
  const orderType = params.required('orderType');
  if (orderType !== 'Market' && orderType !== 'Limit') throw parameterError('OrderType invalid');
  const triggerPrice = params.decimal('triggerPrice');
  if (triggerPrice === undefined) return orderType === 'Market' ? 'market' : 'limit';
  const rising = isRisingTrigger(params, market, triggerPrice);
  const kind = rising === (params.side() === 'buy') ? 'stop' : 'take_profit';
  return `${kind}_${orderType === 'Market' ? 'market' : 'limit'}`;
}

function isRisingTrigger(params: Params, market: Market, triggerPrice: string): boolean {
  if (market.kind === 'spot') return decimal(triggerPrice).gt(market.price);
  const direction = params.integer('triggerDirection');
  if (direction !== 1 && direction !== 2) throw parameterError('TriggerDirection invalid');
  return direction === 1;
}

/** A spot MARKET buy is sized in the quote asset by default. */
function parseSize(
  params: Params,
  market: Market,
  type: OrderType,
): { amount?: string; quoteAmount?: string } {
  const amount = params.requiredDecimal('qty');
  const usual = params.side() === 'buy' ? 'quoteCoin' : 'baseCoin';
  const inQuote =
    market.kind === 'spot' && type === 'market' && (params.text('marketUnit') ?? usual) === 'quoteCoin';
  return inQuote ? { quoteAmount: amount } : { amount };
}

function wouldTrigger(market: Market, triggerPrice: string): VenueError {
  return market.kind === 'spot'
    ? bybitError(170130, "Data sent for paramter 'triggerPrice' is not valid.")
    : bybitError(110092, `expect Rising, but trigger_price[${triggerPrice}] <= current[${market.price}]`);
}

/** For each symbol: https://bybit-exchange.github.io/docs/v5/order/create-order */
const maximumConditional = { usdm: 10, spot: 30 };

/** Without a mode, Bybit attaches exits to the whole position. On spot, they are for what the order fills. */
function parseAttached(params: Params, market: Market, basePrice: string): AttachedExits | undefined {
  const isSpot = market.kind === 'spot';
  const exits = parseExits(params, isSpot ? 'partial' : (parseMode(params) ?? 'full'));
  if (exits === undefined) return undefined;
  if (isSpot) checkSpotExits(params, exits, basePrice);
  else if (params.flag('reduceOnly')) throw parameterError('TP/SL cannot be set when reduceOnly is true.');
  requirePartialForLimits(exits);
  checkExitSides(exits, { side: params.side(), basePrice });
  return exits;
}

/** "Spot Limit order supports take profit, stop loss"; the simulation attaches them to buys only. */
function checkSpotExits(params: Params, exits: AttachedExits, basePrice: string): void {
  const name = exits.takeProfit === undefined ? 'stopLoss' : 'takeProfit';
  const invalid = bybitError(170130, `Data sent for paramter '${name}' is not valid.`);
  if (params.required('orderType') !== 'Limit' || params.side() !== 'buy') throw invalid;
  const isBelow = exits.takeProfit !== undefined && decimal(exits.takeProfit.triggerPrice).lte(basePrice);
  const isAbove = exits.stopLoss !== undefined && decimal(exits.stopLoss.triggerPrice).gte(basePrice);
  if (isBelow || isAbove) throw invalid;
}

function parsePositionFields(params: Params) {
  return {
    positionSide: params.positionSide(),
    reduceOnly: params.flag('reduceOnly'),
    closeOnTrigger: params.flag('closeOnTrigger'),
  };
}

/** A StopOrder occupies its assets only after its trigger, a tpslOrder before. */
function parseSpotFields(params: Params) {
  const filter = requireSingleFilter(params.text('orderFilter') ?? 'Order');
  return { locksAtTrigger: filter === 'StopOrder' && params.text('triggerPrice') !== undefined };
}

export function createOrder(core: SimulatedExchange, params: Params, account: Account): unknown {
  const market = requireMarket(core, params);
  const type = parseOrderType(params, market);
  const triggerPrice = params.decimal('triggerPrice');
  if (triggerPrice !== undefined && isTriggeredAt({ type, side: params.side(), triggerPrice }, market.price))
    throw wouldTrigger(market, triggerPrice);
  const attached = parseAttached(params, market, params.text('price') ?? market.price);
  const order = core.acknowledgeOrder({
    account,
    market: market.kind,
    symbol: market.symbol,
    side: params.side(),
    type,
    ...parseSize(params, market, type),
    price: type.endsWith('limit') ? params.requiredDecimal('price') : undefined,
    triggerPrice,
    ...(type.endsWith('market') ? {} : params.timeInForce()),
    attached,
    maximumConditional: maximumConditional[market.kind],
    ...(market.kind === 'spot' ? parseSpotFields(params) : parsePositionFields(params)),
    clientOrderId: params.linkId(),
    clientOrderIdUnique: 'always',
  });
  return { orderId: toOrderId(order), orderLinkId: params.text('orderLinkId') ?? '' };
}

/** @returns the account's order named by `orderId`, or by `orderLinkId` if the request has no `orderId`. */
export function findOrder(core: SimulatedExchange, account: Account, params: Params): Order | undefined {
  const market = params.market();
  const orderId = params.text('orderId');
  const linkId = params.text('orderLinkId');
  if (orderId === undefined && linkId === undefined) return undefined;
  return [...core.state.orders.values()].findLast(
    (order) =>
      order.account === account.id &&
      order.market === market &&
      order.takesEffectAt === undefined &&
      (orderId === undefined ? order.clientOrderId === linkId : toOrderId(order) === orderId),
  );
}

/** On spot, a cancel finds an order only with its filter. */
function isFilteredOut(order: Order, params: Params): boolean {
  return (
    order.market === 'spot' &&
    !matchesFilter(order, requireSingleFilter(params.text('orderFilter') ?? 'Order'))
  );
}

export function cancelOrder(core: SimulatedExchange, params: Params, account: Account): unknown {
  requireMarket(core, params);
  const order = findOrder(core, account, params);
  if (order === undefined || isFilteredOut(order, params)) throw unknownOrder(params.market());
  if (order.market === 'spot' && order.status === 'filled')
    throw bybitError(170139, 'Order has been filled.');
  if (order.market === 'spot' && !isOpen(order)) throw bybitError(170142, 'Order has been canceled.');
  core.acknowledgeCancel(order);
  return { orderId: toOrderId(order), orderLinkId: params.text('orderLinkId') ?? '' };
}

/**
 * Changes a perpetual's order, conditional or not: what is not named stays. The response is an acknowledgment.
 * https://bybit-exchange.github.io/docs/v5/order/amend-order
 */
export function amendOrder(core: SimulatedExchange, params: Params, account: Account): unknown {
  const market = requireMarket(core, params);
  const order = findOrder(core, account, params);
  if (order === undefined || !isOpen(order))
    throw bybitError(110001, 'order not exists or too late to replace');
  const triggerPrice = params.decimal('triggerPrice');
  if (triggerPrice !== undefined && isTriggeredAt({ ...order, triggerPrice }, market.price))
    throw wouldTrigger(market, triggerPrice);
  core.acknowledgeChange(order, {
    amount: params.decimal('qty') ?? order.amount,
    price: params.decimal('price'),
    triggerPrice,
  });
  return { orderId: toOrderId(order), orderLinkId: params.text('orderLinkId') ?? '' };
}
