import type { VenueKey } from '../account/account.ts';
import type { Exchange } from '../exchange/exchange.ts';
import { snapshotFrom } from '../position/snapshot.ts';

/** What one run may ask of the exchanges for positions that no claim holds. */
export interface SweepLimits {
  /** From this many positions on, an account is read in a snapshot. */
  snapshotFrom: number;
  /** The looks of such an account begin at least this far apart, in milliseconds. Each may read and place several orders. */
  accountIntervalMs: number;
  /** For how many positions of one account a run waits to look up exits whose responses were lost. */
  awaitedExits: number;
  exchanges: Readonly<Record<VenueKey, ExchangeLimits>>;
}

/** Of one exchange and run. Exchanges count per address, which all accounts can share. */
export interface ExchangeLimits {
  /** Once its requests weigh this much, the run begins nothing more, except work on claims. */
  weight: number;
  /** The requests of claims count only beyond this weight. */
  claimsWeight: number;
  /** How far apart looks begin after the first ones, in milliseconds. */
  intervalMs: number;
  weights: Weights;
}

/** How much a call of the port weighs at most. */
export interface Weights {
  calls: Readonly<Partial<Record<keyof Exchange, number>>>;
  /** Of every other call. */
  other: number;
  /** What is added if the account is flat, and its position mode has to be read too. */
  flat: number;
  /** What is added if the causes of trades are wanted. */
  causes: number;
  /** Of all calls of one look: what the run does to one position. A look begins only if this much weight is left. */
  look: number;
}

/** 40 % of what an address may send in a minute is left to claims, hits and the console. */
function share(weight: number): Pick<ExchangeLimits, 'weight' | 'claimsWeight'> {
  return { weight: 0.6 * weight, claimsWeight: 0.2 * weight };
}

/**
 * 6,000 a minute: https://developers.binance.com/docs/binance-spot-api-docs/rest-api/limits
 * Trades of one order cost 5, all of a market 20:
 * https://developers.binance.com/docs/binance-spot-api-docs/rest-api/account-endpoints
 */
const binance: ExchangeLimits = {
  ...share(6_000),
  intervalMs: 100,
  weights: {
    calls: {
      fetchPrice: 2,
      fetchPrices: 4,
      fetchOpenOrders: 6,
      fetchOrdersOfMarkets: 80,
      fetchBalance: 20,
      fetchTrades: 20,
      fetchFills: 20,
      fetchAttachedExits: 12,
    },
    ...{ other: 4, flat: 0, causes: 0, look: 60 },
  },
};

/**
 * 1,200 a minute. Weights are as they were at Binance before 2023: an account or trades 10, open orders of all markets 40.
 * https://github.com/binance-us/binance-us-api-docs/blob/master/rest-api.md
 */
const binanceus: ExchangeLimits = {
  ...share(1_200),
  intervalMs: 100,
  weights: {
    calls: {
      fetchPrices: 2,
      fetchOpenOrders: 3,
      fetchOrdersOfMarkets: 40,
      fetchBalance: 10,
      fetchTrades: 10,
      fetchFills: 10,
    },
    ...{ other: 10, flat: 0, causes: 0, look: 40 },
  },
};

/**
 * 2,400 a minute: https://www.binance.com/en/support/faq/281596e222414cdd9051664ea621cdc3
 * A holding is 5, and 30 more for the position mode if it is flat. The causes of trades are in the forced orders, 20, and
 * in the last order, 1. Funding is 30:
 * https://developers.binance.com/docs/derivatives/usds-margined-futures/account/rest-api/Get-Current-Position-Mode
 * https://developers.binance.com/docs/derivatives/usds-margined-futures/trade/rest-api/Users-Force-Orders
 * https://developers.binance.com/docs/derivatives/usds-margined-futures/account/rest-api/Get-Income-History
 */
const binanceusdm: ExchangeLimits = {
  ...share(2_400),
  intervalMs: 100,
  weights: {
    calls: {
      // A conditional order that triggered is read with the order that it placed.
      fetchOrder: 2,
      fetchPrices: 10,
      fetchOrdersOfMarkets: 80,
      fetchPosition: 5,
      fetchPositionsOfMarkets: 5,
      fetchBalance: 5,
      fetchTrades: 5,
      fetchFills: 5,
      fetchFunding: 30,
      fetchOpenOrders: 2,
    },
    ...{ other: 1, flat: 30, causes: 21, look: 45 },
  },
};

/**
 * Bybit counts requests: 600 in 5 s of an address, and for each kind of request and account 50 a second, orders of
 * perpetuals 10: https://bybit-exchange.github.io/docs/v5/rate-limit
 * A look is at most 12. Lists have pages.
 */
const bybit: ExchangeLimits = {
  ...share(7_200),
  intervalMs: 150,
  weights: {
    calls: { fetchOrdersOfMarkets: 12, fetchPositionsOfMarkets: 4, fetchFills: 2, fetchOrder: 2 },
    ...{ other: 1, flat: 0, causes: 0, look: 12 },
  },
};

/**
 * OKX counts the requests of each kind, most of them per account: 10 in 2 s for positions, balances and mark prices, 20
 * for algo orders, 60 for orders and recent trades, 5 for funding and the position mode. All below count as 1 of the 5 a
 * second that the scarcest common kind allows: https://www.okx.com/docs-v5/en/#overview-rate-limits
 */
const okx: ExchangeLimits = {
  ...share(300),
  intervalMs: 200,
  weights: {
    // The orders of both books, each with its pages.
    calls: {
      fetchOpenOrders: 3,
      fetchOrdersOfMarkets: 8,
      fetchPositionsOfMarkets: 1,
      fetchOrder: 2,
      fetchFunding: 2,
    },
    ...{ other: 1, flat: 1, causes: 0, look: 14 },
  },
};

/**
 * 4,000 in 30 s of an account, and 2,000 for prices: https://www.kucoin.com/docs-new/rate-limit. The list of open orders
 * costs 2 for each market with open orders, and that of stop orders 8.
 */
const kucoin: ExchangeLimits = {
  ...share(4_000),
  intervalMs: 100,
  weights: {
    calls: {
      fetchPrices: 15,
      fetchOpenOrders: 10,
      fetchOrdersOfMarkets: 150,
      fetchBalance: 5,
      fetchTrades: 4,
      fetchFills: 4,
      fetchTakerRate: 3,
    },
    ...{ other: 2, flat: 0, causes: 0, look: 40 },
  },
};

/**
 * Bitget counts the requests of each kind per account: 10 a second for fills and balances, 20 for orders and their lists,
 * and 6,000 a minute of an address: https://www.bitget.com/api-doc/common/quick-start. All below count as 1 of the 10.
 */
const bitget: ExchangeLimits = {
  ...share(600),
  intervalMs: 100,
  weights: {
    // Three lists, each with its pages; an order that is not found is looked for in three as well.
    calls: { fetchOpenOrders: 3, fetchOrdersOfMarkets: 9, fetchOrder: 3 },
    ...{ other: 1, flat: 0, causes: 0, look: 12 },
  },
};

/**
 * Kraken counts for each key: a request is 1, one of the history 4, and the counter goes down by 0.5 a second, which is 30 in a
 * run: https://docs.kraken.com/api/docs/guides/spot-rest-ratelimits
 * Orders and cancels have counters of their own. Price and market are public.
 */
const kraken: ExchangeLimits = {
  ...share(50),
  intervalMs: 2_000,
  weights: {
    calls: {
      createMarketOrder: 0,
      cancelOrder: 0,
      fetchPrice: 0,
      fetchPrices: 0,
      fetchPastPrice: 0,
      fetchCandles: 0,
      readMarket: 0,
      // A missing order is looked up in the closed orders too.
      fetchOrder: 3,
      fetchFills: 5,
      fetchTrades: 4,
    },
    ...{ other: 1, flat: 0, causes: 0, look: 8 },
  },
};

/**
 * Gate counts the requests of each endpoint: 200 in 10 s, of an account, or of an address if they need no key. All below
 * count as 1 of the 20 a second of one endpoint: https://www.gate.com/docs/developers/apiv4/en/#frequency-limit-rule
 */
const gate: ExchangeLimits = {
  ...share(1_200),
  intervalMs: 100,
  weights: {
    // Open orders and price orders, each with its pages; a position, and the position mode.
    calls: {
      ...{ fetchOpenOrders: 3, fetchOrdersOfMarkets: 6, fetchOrder: 3, fetchFills: 2 },
      ...{ fetchPosition: 2, fetchPositionsOfMarkets: 2, fetchFunding: 4 },
    },
    ...{ other: 1, flat: 0, causes: 0, look: 16 },
  },
};

/** Of all exchanges of the generic mode together: what each of them allows is not known. */
const generic: ExchangeLimits = {
  ...share(120),
  intervalMs: 500,
  weights: { calls: {}, other: 1, flat: 0, causes: 0, look: 6 },
};

/**
 * 10,000 an hour for each key: https://docs.cdp.coinbase.com/coinbase-app/api-architecture/rate-limiting. Orders that are
 * not found are looked for in pages of 100.
 */
const coinbase: ExchangeLimits = {
  ...share(160),
  intervalMs: 200,
  weights: {
    calls: { fetchOpenOrders: 3, fetchOrdersOfMarkets: 4, fetchFills: 2, fetchTrades: 2 },
    ...{ other: 1, flat: 0, causes: 0, look: 12 },
  },
};

export const sweepLimits: SweepLimits = {
  snapshotFrom,
  accountIntervalMs: 400,
  awaitedExits: 10,
  exchanges: {
    ...{ binance, binanceusdm, binanceus },
    ...{ bybit, bybiteu: bybit, bybitid: bybit },
    ...{ okx, myokx: okx, okxus: okx },
    kucoin,
    bitget,
    ...{ gate, gateeu: gate },
    kraken,
    coinbase,
    generic,
  },
};
