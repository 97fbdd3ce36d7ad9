import { afterEach } from 'vitest';
import type { MarketKind, Order } from '../../../infra/simulator/core/model.ts';
import { type RunningExchange, startSimulatedExchange } from '../../../infra/simulator/exchange.ts';
import type { Account } from '../../../lib/account/account.ts';
import type { Deadlines } from '../../../lib/exchange/ccxt/ccxt-connection.ts';
import { ccxtExchanges } from '../../../lib/exchange/ccxt/ccxt-exchange.ts';
import type {
  CreateResult,
  Exchange,
  MarketOrder,
  MarketRules,
  TradeRange,
} from '../../../lib/exchange/exchange.ts';
import { accountsInMemory } from '../../infra/local/accounts-in-memory.ts';

/** A send deadline that no test reaches. */
export function inFiveSeconds(): number {
  return Date.now() + 5_000;
}

/** A MARKET order that closes 0.1 of a long. */
export function closeOfLong(market: MarketRules, sendDeadline = inFiveSeconds()): MarketOrder {
  return {
    clientOrderId: 'close-1',
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
  exchange: Account['exchange'];
  symbol: string;
  /** The simulated exchange's word for the kind of market. */
  market: MarketKind;
  /** The endpoints that create, reduce, cancel and fetch an order. */
  create: { method: 'POST'; path: string };
  reduce: { method: 'PUT' | 'POST'; path: string };
  cancel: { method: 'DELETE' | 'POST'; path: string };
  fetch: { method: 'GET'; path: string };
}

const order = { path: '/api/v3/order' };
const futuresOrder = { path: '/fapi/v1/order' };
const bybitPaths = {
  create: { method: 'POST', path: '/v5/order/create' },
  reduce: { method: 'POST', path: '/v5/order/amend' },
  cancel: { method: 'POST', path: '/v5/order/cancel' },
  fetch: { method: 'GET', path: '/v5/order/realtime' },
} as const;

export const binanceSpot: TestMarket = {
  name: 'binance spot',
  exchange: 'binance',
  symbol: 'BTC/USDT',
  market: 'spot',
  create: { method: 'POST', ...order },
  reduce: { method: 'PUT', ...order },
  cancel: { method: 'DELETE', ...order },
  fetch: { method: 'GET', ...order },
};
export const binanceFutures: TestMarket = {
  name: 'binanceusdm',
  exchange: 'binanceusdm',
  symbol: 'BTC/USDT:USDT',
  market: 'usdm',
  create: { method: 'POST', ...futuresOrder },
  reduce: { method: 'PUT', ...futuresOrder },
  cancel: { method: 'DELETE', ...futuresOrder },
  fetch: { method: 'GET', ...futuresOrder },
};
export const bybitSpot: TestMarket = {
  name: 'bybit spot',
  exchange: 'bybit',
  symbol: 'BTC/USDT',
  market: 'spot',
  ...bybitPaths,
};
export const bybitLinear: TestMarket = {
  name: 'bybit linear',
  exchange: 'bybit',
  symbol: 'BTC/USDT:USDT',
  market: 'usdm',
  ...bybitPaths,
};
export const testMarkets = [binanceSpot, binanceFutures, bybitSpot, bybitLinear];

const open: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const stop of open.splice(0)) await stop();
});

export const keys = { apiKey: 'key-of-the-tests', secret: 'secret-of-the-tests' };

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
  apiKey?: string;
  /** The adapter's clock. */
  now?: () => number;
}

/** Connects the port to a funded account on its own simulated exchange, and loads the market. */
export async function startTrader(testMarket: TestMarket, options: TraderOptions = {}): Promise<Trader> {
  const { deadlines, effectDelayMs, hedged, leverage = 20, isIsolated, now = Date.now } = options;
  const clock = { ahead: 0 };
  const sim = await startSimulatedExchange({ clock: () => Date.now() + clock.ahead, effectDelayMs });
  open.push(sim.stop);
  sim.core.addAccount({
    ...keys,
    hedged,
    leverage: { BTCUSDT: leverage },
    marginType: isIsolated === true ? { BTCUSDT: 'isolated' } : {},
    balances: { spot: { USDT: '100000', BTC: '1' }, usdm: { USDT: '100000' } },
  });
  const stored = accountsInMemory({ main: { exchange: testMarket.exchange, ...keys, baseUrl: sim.url } });
  const exchange = await ccxtExchanges(stored, now, deadlines).of('main');
  const market = await exchange.loadMarket(testMarket.symbol);
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
      const found = sim.core.orders().orders.findLast((each) => each.clientOrderId === clientOrderId);
      if (found === undefined) throw new Error(`no order ${clientOrderId}`);
      return found;
    },
    buy: (given = {}) =>
      exchange.createEntryOrder(market, {
        ...usual,
        clientOrderId: 'entry-1',
        type: 'limit',
        price: '50000',
        sendDeadline: now() + 5_000,
        ...given,
      }),
    close: (given = {}) =>
      exchange.createMarketOrder(market, {
        ...usual,
        clientOrderId: 'close-1',
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
