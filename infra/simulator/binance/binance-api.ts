import type { MarketKind } from '../core/model.ts';
import type { SimulatedExchange } from '../core/simulated-exchange.ts';
import type { Routes } from '../server/routes.ts';
import { type PreparedRequest, type VenueApi, VenueError, type VenueRequest } from '../server/venue-api.ts';
import {
  executionUnknown,
  internalError,
  invalidSignature,
  orderDoesNotExist,
  tooManyRequests,
  toVenueError,
  unauthorized,
} from './errors.ts';
import { authenticate, checkWindow, describeRequest, findAlgoOrder, findOrder, Params } from './request.ts';

interface BinanceApiOptions {
  market: MarketKind | 'wallet';
  prefixes: string[];
  routes: Routes<Params>;
}

/** One of Binance's APIs. Spot, futures and wallet differ only in their options. */
export function createBinanceApi(core: SimulatedExchange, options: BinanceApiOptions): VenueApi {
  const { market, prefixes } = options;
  const orderMarket: MarketKind = market === 'usdm' ? 'usdm' : 'spot';
  return {
    marketOf: () => market,
    owns: (path) => prefixes.some((prefix) => path.startsWith(prefix)),
    prepare: (request) => prepare(core, options, request),
    describe: describeRequest,
    cancelTarget: (request) => {
      const account = core.state.accountByKey(request.headers['x-mbx-apikey'] ?? '');
      const params = new Params(request);
      if (account === undefined) return undefined;
      if (request.path.endsWith('/algoOrder')) return findAlgoOrder(core, account, params);
      return request.path.endsWith('/order') ? findOrder(core, account, orderMarket, params) : undefined;
    },
    toVenueError: (error) => toVenueError(error, orderMarket),
    toErrorBody: (error) => ({ code: error.code, msg: error.message }),
    errorStatus: 400,
    notFound: () => {
      throw orderDoesNotExist();
    },
    outcomeUnknown: executionUnknown,
    throttled: tooManyRequests,
    failed: internalError,
    badSignature: invalidSignature,
  };
}

function prepare(
  core: SimulatedExchange,
  { market, routes }: BinanceApiOptions,
  request: VenueRequest,
): PreparedRequest {
  const route = routes[`${request.method} ${request.path}`];
  if (route === undefined)
    throw new VenueError(-5000, `Path ${request.path}, Method ${request.method} is invalid`, 404);
  const params = new Params(request);
  if (route.security === 'public') return { run: () => route.handle(core, params) };
  const account = authenticate(core, request, params);
  const { permissions } = account;
  if (market === 'usdm' && !permissions.futures) throw unauthorized();
  if (route.security === 'trade' && !permissions.trade) throw unauthorized();
  // The futures matching engine has its own code for a window that closed before the request reached it.
  const lateCode = market === 'usdm' ? -5028 : -1021;
  return {
    account,
    run: () => {
      if (route.security === 'trade') checkWindow(params, core.now(), lateCode);
      return route.handle(core, params, account);
    },
  };
}
