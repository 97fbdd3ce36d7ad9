import { decimal } from '../core/amounts.ts';
import type { Account, Fill, Market, Order, OrderList, OrderStatus, OrderType } from '../core/model.ts';
import type { SimulatedExchange } from '../core/simulated-exchange.ts';
import { isOpen } from '../core/state.ts';
import { fixed } from './market-data.ts';

export const spotTypes: Record<OrderType, string> = {
  limit: 'LIMIT',
  market: 'MARKET',
  limit_maker: 'LIMIT_MAKER',
  stop_market: 'STOP_LOSS',
  stop_limit: 'STOP_LOSS_LIMIT',
  take_profit_market: 'TAKE_PROFIT',
  take_profit_limit: 'TAKE_PROFIT_LIMIT',
};

export const statuses: Record<OrderStatus, string> = {
  new: 'NEW',
  partially_filled: 'PARTIALLY_FILLED',
  filled: 'FILLED',
  canceled: 'CANCELED',
  expired: 'EXPIRED',
};

export function exchangeInfo(core: SimulatedExchange, markets: Market[]) {
  return {
    timezone: 'UTC',
    serverTime: core.now(),
    rateLimits: [],
    exchangeFilters: [],
    symbols: markets.map((market) => ({
      symbol: market.symbol,
      status: 'TRADING',
      baseAsset: market.base,
      baseAssetPrecision: 8,
      quoteAsset: market.quote,
      quotePrecision: 8,
      quoteAssetPrecision: 8,
      baseCommissionPrecision: 8,
      quoteCommissionPrecision: 8,
      orderTypes: Object.values(spotTypes),
      icebergAllowed: true,
      ocoAllowed: true,
      otoAllowed: true,
      quoteOrderQtyMarketAllowed: true,
      allowTrailingStop: false,
      cancelReplaceAllowed: false,
      isSpotTradingAllowed: true,
      isMarginTradingAllowed: false,
      filters: [
        {
          filterType: 'PRICE_FILTER',
          minPrice: fixed(market.tick),
          maxPrice: '1000000.00000000',
          tickSize: fixed(market.tick),
        },
        lot('LOT_SIZE', market.lot),
        lot('MARKET_LOT_SIZE', market.marketLot),
        {
          filterType: 'NOTIONAL',
          minNotional: fixed(market.minNotional),
          applyMinToMarket: true,
          maxNotional: '9000000.00000000',
          applyMaxToMarket: false,
          avgPriceMins: 5,
        },
        { filterType: 'MAX_NUM_ORDERS', maxNumOrders: 200 },
        { filterType: 'MAX_NUM_ALGO_ORDERS', maxNumAlgoOrders: 5 },
      ],
      permissions: ['SPOT'],
      permissionSets: [['SPOT']],
      defaultSelfTradePreventionMode: 'EXPIRE_MAKER',
      allowedSelfTradePreventionModes: ['EXPIRE_MAKER'],
    })),
  };
}

function lot(filterType: string, limits: Market['lot']) {
  return {
    filterType,
    minQty: fixed(limits.min),
    maxQty: fixed(limits.max),
    stepSize: fixed(limits.step),
  };
}

function amounts(order: Order) {
  return {
    price: fixed(order.price ?? '0'),
    origQty: fixed(order.amount),
    executedQty: fixed(order.filled),
    origQuoteOrderQty: fixed(order.quoteAmount ?? '0'),
    cummulativeQuoteQty: fixed(order.cost),
    status: statuses[order.status],
    timeInForce: order.timeInForce,
    type: spotTypes[order.type],
    side: order.side.toUpperCase(),
    ...(order.triggerPrice === undefined ? {} : { stopPrice: fixed(order.triggerPrice) }),
    selfTradePreventionMode: 'EXPIRE_MAKER',
  };
}

function identity(order: Order) {
  return {
    symbol: order.symbol,
    orderId: order.id,
    orderListId: order.orderListId ?? -1,
    clientOrderId: order.clientOrderId,
  };
}

/** The answer to a new order, as short or long as `newOrderRespType` asks. */
export function placedOrder(core: SimulatedExchange, order: Order, responseType: string): unknown {
  const acknowledgement = { ...identity(order), transactTime: order.updatedAt };
  if (responseType === 'ACK') return acknowledgement;
  const result = {
    ...acknowledgement,
    ...amounts(order),
    workingTime: order.triggered ? order.createdAt : -1,
  };
  return responseType === 'RESULT'
    ? result
    : { ...result, fills: core.state.fillsOf(order.id).map(fillInOrder) };
}

function fillInOrder(fill: Fill) {
  return {
    price: fixed(fill.price),
    qty: fixed(fill.amount),
    commission: fixed(fill.fee),
    commissionAsset: fill.feeAsset,
    tradeId: fill.id,
  };
}

export function queriedOrder(order: Order) {
  return {
    ...identity(order),
    ...amounts(order),
    stopPrice: fixed(order.triggerPrice ?? '0'),
    icebergQty: '0.00000000',
    time: order.createdAt,
    updateTime: order.updatedAt,
    isWorking: order.triggered,
    workingTime: order.triggered ? order.createdAt : -1,
  };
}

/** A cancel has a client id of its own; the order's is `origClientOrderId`. */
export function canceledOrder(order: Order, cancelClientOrderId: string) {
  return {
    ...identity(order),
    origClientOrderId: order.clientOrderId,
    clientOrderId: cancelClientOrderId,
    transactTime: order.updatedAt,
    ...amounts(order),
  };
}

export function myTrade(order: Order) {
  return (fill: Fill) => ({
    symbol: fill.symbol,
    id: fill.id,
    orderId: fill.orderId,
    orderListId: order.orderListId ?? -1,
    price: fixed(fill.price),
    qty: fixed(fill.amount),
    quoteQty: fixed(fill.cost),
    commission: fixed(fill.fee),
    commissionAsset: fill.feeAsset,
    time: fill.at,
    isBuyer: fill.side === 'buy',
    isMaker: fill.maker,
    isBestMatch: true,
  });
}

export function spotAccount(core: SimulatedExchange, account: Account, omitZero: boolean) {
  return {
    makerCommission: 10,
    takerCommission: 10,
    buyerCommission: 0,
    sellerCommission: 0,
    commissionRates: { maker: '0.00100000', taker: '0.00100000', buyer: '0.00000000', seller: '0.00000000' },
    canTrade: account.permissions.trade,
    canWithdraw: account.permissions.withdraw,
    canDeposit: true,
    brokered: false,
    requireSelfTradePrevention: false,
    preventSor: false,
    updateTime: core.now(),
    accountType: 'SPOT',
    balances: Object.entries(account.spot)
      .filter(([, { free, locked }]) => !omitZero || !decimal(free).plus(locked).isZero())
      .map(([asset, { free, locked }]) => ({ asset, free: fixed(free), locked: fixed(locked) })),
    permissions: ['SPOT'],
    uid: Number(account.id.replace('account-', '')),
  };
}

export function orderList(core: SimulatedExchange, list: OrderList): Record<string, unknown> {
  const orders = list.orderIds.map((id) => core.state.order(id));
  const executing = orders.some(isOpen);
  return {
    orderListId: list.id,
    contingencyType: 'OCO',
    listStatusType: executing ? 'EXEC_STARTED' : 'ALL_DONE',
    listOrderStatus: executing ? 'EXECUTING' : 'ALL_DONE',
    listClientOrderId: list.clientOrderId,
    transactionTime: list.updatedAt,
    symbol: list.symbol,
    orders: orders.map(({ symbol, id, clientOrderId }) => ({ symbol, orderId: id, clientOrderId })),
  };
}
