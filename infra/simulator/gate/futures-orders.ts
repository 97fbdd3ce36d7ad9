import { cancelAlgoOrder, placeAlgoOrder } from '../core/algo-orders.ts';
import { decimal, text } from '../core/amounts.ts';
import { positionOf, reducibleAmount } from '../core/futures-account.ts';
import type { Account, Market, Order, PositionSide, Side } from '../core/model.ts';
import { cancelOrder, changeOrder, placeOrder } from '../core/orders.ts';
import type { SimulatedExchange } from '../core/simulated-exchange.ts';
import { isOpen } from '../core/state.ts';
import { gateError, parameterError, unknownOrder } from './errors.ts';
import { isDecimal, priceDeviate, toBase, toFuturesOrder, toFuturesPriceOrder } from './futures-shapes.ts';
import { findLatest, findPriceOrder, timesInForce } from './orders.ts';
import type { Params } from './request.ts';

const minuteMs = 60_000;
/** "By default, only data within the past 6 months is supported." */
export const historyMs = 183 * 1_440 * minuteMs;

interface Sizing {
  side: Side;
  positionSide: PositionSide;
  reduceOnly: boolean;
  closePosition: boolean;
  amount: string;
}

/** "When it is set to `false`, the `size` field can only use an integer type." A size is negative for a sell. */
function parseSize(size: string, market: Market) {
  const pattern = isDecimal(market) ? /^-?\d{1,16}(\.\d{1,8})?$/ : /^-?\d{1,16}$/;
  if (!pattern.test(size)) throw parameterError('size', size);
  return decimal(size);
}

/** "Reduce position: reduce_only=true, size is a positive number that indicates short position, negative number that indicates long position". */
function toPositionSide({ hedged }: Account, side: Side, reduceOnly: boolean): PositionSide {
  if (!hedged) return 'BOTH';
  return (side === 'buy') === reduceOnly ? 'SHORT' : 'LONG';
}

const closedSides = { close_long: 'LONG', close_short: 'SHORT' } as const;

/**
 * A size of 0 closes the whole position: "in single-position mode, you need to set `size` to 0 and `close` to `true`", "in
 * dual warehouse mode, size=0, set the direction of closing position according to auto_size".
 */
function toClosing(params: Params, account: Account, { symbol }: Market): Sizing {
  if (!account.hedged && !params.flag('close')) throw parameterError('size', '0');
  const positionSide = account.hedged
    ? closedSides[params.oneOf('auto_size', ['close_long', 'close_short'])]
    : 'BOTH';
  const held = decimal(positionOf(account, symbol, positionSide).amount);
  if (held.isZero()) throw gateError('POSITION_EMPTY', 'empty position');
  return {
    ...{ side: held.gt(0) ? 'sell' : 'buy', positionSide, amount: text(held.abs()) },
    ...{ reduceOnly: params.flag('reduce_only'), closePosition: true },
  };
}

function readSizing(params: Params, account: Account, market: Market, given: string): Sizing {
  const size = parseSize(given, market);
  if (size.isZero()) return toClosing(params, account, market);
  if (params.flag('close') || params.text('auto_size') !== undefined)
    throw gateError('INVALID_ARGUMENT', 'invalid size with close-order');
  const [side, reduceOnly] = [size.gt(0) ? 'buy' : 'sell', params.flag('reduce_only')] as const;
  const positionSide = toPositionSide(account, side, reduceOnly);
  const amount = toBase(market, text(size.abs()));
  return { side, positionSide, reduceOnly, closePosition: false, amount };
}

/** https://www.gate.com/docs/developers/apiv4/en/#label-list. One-way, a larger order is cut down to the position. */
function checkReduction(account: Account, { symbol }: Market, sizing: Sizing): void {
  const { side, positionSide, amount } = sizing;
  const reducible = reducibleAmount(account, { symbol, side, positionSide });
  // "Reduce order would exceed position in dual-mode".
  if (account.hedged && reducible.lt(amount)) throw gateError('REDUCE_EXCEEDED', 'reduce order would exceed');
  if (!reducible.isZero()) return;
  const isFlat = decimal(positionOf(account, symbol, positionSide).amount).isZero();
  throw isFlat
    ? gateError('POSITION_EMPTY', 'empty position')
    : gateError('INCREASE_POSITION', 'reduce-only order would increase position');
}

/** "A price of 0 with `tif` as `ioc` represents a market order." @returns undefined for one. */
function readPrice(params: Params, market: Market, tif: string): string | undefined {
  const price = params.requiredDecimal('price');
  if (decimal(price).isZero()) {
    if (tif !== 'ioc') throw parameterError('price', price);
    return undefined;
  }
  const deviation = decimal(price).minus(market.price).abs();
  if (deviation.gt(decimal(market.price).times(priceDeviate)))
    throw gateError('PRICE_TOO_DEVIATED', `order price ${price} while mark price ${market.price}`);
  return price;
}

/** https://www.gate.com/docs/developers/apiv4/en/#place-futures-order */
export function createFuturesOrder(core: SimulatedExchange, params: Params, account: Account): unknown {
  const market = params.contract(core);
  const sizing = readSizing(params, account, market, params.required('size'));
  const tif = params.oneOf('tif', ['gtc', 'ioc', 'poc', 'fok'], 'gtc');
  const price = readPrice(params, market, tif);
  // "Set the direction of closing position according to auto_size, and set `reduce_only` to true at the same time".
  if (account.hedged && sizing.closePosition && !sizing.reduceOnly)
    throw parameterError('reduce_only', false);
  if (sizing.reduceOnly) checkReduction(account, market, sizing);
  const order = placeOrder(core.state, {
    ...{ account, market: 'usdm', symbol: market.symbol, ...sizing, price },
    type: price === undefined ? 'market' : 'limit',
    timeInForce: timesInForce[tif],
    postOnly: tif === 'poc',
    clientOrderId: params.clientOrderId(),
    // Gate's pages do not say that a `text` is unique.
    clientOrderIdUnique: 'never',
  });
  // "Cancelled because of increasing position while `reduce-only` set".
  if (order.status === 'expired' && order.reduceOnly && reducibleAmount(account, order).isZero())
    order.cancelCause = 'nothing-to-reduce';
  if (tif === 'fok' && order.status === 'expired') throw gateError('ORDER_FOK', 'Killed for FOK');
  return toFuturesOrder(core, order);
}

/** @param unfilledMs how long after its end an order without a fill is known. */
export function isKnown(
  core: SimulatedExchange,
  order: Order,
  { unfilledMs = 10 * minuteMs, anyMs = historyMs } = {},
) {
  if (isOpen(order)) return true;
  return core.now() - order.updatedAt <= (decimal(order.filled).isZero() ? unfilledMs : anyMs);
}

/**
 * "If the order was not filled and has been cancelled, after 60 seconds you cannot query the order by `text`; if the order was
 * fully or partially filled, you can query the order by `text` indefinitely." By id: "Zero-fill order cannot be retrieved for
 * 10 minutes after cancellation". https://www.gate.com/docs/developers/apiv4/en/#query-single-order-details-2
 */
export function findFuturesOrder(
  core: SimulatedExchange,
  { id }: Params,
  account: Account,
): Order | undefined {
  const ofText = { unfilledMs: minuteMs, anyMs: Number.POSITIVE_INFINITY };
  return findLatest(core, { account, id, market: 'usdm' }, (order, byText) =>
    isKnown(core, order, byText ? ofText : {}),
  );
}

export function readFuturesOrder(core: SimulatedExchange, params: Params, account: Account): unknown {
  const order = findFuturesOrder(core, params, account);
  if (order === undefined) throw unknownOrder();
  return toFuturesOrder(core, order);
}

/** https://www.gate.com/docs/developers/apiv4/en/#cancel-single-order-2 */
export function deleteFuturesOrder(core: SimulatedExchange, params: Params, account: Account): unknown {
  const order = findFuturesOrder(core, params, account);
  if (order === undefined) throw unknownOrder();
  if (!isOpen(order)) throw gateError('ORDER_FINISHED', 'Order already finished');
  return toFuturesOrder(core, cancelOrder(core.state, order));
}

/**
 * "New order size, including filled part. If new size is less than or equal to filled size, the order will be cancelled. Order
 * side must be identical to the original one." https://www.gate.com/docs/developers/apiv4/en/#amend-single-order-2
 */
export function amendFuturesOrder(core: SimulatedExchange, params: Params, account: Account): unknown {
  const order = findFuturesOrder(core, params, account);
  if (order === undefined) throw unknownOrder();
  if (!isOpen(order)) throw gateError('ORDER_FINISHED', 'Order already finished');
  const market = core.state.market('usdm', order.symbol);
  const size = parseSize(params.required('size'), market);
  if (size.isZero() || size.gt(0) !== (order.side === 'buy')) throw parameterError('size', text(size));
  const amount = toBase(market, text(size.abs()));
  const changed = decimal(amount).lte(order.filled)
    ? cancelOrder(core.state, order)
    : changeOrder(core.state, order, { amount });
  return toFuturesOrder(core, changed);
}

/** Rule 1 "while Trigger.Price must > last_price", rule 2 "and Trigger.Price must < last_price". Labels: ccxt 4.5.84, gate.js. */
function checkTrigger(price: string, rises: boolean, market: Market): void {
  if (rises && decimal(price).lte(market.price))
    throw gateError('AUTO_TRIGGER_PRICE_GREATE_LAST', 'invalid argument: Trigger.Price must > last_price');
  if (!rises && decimal(price).gte(market.price))
    throw gateError('AUTO_TRIGGER_PRICE_LESS_LAST', 'invalid argument: Trigger.Price must < last_price');
}

/** https://www.gate.com/docs/developers/apiv4/en/#create-price-triggered-order-2. It is checked when it triggers. */
export function createFuturesPriceOrder(core: SimulatedExchange, params: Params, account: Account): unknown {
  const [initial, trigger] = [params.object('initial'), params.object('trigger')];
  const market = initial.contract(core);
  // "When both `size` and `amount` are provided, `amount` takes precedence."
  const size = initial.text('amount') ?? initial.required('size');
  const { amount, ...sizing } = readSizing(initial, account, market, size);
  const tif = initial.oneOf('tif', ['gtc', 'ioc'], 'gtc');
  const price = readPrice(initial, market, tif);
  const triggerPrice = trigger.requiredDecimal('price');
  const rises = trigger.oneOf('rule', ['1', '2']) === '1';
  checkTrigger(triggerPrice, rises, market);
  const kind = rises === (sizing.side === 'buy') ? 'stop' : 'take_profit';
  const algo = placeAlgoOrder(core.state, {
    ...{ account, market: 'usdm', symbol: market.symbol, ...sizing, price, triggerPrice },
    type: `${kind}_${price === undefined ? 'market' : 'limit'}`,
    timeInForce: timesInForce[tif],
    amount: sizing.closePosition ? undefined : amount,
  });
  return { id: algo.id, id_string: String(algo.id) };
}

export function readFuturesPriceOrder(core: SimulatedExchange, params: Params, account: Account): unknown {
  return toFuturesPriceOrder(core, findPriceOrder(core, params, account, 'usdm'));
}

export function deleteFuturesPriceOrder(core: SimulatedExchange, params: Params, account: Account): unknown {
  const algo = findPriceOrder(core, params, account, 'usdm');
  if (algo.status !== 'new') throw gateError('ORDER_FINISHED', 'Order already finished');
  return toFuturesPriceOrder(core, cancelAlgoOrder(core.state, algo));
}
