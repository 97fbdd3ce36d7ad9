import { type Decimal, decimal, text, zero } from '../core/amounts.ts';
import { feeRateOf } from '../core/fees.ts';
import type { ExecutionCause, Fill, MarketKind, Order, PositionSide } from '../core/model.ts';
import { isMarketType } from '../core/rules.ts';
import type { SimulatedExchange } from '../core/simulated-exchange.ts';
import { isOpen } from '../core/state.ts';
import { toCancelType, toConditions, toCreateType, toStopOrderType } from './condition-shapes.ts';

export function toCategory(market: MarketKind): string {
  return market === 'spot' ? 'spot' : 'linear';
}

/** Order ids are numbers on spot and UUIDs on perpetuals. */
export function toOrderId({ id, market }: Pick<Order, 'id' | 'market'>): string {
  return market === 'spot' ? String(id) : `5a1e0000-0000-4000-8000-${String(id).padStart(12, '0')}`;
}

/** Bybit leaves orderLinkId empty if the client sent none. */
export function toOrderLinkId(order: Order): string {
  return order.clientOrderId === `sim-${order.id}` || order.cause !== undefined ? '' : order.clientOrderId;
}

function capitalize(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

function toOrderStatus(order: Order): string {
  const filled = !decimal(order.filled).isZero();
  switch (order.status) {
    case 'new':
      return order.triggered ? 'New' : 'Untriggered';
    case 'partially_filled':
      return 'PartiallyFilled';
    case 'filled':
      return 'Filled';
    default:
      if (order.cancelCause === 'no-funds') return 'Rejected';
      // Perpetuals have no separate status for a partly filled order that was canceled.
      if (filled && order.market === 'spot') return 'PartiallyFilledCanceled';
      return order.triggered ? 'Cancelled' : 'Deactivated';
  }
}

export function toPositionIndex(side: PositionSide): number {
  return ['BOTH', 'LONG', 'SHORT'].indexOf(side);
}

function computeAveragePrice({ cost, filled }: Order): Decimal {
  return decimal(filled).isZero() ? zero : decimal(cost).div(filled).decimalPlaces(8);
}

function sumFees(fills: Fill[]): Record<string, string> {
  const fees: Record<string, string> = {};
  for (const { feeAsset, fee } of fills) fees[feeAsset] = text(decimal(fees[feeAsset] ?? '0').plus(fee));
  return fees;
}

export function toBybitOrder(core: SimulatedExchange, order: Order): Record<string, unknown> {
  return {
    ...identify(order),
    ...toOrderState(order),
    ...toExecutedAmounts(core, order),
    ...toConditions(order),
    orderType: isMarketType(order.type) ? 'Market' : 'Limit',
    lastPriceOnCreated: '',
    ...(order.market === 'spot' ? { basePrice: order.basePrice ?? '' } : { createType: toCreateType(order) }),
    smpType: 'None',
    isLeverage: order.market === 'spot' ? '0' : '',
    price: order.price ?? '0',
    orderIv: '',
    positionIdx: toPositionIndex(order.positionSide),
    timeInForce: toTimeInForce(order),
    side: capitalize(order.side),
    smpGroup: 0,
    placeType: '',
    reduceOnly: order.reduceOnly,
    // An order sized in the quote asset has its size in the quote asset.
    qty: order.quoteAmount ?? order.amount,
    ...(order.market === 'spot' && isMarketType(order.type)
      ? { marketUnit: order.quoteAmount === undefined ? 'baseCoin' : 'quoteCoin' }
      : {}),
    smpOrderId: '',
    extraFees: '',
  };
}

function identify(order: Order) {
  return {
    symbol: order.symbol,
    orderLinkId: toOrderLinkId(order),
    orderId: toOrderId(order),
    blockTradeId: '',
  };
}

function toOrderState(order: Order) {
  return {
    cancelType: toCancelType(order),
    orderStatus: toOrderStatus(order),
    rejectReason: order.cancelCause === 'no-funds' ? 'EC_Others' : 'EC_NoError',
    createdTime: String(order.createdAt),
    updatedTime: String(order.updatedAt),
  };
}

function toExecutedAmounts(core: SimulatedExchange, order: Order) {
  const fees = sumFees(core.state.fillsOf(order.id));
  const average = computeAveragePrice(order);
  const remaining = isOpen(order) ? decimal(order.amount).minus(order.filled) : zero;
  return {
    avgPrice: average.isZero() ? '' : text(average),
    cumExecValue: order.cost,
    cumFeeDetail: fees,
    cumExecFee: Object.values(fees)[0] ?? '0',
    cumExecQty: order.filled,
    leavesValue: text(remaining.times(order.price ?? '0')),
    leavesQty: text(remaining),
  };
}

function toTimeInForce(order: Order): string {
  if (order.postOnly) return 'PostOnly';
  return isMarketType(order.type) ? 'IOC' : order.timeInForce;
}

const execTypes: Record<ExecutionCause, string> = {
  liquidation: 'BustTrade',
  deleveraging: 'AdlTrade',
  settlement: 'Settle',
  delivery: 'Delivery',
  'block-trade': 'BlockTrade',
  transfer: 'MovePosition',
  funding: 'Funding',
};

export function toExecType({ cause }: Fill): string {
  return cause === undefined ? 'Trade' : execTypes[cause];
}

/** A funding fee is no order's execution. */
function toFundingOrder(fill: Fill): Order {
  return {
    ...fill,
    clientOrderId: `sim-${fill.orderId}`,
    type: 'market',
    timeInForce: 'GTC',
    postOnly: false,
    triggered: true,
    filled: fill.amount,
    status: 'filled',
    reduceOnly: false,
    closePosition: false,
    createdAt: fill.at,
    updatedAt: fill.at,
    id: fill.orderId,
  };
}

export function toExecution(core: SimulatedExchange) {
  return (fill: Fill): Record<string, unknown> => {
    const order = fill.cause === 'funding' ? toFundingOrder(fill) : core.state.order(fill.orderId);
    return {
      symbol: fill.symbol,
      orderType: isMarketType(order.type) ? 'Market' : 'Limit',
      underlyingPrice: '',
      orderLinkId: toOrderLinkId(order),
      side: capitalize(fill.side),
      indexPrice: '',
      orderId: toOrderId(order),
      stopOrderType: toStopOrderType(order) || 'UNKNOWN',
      ...(order.market === 'spot' ? {} : { createType: toCreateType(order) }),
      leavesQty: text(decimal(order.amount).minus(order.filled)),
      execTime: String(fill.at),
      feeCurrency: fill.market === 'spot' ? fill.feeAsset : '',
      isMaker: fill.maker,
      execFee: fill.fee,
      feeRate: feeRateOf(core.state.market(fill.market, fill.symbol), fill.maker ? 'maker' : 'taker'),
      execId: String(fill.id),
      tradeIv: '',
      blockTradeId: '',
      markPrice: fill.price,
      execPrice: fill.price,
      markIv: '',
      orderQty: order.amount,
      orderPrice: order.price ?? fill.price,
      execValue: fill.cost,
      execType: toExecType(fill),
      execQty: fill.amount,
      closedSize: fill.closed ?? '',
      seq: fill.id,
    };
  };
}
