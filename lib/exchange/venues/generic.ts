import type { Exchange as CcxtClient, Market, Trade } from 'ccxt';
import type { GenericId } from '../../account/generic-id.ts';
import { isPositive } from '../../decimal.ts';
import type { MarketRules } from '../exchange.ts';
import { sumFills, toFee } from './fills.ts';
import { fetchOrder, fetchTraces, hasBalances, recordSale, sendSale, withDetails } from './generic-orders.ts';
import { locally, watchRequests, withoutKeys } from './generic-wire.ts';
import { readFigure } from './parse-amount.ts';
import type { Venue } from './venue.ts';
import { Unsupported, type VenueError } from './venue-error.ts';

const never = Number.POSITIVE_INFINITY;
/** How long a request may be under way. Nothing counts on it: no exchange of the generic mode documents a window. */
const assumedWindowMs = 60_000;
/** What a sale costs at most, of an exchange that lists no fee: ccxt's highest for spot are below it. */
const assumedTaker = '0.01';

/** @returns ccxt's market as it can be stored, with the fee that its orders can cost. */
function toStored(client: CcxtClient, market: NonNullable<Market>): Record<string, unknown> {
  const taker = market.taker ?? client.fees?.trading?.taker ?? assumedTaker;
  return JSON.parse(JSON.stringify({ ...market, taker: String(taker) }));
}

/** A spot market whose amounts have a step. ccxt's other figures of it can be missing. */
function isTradable(market: Market): market is NonNullable<Market> {
  return market?.spot === true && isPositive(readFigure(market.precision?.amount));
}

async function fetchMarkets(client: CcxtClient, id?: string): Promise<Market[]> {
  const markets = await withoutKeys(() => client.fetchMarkets());
  return markets
    .filter(isTradable)
    .filter((market) => id === undefined || market.id === id)
    .map((market) => ({ ...market, info: toStored(client, market) }));
}

function marketRules(market: Market): Partial<MarketRules> {
  return {
    // `fetchMarkets` has put it there: ccxt's own info is in it.
    ccxtMarket: market?.info,
    marketAmountMax: readFigure(market?.limits.amount?.max),
    costMax: readFigure(market?.limits.cost?.max),
  };
}

/** The words of an error, wherever the exchange has them. ccxt's class says what it may mean. */
function parseError(status: number, body: unknown): VenueError {
  const message = typeof body === 'object' && body !== null ? JSON.stringify(body).slice(0, 200) : '';
  return { status, code: String(status), hasCode: false, message };
}

async function fetchTrades(
  client: CcxtClient,
  symbol: string,
  since: number,
  until = never,
): Promise<Trade[]> {
  const trades = await locally(() => client.fetchMyTrades(symbol, since));
  return trades.filter(({ timestamp = since }) => timestamp >= since && timestamp <= until);
}

function refuse(what: string): () => Promise<never> {
  return async () => {
    throw new Unsupported(`The generic mode ${what}`);
  };
}

/** What is listed before an order was created, by another clock. */
const clockMarginMs = 60_000;

const generic: Omit<Venue, 'id'> = {
  kinds: new Set(['spot']),
  orderApi: 'private',
  // ccxt itself neither waits nor sends again.
  options: { maxRetriesOnFailure: 0, maxRetriesOnFailureDelay: 0, defaultType: 'spot' },
  recvWindowMs: assumedWindowMs,
  lookupLagMs: never,
  retention: { order: { unfilledMs: never }, conditional: { unfilledMs: never } },
  tradeListing: {},
  fundingListing: {},
  createReturnsFill: false,
  cancelReturnsFill: false,
  endedCodes: new Map(),
  notFoundCodes: new Set(),
  deniedCodes: new Set(),
  clockCodes: new Set(),
  troubleCodes: [],
  parseError,
  errors: { rows: [], isBelieved: () => false },
  unproven: { recordSale, fetchTraces },
  prepare: watchRequests,

  createOrder: sendSale,
  cancelOrder: refuse('cancels nothing'),
  fetchOrder,
  marketInfo: {},
  marketRules,
  orderRef: (_market, { orderId }) => ({ id: orderId, parameters: {} }),
  orderDetails: ({ marketId, type }) => ({ marketId, type }),
  closeParameters: () => ({}),
  entryParameters: () => ({}),
  stopParameters: () => ({}),
  exits: {},
  amendment: () => undefined,
  triggeredOrderId: () => undefined,
  isBalanceResponse: hasBalances,

  useSandbox: (client) => client.setSandboxMode(true),
  fetchMarkets: (client, kind, marketId) =>
    kind === 'spot' ? fetchMarkets(client, marketId) : Promise.resolve([]),
  async fetchFills(client, { symbol }, { orderId, createdAt, updatedAt }) {
    const since = (createdAt ?? updatedAt ?? 0) - clockMarginMs;
    const own = (await fetchTrades(client, symbol, since)).filter(({ order }) => order === orderId);
    return sumFills(own, orderId, toFee);
  },
  async fetchTrades(client, { symbol }, { since, until, orderId }) {
    const trades = await fetchTrades(client, symbol, since, until);
    return trades
      .filter(({ order }) => orderId === undefined || order === orderId)
      .map((trade) => ({ trade, cause: 'trade' }));
  },
  async fetchPrices(client, _kind, marketId) {
    const known = Object.values(client.markets ?? {}).filter((market) => market?.id === marketId);
    const tickers = await Promise.all(
      known.map((market) => locally(() => client.fetchTicker(market?.symbol ?? ''))),
    );
    return tickers.map((ticker) => ({ marketId: marketId ?? '', value: ticker.last ?? ticker.close }));
  },
  async fetchTakerRate(client, { symbol, ccxtMarket }) {
    return String(ccxtMarket?.taker ?? client.markets?.[symbol]?.taker ?? assumedTaker);
  },
  async fetchOpenOrders(client, kind, market) {
    if (kind !== 'spot') return [];
    const open = await locally(() => client.fetchOpenOrders(market?.symbol));
    return open.map((order) => ({ order: withDetails(client, order), conditional: false }));
  },
  fetchPermissions: async () => ({ canTrade: undefined, canWithdraw: undefined, ipRestricted: undefined }),
  fetchMinute: refuse('reads no past prices'),
  fetchPosition: refuse('has no perpetuals'),
  fetchFunding: async () => [],
  fetchOpenPositions: async () => [],
};

/**
 * An exchange of which nothing is proven, by ccxt's unified calls: spot markets, MARKET sales. No error says that an order
 * was not executed, no look-up that it does not exist.
 */
export function createGenericVenue(id: GenericId): Venue {
  return { id, ...generic };
}
