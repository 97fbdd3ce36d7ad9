import { cancelAlgoOrder, placeAlgoOrder } from '../core/algo-orders.ts';
import type { Account, AlgoOrder } from '../core/model.ts';
import { binanceFuturesRetention, isAlgoForgotten } from '../core/retention.ts';
import { isMarketType } from '../core/rules.ts';
import type { SimulatedExchange } from '../core/simulated-exchange.ts';
import { VenueError } from '../server/venue-api.ts';
import { malformedParameter, orderDoesNotExist } from './errors.ts';
import { findAlgoOrder, type Params } from './request.ts';
import { toAlgoOrder } from './usdm-algo-shapes.ts';
import {
  allCanceled,
  checkSymbol,
  conditionalTypes,
  isOfAccount,
  parseSharedFields,
  weekMs,
} from './usdm-orders.ts';

/** The simulation has one price, so both kinds trigger alike. */
function parseWorkingType(params: Params): string | undefined {
  const workingType = params.text('workingType');
  if (workingType !== undefined && workingType !== 'MARK_PRICE' && workingType !== 'CONTRACT_PRICE')
    throw malformedParameter('workingType');
  return workingType;
}

/** https://developers.binance.com/docs/derivatives/usds-margined-futures/trade/rest-api/New-Algo-Order */
export function postAlgoOrder(core: SimulatedExchange, params: Params, account: Account): unknown {
  if (params.required('algoType') !== 'CONDITIONAL') throw new VenueError(-4500, 'Invalid algoType.');
  const type = conditionalTypes[params.required('type').toUpperCase()];
  if (type === undefined) throw new VenueError(-1116, 'Invalid orderType.');
  const closePosition = params.flag('closePosition');
  if (closePosition && !isMarketType(type))
    throw new VenueError(
      -4136,
      `Target strategy invalid for orderType ${params.required('type')}, closePosition true`,
    );
  if (closePosition && params.text('quantity') !== undefined)
    throw new VenueError(-4137, 'Quantity must be zero with closePosition equals true.');
  if (closePosition && params.flag('reduceOnly'))
    throw new VenueError(-1106, "Parameter 'reduceonly' sent when not required.");
  const algo = placeAlgoOrder(core.state, {
    ...parseSharedFields(core, params, account, 'clientAlgoId'),
    type,
    closePosition,
    amount: closePosition ? undefined : params.requiredDecimal('quantity'),
    price: isMarketType(type) ? undefined : params.requiredDecimal('price'),
    triggerPrice: params.requiredDecimal('triggerPrice'),
    triggerBy: parseWorkingType(params),
  });
  return toAlgoOrder(core, algo);
}

export function queryAlgoOrder(core: SimulatedExchange, params: Params, account: Account): unknown {
  const algo = findAlgoOrder(core, account, params);
  if (algo === undefined || isAlgoForgotten(core.state, algo, binanceFuturesRetention))
    throw orderDoesNotExist();
  return toAlgoOrder(core, algo);
}

function findAlgoOrders(core: SimulatedExchange, params: Params, account: Account): AlgoOrder[] {
  checkSymbol(core, params);
  return [...core.state.algoOrders.values()].filter(isOfAccount(params, account));
}

export function deleteAlgoOrder(core: SimulatedExchange, params: Params, account: Account): unknown {
  const algo = findAlgoOrder(core, account, params);
  if (algo === undefined) throw new VenueError(-2011, 'Unknown order sent.');
  cancelAlgoOrder(core.state, algo);
  return { algoId: algo.id, clientAlgoId: algo.clientOrderId, code: '200', msg: 'success' };
}

/** An order that is triggering is no longer listed; Binance's pages do not document this. */
export function listOpenAlgoOrders(core: SimulatedExchange, params: Params, account: Account): unknown {
  const id = params.integer('algoId');
  return findAlgoOrders(core, params, account)
    .filter((algo) => algo.status === 'new' && (id === undefined || algo.id === id))
    .map((algo) => toAlgoOrder(core, algo));
}

/** https://developers.binance.com/docs/derivatives/usds-margined-futures/trade/rest-api/Query-All-Algo-Orders */
export function listAlgoOrders(core: SimulatedExchange, params: Params, account: Account): unknown {
  core.state.market('usdm', params.required('symbol'));
  const [startTime, endTime] = [params.integer('startTime'), params.integer('endTime')];
  if (startTime !== undefined && endTime !== undefined && endTime - startTime > weekMs)
    throw new VenueError(-4084, 'Search window is restricted to recent 7 days only.');
  const until = endTime ?? (startTime === undefined ? core.now() : startTime + weekMs);
  const since = startTime ?? until - weekMs;
  const limit = Math.min(params.integer('limit') ?? 500, 1000);
  const from = ((params.integer('page') ?? 1) - 1) * limit;
  return findAlgoOrders(core, params, account)
    .filter((algo) => !isAlgoForgotten(core.state, algo, binanceFuturesRetention))
    .filter(({ id, createdAt }) => {
      return id >= (params.integer('algoId') ?? 0) && createdAt >= since && createdAt <= until;
    })
    .slice(from, from + limit)
    .map((algo) => toAlgoOrder(core, algo));
}

export function deleteOpenAlgoOrders(core: SimulatedExchange, params: Params, account: Account): unknown {
  core.state.market('usdm', params.required('symbol'));
  for (const algo of findAlgoOrders(core, params, account))
    if (algo.status === 'new') cancelAlgoOrder(core.state, algo);
  return allCanceled;
}
