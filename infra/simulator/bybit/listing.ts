import type { Market } from '../core/model.ts';
import type { SimulatedExchange } from '../core/simulated-exchange.ts';
import type { Params } from './request.ts';

/** @returns one page of a list, the last one. */
export function toPage(category: string, list: unknown[], limit: number) {
  return { category, list: list.slice(0, limit), nextPageCursor: '' };
}

/** Default and maximum sizes of a page. */
export interface PageSize {
  usual: number;
  maximum: number;
}

/** @returns the page of a list that the request's `cursor` names, and the cursor of the next one; empty: there is none. */
export function toRequestedPage<Item>(
  params: Params,
  items: Item[],
  size: PageSize,
  toRow: (item: Item) => unknown,
) {
  const limit = Math.min(params.integer('limit') ?? size.usual, size.maximum);
  const from = params.integer('cursor') ?? 0;
  return {
    category: params.required('category'),
    list: items.slice(from, from + limit).map(toRow),
    nextPageCursor: from + limit < items.length ? String(from + limit) : '',
  };
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
