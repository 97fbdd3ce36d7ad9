import type { Market } from '../core/model.ts';
import type { SimulatedExchange } from '../core/simulated-exchange.ts';
import type { Params } from './request.ts';

/** @returns one page of a list, the last one. */
export function toPage(category: string, list: unknown[], limit: number) {
  return { category, list: list.slice(0, limit), nextPageCursor: '' };
}

/** @returns the market of the request, or all of its category if it names none. */
export function findMarkets(core: SimulatedExchange, params: Params): Market[] {
  const kind = params.market();
  const symbol = params.text('symbol');
  return symbol === undefined ? core.state.marketsOf(kind) : [core.state.market(kind, symbol)];
}

export function requireMarket(core: SimulatedExchange, params: Params): Market {
  return core.state.market(params.market(), params.required('symbol'));
}
