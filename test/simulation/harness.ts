import type { Exchange } from '../../lib/exchange/exchange.ts';
import type { Position } from '../../lib/position/position.ts';
import type { Services } from '../../lib/services.ts';
import type { Store } from '../../lib/store/store.ts';
import { Environment } from './environment.ts';
import { createMemoryStore } from './memory-store.ts';
import { ModelBook, modelExchange } from './model-exchange.ts';
import { makePlan, type Plan } from './plan.ts';
import { positionOf } from './run-plan.ts';

/** One position at the model of an exchange, in virtual time, with no fault but what a test puts in. */
export interface Stage {
  environment: Environment;
  book: ModelBook;
  table: Store;
  /** Its methods may be replaced. */
  exchange: Exchange;
  services: Services;
  position: Position;
  /** The position as it stands in the table. */
  now(): Promise<Position>;
  /** Lets virtual time pass while something is done. */
  during<Result>(work: () => Promise<Result>): Promise<Result>;
}

export const quiet: Plan = {
  ...makePlan(1),
  market: 'spot',
  side: 'long',
  tells: true,
  exchangeSkewMs: 0,
  exitsOnlyReduce: false,
  orderAgeMs: 0,
  exitMissedMs: 0,
  holdingLagMs: 0,
  feePerMille: 0,
  foreign: 0,
  liquidity: undefined,
  lagsMs: [],
  entryOrders: [{ amount: 100, filled: 100 }],
  exitOrders: [],
};

export async function setStage(
  plan: Partial<Plan> = {},
  positionFor: (adopted: Position, book: ModelBook) => Position = (adopted) => adopted,
): Promise<Stage> {
  const environment = new Environment();
  const book = new ModelBook({ ...quiet, ...plan }, environment);
  const table = createMemoryStore();
  const exchange = modelExchange(book, {
    now: () => environment.time,
    transitMs: () => 1,
    interrupt: () => Promise.resolve('pass'),
  });
  const services: Services = {
    store: table,
    exchanges: { of: () => Promise.resolve(exchange) },
    now: () => environment.time,
    sleep: (ms) => environment.sleep(ms),
    randomId: () => `mark${String(environment.time)}`,
  };
  const position = positionFor(positionOf(book.plan, book, environment.time), book);
  await table.createPosition(position);
  return {
    environment,
    book,
    table,
    exchange,
    services,
    position,
    async now() {
      const known = await table.readPosition(position.positionId);
      if (known === undefined) throw new Error('the position is gone');
      return known;
    },
    async during(work) {
      let isOver = false;
      const result = work().finally(() => {
        isOver = true;
      });
      result.catch(() => undefined);
      while (!isOver) await environment.run(3_600_000);
      return result;
    },
  };
}
