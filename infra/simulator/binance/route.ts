import type { Account, MarketKind } from '../core/model.ts';
import type { SimulatedExchange } from '../core/simulated-exchange.ts';
import { type PreparedRequest, type VenueApi, VenueError, type VenueRequest } from '../server/venue-api.ts';
import {
  errorOf,
  executionUnknown,
  internalError,
  invalidSignature,
  orderDoesNotExist,
  tooManyRequests,
  unauthorized,
} from './errors.ts';
import { authenticate, checkWindow, describeRequest, findAlgoOrder, findOrder, Params } from './request.ts';

export type PublicHandler = (core: SimulatedExchange, params: Params) => unknown;
export type SignedHandler = (core: SimulatedExchange, params: Params, account: Account) => unknown;

export type Route =
  | { security: 'public'; handle: PublicHandler }
  /** `read` needs a valid key; `trade` also the permission to trade here, and a fresh time window when it runs. */
  | { security: 'read' | 'trade'; handle: SignedHandler };

/** Keys are `METHOD /path`. */
export type Routes = Record<string, Route>;

export function open(handle: PublicHandler): Route {
  return { security: 'public', handle };
}
export function read(handle: SignedHandler): Route {
  return { security: 'read', handle };
}
export function trade(handle: SignedHandler): Route {
  return { security: 'trade', handle };
}

/** A face from a table of routes; spot, futures and wallet differ in nothing else. */
export function createBinanceApi(
  core: SimulatedExchange,
  options: { market: MarketKind | 'wallet'; prefixes: string[]; routes: Routes },
): VenueApi {
  const { market, prefixes, routes } = options;
  const orderMarket: MarketKind = market === 'usdm' ? 'usdm' : 'spot';
  // The futures matching engine has a code of its own for a window that closed on the way to it.
  const lateCode = market === 'usdm' ? -5028 : -1021;

  function prepare(request: VenueRequest): PreparedRequest {
    const route = routes[`${request.method} ${request.path}`];
    if (route === undefined)
      throw new VenueError(-5000, `Path ${request.path}, Method ${request.method} is invalid`, 404);
    const params = new Params(request);
    if (route.security === 'public') return { run: () => route.handle(core, params) };
    const account = authenticate(core, request, params);
    const { permissions } = account;
    if (market === 'usdm' && !permissions.futures) throw unauthorized();
    if (route.security === 'trade' && !permissions.trade) throw unauthorized();
    return {
      account,
      run: () => {
        if (route.security === 'trade') checkWindow(params, core.now(), lateCode);
        return route.handle(core, params, account);
      },
    };
  }

  return {
    marketOf: () => market,
    owns: (path) => prefixes.some((prefix) => path.startsWith(prefix)),
    prepare,
    describe: describeRequest,
    cancelTarget: (request) => {
      const account = core.state.accountByKey(request.headers['x-mbx-apikey'] ?? '');
      const params = new Params(request);
      if (account === undefined) return undefined;
      if (request.path.endsWith('/algoOrder')) return findAlgoOrder(core, account, params);
      return request.path.endsWith('/order') ? findOrder(core, account, orderMarket, params) : undefined;
    },
    errorOf: (error) => errorOf(error, orderMarket),
    errorBody: (error) => ({ code: error.code, msg: error.message }),
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
