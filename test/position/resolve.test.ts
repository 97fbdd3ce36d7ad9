import { readFile } from 'node:fs/promises';
import { afterAll, describe, expect, it } from 'vitest';
import type { Engine } from '../../lib/engine.ts';
import { clientOrderIdOf, type Position, type State } from '../../lib/position/position.ts';
import { applyVerdict, judgePosition } from '../../lib/position/resolve.ts';
import { memoryTable } from '../simulation/memory-table.ts';
import { ModelBook, modelExchange } from '../simulation/model-exchange.ts';
import { makePlan, type Plan } from '../simulation/plan.ts';
import { positionOf } from '../simulation/run-plan.ts';
import { World } from '../simulation/world.ts';

const plan: Plan = {
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

const settled = new Set<string>();

/** A position in a state, at an exchange where something has happened, and a person who resolves it. */
const resolve = async (
  state: State,
  differing: { entries?: Plan['entries']; closed?: number; position?: Partial<Position> } = {},
) => {
  const world = new World();
  const book = new ModelBook({ ...plan, entries: differing.entries ?? plan.entries }, world);
  for (const entry of book.of('entry')) book.end(entry);
  const position: Position = {
    ...positionOf(plan, book, world.time),
    state,
    attempt: 1,
    ...differing.position,
  };
  if (differing.closed !== undefined) {
    const order = book.place('close', 100, clientOrderIdOf(position.positionId, 'close', 1));
    book.execute(order, differing.closed);
    book.end(order);
  }
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
    newMark: () => 'mark00000000',
  };
  await table.createPosition(position);
  const work = async () => {
    const judged = await judgePosition(engine, position);
    const after = await applyVerdict(engine, judged);
    if (after.state !== state) settled.add(`${state} → ${after.state}`);
    return { verdict: judged.verdict, because: judged.because, after };
  };
  // The model answers in virtual time, which has to pass meanwhile.
  const outcome = work().then(
    (value) => ({ value }),
    (thrown: Error) => ({ thrown }),
  );
  await world.run(60_000);
  const ended = await outcome;
  if ('thrown' in ended) throw ended.thrown;
  return ended.value;
};

const unfilled = [{ amount: 100, filled: 0 }];
const claim = {
  linkId: 'lnk_0123456789abcdef',
  action: 'close',
  owner: 'somebody',
  claimedAt: 0,
  leaseUntil: 1,
  sendBefore: 1,
} as const;

describe('resolve settles a position from the exchange’s own record', () => {
  it('opens one again that was closed in part, with what is left', async () => {
    const { after } = await resolve('needs-attention', { closed: 40 });
    expect(after.state).toBe('open');
    expect(after.exits.map((exit) => exit.filled)).toEqual(['0.04']);
    expect(after.attention).toBeUndefined();
  });

  it.each(['needs-attention', 'open', 'kept', 'failed'] as const)(
    'ends one that was %s and is closed',
    async (state) => {
      const { after, because } = await resolve(state, { closed: 100 });
      expect(after).toMatchObject({ state: 'closed', outcome: { outcome: 'closed', linkId: 'admin' } });
      expect(because).toContain('0.1 BTC');
    },
  );

  it.each(['needs-attention', 'open'] as const)(
    'cancels one that was %s and whose entry never filled',
    async (state) => {
      const { after } = await resolve(state, { entries: unfilled });
      expect(after.state).toBe('canceled');
    },
  );

  it('ends a claim whose owner died when its order is found', async () => {
    const { after } = await resolve('claimed', { closed: 100, position: { claim } });
    expect(after).toMatchObject({ state: 'closed' });
    expect(after.claim).toBeUndefined();
  });

  it('never ends a claim because no order is found', async () => {
    await expect(resolve('claimed', { position: { claim } })).rejects.toThrow(/may still be under way/);
  });

  it('leaves a claim alone while its owner may act', async () => {
    const held = { ...claim, leaseUntil: Number.MAX_SAFE_INTEGER };
    await expect(resolve('claimed', { position: { claim: held } })).rejects.toThrow(/being worked on/);
  });

  it('changes nothing of an open position with something left', async () => {
    const { after } = await resolve('open');
    expect(after).toMatchObject({ state: 'open', revision: 0 });
  });
});

afterAll(async () => {
  const text = await readFile(new URL('../../docs/exactly-once.md', import.meta.url), 'utf8');
  const drawn = [...text.matchAll(/^ {4}([a-z-]+) --> ([a-z-]+): resolve$/gm)].map(
    ([, from, to]) => `${from} → ${to}`,
  );
  expect([...settled].sort(), 'the diagram draws what a person may settle').toEqual(drawn.sort());
});
