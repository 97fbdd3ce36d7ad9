import { type Decimal, decimal, text, zero } from '../core/amounts.ts';
import { leverageOf, marginOf, positionOf, unrealizedPnl } from '../core/futures-account.ts';
import type { Account, Fill, Market, MarketKind, Order, OrderType, PositionSide } from '../core/model.ts';
import { isConditionalType, isMarketType } from '../core/rules.ts';
import type { SimulatedExchange } from '../core/simulated-exchange.ts';
import { isOpen } from '../core/state.ts';

export function categoryOf(market: MarketKind): string {
  return market === 'spot' ? 'spot' : 'linear';
}

/** Spot orders have numbers, those of perpetuals have UUIDs. */
export function orderIdOf({ id, market }: Pick<Order, 'id' | 'market'>): string {
  return market === 'spot' ? String(id) : `5a1e0000-0000-4000-8000-${String(id).padStart(12, '0')}`;
}

/** Bybit leaves the id that nobody has given empty. */
function linkIdOf(order: Order): string {
  return order.clientOrderId === `sim-${order.id}` ? '' : order.clientOrderId;
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

function statusOf(order: Order): string {
  const filled = !decimal(order.filled).isZero();
  switch (order.status) {
    case 'new':
      return order.triggered ? 'New' : 'Untriggered';
    case 'partially_filled':
      return 'PartiallyFilled';
    case 'filled':
      return 'Filled';
    default:
      // Perpetuals have no word of their own for what was filled in part before it was cancelled.
      if (filled && order.market === 'spot') return 'PartiallyFilledCanceled';
      return order.triggered ? 'Cancelled' : 'Deactivated';
  }
}

/** Bybit's sort of a conditional order: on spot one word for both, on perpetuals by what it is for. */
function stopOrderTypeOf({ type, market, reduceOnly }: Order): string {
  if (!isConditionalType(type)) return '';
  if (market === 'spot') return 'tpslOrder';
  if (!reduceOnly) return 'Stop';
  return type.startsWith('stop_') ? 'StopLoss' : 'TakeProfit';
}

function triggerDirectionOf(type: OrderType, side: Order['side']): number {
  if (!isConditionalType(type)) return 0;
  return type.startsWith('stop_') === (side === 'buy') ? 1 : 2;
}

function positionIndexOf(side: PositionSide): number {
  return ['BOTH', 'LONG', 'SHORT'].indexOf(side);
}

function averageOf({ cost, filled }: Order): Decimal {
  return decimal(filled).isZero() ? zero : decimal(cost).div(filled).decimalPlaces(8);
}

function feesOf(fills: Fill[]): Record<string, string> {
  const fees: Record<string, string> = {};
  for (const { feeAsset, fee } of fills) fees[feeAsset] = text(decimal(fees[feeAsset] ?? '0').plus(fee));
  return fees;
}

export function orderShape(core: SimulatedExchange, order: Order): Record<string, unknown> {
  const fees = feesOf(core.state.fillsOf(order.id));
  const average = averageOf(order);
  const left = isOpen(order) ? decimal(order.amount).minus(order.filled) : zero;
  return {
    symbol: order.symbol,
    orderType: isMarketType(order.type) ? 'Market' : 'Limit',
    orderLinkId: linkIdOf(order),
    orderId: orderIdOf(order),
    cancelType: 'UNKNOWN',
    avgPrice: average.isZero() ? '' : text(average),
    stopOrderType: stopOrderTypeOf(order),
    lastPriceOnCreated: '',
    orderStatus: statusOf(order),
    createType: 'CreateByUser',
    takeProfit: '',
    cumExecValue: order.cost,
    tpslMode: '',
    smpType: 'None',
    triggerDirection: triggerDirectionOf(order.type, order.side),
    blockTradeId: '',
    cumFeeDetail: fees,
    rejectReason: 'EC_NoError',
    isLeverage: order.market === 'spot' ? '0' : '',
    price: order.price ?? '0',
    orderIv: '',
    createdTime: String(order.createdAt),
    tpTriggerBy: '',
    positionIdx: positionIndexOf(order.positionSide),
    timeInForce: order.postOnly ? 'PostOnly' : isMarketType(order.type) ? 'IOC' : order.timeInForce,
    leavesValue: text(left.times(order.price ?? '0')),
    updatedTime: String(order.updatedAt),
    side: capital(order.side),
    smpGroup: 0,
    triggerPrice: order.triggerPrice ?? '',
    cumExecFee: Object.values(fees)[0] ?? '0',
    slTriggerBy: '',
    leavesQty: text(left),
    closeOnTrigger: false,
    placeType: '',
    cumExecQty: order.filled,
    reduceOnly: order.reduceOnly,
    // What was sized in quote is told in quote.
    qty: order.quoteAmount ?? order.amount,
    ...(order.market === 'spot' && isMarketType(order.type)
      ? { marketUnit: order.quoteAmount === undefined ? 'baseCoin' : 'quoteCoin' }
      : {}),
    stopLoss: '',
    smpOrderId: '',
    triggerBy: order.triggerPrice === undefined ? '' : 'LastPrice',
    extraFees: '',
  };
}

export function executionShape(core: SimulatedExchange) {
  return (fill: Fill): Record<string, unknown> => {
    const order = core.state.order(fill.orderId);
    return {
      symbol: fill.symbol,
      orderType: isMarketType(order.type) ? 'Market' : 'Limit',
      underlyingPrice: '',
      orderLinkId: linkIdOf(order),
      side: capital(fill.side),
      indexPrice: '',
      orderId: orderIdOf(order),
      stopOrderType: stopOrderTypeOf(order) || 'UNKNOWN',
      leavesQty: text(decimal(order.amount).minus(order.filled)),
      execTime: String(fill.at),
      feeCurrency: fill.market === 'spot' ? fill.feeAsset : '',
      isMaker: fill.maker,
      execFee: fill.fee,
      feeRate: core.state.market(fill.market, fill.symbol).feeRate,
      execId: String(fill.id),
      tradeIv: '',
      blockTradeId: '',
      markPrice: fill.price,
      execPrice: fill.price,
      markIv: '',
      orderQty: order.amount,
      orderPrice: order.price ?? fill.price,
      execValue: fill.cost,
      execType: 'Trade',
      execQty: fill.amount,
      closedSize: '',
      seq: fill.id,
    };
  };
}

/** An instrument as `instruments-info` lists it. */
export function instrumentShape(market: Market): Record<string, unknown> {
  return market.kind === 'spot'
    ? {
        symbol: market.symbol,
        baseCoin: market.base,
        quoteCoin: market.quote,
        innovation: '0',
        status: 'Trading',
        marginTrading: 'none',
        lotSizeFilter: {
          basePrecision: text(decimal(market.lot.step)),
          quotePrecision: '0.00000001',
          minOrderQty: market.lot.min,
          maxOrderQty: market.lot.max,
          minOrderAmt: market.minNotional,
          maxOrderAmt: '4000000',
          maxLimitOrderQty: market.lot.max,
          maxMarketOrderQty: market.marketLot.max,
        },
        priceFilter: { tickSize: market.tick },
      }
    : {
        symbol: market.symbol,
        contractType: 'LinearPerpetual',
        status: 'Trading',
        baseCoin: market.base,
        quoteCoin: market.quote,
        launchTime: '1585526400000',
        deliveryTime: '0',
        deliveryFeeRate: '',
        priceScale: '2',
        leverageFilter: { minLeverage: '1', maxLeverage: '100.00', leverageStep: '0.01' },
        priceFilter: { minPrice: market.tick, maxPrice: '1999999.80', tickSize: market.tick },
        lotSizeFilter: {
          maxOrderQty: market.lot.max,
          minOrderQty: market.lot.min,
          qtyStep: market.lot.step,
          postOnlyMaxOrderQty: market.lot.max,
          maxMktOrderQty: market.marketLot.max,
          minNotionalValue: market.minNotional,
        },
        unifiedMarginTrade: true,
        fundingInterval: 480,
        settleCoin: market.quote,
      };
}

// The book has no depth of its own: a level of this size on either side.
const levelAmount = '10';

function askOf(market: Market): string {
  return text(decimal(market.price).plus(market.tick));
}

export function tickerShape(market: Market): Record<string, unknown> {
  return {
    symbol: market.symbol,
    bid1Price: market.price,
    bid1Size: levelAmount,
    ask1Price: askOf(market),
    ask1Size: levelAmount,
    lastPrice: market.price,
    prevPrice24h: market.price,
    price24hPcnt: '0',
    highPrice24h: market.price,
    lowPrice24h: market.price,
    turnover24h: text(decimal(market.price).times('1000')),
    volume24h: '1000',
    ...(market.kind === 'spot'
      ? { usdIndexPrice: market.price }
      : {
          markPrice: market.price,
          indexPrice: market.price,
          openInterest: '1000',
          fundingRate: '0.0001',
          nextFundingTime: '4102444800000',
        }),
  };
}

export function bookShape(core: SimulatedExchange, market: Market): Record<string, unknown> {
  return {
    s: market.symbol,
    b: [[market.price, levelAmount]],
    a: [[askOf(market), levelAmount]],
    ts: core.now(),
    u: core.now(),
    seq: 1,
    cts: core.now(),
  };
}

/** The account's positions of a market: one, or both sides of a hedge, whether open or not. */
export function positionShapes(account: Account, market: Market): unknown[] {
  const sides: PositionSide[] = account.hedged ? ['LONG', 'SHORT'] : ['BOTH'];
  return sides.map((side) => {
    const position = positionOf(account, market.symbol, side);
    const amount = decimal(position.amount);
    const flat = amount.isZero();
    return {
      positionIdx: positionIndexOf(side),
      riskId: 1,
      riskLimitValue: '2000000',
      symbol: market.symbol,
      side: flat ? '' : amount.gt(0) ? 'Buy' : 'Sell',
      size: text(amount.abs()),
      avgPrice: flat ? '0' : position.entryPrice,
      positionValue: flat ? '' : text(amount.abs().times(position.entryPrice)),
      tradeMode: 0,
      autoAddMargin: 0,
      positionStatus: 'Normal',
      leverage: String(leverageOf(account, market.symbol)),
      markPrice: market.price,
      liqPrice: '',
      bustPrice: '',
      positionIM: flat ? '' : '0',
      positionMM: flat ? '' : '0',
      takeProfit: '',
      stopLoss: '',
      trailingStop: '0',
      unrealisedPnl: flat ? '' : text(unrealizedPnl(position, market.price)),
      curRealisedPnl: position.realizedPnl,
      cumRealisedPnl: position.realizedPnl,
      adlRankIndicator: 0,
      isReduceOnly: false,
      createdTime: String(position.updatedAt),
      updatedTime: String(position.updatedAt),
      seq: -1,
    };
  });
}

/** One wallet for everything: the core's spot balance and futures wallet together. */
export function walletShape(core: SimulatedExchange, account: Account, only: string | undefined): unknown {
  const coins = [...new Set([...Object.keys(account.spot), ...Object.keys(account.usdm)])].filter(
    (coin) => only === undefined || coin === only,
  );
  return {
    accountType: 'UNIFIED',
    totalEquity: '',
    totalWalletBalance: '',
    totalAvailableBalance: '',
    coin: coins.flatMap((coin) => {
      const spot = account.spot[coin] ?? { free: '0', locked: '0' };
      const margin = marginOf(core.state, account, coin);
      const wallet = decimal(spot.free).plus(spot.locked).plus(margin.wallet);
      // A coin that isn't there is not in the answer.
      if (wallet.isZero()) return [];
      return [
        {
          coin,
          equity: text(wallet.plus(margin.unrealized)),
          usdValue: '',
          walletBalance: text(wallet),
          free: '',
          locked: spot.locked,
          borrowAmount: '0',
          availableToBorrow: '',
          availableToWithdraw: '',
          accruedInterest: '0',
          totalOrderIM: text(margin.orderMargin),
          totalPositionIM: text(margin.positionMargin),
          totalPositionMM: '0',
          unrealisedPnl: text(margin.unrealized),
          cumRealisedPnl: '0',
          bonus: '0',
          collateralSwitch: true,
          marginCollateral: true,
        },
      ];
    }),
  };
}

export function keyShape({ id, apiKey, permissions }: Account): Record<string, unknown> {
  return {
    id: id.replace('account-', ''),
    note: 'simulated',
    apiKey,
    readOnly: permissions.trade ? 0 : 1,
    secret: '',
    permissions: {
      ContractTrade: permissions.futures ? ['Order', 'Position'] : [],
      Spot: ['SpotTrade'],
      Wallet: permissions.withdraw ? ['AccountTransfer', 'Withdraw'] : ['AccountTransfer'],
      Options: [],
      Derivatives: [],
      Exchange: [],
    },
    ips: permissions.ipRestricted ? ['127.0.0.1'] : ['*'],
    type: 1,
    unified: 0,
    uta: 1,
    isMaster: true,
  };
}
