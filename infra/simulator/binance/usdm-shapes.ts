import { decimal, text, zero } from '../core/amounts.ts';
import { defaultLeverage, leverageOf, marginOf, unrealizedPnl } from '../core/futures-account.ts';
import type { Account, AlgoOrder, Fill, Market, Order, OrderType, Position } from '../core/model.ts';
import type { SimulatedExchange } from '../core/simulated-exchange.ts';
import { isOpen } from '../core/state.ts';
import { fixed, placesOf } from './market-data.ts';
import { statuses } from './spot-shapes.ts';

const usdmTypes: Record<OrderType, string> = {
  limit: 'LIMIT',
  market: 'MARKET',
  // Post-only is a time in force here, never a type.
  limit_maker: 'LIMIT',
  stop_market: 'STOP_MARKET',
  stop_limit: 'STOP',
  take_profit_market: 'TAKE_PROFIT_MARKET',
  take_profit_limit: 'TAKE_PROFIT',
};

export function exchangeInfo(core: SimulatedExchange) {
  return {
    timezone: 'UTC',
    serverTime: core.now(),
    futuresType: 'U_MARGINED',
    rateLimits: [],
    exchangeFilters: [],
    assets: [{ asset: 'USDT', marginAvailable: true, autoAssetExchange: '0' }],
    symbols: core.state.marketsOf('usdm').map((market) => ({
      symbol: market.symbol,
      pair: market.symbol,
      contractType: 'PERPETUAL',
      deliveryDate: 4_133_404_800_000,
      onboardDate: 1_569_398_400_000,
      status: 'TRADING',
      maintMarginPercent: '2.5000',
      requiredMarginPercent: '5.0000',
      baseAsset: market.base,
      quoteAsset: market.quote,
      marginAsset: market.quote,
      pricePrecision: placesOf(market.tick),
      quantityPrecision: placesOf(market.lot.step),
      baseAssetPrecision: 8,
      quotePrecision: 8,
      underlyingType: 'COIN',
      triggerProtect: '0.0500',
      liquidationFee: '0.012500',
      marketTakeBound: '0.05',
      filters: [
        { filterType: 'PRICE_FILTER', minPrice: market.tick, maxPrice: '1000000', tickSize: market.tick },
        { filterType: 'LOT_SIZE', minQty: market.lot.min, maxQty: market.lot.max, stepSize: market.lot.step },
        {
          filterType: 'MARKET_LOT_SIZE',
          minQty: market.marketLot.min,
          maxQty: market.marketLot.max,
          stepSize: market.marketLot.step,
        },
        { filterType: 'MAX_NUM_ORDERS', limit: 200 },
        { filterType: 'MAX_NUM_ALGO_ORDERS', limit: 10 },
        { filterType: 'MIN_NOTIONAL', notional: market.minNotional },
        {
          filterType: 'PERCENT_PRICE',
          multiplierUp: '1.0500',
          multiplierDown: '0.9500',
          multiplierDecimal: '4',
        },
      ],
      orderTypes: [
        'LIMIT',
        'MARKET',
        'STOP',
        'STOP_MARKET',
        'TAKE_PROFIT',
        'TAKE_PROFIT_MARKET',
        'TRAILING_STOP_MARKET',
      ],
      timeInForce: ['GTC', 'IOC', 'FOK', 'GTX', 'GTD'],
    })),
  };
}

function averageOf(order: Order): string {
  return decimal(order.filled).isZero() ? '0.00' : fixed(decimal(order.cost).div(order.filled), 5);
}

function orderType(core: SimulatedExchange, order: Order): { type: string; origType: string } {
  const algo = order.algoId === undefined ? undefined : core.state.algoOrders.get(order.algoId);
  const type = usdmTypes[order.type];
  return { type, origType: algo === undefined ? type : usdmTypes[algo.type] };
}

export function queriedOrder(core: SimulatedExchange, order: Order) {
  return {
    orderId: order.id,
    symbol: order.symbol,
    status: statuses[order.status],
    clientOrderId: order.clientOrderId,
    price: order.price ?? '0',
    avgPrice: averageOf(order),
    origQty: order.amount,
    executedQty: order.filled,
    cumQuote: order.cost,
    timeInForce: order.postOnly ? 'GTX' : order.timeInForce,
    ...orderType(core, order),
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

/** Binance's answers to a new order and to a cancel count twice, and give no creation time. */
export function changedOrder(core: SimulatedExchange, order: Order) {
  const { time: _time, ...rest } = queriedOrder(core, order);
  return { ...rest, cumQty: order.filled };
}

/** ACK, the default, is sent before matching: a market order looks new and unfilled although it has traded. */
export function placedOrder(core: SimulatedExchange, order: Order, responseType: string) {
  return responseType === 'RESULT'
    ? changedOrder(core, order)
    : {
        ...changedOrder(core, order),
        status: 'NEW',
        avgPrice: '0.00',
        executedQty: '0',
        cumQty: '0',
        cumQuote: '0',
      };
}

export function userTrade(fill: Fill) {
  return {
    symbol: fill.symbol,
    id: fill.id,
    orderId: fill.orderId,
    side: fill.side.toUpperCase(),
    price: fill.price,
    qty: fill.amount,
    realizedPnl: fixed(fill.realizedPnl),
    quoteQty: fixed(fill.cost),
    commission: fixed(fill.fee),
    commissionAsset: fill.feeAsset,
    time: fill.at,
    positionSide: fill.positionSide,
    maker: fill.maker,
    buyer: fill.side === 'buy',
  };
}

const algoStatuses = {
  new: 'NEW',
  triggered: 'TRIGGERED',
  canceled: 'CANCELED',
  rejected: 'REJECTED',
  expired: 'EXPIRED',
};

export function algoOrder(core: SimulatedExchange, algo: AlgoOrder) {
  const actual = algo.actualOrderId === undefined ? undefined : core.state.order(algo.actualOrderId);
  // FINISHED: the order it placed has itself been filled or cancelled.
  const algoStatus = actual !== undefined && !isOpen(actual) ? 'FINISHED' : algoStatuses[algo.status];
  return {
    algoId: algo.id,
    clientAlgoId: algo.clientOrderId,
    algoType: 'CONDITIONAL',
    orderType: usdmTypes[algo.type],
    symbol: algo.symbol,
    side: algo.side.toUpperCase(),
    positionSide: algo.positionSide,
    timeInForce: algo.postOnly ? 'GTX' : algo.timeInForce,
    quantity: algo.amount ?? '0',
    algoStatus,
    actualOrderId: actual === undefined ? '' : String(actual.id),
    actualPrice: actual === undefined ? '0.00000' : averageOf(actual),
    triggerPrice: algo.triggerPrice,
    price: algo.price ?? '0',
    icebergQuantity: null,
    selfTradePreventionMode: 'EXPIRE_MAKER',
    workingType: 'CONTRACT_PRICE',
    priceMatch: 'NONE',
    closePosition: algo.closePosition,
    priceProtect: false,
    reduceOnly: algo.reduceOnly,
    createTime: algo.createdAt,
    updateTime: algo.updatedAt,
    triggerTime: algo.triggeredAt ?? 0,
    goodTillDate: 0,
  };
}

/** Positions as `positionRisk` lists them; the older version has leverage and margin type, the newer margins. */
export function positionRisk(core: SimulatedExchange, account: Account, position: Position, version: 2 | 3) {
  const market = core.state.market('usdm', position.symbol);
  const notional = decimal(position.amount).times(market.price);
  const margin = notional.abs().div(String(leverageOf(account, position.symbol)));
  const common = {
    symbol: position.symbol,
    positionSide: position.side,
    positionAmt: position.amount,
    entryPrice: fixed(position.entryPrice),
    breakEvenPrice: fixed(position.entryPrice),
    markPrice: fixed(market.price),
    unRealizedProfit: fixed(unrealizedPnl(position, market.price)),
    liquidationPrice: '0',
    isolatedMargin: '0',
    notional: fixed(notional),
    isolatedWallet: '0',
    updateTime: position.updatedAt,
  };
  if (version === 3)
    return {
      ...common,
      marginAsset: market.quote,
      initialMargin: fixed(margin),
      maintMargin: fixed(notional.abs().times(maintenanceRatio)),
      positionInitialMargin: fixed(margin),
      openOrderInitialMargin: '0',
      adl: 1,
      bidNotional: '0',
      askNotional: '0',
    };
  const marginType = account.marginType[position.symbol] ?? 'cross';
  return {
    ...common,
    leverage: String(leverageOf(account, position.symbol)),
    maxNotionalValue: '10000000',
    marginType,
    isolated: marginType === 'isolated',
    isAutoAddMargin: 'false',
    adlQuantile: 1,
  };
}

const maintenanceRatio = '0.005';

export function leverageBrackets(market: Market) {
  return {
    symbol: market.symbol,
    brackets: [
      {
        bracket: 1,
        initialLeverage: 125,
        notionalCap: 10_000_000,
        notionalFloor: 0,
        maintMarginRatio: Number(maintenanceRatio),
        cum: 0,
      },
    ],
  };
}

function walletAssets(account: Account): string[] {
  return Object.keys(account.usdm);
}

export function futuresBalances(core: SimulatedExchange, account: Account) {
  return walletAssets(account).map((asset) => {
    const margin = marginOf(core.state, account, asset);
    return {
      accountAlias: account.id,
      asset,
      balance: fixed(margin.wallet),
      crossWalletBalance: fixed(margin.wallet),
      crossUnPnl: fixed(margin.unrealized),
      availableBalance: fixed(margin.available),
      maxWithdrawAmount: fixed(margin.available),
      marginAvailable: true,
      updateTime: core.now(),
    };
  });
}

export function futuresAccount(core: SimulatedExchange, account: Account, positions: Position[]) {
  const margin = walletAssets(account).map((asset) => ({ asset, ...marginOf(core.state, account, asset) }));
  const usdt = margin.find(({ asset }) => asset === 'USDT');
  const total = (value: 'wallet' | 'unrealized' | 'available') => fixed(usdt?.[value] ?? zero);
  return {
    feeTier: 0,
    canTrade: account.permissions.trade,
    canDeposit: true,
    canWithdraw: account.permissions.withdraw,
    multiAssetsMargin: false,
    updateTime: 0,
    totalWalletBalance: total('wallet'),
    totalUnrealizedProfit: total('unrealized'),
    totalMarginBalance: fixed((usdt?.wallet ?? zero).plus(usdt?.unrealized ?? zero)),
    availableBalance: total('available'),
    maxWithdrawAmount: total('available'),
    assets: margin.map(({ asset, wallet, unrealized, positionMargin, orderMargin, available }) => ({
      asset,
      walletBalance: fixed(wallet),
      unrealizedProfit: fixed(unrealized),
      marginBalance: fixed(wallet.plus(unrealized)),
      maintMargin: fixed(positionMargin.times('0.1')),
      initialMargin: fixed(positionMargin.plus(orderMargin)),
      positionInitialMargin: fixed(positionMargin),
      openOrderInitialMargin: fixed(orderMargin),
      crossWalletBalance: fixed(wallet),
      crossUnPnl: fixed(unrealized),
      availableBalance: fixed(available),
      maxWithdrawAmount: fixed(available),
      // ccxt skips an asset whose updateTime is 0.
      updateTime: core.now(),
    })),
    positions: positions.map((position) => {
      const market = core.state.market('usdm', position.symbol);
      const notional = decimal(position.amount).times(market.price);
      const leverage = account.leverage[position.symbol] ?? defaultLeverage;
      return {
        symbol: position.symbol,
        positionSide: position.side,
        positionAmt: position.amount,
        entryPrice: text(decimal(position.entryPrice)),
        unrealizedProfit: fixed(unrealizedPnl(position, market.price)),
        notional: fixed(notional),
        leverage: String(leverage),
        isolated: account.marginType[position.symbol] === 'isolated',
        isolatedMargin: '0',
        isolatedWallet: '0',
        initialMargin: fixed(notional.abs().div(String(leverage))),
        maintMargin: fixed(notional.abs().times(maintenanceRatio)),
        updateTime: position.updatedAt,
      };
    }),
  };
}
