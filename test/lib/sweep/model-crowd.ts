import type { ExchangeId } from '../../../lib/account/account.ts';
import { newClaim } from '../../../lib/close/claim.ts';
import type { Exchange, MarketRules } from '../../../lib/exchange/exchange.ts';
import type { Position } from '../../../lib/position/position.ts';
import type { Services } from '../../../lib/services.ts';
import { Environment } from '../../simulation/environment.ts';
import { quiet } from '../../simulation/harness.ts';
import { createMemoryStore, type MemoryStore } from '../../simulation/memory-store.ts';
import { ModelBook, modelExchange } from '../../simulation/model-exchange.ts';
import { positionOf } from '../../simulation/run-plan.ts';
import { positionIdAt } from '../position/example-position.ts';

/** Each way of a request takes this long. */
const transitMs = 50;
/** A full minute by the wall clock. */
const fullMinute = 1_700_000_040_000;

interface Request {
  /** In milliseconds since the start. */
  at: number;
  account: string;
  /** The model's word, such as `look` or `create exit`. */
  name: string;
  /** Undefined: of all markets. */
  index: number | undefined;
}

export interface ModelCrowdOptions {
  accounts: number;
  perAccount: number;
  exchange?: ExchangeId;
  /** `index` counts within its account. */
  change?: (position: Position, index: number, now: number) => Position;
  /** Replaces methods of the port. */
  replace?: Partial<Exchange>;
}

/** Perpetual longs with a resting exit, each in a market of its own, at the model of an exchange and in virtual time. */
export interface ModelCrowd {
  services: Services;
  store: MemoryStore;
  requests: Request[];
  /** Lets virtual time pass while something is done. @returns how long it took. */
  during(work: () => Promise<unknown>): Promise<number>;
  /** Moves on to the next full minute. */
  nextMinute(): void;
}

export async function stageModelCrowd(options: ModelCrowdOptions): Promise<ModelCrowd> {
  const environment = new Environment();
  environment.time = fullMinute;
  const store = createMemoryStore();
  const requests: Request[] = [];
  const exchanges = new Map<string, Exchange>();
  for (let order = 0; order < options.accounts; order += 1) {
    const account = `account-${order}`;
    const note = (name: string, index?: number) =>
      requests.push({ at: environment.time - fullMinute, account, name, index });
    const books = Array.from(
      { length: options.perAccount },
      () => new ModelBook({ ...quiet, ...perpetual }, environment),
    );
    exchanges.set(account, joinBooks(books, environment, note, options.replace));
    for (const [index, book] of books.entries())
      await store.createPosition(toPosition({ options, order, index, book, environment }));
  }
  return {
    store,
    requests,
    services: {
      store,
      exchanges: { of: async (name) => exchanges.get(name) as Exchange },
      now: () => environment.time,
      sleep: (ms) => environment.sleep(ms),
      randomId: () => `mark${environment.time}`,
    },
    async during(work) {
      const startedAt = environment.time;
      let endedAt: number | undefined;
      const result = work().finally(() => {
        endedAt = environment.time;
      });
      while (endedAt === undefined) await environment.run(3_600_000);
      await result;
      return endedAt - startedAt;
    },
    nextMinute() {
      environment.time = Math.floor(environment.time / 60_000 + 1) * 60_000;
    },
  };
}

const perpetual = {
  market: 'perpetual',
  exitsOnlyReduce: true,
  exitOrders: [{ amount: 100, filled: 0 }],
} as const satisfies Partial<ModelBook['plan']>;

interface Place {
  options: ModelCrowdOptions;
  order: number;
  index: number;
  book: ModelBook;
  environment: Environment;
}

function toPosition({ options, order, index, book, environment }: Place): Position {
  const { exchange = 'binanceusdm', perAccount, change = (position) => position } = options;
  const adopted = positionOf(book.plan, book, environment.time);
  const market = { ...adopted.market, symbol: `C${index}/USDT:USDT`, id: `C${index}USDT` };
  const { time: at } = environment;
  return change(
    {
      ...adopted,
      ...{ market, exchange, symbol: market.symbol, account: `account-${order}` },
      positionId: positionIdAt(order * perAccount + index),
      // A sweep has read it, and its fees.
      entryOrders: adopted.entryOrders.map((entry) => ({
        ...entry,
        fees: [],
        traded: { amount: entry.filled },
      })),
      funding: { amount: '0', at },
      lastSync: {
        at,
        price: '100',
        held: { at, amount: '0.1', averagePrice: '100' },
        margin: { at, amount: '0.1' },
      },
    },
    index,
    at,
  );
}

/** One account whose markets are books of their own. */
function joinBooks(
  books: ModelBook[],
  environment: Environment,
  note: (name: string, index?: number) => void,
  replace: Partial<Exchange> = {},
): Exchange {
  const connect = (book: ModelBook, ms: number, begins?: (name: string) => void) =>
    modelExchange(book, {
      now: () => environment.time,
      transitMs: () => ms,
      interrupt: async () => 'pass',
      ...(begins && { begins }),
    });
  const parts = books.map((book, index) => ({
    noted: connect(book, transitMs, (name) => note(name, index)),
    silent: connect(book, 0),
  }));
  const find = ({ id }: MarketRules) => Number(id.slice(1, -'USDT'.length));
  const list = async <Item>(name: string, read: () => Promise<Item>): Promise<Item> => {
    note(name);
    await environment.sleep(2 * transitMs);
    return read();
  };
  const eachOf = <Item extends { symbol: string }>(
    markets: readonly MarketRules[],
    read: (exchange: Exchange, market: MarketRules) => Promise<Item[]>,
  ) =>
    Promise.all(
      markets.map(async (market) => {
        const rows = await read((parts[find(market)] ?? parts[0])?.silent as Exchange, market);
        return rows.map((row) => ({ ...row, symbol: market.symbol }));
      }),
    ).then((rows) => rows.flat());
  const whole: Partial<Exchange> = {
    fetchOrdersOfMarkets: (markets) =>
      list('all orders', () =>
        eachOf(markets, (exchange, market) => exchange.fetchOrdersOfMarkets([market])),
      ),
    fetchPositionsOfMarkets: (markets) =>
      list('all positions', () =>
        eachOf(markets, (exchange, market) => exchange.fetchPositionsOfMarkets([market])),
      ),
    fetchPrices: (_kind, ids) => list('all prices', async () => new Map(ids.map((id) => [id, '100']))),
    ...replace,
  };
  return new Proxy(parts[0]?.noted as Exchange, {
    get(first, name) {
      if (Object.hasOwn(whole, name)) return Reflect.get(whole, name);
      const member: unknown = Reflect.get(first, name);
      if (typeof member !== 'function') return member;
      return (market: MarketRules, ...rest: unknown[]) =>
        Reflect.get(parts[find(market)]?.noted ?? first, name)(market, ...rest);
    },
  });
}

/** A process claimed the position a minute ago, and died before its close order left. */
export function abandon(position: Position, now: number): Position {
  const services = { now: () => now - 60_000, randomId: () => 'mark00000000' } as Services;
  const claim = newClaim(services, { actor: 'operator', action: 'close' });
  return { ...position, state: 'claimed', claim: { ...claim, phase: 'not-sent' }, epoch: 1, attempt: 1 };
}

/** Its record says another thing than the exchange shows, so that no snapshot proves that nothing changed. */
export function forget(position: Position): Position {
  return { ...position, exitOrders: position.exitOrders.map((order) => ({ ...order, updatedAt: 1 })) };
}

/** It has a plan, and none of its exits. */
export function unprotect(position: Position): Position {
  const exitPlan = { takeProfits: [], stopLoss: { price: '80' }, changedAt: 1, exited: '0' };
  return { ...position, exitOrders: [], exitPlan };
}
