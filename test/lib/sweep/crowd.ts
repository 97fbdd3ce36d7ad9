import { type RunningExchange, startSimulatedExchange } from '../../../infra/simulator/exchange.ts';
import { ccxtExchanges } from '../../../lib/exchange/ccxt/ccxt-exchange.ts';
import type { Exchange, MarketRules, OpenExchangePosition } from '../../../lib/exchange/exchange.ts';
import type { OrderRecord, Position } from '../../../lib/position/position.ts';
import { toOrderRecord } from '../../../lib/position/totals.ts';
import type { Services } from '../../../lib/services.ts';
import { accountsInMemory } from '../../infra/local/accounts-in-memory.ts';
import { createMemoryStore, type MemoryStore } from '../../simulation/memory-store.ts';
import { positionIdAt } from '../position/example-position.ts';

/** The simulated exchange shares a busy machine with the runs. */
const patient = { callMs: 60_000, marketsMs: 60_000 };

/** Two accounts at Binance USDⓈ-M, one at Binance spot and two at Bybit. */
const accounts = [
  { name: 'first', exchange: 'binanceusdm', kind: 'usdm' },
  { name: 'second', exchange: 'bybit', kind: 'usdm' },
  { name: 'third', exchange: 'binance', kind: 'spot' },
  { name: 'fourth', exchange: 'binanceusdm', kind: 'usdm' },
  { name: 'fifth', exchange: 'bybit', kind: 'usdm' },
] as const;
type TraderAccount = (typeof accounts)[number];

const minuteMs = 60_000;

/** @returns how far ahead the next full minute is: from there, a run has all of its time. */
function toNextMinute(): number {
  return minuteMs - (Date.now() % minuteMs);
}

/** Longs of five accounts at the simulated exchange, each in a market of its own and with a stop that rests. */
export interface Crowd {
  sim: RunningExchange;
  services: Services;
  store: MemoryStore;
  writes: string[];
  /** @returns what was requested since the last call, as `METHOD path`. */
  requests(): string[];
  /** Moves the clock of the runs, not that of the exchange. */
  later(ms: number): void;
  stop(): Promise<void>;
}

export async function startCrowd(count: number): Promise<Crowd> {
  const sim = await startSimulatedExchange();
  const writes: string[] = [];
  const store = createMemoryStore({
    interrupt: (step) => {
      if (step === 'save:after') writes.push(step);
    },
  });
  const keysOf = ({ name }: TraderAccount) => ({ apiKey: `key-of-${name}`, secret: `secret-of-${name}` });
  const coins = Array.from({ length: Math.ceil(count / accounts.length) }, (_, index) => `COIN${index}`);
  for (const base of coins) addMarkets(sim, base);
  for (const account of accounts)
    sim.core.addAccount({
      ...keysOf(account),
      balances: {
        spot: { USDT: '1000000', ...Object.fromEntries(coins.map((base) => [base, '10'])) },
        usdm: { USDT: '10000000' },
      },
    });
  const stored = Object.fromEntries(
    accounts.map((account) => [
      account.name,
      { exchange: account.exchange, ...keysOf(account), baseUrl: sim.url },
    ]),
  );
  const clock = { ahead: 0 };
  const now = () => Date.now() + clock.ahead;
  const services: Services = {
    store,
    exchanges: ccxtExchanges(accountsInMemory(stored), now, patient),
    now,
    // Waits take no time of the test.
    async sleep(ms) {
      clock.ahead += ms;
    },
    randomId: () => 'mark00000000',
  };
  await fill({ sim, services, store }, count);
  // Opening them takes a while: the runs begin at a full minute.
  clock.ahead = toNextMinute();
  let seen = sim.core.ledger().at(-1)?.seq ?? 0;
  writes.length = 0;
  return {
    sim,
    services,
    store,
    writes,
    requests() {
      const fresh = sim.core.ledger().filter(({ seq }) => seq > seen);
      seen = fresh.at(-1)?.seq ?? seen;
      return fresh.flatMap((entry) => (entry.type === 'request' ? [`${entry.method} ${entry.path}`] : []));
    },
    later(ms) {
      clock.ahead += ms;
    },
    stop: () => sim.stop(),
  };
}

function addMarkets({ core }: RunningExchange, base: string): void {
  for (const kind of ['spot', 'usdm'] as const) {
    const like = core.state.market(kind, 'ETHUSDT');
    core.addMarket({ ...like, symbol: `${base}USDT`, base });
    core.setPrice({ market: kind, symbol: `${base}USDT`, price: '3000' });
  }
}

/** Opens the positions at the exchange, and stores them as a sweep that read each of them would have. */
async function fill(
  { sim, services, store }: Pick<Crowd, 'sim' | 'services' | 'store'>,
  count: number,
): Promise<void> {
  for (const [order, account] of accounts.entries()) {
    const exchange = await services.exchanges.of(account.name, account.exchange);
    const rules = await exchange.loadMarket(account.kind === 'spot' ? 'ETH/USDT' : 'ETH/USDT:USDT');
    const markets = Array.from({ length: Math.ceil((count - order) / accounts.length) }, (_, index) => ({
      ...rules,
      ...{ id: `COIN${index}USDT`, base: `COIN${index}` },
      symbol: rules.symbol.replace('ETH', `COIN${index}`),
    }));
    for (const { id } of markets) open(sim, account, id);
    const stops = await readStops(exchange, markets);
    const held = account.kind === 'spot' ? [] : await exchange.fetchPositionsOfMarkets(markets);
    for (const [index, market] of markets.entries()) {
      const own = held.find(({ symbol }) => symbol === market.symbol);
      await store.createPosition({
        ...toPosition(account, market, services.now()),
        positionId: positionIdAt(index * accounts.length + order),
        exitOrders: stops.get(market.symbol) ?? [],
        lastSync: { at: services.now(), price: '3000', ...(own && toLook(own, services.now())) },
      });
    }
  }
}

function toLook({ amount, averagePrice, margin }: OpenExchangePosition, at: number) {
  return { held: { at, amount, averagePrice }, margin: { at, amount, ...margin } };
}

/** The seed of the simulated exchange has conditional orders of perpetuals as Binance has them. */
function open({ core }: RunningExchange, { name, kind, exchange }: TraderAccount, symbol: string): void {
  const order = { apiKey: `key-of-${name}`, market: kind, symbol, amount: '1' } as const;
  if (kind === 'usdm') core.placeOrder({ ...order, side: 'buy', type: 'market' });
  const exits = {
    binance: { type: 'stop_market', stopPrice: '2000' },
    binanceusdm: { type: 'stop_market', stopPrice: '2000' },
    bybit: { type: 'limit', price: '4000', reduceOnly: true },
  } as const;
  core.placeOrder({ ...order, side: 'sell', ...exits[exchange] });
}

/** The records that reading each order by itself makes. */
async function readStops(exchange: Exchange, markets: MarketRules[]): Promise<Map<string, OrderRecord[]>> {
  const listed = await exchange.fetchOrdersOfMarkets(markets);
  return new Map(listed.map((order) => [order.symbol, [toOrderRecord(order)]]));
}

function toPosition({ name, exchange }: TraderAccount, market: MarketRules, now: number): Position {
  return {
    positionId: '',
    account: name,
    exchange,
    symbol: market.symbol,
    side: 'long',
    createdAt: new Date(now - 3_600_000).toISOString(),
    hedged: false,
    market,
    declaredSize: { amount: '1', averagePrice: '3000' },
    entryOrders: [],
    exitOrders: [],
    state: 'open',
    epoch: 0,
    attempt: 0,
    revision: 0,
    uses: {},
  };
}
