import { decimal } from '../core/amounts.ts';
import type { Account, Fill, Market, Order, OrderList, OrderStatus, OrderType } from '../core/model.ts';
import type { SimulatedExchange } from '../core/simulated-exchange.ts';
import { isOpen } from '../core/state.ts';
import { toFixedPlaces } from './format.ts';

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
  pending_new: 'PENDING_NEW',
  new: 'NEW',
  partially_filled: 'PARTIALLY_FILLED',
  filled: 'FILLED',
  canceled: 'CANCELED',
  expired: 'EXPIRED',
};

export function toExchangeInfo(core: SimulatedExchange, markets: Market[]) {
  return {
    timezone: 'UTC',
    serverTime: core.now(),
    rateLimits: [],
    exchangeFilters: [],
    symbols: markets.map(toSymbolInfo),
  };
}

function toSymbolInfo(market: Market) {
  return {
    symbol: market.symbol,
    status: market.halted === true ? 'BREAK' : 'TRADING',
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
    opoAllowed: market.opoAllowed ?? true,
    amendAllowed: true,
    quoteOrderQtyMarketAllowed: true,
    allowTrailingStop: false,
    cancelReplaceAllowed: false,
    isSpotTradingAllowed: true,
    isMarginTradingAllowed: false,
    filters: toFilters(market),
    permissions: ['SPOT'],
    permissionSets: [['SPOT']],
    defaultSelfTradePreventionMode: 'EXPIRE_MAKER',
    allowedSelfTradePreventionModes: ['EXPIRE_MAKER'],
  };
}

function toFilters(market: Market) {
  return [
    {
      filterType: 'PRICE_FILTER',
      minPrice: toFixedPlaces(market.tick),
      maxPrice: '1000000.00000000',
      tickSize: toFixedPlaces(market.tick),
    },
    toLotFilter('LOT_SIZE', market.lot),
    toLotFilter('MARKET_LOT_SIZE', market.marketLot),
    {
      filterType: 'NOTIONAL',
      minNotional: toFixedPlaces(market.minNotional),
      applyMinToMarket: market.minNotionalAppliesToMarket ?? true,
      maxNotional: toFixedPlaces(market.maxNotional ?? '9000000'),
      applyMaxToMarket: market.maxNotional !== undefined,
      avgPriceMins: 5,
    },
    { filterType: 'MAX_NUM_ORDERS', maxNumOrders: 200 },
    { filterType: 'MAX_NUM_ALGO_ORDERS', maxNumAlgoOrders: 5 },
    { filterType: 'MAX_NUM_ORDER_LISTS', maxNumOrderLists: 20 },
    { filterType: 'MAX_NUM_ORDER_AMENDS', maxNumOrderAmends: 10 },
  ];
}

function toLotFilter(filterType: string, limits: Market['lot']) {
  return {
    filterType,
    minQty: toFixedPlaces(limits.min),
    maxQty: toFixedPlaces(limits.max),
    stepSize: toFixedPlaces(limits.step),
  };
}

function toAmounts(order: Order) {
  return {
    price: toFixedPlaces(order.price ?? '0'),
    // Unknown until the working order of an OPO has filled.
    ...(order.amount === '0' ? {} : { origQty: toFixedPlaces(order.amount) }),
    executedQty: toFixedPlaces(order.filled),
    origQuoteOrderQty: toFixedPlaces(order.quoteAmount ?? '0'),
    cummulativeQuoteQty: toFixedPlaces(order.cost),
    status: statuses[order.status],
    timeInForce: order.timeInForce,
    type: spotTypes[order.type],
    side: order.side.toUpperCase(),
    ...(order.triggerPrice === undefined ? {} : { stopPrice: toFixedPlaces(order.triggerPrice) }),
    selfTradePreventionMode: 'EXPIRE_MAKER',
  };
}

/** Whether the order has entered the book. */
function isInBook({ triggered, status }: Order): boolean {
  return triggered && status !== 'pending_new';
}

function identify(order: Order) {
  return {
    symbol: order.symbol,
    orderId: order.id,
    orderListId: order.orderListId ?? -1,
    clientOrderId: order.clientOrderId,
  };
}

/** The response to a new order, as detailed as `newOrderRespType` requests. */
export function toPlacedOrder(core: SimulatedExchange, order: Order, responseType: string): unknown {
  const acknowledgment = { ...identify(order), transactTime: order.updatedAt };
  if (responseType === 'ACK') return acknowledgment;
  const result = {
    ...acknowledgment,
    ...toAmounts(order),
    workingTime: isInBook(order) ? order.createdAt : -1,
  };
  return responseType === 'RESULT'
    ? result
    : { ...result, fills: core.state.fillsOf(order.id).map(toOrderFill) };
}

function toOrderFill(fill: Fill) {
  return {
    price: toFixedPlaces(fill.price),
    qty: toFixedPlaces(fill.amount),
    commission: toFixedPlaces(fill.fee),
    commissionAsset: fill.feeAsset,
    tradeId: fill.id,
  };
}

export function toQueriedOrder(order: Order) {
  return {
    ...identify(order),
    ...toAmounts(order),
    stopPrice: toFixedPlaces(order.triggerPrice ?? '0'),
    icebergQty: '0.00000000',
    time: order.createdAt,
    updateTime: order.updatedAt,
    isWorking: isInBook(order),
    workingTime: isInBook(order) ? order.createdAt : -1,
  };
}

/** A cancel has its own client order id; that of the order is `origClientOrderId`. */
export function toCanceledOrder(order: Order, cancelClientOrderId: string) {
  return {
    ...identify(order),
    origClientOrderId: order.clientOrderId,
    clientOrderId: cancelClientOrderId,
    transactTime: order.updatedAt,
    ...toAmounts(order),
  };
}

export function toMyTrade(order: Order, fill: Fill) {
  return {
    symbol: fill.symbol,
    id: fill.id,
    orderId: fill.orderId,
    orderListId: order.orderListId ?? -1,
    price: toFixedPlaces(fill.price),
    qty: toFixedPlaces(fill.amount),
    quoteQty: toFixedPlaces(fill.cost),
    commission: toFixedPlaces(fill.fee),
    commissionAsset: fill.feeAsset,
    time: fill.at,
    isBuyer: fill.side === 'buy',
    isMaker: fill.maker,
    isBestMatch: true,
  };
}

export function toSpotAccount(
  core: SimulatedExchange,
  account: Account,
  { omitZeroBalances }: { omitZeroBalances: boolean },
) {
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
      .filter(([, { free, locked }]) => !omitZeroBalances || !decimal(free).plus(locked).isZero())
      .map(([asset, { free, locked }]) => ({
        asset,
        free: toFixedPlaces(free),
        locked: toFixedPlaces(locked),
      })),
    permissions: ['SPOT'],
    uid: Number(account.id.replace('account-', '')),
  };
}

export function toOrderList(core: SimulatedExchange, list: OrderList) {
  const orders = list.orderIds.map((id) => core.state.order(id));
  const executing = orders.some(isOpen);
  return {
    orderListId: list.id,
    contingencyType: list.workingId === undefined ? 'OCO' : 'OTO',
    listStatusType: executing ? 'EXEC_STARTED' : 'ALL_DONE',
    listOrderStatus: executing ? 'EXECUTING' : 'ALL_DONE',
    listClientOrderId: list.clientOrderId,
    transactionTime: list.updatedAt,
    symbol: list.symbol,
    orders: orders.map(({ symbol, id, clientOrderId }) => ({ symbol, orderId: id, clientOrderId })),
  };
}
