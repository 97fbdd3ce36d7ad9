import { afterEach } from 'vitest';
import type { MarketKind, Order } from '../../../infra/simulator/core/model.ts';
import { type RunningExchange, startSimulatedExchange } from '../../../infra/simulator/exchange.ts';
import type { Account } from '../../../lib/account/account.ts';
import type { Deadlines } from '../../../lib/exchange/ccxt/ccxt-connection.ts';
import { ccxtExchanges } from '../../../lib/exchange/ccxt/ccxt-exchange.ts';
import type { CreateResult, Exchange, MarketRules } from '../../../lib/exchange/exchange.ts';
import { accountsInMemory } from '../../infra/local/accounts-in-memory.ts';

/** A moment that no test reaches: until then requests may be sent. */
export function soon(): number {
  return Date.now() + 5_000;
}

/** A market of a venue, as the simulated exchange has it. */
export interface Ground {
  name: string;
  exchange: Account['exchange'];
  symbol: string;
  /** How the core calls the market's kind. */
  market: MarketKind;
  /** Where the venue takes orders, cancels them and tells them. */
  create: { method: 'POST'; path: string };
  cancel: { method: 'DELETE' | 'POST'; path: string };
  fetch: { method: 'GET'; path: string };
}

const order = { path: '/api/v3/order' };
const futuresOrder = { path: '/fapi/v1/order' };
const bybitPaths = {
  create: { method: 'POST', path: '/v5/order/create' },
  cancel: { method: 'POST', path: '/v5/order/cancel' },
  fetch: { method: 'GET', path: '/v5/order/realtime' },
} as const;

export const binanceSpot: Ground = {
  name: 'binance spot',
  exchange: 'binance',
  symbol: 'BTC/USDT',
  market: 'spot',
  create: { method: 'POST', ...order },
  cancel: { method: 'DELETE', ...order },
  fetch: { method: 'GET', ...order },
};
export const binanceFutures: Ground = {
  name: 'binanceusdm',
  exchange: 'binanceusdm',
  symbol: 'BTC/USDT:USDT',
  market: 'usdm',
  create: { method: 'POST', ...futuresOrder },
  cancel: { method: 'DELETE', ...futuresOrder },
  fetch: { method: 'GET', ...futuresOrder },
};
export const bybitSpot: Ground = {
  name: 'bybit spot',
  exchange: 'bybit',
  symbol: 'BTC/USDT',
  market: 'spot',
  ...bybitPaths,
};
export const bybitLinear: Ground = {
  name: 'bybit linear',
  exchange: 'bybit',
  symbol: 'BTC/USDT:USDT',
  market: 'usdm',
  ...bybitPaths,
};
export const grounds = [binanceSpot, binanceFutures, bybitSpot, bybitLinear];

const open: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const stop of open.splice(0)) await stop();
});

export const keys = { apiKey: 'key-of-the-tests', secret: 'secret-of-the-tests' };

export interface Floor {
  sim: RunningExchange;
  exchange: Exchange;
  market: MarketRules;
  /** What the port reads its keys from. */
  stored: ReturnType<typeof accountsInMemory>;
  /** The venue's clock minus this machine's, in milliseconds. */
  clock: { ahead: number };
  /** Requests since the market was loaded, or since the last call of this. */
  requests(): string[];
  /** An order of the account, as the core has it. */
  order(clientOrderId: string): Order;
  /** Sends an order for 0.1 BTC. */
  buy(given?: Partial<Parameters<Exchange['createEntryOrder']>[1]>): Promise<CreateResult>;
  close(given?: Partial<Parameters<Exchange['createMarketOrder']>[1]>): Promise<CreateResult>;
}

export interface FloorOptions {
  deadlines?: Partial<Deadlines>;
  effectDelayMs?: number;
  hedged?: boolean;
  apiKey?: string;
  /** The adapter's clock. */
  now?: () => number;
}

/** The port to an account with funds on a simulated exchange of its own, with the market already loaded. */
export async function enter(ground: Ground, options: FloorOptions = {}): Promise<Floor> {
  const { deadlines, effectDelayMs, hedged, now = Date.now } = options;
  const clock = { ahead: 0 };
  const sim = await startSimulatedExchange({ clock: () => Date.now() + clock.ahead, effectDelayMs });
  open.push(sim.stop);
  sim.core.addAccount({
    ...keys,
    hedged,
    balances: { spot: { USDT: '100000', BTC: '1' }, usdm: { USDT: '100000' } },
  });
  const stored = accountsInMemory({ main: { exchange: ground.exchange, ...keys, baseUrl: sim.url } });
  const exchange = await ccxtExchanges(stored, now, deadlines).of('main');
  const market = await exchange.loadMarket(ground.symbol);
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

/** The order that was accepted; fails where it wasn't. */
export function accepted(result: CreateResult) {
  if (result.kind !== 'accepted') throw new Error(`not accepted: ${JSON.stringify(result)}`);
  return result.order;
}
