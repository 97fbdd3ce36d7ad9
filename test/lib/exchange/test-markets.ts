import { afterEach, expect } from 'vitest';
import type { MarketKind, Order } from '../../../infra/simulator/core/model.ts';
import { type RunningExchange, startSimulatedExchange } from '../../../infra/simulator/exchange.ts';
import { type Account, type ParentExchangeId, requiresPassword } from '../../../lib/account/account.ts';
import type { Deadlines } from '../../../lib/exchange/ccxt/ccxt-connection.ts';
import { ccxtExchanges } from '../../../lib/exchange/ccxt/ccxt-exchange.ts';
import type {
  CreateResult,
  Exchange,
  MarketOrder,
  MarketRules,
  TradeRange,
} from '../../../lib/exchange/exchange.ts';
import { fromUuid } from '../../../lib/exchange/venues/coinbase-client-id.ts';
import { venues } from '../../../lib/exchange/venues/venues.ts';
import { accountsInMemory } from '../../infra/local/accounts-in-memory.ts';
import { toSecret } from './test-secrets.ts';

/** A send deadline that no test reaches. */
export function inFiveSeconds(): number {
  return Date.now() + 5_000;
}

/** A MARKET order that closes 0.1 of a long. */
export function closeOfLong(market: MarketRules, sendDeadline = inFiveSeconds()): MarketOrder {
  return {
    clientOrderId: 'close1',
    side: 'sell',
    positionSide: 'long',
    amount: '0.1',
    reduceOnly: market.kind === 'perpetual',
    hedged: false,
    sendDeadline,
  };
}

/** A range that holds everything which a test does. */
export function lastHour(): TradeRange {
  const now = Date.now();
  return { since: now - 3_600_000, until: now + 60_000 };
}

/** A market of one venue on the simulated exchange. */
export interface TestMarket {
  name: string;
  exchange: ParentExchangeId;
  symbol: string;
  /** The venue's own id of the market. */
  marketId: string;
  /** The response to a create or cancel only acknowledges it. */
  acknowledges: boolean;
  /** How long after its timestamp a request is accepted. */
  recvWindowMs: number;
  /** The HTTP status of the venue's errors. */
  errorStatus: number;
  /** The simulated exchange's word for the kind of market. */
  market: MarketKind;
  /** The endpoints that create, reduce, cancel and fetch an order. */
  create: { method: 'POST'; path: string };
  reduce: { method: 'PUT' | 'POST'; path: string };
  cancel: { method: 'DELETE' | 'POST'; path: string };
  fetch: { method: 'GET' | 'POST'; path: string };
  /** The first that fetches an order by its client order id, if it is another one. */
  fetchByClientId?: { method: 'GET' | 'POST'; path: string };
  /** Where orders are looked up, by any id, and in lists. */
  lookUps: readonly string[];
  /** A MARKET buy has its size in quote currency, so that a short is bought back by a LIMIT order. */
  buysBackBy?: 'limit';
  /** Fees are in quote currency, so that what is bought is whole. */
  feeIn?: 'quote';
}

const order = { path: '/api/v3/order' };
const futuresOrder = { path: '/fapi/v1/order' };
const bybitPaths = {
  create: { method: 'POST', path: '/v5/order/create' },
  reduce: { method: 'POST', path: '/v5/order/amend' },
  cancel: { method: 'POST', path: '/v5/order/cancel' },
  fetch: { method: 'GET', path: '/v5/order/realtime' },
  lookUps: ['/v5/order/realtime', '/v5/order/history'],
} as const;

const okxPaths = {
  create: { method: 'POST', path: '/api/v5/trade/order' },
  reduce: { method: 'POST', path: '/api/v5/trade/amend-order' },
  cancel: { method: 'POST', path: '/api/v5/trade/cancel-order' },
  fetch: { method: 'GET', path: '/api/v5/trade/order' },
  lookUps: ['/api/v5/trade/order', '/api/v5/trade/orders-*'],
} as const;
/** An id is the end of the path. */
const kucoinPaths = {
  create: { method: 'POST', path: '/api/v1/hf/orders/sync' },
  reduce: { method: 'POST', path: '/api/v1/hf/orders/alter' },
  cancel: { method: 'DELETE', path: '/api/v1/hf/orders/sync/*' },
  fetch: { method: 'GET', path: '/api/v1/hf/orders/*' },
  lookUps: ['/api/v1/hf/orders/*'],
} as const;
const bitgetPaths = {
  create: { method: 'POST', path: '/api/v2/spot/trade/place-order' },
  // Bitget spot changes no order.
  reduce: { method: 'POST', path: '/api/v2/spot/trade/cancel-replace-order' },
  cancel: { method: 'POST', path: '/api/v2/spot/trade/cancel-order' },
  fetch: { method: 'GET', path: '/api/v2/spot/trade/orderInfo' },
  lookUps: ['/api/v2/spot/trade/*'],
} as const;
/** An order's id is the end of its path. */
const gatePaths = {
  create: { method: 'POST', path: '/api/v4/spot/orders' },
  reduce: { method: 'POST', path: '/api/v4/spot/orders/*' },
  cancel: { method: 'DELETE', path: '/api/v4/spot/orders/*' },
  fetch: { method: 'GET', path: '/api/v4/spot/orders/*' },
  lookUps: ['/api/v4/spot/orders*', '/api/v4/spot/my_trades'],
} as const;
const gateFuturesOrder = '/api/v4/futures/usdt/orders/*';
const gateFuturesPaths = {
  create: { method: 'POST', path: '/api/v4/futures/usdt/orders' },
  reduce: { method: 'PUT', path: gateFuturesOrder },
  cancel: { method: 'DELETE', path: gateFuturesOrder },
  fetch: { method: 'GET', path: gateFuturesOrder },
  lookUps: ['/api/v4/futures/usdt/orders*', '/api/v4/futures/usdt/my_trades*'],
} as const;
/** Every signed request of Kraken is a POST. */
const krakenPaths = {
  create: { method: 'POST', path: '/0/private/AddOrder' },
  reduce: { method: 'POST', path: '/0/private/AmendOrder' },
  cancel: { method: 'POST', path: '/0/private/CancelOrder' },
  fetch: { method: 'POST', path: '/0/private/QueryOrders' },
  fetchByClientId: { method: 'POST', path: '/0/private/OpenOrders' },
  lookUps: ['/0/private/OpenOrders', '/0/private/ClosedOrders', '/0/private/QueryOrders'],
} as const;
const coinbaseOrders = '/api/v3/brokerage/orders';
/** An order is read by its id, or in a list. */
const coinbasePaths = {
  create: { method: 'POST', path: coinbaseOrders },
  reduce: { method: 'POST', path: `${coinbaseOrders}/edit` },
  cancel: { method: 'POST', path: `${coinbaseOrders}/batch_cancel` },
  fetch: { method: 'GET', path: `${coinbaseOrders}/historical/*` },
  fetchByClientId: { method: 'GET', path: `${coinbaseOrders}/historical/batch` },
  lookUps: [`${coinbaseOrders}/historical/*`],
} as const;
const ofBinance = { marketId: 'BTCUSDT', acknowledges: false, recvWindowMs: 5_000, errorStatus: 400 };
const ofBybit = { marketId: 'BTCUSDT', acknowledges: true, recvWindowMs: 5_000, errorStatus: 200 };
const ofGate = { acknowledges: false, recvWindowMs: 60_000, errorStatus: 400 };
const ofOkx = { acknowledges: true, recvWindowMs: 30_000, errorStatus: 200 };

export const binanceSpot: TestMarket = {
  ...ofBinance,
  name: 'Binance spot',
  exchange: 'binance',
  symbol: 'BTC/USDT',
  market: 'spot',
  create: { method: 'POST', ...order },
  reduce: { method: 'PUT', ...order },
  cancel: { method: 'DELETE', ...order },
  fetch: { method: 'GET', ...order },
  lookUps: ['/api/v3/order'],
};
export const binanceFutures: TestMarket = {
  ...ofBinance,
  name: 'Binance USDⓈ-M',
  exchange: 'binanceusdm',
  symbol: 'BTC/USDT:USDT',
  market: 'usdm',
  create: { method: 'POST', ...futuresOrder },
  reduce: { method: 'PUT', ...futuresOrder },
  cancel: { method: 'DELETE', ...futuresOrder },
  fetch: { method: 'GET', ...futuresOrder },
  lookUps: ['/fapi/v1/order'],
};
export const bybitSpot: TestMarket = {
  ...ofBybit,
  name: 'Bybit spot',
  exchange: 'bybit',
  symbol: 'BTC/USDT',
  market: 'spot',
  ...bybitPaths,
};
export const bybitLinear: TestMarket = {
  ...ofBybit,
  name: 'Bybit linear',
  exchange: 'bybit',
  symbol: 'BTC/USDT:USDT',
  market: 'usdm',
  ...bybitPaths,
};
export const okxSpot: TestMarket = {
  ...{ ...ofOkx, ...okxPaths },
  name: 'OKX spot',
  exchange: 'okx',
  symbol: 'BTC/USDT',
  marketId: 'BTC-USDT',
  market: 'spot',
};
export const okxSwap: TestMarket = {
  ...{ ...ofOkx, ...okxPaths },
  name: 'OKX swap',
  exchange: 'okx',
  symbol: 'BTC/USDT:USDT',
  marketId: 'BTC-USDT-SWAP',
  market: 'usdm',
};
export const kucoinSpot: TestMarket = {
  ...{ acknowledges: false, recvWindowMs: 5_000, errorStatus: 200, ...kucoinPaths },
  name: 'KuCoin spot',
  exchange: 'kucoin',
  symbol: 'BTC/USDT',
  marketId: 'BTC-USDT',
  market: 'spot',
};
export const krakenSpot: TestMarket = {
  ...krakenPaths,
  ...{ name: 'Kraken spot', exchange: 'kraken', symbol: 'BTC/USDT', marketId: 'XBTUSDT', market: 'spot' },
  ...{ acknowledges: true, recvWindowMs: 60_000, errorStatus: 200 },
};
export const bitgetSpot: TestMarket = {
  ...{ acknowledges: true, recvWindowMs: 5_000, errorStatus: 400, ...bitgetPaths },
  name: 'Bitget spot',
  exchange: 'bitget',
  symbol: 'BTC/USDT',
  marketId: 'BTCUSDT',
  market: 'spot',
  buysBackBy: 'limit',
};
export const gateSpot: TestMarket = {
  ...{ ...ofGate, ...gatePaths },
  name: 'Gate spot',
  exchange: 'gate',
  symbol: 'BTC/USDT',
  marketId: 'BTC_USDT',
  market: 'spot',
  buysBackBy: 'limit',
};
export const gateSwap: TestMarket = {
  ...{ ...ofGate, ...gateFuturesPaths },
  name: 'Gate perpetual',
  exchange: 'gate',
  symbol: 'BTC/USDT:USDT',
  marketId: 'BTC_USDT',
  market: 'usdm',
};
export const coinbaseSpot: TestMarket = {
  ...{ acknowledges: true, recvWindowMs: 120_000, errorStatus: 200 },
  ...{ ...coinbasePaths },
  name: 'Coinbase spot',
  exchange: 'coinbase',
  symbol: 'BTC/USDT',
  marketId: 'BTC-USDT',
  market: 'spot',
  feeIn: 'quote',
};
/** Each market of each proven exchange, from which suites take their rows. */
export const testMarkets: TestMarket[] = [
  ...[binanceSpot, binanceFutures, bybitSpot, bybitLinear, okxSpot, okxSwap],
  ...[kucoinSpot, bitgetSpot, gateSpot, gateSwap, krakenSpot, coinbaseSpot],
];

/** @returns the proven markets that have no row, for suites whose rows are written one by one. */
export function findMissing(rows: readonly Pick<TestMarket, 'exchange' | 'market'>[]): string[] {
  const toText = ({ exchange, market }: Pick<TestMarket, 'exchange' | 'market'>) => `${exchange} ${market}`;
  const all = new Set(rows.map(toText));
  return testMarkets.map(toText).filter((market) => !all.has(market));
}

/** Whether Ripcord places exits there. */
export function hasExits({ exchange, market }: Pick<TestMarket, 'exchange' | 'market'>): boolean {
  return venues[exchange].exits[market === 'spot' ? 'spot' : 'perpetual'] !== undefined;
}

const open: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const stop of open.splice(0)) await stop();
});

export const keys = { apiKey: 'key-of-the-tests', secret: 'secret-of-the-tests' };

/** The account as Ripcord stores it. */
export function toAccount(exchange: Account['exchange'], baseUrl: string): Account {
  const secret = toSecret(exchange, keys.secret);
  return {
    exchange,
    ...keys,
    secret,
    ...(requiresPassword(exchange) && { password: 'passphrase' }),
    baseUrl,
  };
}

/** Matches a request to an endpoint, whose path can end with any id. */
export function requestTo({ method, path }: { method: string; path: string }): unknown {
  const pattern = path.replace(/\*$/, '[a-zA-Z0-9-]+(/[a-zA-Z0-9-]+)?');
  return expect.stringMatching(new RegExp(`^${method} ${pattern}$`));
}

/** What the simulated exchange calls a market. */
export function toCoreSymbol({ base, quote }: Pick<MarketRules, 'base' | 'quote'>): string {
  return `${base}${quote}`;
}

export interface Trader {
  sim: RunningExchange;
  exchange: Exchange;
  market: MarketRules;
  /** The accounts that the port reads its keys from. */
  stored: ReturnType<typeof accountsInMemory>;
  /** The venue's clock minus this machine's, in milliseconds. */
  clock: { ahead: number };
  /** @returns the requests since the market was loaded, or since the last call. */
  requests(): string[];
  /** @returns the simulated exchange's own order. */
  order(clientOrderId: string): Order;
  /** Sends an order, for 0.1 BTC unless given otherwise. */
  buy(given?: Partial<Parameters<Exchange['createEntryOrder']>[1]>): Promise<CreateResult>;
  close(given?: Partial<Parameters<Exchange['createMarketOrder']>[1]>): Promise<CreateResult>;
}

export interface TraderOptions {
  deadlines?: Partial<Deadlines>;
  effectDelayMs?: number;
  hedged?: boolean;
  /** The account's setting for perpetuals of BTC. */
  leverage?: number;
  isIsolated?: boolean;
  /** OKX's `acctLv`. */
  accountMode?: '1' | '2' | '3' | '4';
  apiKey?: string;
  /** The adapter's clock. */
  now?: () => number;
}

/** Connects the port to a funded account on its own simulated exchange, and loads the market. */
export async function startTrader(testMarket: TestMarket, options: TraderOptions = {}): Promise<Trader> {
  const {
    deadlines,
    effectDelayMs,
    hedged,
    leverage = 20,
    isIsolated,
    now = Date.now,
    accountMode,
  } = options;
  const clock = { ahead: 0 };
  const sim = await startSimulatedExchange({ clock: () => Date.now() + clock.ahead, effectDelayMs });
  open.push(sim.stop);
  sim.core.addAccount({
    ...keys,
    secret: toSecret(testMarket.exchange, keys.secret),
    hedged,
    accountMode,
    leverage: { BTCUSDT: leverage },
    marginType: isIsolated === true ? { BTCUSDT: 'isolated' } : {},
    balances: { spot: { USDT: '100000', BTC: '1' }, usdm: { USDT: '100000' } },
  });
  const stored = accountsInMemory({ main: toAccount(testMarket.exchange, sim.url) });
  const exchange = await ccxtExchanges(stored, now, deadlines).of('main');
  const market = await exchange.loadMarket(testMarket.symbol);
  // Ripcord reads the position before it sends an order.
  if (testMarket.market === 'usdm') await exchange.fetchPosition(market, 'long');
  const usual = {
    side: 'buy',
    positionSide: 'long',
    amount: '0.1',
    hedged: hedged ?? false,
  } as const;
  let seen = sim.core.ledger().length;
  return {
    sim,
    exchange,
    market,
    stored,
    clock,
    requests() {
      const fresh = sim.core.ledger().slice(seen);
      seen += fresh.length;
      return fresh.flatMap((entry) => (entry.type === 'request' ? [`${entry.method} ${entry.path}`] : []));
    },
    order(clientOrderId) {
      const found = sim.core
        .orders()
        .orders.findLast((each) => fromUuid(each.clientOrderId) === clientOrderId);
      if (found === undefined) throw new Error(`no order ${clientOrderId}`);
      return found;
    },
    buy: (given = {}) =>
      exchange.createEntryOrder(market, {
        ...usual,
        clientOrderId: 'entry1',
        type: 'limit',
        price: '50000',
        sendDeadline: now() + 5_000,
        ...given,
      }),
    close: (given = {}) =>
      exchange.createMarketOrder(market, {
        ...usual,
        clientOrderId: 'close1',
        side: 'sell',
        reduceOnly: market.kind === 'perpetual',
        sendDeadline: now() + 5_000,
        ...given,
      }),
  };
}

/** @returns the accepted order; throws if it was not accepted. */
export function accepted(result: CreateResult) {
  if (result.kind !== 'accepted') throw new Error(`not accepted: ${JSON.stringify(result)}`);
  return result.order;
}
