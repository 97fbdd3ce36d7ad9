import { describe, expect, it } from 'vitest';
import { executeAction } from '../../../lib/close/execute-action.ts';
import type { Exchange } from '../../../lib/exchange/exchange.ts';
import type { OrderRecord, Position } from '../../../lib/position/position.ts';
import type { PositionChange } from '../../../lib/store/store.ts';
import { reduceExits } from '../../../lib/sweep/reduce-exits.ts';
import { sweep } from '../../../lib/sweep/sweep.ts';
import { setStage } from '../../simulation/harness.ts';

const never = () => new Promise<never>(() => undefined);
const half = { actor: 'operator', action: 'close', percent: 50 } as const;

/** A filled long perpetual of 0.1 BTC with exits of their own for 0.1 each, and what sends to the exchange. */
async function begin(tells: boolean, exits = 1) {
  const stage = await setStage({
    market: 'perpetual',
    tells,
    exitsOnlyReduce: true,
    exitOrders: Array.from({ length: exits }, () => ({ amount: 100, filled: 0 })),
  });
  const { exchange, environment, services, position, now, during, book } = stage;
  const { reduceOrder } = exchange;
  const reduced: string[] = [];
  exchange.reduceOrder = (market, order, amount, deadline) => {
    reduced.push(`${order.orderId} to ${amount}`);
    return reduceOrder(market, order, amount, deadline);
  };
  const wait = async (ms: number) => {
    environment.schedule(ms, () => undefined);
    await environment.run(ms);
  };
  return {
    ...stage,
    reduced,
    wait,
    closeHalf: () => during(() => executeAction(services, position.positionId, half)),
    /** The hit's process dies at its first request of this name. */
    async dieAt(method: 'reduceOrder' | 'fetchOrder') {
      const dying = { ...exchange, [method]: never } as Exchange;
      void executeAction(
        { ...services, exchanges: { of: async () => dying } },
        position.positionId,
        half,
      ).catch(() => undefined);
      await wait(20_000);
    },
    sweep: () => during(() => sweep(services)),
    exitAmounts: () => book.of('exit').map(({ amount }) => amount),
    exitRecords: async () => (await now()).exitOrders.slice(0, exits),
  };
}

describe.each([
  { venue: 'an exchange that responds with the order', tells: true },
  { venue: 'an exchange that only acknowledges', tells: false },
])('exits at $venue', ({ tells }) => {
  it('are reduced after a partial close', async () => {
    const { closeHalf, exitAmounts, exitRecords, now } = await begin(tells, 2);
    await closeHalf();
    expect(exitAmounts()).toEqual([25, 25]);
    expect(await exitRecords()).toMatchObject([{ amount: '0.025' }, { amount: '0.025' }]);
    expect(await now()).toMatchObject({ state: 'open', outcome: { remaining: '0.05' } });
  });

  it('are reduced by the sweep that takes over from a process which died before it reduced them', async () => {
    const { dieAt, exitAmounts, sweep: run, now, book } = await begin(tells);
    await dieAt('reduceOrder');
    expect(book.of('close').map(({ filled }) => filled)).toEqual([50]);
    expect(exitAmounts()).toEqual([100]);
    await run();
    expect(exitAmounts()).toEqual([50]);
    expect(await now()).toMatchObject({
      state: 'open',
      outcome: { closedAmount: '0.05', detail: expect.stringContaining('was reduced to') },
    });
    expect(book.of('close')).toHaveLength(1);
  });

  it('are reduced by a sweep if the hit had no time left', async () => {
    const { closeHalf, exchange, exitAmounts, exitRecords, sweep: run, now, reduced } = await begin(tells);
    const { reduceOrder } = exchange;
    exchange.reduceOrder = async () => ({ kind: 'unconfirmed', message: 'no answer' });
    await closeHalf();
    exchange.reduceOrder = reduceOrder;
    expect((await now()).outcome?.detail).toContain('may still be larger');
    await run();
    await run();
    expect(exitAmounts()).toEqual([50]);
    expect(await exitRecords()).toMatchObject([{ amount: '0.05', status: 'live' }]);
    expect(reduced).toEqual(['1001 to 0.05']);
  });

  it('are reduced by a sweep once another exit has filled in part', async () => {
    const { book, sweep: run, exitAmounts, reduced } = await begin(tells, 2);
    await run();
    expect(reduced).toEqual([]);
    book.fill('exitOrders', 0, 30);
    await run();
    // They were for 0.07 and 0.1 of the 0.07 that remains. The first one has filled 0.03.
    expect(exitAmounts()).toEqual([30 + 28, 42]);
    book.fill('exitOrders', 0, 28);
    book.fill('exitOrders', 1, 42);
    expect(book.positionLeft()).toBe(0);
  });
});

describe('the sweep', () => {
  async function afterFill(change: (position: Position) => PositionChange) {
    const stage = await begin(true, 2);
    stage.book.fill('exitOrders', 0, 30);
    const { services, table, now, during } = stage;
    const known = await now();
    const orders: OrderRecord[] = known.exitOrders.map((exit, index) =>
      index === 0 ? { ...exit, filled: '0.03' } : exit,
    );
    const saved = await table.savePosition(known, { exitOrders: orders, ...change(known) });
    if (saved === undefined) throw new Error('not saved');
    await during(() => reduceExits(services, saved));
    return stage;
  }

  it('leaves the exits of a claimed position to the claim', async () => {
    const { services, now, during, dieAt, reduced, book } = await begin(true, 2);
    const listed = await now();
    await dieAt('fetchOrder');
    expect(await now()).toMatchObject({ state: 'claimed' });
    book.fill('exitOrders', 0, 30);
    const exitOrders = listed.exitOrders.map((exit, index) => ({
      ...exit,
      filled: index === 0 ? '0.03' : '0',
    }));
    await during(() => reduceExits(services, { ...listed, exitOrders }));
    expect(reduced).toEqual([]);
  });

  it('leaves the exits of a position that needs its owner', async () => {
    const attentionReason = 'The owner has to decide.';
    const { reduced } = await afterFill(() => ({ state: 'needs-attention', attentionReason }));
    expect(reduced).toEqual([]);
  });

  it('leaves exits alone while the entry can still fill', async () => {
    const { reduced } = await afterFill(({ entryOrders }) => ({
      entryOrders: entryOrders.map((entry) => ({ ...entry, status: 'live' as const })),
    }));
    expect(reduced).toEqual([]);
  });

  it('leaves an exit alone that could open a position', async () => {
    const { reduced } = await afterFill(({ exitOrders }) => ({
      exitOrders: exitOrders.map((exit, index) => ({
        ...exit,
        reduceOnly: false,
        filled: index === 0 ? '0.03' : '0',
      })),
    }));
    expect(reduced).toEqual([]);
  });

  it('reduces an exit otherwise', async () => {
    expect((await afterFill(() => ({}))).reduced).toEqual(['1001 to 0.058', '1002 to 0.042']);
  });
});
