import { cancelAlgoOrder, placeAlgoOrder } from '../core/algo-orders.ts';
import { decimal } from '../core/amounts.ts';
import { positionOf } from '../core/futures-account.ts';
import {
  type Account,
  type AlgoOrder,
  type Order,
  type OrderType,
  type Position,
  Rejection,
} from '../core/model.ts';
import { cancelOrder, placeOrder } from '../core/orders.ts';
import { isMarketType } from '../core/rules.ts';
import type { SimulatedExchange } from '../core/simulated-exchange.ts';
import { isOpen } from '../core/state.ts';
import { type VenueApi, VenueError } from '../server/venue-api.ts';
import { missingParameter, orderDoesNotExist } from './errors.ts';
import { marketData } from './market-data.ts';
import { findAlgoOrder, findOrder, type Params } from './request.ts';
import { createBinanceApi, open, type Routes, read, trade } from './route.ts';
import {
  algoOrder,
  changedOrder,
  exchangeInfo,
  futuresAccount,
  futuresBalances,
  leverageBrackets,
  placedOrder,
  positionRisk,
  queriedOrder,
  userTrade,
} from './usdm-shapes.ts';

const conditionalTypes: Record<string, OrderType> = {
  STOP: 'stop_limit',
  STOP_MARKET: 'stop_market',
  TAKE_PROFIT: 'take_profit_limit',
  TAKE_PROFIT_MARKET: 'take_profit_market',
};

function orderType(params: Params): OrderType {
  const type = params.required('type').toUpperCase();
  if (type in conditionalTypes || type === 'TRAILING_STOP_MARKET')
    throw new VenueError(
      -4120,
      'Order type not supported for this endpoint. Please use the Algo Order API endpoints instead.',
    );
  if (type !== 'LIMIT' && type !== 'MARKET') throw new VenueError(-1116, 'Invalid orderType.');
  return type === 'LIMIT' ? 'limit' : 'market';
}

/** Futures have a code of their own for a client id of more than 36 characters. */
function clientOrderId(params: Params, name: string): string | undefined {
  if ((params.text(name)?.length ?? 0) > 36)
    throw new VenueError(-4015, 'Client order id length should not be more than 36 chars');
  return params.clientOrderId(name);
}

/** What an order and an algo order ask for alike. */
function sharedFields(core: SimulatedExchange, params: Params, account: Account, clientOrderIdName: string) {
  const symbol = params.required('symbol');
  core.state.market('usdm', symbol);
  // In hedge mode the parameter may not even be sent as false.
  if (account.hedged && params.text('reduceOnly') !== undefined)
    throw new Rejection('reduce_only_not_allowed');
  return {
    account,
    market: 'usdm' as const,
    symbol,
    side: params.side(),
    positionSide: params.positionSide(),
    reduceOnly: params.flag('reduceOnly'),
    postOnly: params.text('timeInForce') === 'GTX',
    timeInForce: params.timeInForce(),
    clientOrderId: clientOrderId(params, clientOrderIdName),
  };
}

function postOrder(core: SimulatedExchange, params: Params, account: Account): unknown {
  const type = orderType(params);
  if (type === 'limit') params.required('timeInForce');
  const order = placeOrder(core.state, {
    ...sharedFields(core, params, account, 'newClientOrderId'),
    type,
    amount: params.requiredDecimal('quantity'),
    price: type === 'limit' ? params.requiredDecimal('price') : undefined,
  });
  return placedOrder(core, order, params.text('newOrderRespType') ?? 'ACK');
}

function postAlgoOrder(core: SimulatedExchange, params: Params, account: Account): unknown {
  if (params.required('algoType') !== 'CONDITIONAL') throw new VenueError(-4500, 'Invalid algoType.');
  const type = conditionalTypes[params.required('type').toUpperCase()];
  if (type === undefined) throw new VenueError(-1116, 'Invalid orderType.');
  const closePosition = params.flag('closePosition');
  if (closePosition && params.text('quantity') !== undefined)
    throw new VenueError(-4137, 'Quantity must be zero with closePosition equals true.');
  if (closePosition && params.flag('reduceOnly'))
    throw new VenueError(-1106, "Parameter 'reduceonly' sent when not required.");
  const algo = placeAlgoOrder(core.state, {
    ...sharedFields(core, params, account, 'clientAlgoId'),
    type,
    closePosition,
    amount: closePosition ? undefined : params.requiredDecimal('quantity'),
    price: isMarketType(type) ? undefined : params.requiredDecimal('price'),
    triggerPrice: params.requiredDecimal('triggerPrice'),
  });
  return algoOrder(core, algo);
}

function requireOrder(core: SimulatedExchange, params: Params, account: Account): Order | undefined {
  core.state.market('usdm', params.required('symbol'));
  return findOrder(core, account, 'usdm', params);
}

function deleteOrder(core: SimulatedExchange, params: Params, account: Account): unknown {
  const order = requireOrder(core, params, account);
  if (order === undefined) throw new VenueError(-2011, 'Unknown order sent.');
  return changedOrder(core, cancelOrder(core.state, order));
}

function ofAccount(params: Params, account: Account) {
  return (item: { account: string; symbol: string; market?: string }): boolean =>
    item.account === account.id &&
    (item.market ?? 'usdm') === 'usdm' &&
    (params.text('symbol') === undefined || item.symbol === params.text('symbol'));
}

function requireMarketIfNamed(core: SimulatedExchange, params: Params): void {
  const symbol = params.text('symbol');
  if (symbol !== undefined) core.state.market('usdm', symbol);
}

function ordersOf(core: SimulatedExchange, params: Params, account: Account): Order[] {
  requireMarketIfNamed(core, params);
  return [...core.state.orders.values()].filter(ofAccount(params, account));
}

function algoOrdersOf(core: SimulatedExchange, params: Params, account: Account): AlgoOrder[] {
  requireMarketIfNamed(core, params);
  return [...core.state.algoOrders.values()].filter(ofAccount(params, account));
}

function deleteAlgoOrder(core: SimulatedExchange, params: Params, account: Account): unknown {
  const algo = findAlgoOrder(core, account, params);
  if (algo === undefined) throw new VenueError(-2011, 'Unknown order sent.');
  cancelAlgoOrder(core.state, algo);
  return { algoId: algo.id, clientAlgoId: algo.clientOrderId, code: '200', msg: 'success' };
}

function userTrades(core: SimulatedExchange, params: Params, account: Account): unknown {
  const orderId = params.integer('orderId');
  const since = params.integer('startTime') ?? 0;
  const fills = core.state.fills
    .filter(ofAccount(params, account))
    .filter((fill) => (orderId === undefined || fill.orderId === orderId) && fill.at >= since);
  return fills.slice(-Math.min(params.integer('limit') ?? 500, 1000)).map(userTrade);
}

function openPositions(account: Account, params: Params): Position[] {
  return Object.values(account.positions).filter(
    (position) =>
      !decimal(position.amount).isZero() &&
      (params.text('symbol') === undefined || position.symbol === params.text('symbol')),
  );
}

/** The older version lists every market, with zeros where there is no position. */
function everyPosition(core: SimulatedExchange, account: Account, params: Params): Position[] {
  const sides = account.hedged ? (['LONG', 'SHORT'] as const) : (['BOTH'] as const);
  return core.state
    .marketsOf('usdm')
    .filter(({ symbol }) => params.text('symbol') === undefined || symbol === params.text('symbol'))
    .flatMap(({ symbol }) => sides.map((side) => positionOf(account, symbol, side)));
}

const success = { code: 200, msg: 'success' };

function setPositionSide(core: SimulatedExchange, params: Params, account: Account): unknown {
  const hedged = params.required('dualSidePosition') === 'true';
  if (hedged === account.hedged) throw new VenueError(-4059, 'No need to change position side.');
  const busy = core.state
    .openOrders()
    .some((order) => order.account === account.id && order.market === 'usdm');
  if (busy) throw new Rejection('has_open_orders');
  if (Object.values(account.positions).some((position) => !decimal(position.amount).isZero()))
    throw new Rejection('has_position');
  core.setHedged({ apiKey: account.apiKey, hedged });
  return success;
}

function setLeverage(core: SimulatedExchange, params: Params, account: Account): unknown {
  const { symbol } = core.state.market('usdm', params.required('symbol'));
  params.required('leverage');
  const leverage = params.integer('leverage') ?? 0;
  if (leverage < 1 || leverage > 125) throw new VenueError(-4028, `Leverage ${leverage} is not valid`);
  account.leverage[symbol] = leverage;
  return { symbol, leverage, maxNotionalValue: '10000000' };
}

function setMarginType(core: SimulatedExchange, params: Params, account: Account): unknown {
  const { symbol } = core.state.market('usdm', params.required('symbol'));
  const marginType = params.required('marginType') === 'ISOLATED' ? 'isolated' : 'cross';
  if ((account.marginType[symbol] ?? 'cross') === marginType)
    throw new VenueError(-4046, 'No need to change margin type.');
  account.marginType[symbol] = marginType;
  return success;
}

function routes(): Routes {
  const data = marketData('usdm');
  const account3 = read((core, params, account) =>
    futuresAccount(core, account, openPositions(account, params)),
  );
  const balances = read((core, _params, account) => futuresBalances(core, account));
  const brackets = read((core, params) => {
    const symbol = params.text('symbol');
    return symbol === undefined
      ? core.state.marketsOf('usdm').map(leverageBrackets)
      : leverageBrackets(core.state.market('usdm', symbol));
  });
  return {
    'GET /fapi/v1/ping': open(data.ping),
    'GET /fapi/v1/time': open(data.time),
    'GET /fapi/v1/exchangeInfo': open((core) => exchangeInfo(core)),
    'GET /fapi/v1/ticker/price': open(data.price),
    'GET /fapi/v2/ticker/price': open(data.price),
    'GET /fapi/v1/ticker/24hr': open(data.ticker24hr),
    'GET /fapi/v1/ticker/bookTicker': open(data.bookTicker),
    'GET /fapi/v1/premiumIndex': open(data.premiumIndex),
    'GET /fapi/v1/depth': open(data.depth),
    'GET /fapi/v1/klines': open(data.klines),
    'POST /fapi/v1/order': trade(postOrder),
    'GET /fapi/v1/order': read((core, params, account) => {
      const order = requireOrder(core, params, account);
      if (order === undefined) throw orderDoesNotExist();
      return queriedOrder(core, order);
    }),
    'DELETE /fapi/v1/order': trade(deleteOrder),
    'GET /fapi/v1/openOrders': read((core, params, account) =>
      ordersOf(core, params, account)
        .filter(isOpen)
        .map((order) => queriedOrder(core, order)),
    ),
    'GET /fapi/v1/allOrders': read((core, params, account) => {
      if (params.text('symbol') === undefined) throw missingParameter('symbol');
      return ordersOf(core, params, account).map((order) => queriedOrder(core, order));
    }),
    'DELETE /fapi/v1/allOpenOrders': trade((core, params, account) => {
      core.state.market('usdm', params.required('symbol'));
      for (const order of ordersOf(core, params, account).filter(isOpen)) cancelOrder(core.state, order);
      return { code: 200, msg: 'The operation of cancel all open order is done.' };
    }),
    'GET /fapi/v1/userTrades': read(userTrades),
    'POST /fapi/v1/algoOrder': trade(postAlgoOrder),
    'GET /fapi/v1/algoOrder': read((core, params, account) => {
      const algo = findAlgoOrder(core, account, params);
      if (algo === undefined) throw orderDoesNotExist();
      return algoOrder(core, algo);
    }),
    'DELETE /fapi/v1/algoOrder': trade(deleteAlgoOrder),
    'GET /fapi/v1/openAlgoOrders': read((core, params, account) =>
      algoOrdersOf(core, params, account)
        .filter((algo) => algo.status === 'new')
        .map((algo) => algoOrder(core, algo)),
    ),
    'GET /fapi/v1/allAlgoOrders': read((core, params, account) => {
      core.state.market('usdm', params.required('symbol'));
      return algoOrdersOf(core, params, account).map((algo) => algoOrder(core, algo));
    }),
    'DELETE /fapi/v1/algoOpenOrders': trade((core, params, account) => {
      core.state.market('usdm', params.required('symbol'));
      for (const algo of algoOrdersOf(core, params, account))
        if (algo.status === 'new') cancelAlgoOrder(core.state, algo);
      return { code: 200, msg: 'The operation of cancel all open order is done.' };
    }),
    'GET /fapi/v2/positionRisk': read((core, params, account) =>
      everyPosition(core, account, params).map((position) => positionRisk(core, account, position, 2)),
    ),
    'GET /fapi/v3/positionRisk': read((core, params, account) =>
      openPositions(account, params).map((position) => positionRisk(core, account, position, 3)),
    ),
    'GET /fapi/v2/account': read((core, params, account) =>
      futuresAccount(core, account, everyPosition(core, account, params)),
    ),
    'GET /fapi/v3/account': account3,
    'GET /fapi/v2/balance': balances,
    'GET /fapi/v3/balance': balances,
    'GET /fapi/v1/positionSide/dual': read((_core, _params, account) => ({
      dualSidePosition: account.hedged,
    })),
    'POST /fapi/v1/positionSide/dual': trade(setPositionSide),
    'POST /fapi/v1/leverage': trade(setLeverage),
    'POST /fapi/v1/marginType': trade(setMarginType),
    'GET /fapi/v1/leverageBracket': brackets,
  };
}

export function binanceUsdm(core: SimulatedExchange): VenueApi {
  return createBinanceApi(core, { market: 'usdm', prefixes: ['/fapi/'], routes: routes() });
}
