import { expect, it } from 'vitest';
import type { Engine } from '../../lib/engine.ts';
import { Fault } from '../../lib/fault.ts';
import type { Position } from '../../lib/position/position.ts';
import { refresh } from '../../lib/trigger/refresh.ts';
import { memoryTable } from '../simulation/memory-table.ts';
import { ModelBook, modelExchange } from '../simulation/model-exchange.ts';
import { makePlan, type Plan } from '../simulation/plan.ts';
import { positionOf } from '../simulation/run-plan.ts';
import { World } from '../simulation/world.ts';

const plan: Plan = {
  ...makePlan(1),
  market: 'perpetual',
  side: 'long',
  exchangeSkewMs: 0,
  entries: [{ amount: 100, filled: 100 }],
  exits: [{ amount: 100, filled: 0 }],
};

/** A filled perpetual position, and sweeps that look at it a minute apart. */
const begin = async (state: Position['state']) => {
  const world = new World();
  const book = new ModelBook(plan, world);
  const table = memoryTable();
  const exchange = modelExchange(book, {
    now: () => world.time,
    transitMs: () => 1,
    interrupt: () => Promise.resolve('pass'),
  });
  let reachable = true;
  const holding = exchange.fetchHolding;
  // What the trader has sold by hand, where anything is missing.
  exchange.fetchLastTrade = () =>
    Promise.resolve(
      book.holding === 0 ? { orderId: 'by-hand', amount: '0.1', price: '100', at: world.time } : undefined,
    );
  exchange.fetchHolding = (market, side) =>
    reachable ? holding(market, side) : Promise.reject(new Fault('exchange-unreachable', 'no answer'));
  const engine: Engine = {
    table,
    exchanges: { of: () => Promise.resolve(exchange) },
    now: () => world.time,
    pause: (ms) => world.sleep(ms),
    newMark: () => 'mark00000000',
  };
  const position: Position = { ...positionOf(plan, book, world.time), state };
  await table.createPosition(position);
  const look = async (): Promise<Position> => {
    world.time += 60_000;
    const known = (await table.readPosition(position.positionId)) ?? position;
    const [current] = await Promise.all([refresh(engine, known), world.run(1_000)]);
    return current;
  };
  return {
    book,
    look,
    reach(is: boolean) {
      reachable = is;
    },
  };
};

it.each(['open', 'kept', 'failed'] as const)(
  'ends a perpetual that was %s when two looks find it closed by hand',
  async (state) => {
    const { book, look } = await begin(state);
    expect((await look()).state).toBe(state);
    book.holding = 0;
    expect((await look()).state, 'one look may be too early').toBe(state);
    const ended = await look();
    expect(ended).toMatchObject({
      state: 'closed',
      outcome: { outcome: 'closed', by: 'outside', closedAmount: '0' },
    });
    expect(ended.outcome?.detail).toContain('still live');
  },
);

it('goes on with one that was empty for one look only', async () => {
  const { book, look } = await begin('open');
  book.holding = 0;
  await look();
  book.holding = 100;
  expect((await look()).seen?.flatSince).toBeUndefined();
  book.holding = 0;
  expect((await look()).state).toBe('open');
});

it('ends nothing by a look that could not see', async () => {
  const { book, look, reach } = await begin('open');
  book.holding = 0;
  await look();
  reach(false);
  expect((await look()).state).toBe('open');
  reach(true);
  expect((await look()).state).toBe('closed');
});
