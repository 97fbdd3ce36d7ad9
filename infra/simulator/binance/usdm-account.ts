import { decimal } from '../core/amounts.ts';
import { positionOf } from '../core/futures-account.ts';
import type { Account, Position } from '../core/model.ts';
import { Rejection } from '../core/rejection.ts';
import type { SimulatedExchange } from '../core/simulated-exchange.ts';
import { VenueError } from '../server/venue-api.ts';
import type { Params } from './request.ts';
import {
  toFuturesAccount,
  toFuturesBalances,
  toLeverageBrackets,
  toPositionRiskV2,
  toPositionRiskV3,
} from './usdm-account-shapes.ts';

function findOpenPositions(account: Account, params: Params): Position[] {
  return Object.values(account.positions).filter(
    (position) =>
      !decimal(position.amount).isZero() &&
      (params.text('symbol') === undefined || position.symbol === params.text('symbol')),
  );
}

/** @returns a position for every market, with zeros if there is none, as version 2 lists them. */
function findAllPositions(core: SimulatedExchange, account: Account, params: Params): Position[] {
  const sides = account.hedged ? (['LONG', 'SHORT'] as const) : (['BOTH'] as const);
  return core.state
    .marketsOf('usdm')
    .filter(({ symbol }) => params.text('symbol') === undefined || symbol === params.text('symbol'))
    .flatMap(({ symbol }) => sides.map((side) => positionOf(account, symbol, side)));
}

const success = { code: 200, msg: 'success' };

export function setPositionSide(core: SimulatedExchange, params: Params, account: Account): unknown {
  const hedged = params.required('dualSidePosition') === 'true';
  if (hedged === account.hedged) throw new VenueError(-4059, 'No need to change position side.');
  const hasOpenOrders = core.state
    .openOrders()
    .some((order) => order.account === account.id && order.market === 'usdm');
  if (hasOpenOrders) throw new Rejection('has_open_orders');
  if (Object.values(account.positions).some((position) => !decimal(position.amount).isZero()))
    throw new Rejection('has_position');
  core.setHedged({ apiKey: account.apiKey, hedged });
  return success;
}

export function setLeverage(core: SimulatedExchange, params: Params, account: Account): unknown {
  const { symbol } = core.state.market('usdm', params.required('symbol'));
  params.required('leverage');
  const leverage = params.integer('leverage') ?? 0;
  if (leverage < 1 || leverage > 125) throw new VenueError(-4028, `Leverage ${leverage} is not valid`);
  account.leverage[symbol] = leverage;
  return { symbol, leverage, maxNotionalValue: '10000000' };
}

export function setMarginType(core: SimulatedExchange, params: Params, account: Account): unknown {
  const { symbol } = core.state.market('usdm', params.required('symbol'));
  const marginType = params.required('marginType') === 'ISOLATED' ? 'isolated' : 'cross';
  if ((account.marginType[symbol] ?? 'cross') === marginType)
    throw new VenueError(-4046, 'No need to change margin type.');
  account.marginType[symbol] = marginType;
  return success;
}

export function queryAccountV2(core: SimulatedExchange, params: Params, account: Account): unknown {
  return toFuturesAccount(core, account, findAllPositions(core, account, params));
}

export function queryAccountV3(core: SimulatedExchange, params: Params, account: Account): unknown {
  return toFuturesAccount(core, account, findOpenPositions(account, params));
}

export function listBalances(core: SimulatedExchange, _params: Params, account: Account): unknown {
  return toFuturesBalances(core, account);
}

export function listPositionRiskV2(core: SimulatedExchange, params: Params, account: Account): unknown {
  return findAllPositions(core, account, params).map((position) => toPositionRiskV2(core, account, position));
}

export function listPositionRiskV3(core: SimulatedExchange, params: Params, account: Account): unknown {
  return findOpenPositions(account, params).map((position) => toPositionRiskV3(core, account, position));
}

export function listLeverageBrackets(core: SimulatedExchange, params: Params): unknown {
  const symbol = params.text('symbol');
  return symbol === undefined
    ? core.state.marketsOf('usdm').map(toLeverageBrackets)
    : toLeverageBrackets(core.state.market('usdm', symbol));
}
