import { afterEach } from 'vitest';
import { toOrderId } from '../../infra/simulator/bybit/order-shapes.ts';
import type { AlgoOrder, Order, PositionSide } from '../../infra/simulator/core/model.ts';
import type { SimulatedExchange } from '../../infra/simulator/core/simulated-exchange.ts';
import { type RunningExchange, startSimulatedExchange } from '../../infra/simulator/exchange.ts';
import { requiresPassword } from '../../lib/account/account.ts';
import { createLink } from '../../lib/admin/links/create.ts';
import { adoptPosition } from '../../lib/admin/positions/adopt.ts';
import { resolvePosition } from '../../lib/admin/positions/resolve.ts';
import { ccxtExchanges } from '../../lib/exchange/ccxt/ccxt-exchange.ts';
import type { Position } from '../../lib/position/position.ts';
import type { Services } from '../../lib/services.ts';
import { sweep } from '../../lib/sweep/sweep.ts';
import { fire } from '../../lib/trigger/fire.ts';
import { accountsInMemory } from '../infra/local/accounts-in-memory.ts';
import {
  binanceFutures,
  bybitLinear,
  gateSwap,
  okxSwap,
  type TestMarket,
} from '../lib/exchange/test-markets.ts';
import { toSecret } from '../lib/exchange/test-secrets.ts';
import { createMemoryStore } from '../simulation/memory-store.ts';

export const dayMs = 86_400_000;

const running: RunningExchange[] = [];
afterEach(async () => {
  for (const exchange of running.splice(0)) await exchange.stop();
});

/** A market of one venue. */
export interface Place extends Pick<TestMarket, 'name' | 'exchange' | 'market' | 'feeIn'> {
  hedged?: boolean;
}

export const usdmHedged: Place = { ...binanceFutures, name: 'Binance USDⓈ-M in hedge mode', hedged: true };
export const bybitHedged: Place = { ...bybitLinear, name: 'Bybit linear in hedge mode', hedged: true };
export const okxHedged: Place = { ...okxSwap, name: 'OKX swap in long/short mode', hedged: true };
export const gateHedged: Place = { ...gateSwap, name: 'Gate perpetual in dual mode', hedged: true };

type Placed = Parameters<SimulatedExchange['placeOrder']>[0];

/** One trader's account at the real adapter and a simulated exchange, on a clock that a test moves by days. */
export interface Days {
  place: Place;
  core: SimulatedExchange;
  services: Services;
  /** Moves every clock. */
  pass(ms: number): void;
  placeOrder(order: Omit<Placed, 'apiKey' | 'market' | 'symbol'>): Order | AlgoOrder;
  idOf(order: Order | AlgoOrder): string;
  /** The trader buys 0.5 BTC by hand. */
  buy(): Order;
  adopt(orders: {
    side?: 'long' | 'short';
    entries?: (Order | AlgoOrder)[];
    exits?: (Order | AlgoOrder)[];
  }): Promise<Position>;
  now(position: Position): Promise<Position>;
  /** @returns a link's token. */
  link(position: Position, action: 'close' | 'keep'): Promise<string>;
  fire(token: string): ReturnType<typeof fire>;
  resolve(position: Position, apply?: boolean): ReturnType<typeof resolvePosition>;
  sweep(): ReturnType<typeof sweep>;
  /** The MARKET orders that the exchange took from Ripcord. */
  closes(): Order[];
  /** What the account holds of the long. */
  holding(): string;
  positionSide: PositionSide;
  apiKey: string;
}

const keys = { apiKey: 'key-of-the-tests', secret: 'secret-of-the-tests' };

function createServices(exchange: RunningExchange, place: Place, now: () => number) {
  const accounts = accountsInMemory({
    main: {
      ...{ exchange: place.exchange, ...keys, baseUrl: exchange.url },
      secret: toSecret(place.exchange, keys.secret),
      ...(requiresPassword(place.exchange) && { password: 'passphrase' }),
    },
  });
  const services: Services = {
    store: createMemoryStore(),
    exchanges: ccxtExchanges(accounts, now),
    now,
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    randomId: () => `mark${Math.random().toString(36).slice(2)}`.padEnd(20, '0'),
  };
  return { accounts, services };
}

export interface DaysOptions {
  /** A wait moves the clock instead, also one that limits a read: a hit has less time for what it does. */
  isQuick?: boolean;
}

export async function startDays(place: Place, { isQuick = false }: DaysOptions = {}): Promise<Days> {
  let aheadMs = 0;
  const now = () => Date.now() + aheadMs;
  const exchange = await startSimulatedExchange({ clock: now });
  running.push(exchange);
  const { core } = exchange;
  const hedged = place.hedged ?? false;
  core.addAccount({
    ...keys,
    secret: toSecret(place.exchange, keys.secret),
    hedged,
    balances: { spot: { USDT: '1000000' }, usdm: { USDT: '1000000' } },
  });
  const { accounts, services } = createServices(exchange, place, now);
  if (isQuick) services.sleep = async (ms) => days.pass(ms);
  const admin = { services, accounts, baseUrl: 'https://links.example' };
  const positionSide = hedged ? 'LONG' : 'BOTH';
  const symbol = place.market === 'spot' ? 'BTC/USDT' : 'BTC/USDT:USDT';
  const days: Days = {
    place,
    core,
    services,
    positionSide,
    apiKey: keys.apiKey,
    pass(ms) {
      aheadMs += ms;
      core.runDue();
    },
    placeOrder: (order) =>
      core.placeOrder({
        apiKey: keys.apiKey,
        market: place.market,
        symbol: 'BTCUSDT',
        feeIn: place.feeIn,
        ...(place.market === 'usdm' ? { positionSide } : {}),
        ...order,
      }),
    idOf: (order) =>
      place.exchange === 'bybit' ? toOrderId({ ...order, market: place.market }) : String(order.id),
    buy: () => days.placeOrder({ side: 'buy', type: 'market', amount: '0.5' }) as Order,
    async adopt({ side = 'long', entries = [days.buy()], exits = [] }) {
      const { position } = await adoptPosition(admin, {
        account: 'main',
        symbol,
        side,
        entryOrderIds: entries.map(days.idOf),
        ...(exits.length === 0 ? {} : { exitOrderIds: exits.map(days.idOf) }),
      });
      return required(await services.store.readPosition(position.positionId));
    },
    now: async ({ positionId }) => required(await services.store.readPosition(positionId)),
    async link({ positionId }, action) {
      const { url } = await createLink(admin, { positionId, action });
      return url.split('/').at(-1) ?? '';
    },
    fire: (token) =>
      fire(services, {
        token,
        method: 'POST',
        sourceIp: '127.0.0.1',
        userAgent: undefined,
        hasBody: false,
        navigation: { userInitiated: false, doubt: 'unproven' },
      }),
    resolve: ({ positionId }, apply = false) => resolvePosition(admin, { positionId, apply }),
    sweep: () => sweep(services),
    closes: () =>
      core
        .orders()
        .orders.filter(({ clientOrderId, type }) => clientOrderId.startsWith('rc') && type === 'market'),
    holding: () => core.accountOf(keys.apiKey).positions[`BTCUSDT:${positionSide}`]?.amount ?? '0',
  };
  return days;
}

function required(position: Position | undefined): Position {
  if (position === undefined) throw new Error('the position is gone');
  return position;
}
