import type { Exchange } from '../../lib/exchange/exchange.ts';
import type { Position } from '../../lib/position/position.ts';
import type { Engine } from '../../lib/services.ts';
import type { Table } from '../../lib/store/store.ts';
import { World } from './environment.ts';
import { memoryTable } from './memory-table.ts';
import { ModelBook, modelExchange } from './model-exchange.ts';
import { makePlan, type Plan } from './plan.ts';
import { positionOf } from './run-plan.ts';

/** One position at the model of an exchange, in virtual time, with no fault but what a test puts in. */
export interface Stage {
  world: World;
  book: ModelBook;
  table: Table;
  /** Its methods may be replaced. */
  exchange: Exchange;
  engine: Engine;
  position: Position;
  /** The position as it stands in the table. */
  now(): Promise<Position>;
  /** Lets virtual time pass while something is done. */
  during<Result>(work: () => Promise<Result>): Promise<Result>;
}

const quiet: Plan = {
  ...makePlan(1),
  market: 'spot',
  side: 'long',
  tells: true,
  exchangeSkewMs: 0,
  feePerMille: 0,
  foreign: 0,
  liquidity: undefined,
  lagsMs: [],
  entries: [{ amount: 100, filled: 100 }],
  exits: [],
};

export const setStage = async (
  plan: Partial<Plan> = {},
  positionFor: (adopted: Position, book: ModelBook) => Position = (adopted) => adopted,
): Promise<Stage> => {
  const world = new World();
  const book = new ModelBook({ ...quiet, ...plan }, world);
  const table = memoryTable();
  const exchange = modelExchange(book, {
    now: () => world.time,
    transitMs: () => 1,
    interrupt: () => Promise.resolve('pass'),
  });
  const engine: Engine = {
    table,
    exchanges: { of: () => Promise.resolve(exchange) },
    now: () => world.time,
    pause: (ms) => world.sleep(ms),
    newMark: () => `mark${String(world.time)}`,
  };
  const position = positionFor(positionOf(book.plan, book, world.time), book);
  await table.createPosition(position);
  return {
    world,
    book,
    table,
    exchange,
    engine,
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
      while (!isOver) await world.run(3_600_000);
      return result;
    },
  };
};
