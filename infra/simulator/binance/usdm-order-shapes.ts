import { decimal } from '../core/amounts.ts';
import type { Fill, Order, OrderType } from '../core/model.ts';
import type { SimulatedExchange } from '../core/simulated-exchange.ts';
import { toFixedPlaces } from './format.ts';
import { statuses } from './spot-shapes.ts';

export const usdmTypes: Record<OrderType, string> = {
  limit: 'LIMIT',
  market: 'MARKET',
  // On futures, post-only is a time in force.
  limit_maker: 'LIMIT',
  stop_market: 'STOP_MARKET',
  stop_limit: 'STOP',
  take_profit_market: 'TAKE_PROFIT_MARKET',
  take_profit_limit: 'TAKE_PROFIT',
};

export function computeAveragePrice(order: Order): string {
  return decimal(order.filled).isZero() ? '0.00' : toFixedPlaces(decimal(order.cost).div(order.filled), 5);
}

function toTypes(core: SimulatedExchange, order: Order): { type: string; origType: string } {
  const algo = order.algoId === undefined ? undefined : core.state.algoOrders.get(order.algoId);
  const type = usdmTypes[order.type];
  return { type, origType: algo === undefined ? type : usdmTypes[algo.type] };
}

export function toQueriedOrder(core: SimulatedExchange, order: Order) {
  return {
    orderId: order.id,
    symbol: order.symbol,
    status: statuses[order.status],
    clientOrderId: order.clientOrderId,
    price: order.price ?? '0',
    avgPrice: computeAveragePrice(order),
    origQty: order.amount,
    executedQty: order.filled,
    cumQuote: order.cost,
    timeInForce: order.postOnly ? 'GTX' : order.timeInForce,
    ...toTypes(core, order),
    reduceOnly: order.reduceOnly,
    closePosition: order.closePosition,
    side: order.side.toUpperCase(),
    positionSide: order.positionSide,
    stopPrice: '0',
    workingType: 'CONTRACT_PRICE',
    priceProtect: false,
    priceMatch: 'NONE',
    selfTradePreventionMode: 'EXPIRE_MAKER',
    goodTillDate: 0,
    time: order.createdAt,
    updateTime: order.updatedAt,
  };
}

/** The responses to a new order and to a cancel also contain `cumQty`, and no creation time. */
export function toChangedOrder(core: SimulatedExchange, order: Order) {
  const { time: _time, ...rest } = toQueriedOrder(core, order);
  return { ...rest, cumQty: order.filled };
}

/** ACK, the default, is sent before matching: a MARKET order appears new and unfilled although it has filled. */
export function toPlacedOrder(core: SimulatedExchange, order: Order, responseType: string) {
  return responseType === 'RESULT'
    ? toChangedOrder(core, order)
    : {
        ...toChangedOrder(core, order),
        status: 'NEW',
        avgPrice: '0.00',
        executedQty: '0',
        cumQty: '0',
        cumQuote: '0',
      };
}

export function toUserTrade(fill: Fill) {
  return {
    symbol: fill.symbol,
    id: fill.id,
    orderId: fill.orderId,
    side: fill.side.toUpperCase(),
    price: fill.price,
    qty: fill.amount,
    realizedPnl: toFixedPlaces(fill.realizedPnl),
    quoteQty: toFixedPlaces(fill.cost),
    commission: toFixedPlaces(fill.fee),
    commissionAsset: fill.feeAsset,
    time: fill.at,
    positionSide: fill.positionSide,
    maker: fill.maker,
    buyer: fill.side === 'buy',
  };
}
