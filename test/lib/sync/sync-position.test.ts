import { expect, it } from 'vitest';
import { Fault } from '../../../lib/fault.ts';
import type { Position } from '../../../lib/position/position.ts';
import { syncFigures, syncPosition } from '../../../lib/sync/sync-position.ts';
import { setStage } from '../../simulation/harness.ts';
import type { Plan } from '../../simulation/plan.ts';
import { examplePositionIn } from '../position/example-position.ts';

/** A filled perpetual position, and sweeps that look at it a minute apart. */
async function begin(state: Position['state'], plan: Partial<Plan> = {}) {
  const { book, environment, services, exchange, now, during } = await setStage(
    { market: 'perpetual', exitOrders: [{ amount: 100, filled: 0 }], ...plan },
    (adopted) => ({ ...examplePositionIn(state), ...adopted, state }) as Position,
  );
  let reachable = true;
  const holding = exchange.fetchPosition;
  exchange.fetchPosition = (market, side) =>
    reachable ? holding(market, side) : Promise.reject(new Fault('exchange-unreachable', 'no answer'));
  return {
    book,
    exchange,
    stored: now,
    /** @param happens right before the look. */
    look: (happens: () => void = () => undefined) => {
      environment.time += 60_000;
      happens();
      return during(async () => syncPosition(services, await now()));
    },
    reach(is: boolean) {
      reachable = is;
    },
  };
}

it.each(['open', 'kept', 'failed'] as const)(
  'ends a perpetual that was %s when two looks find it closed by hand',
  async (state) => {
    const { book, look } = await begin(state);
    expect((await look()).state).toBe(state);
    book.closeOutside('trade');
    expect((await look()).state, 'one look may be too early').toBe(state);
    const ended = await look();
    expect(ended).toMatchObject({
      state: 'closed',
      outcome: { outcome: 'closed', closedBy: 'external', closedAmount: '0' },
    });
    expect(ended.outcome?.detail).toContain('still live');
  },
);

it('goes on with one that was empty for one look only', async () => {
  const { book, look } = await begin('open');
  book.closeOutside('trade');
  await look();
  book.holding = 100;
  expect((await look()).lastSync?.flatSince).toBeUndefined();
  book.closeOutside('trade');
  expect((await look()).state).toBe('open');
});

it("ends one whose next was opened right before the look, by an exchange's clock that is ahead", async () => {
  const { book, look } = await begin('open', { exchangeSkewMs: 1_000 });
  await look();
  book.closeOutside('trade');
  await look();
  const ended = await look(() => book.openNext(40));
  expect(ended).toMatchObject({ state: 'closed', outcome: { outcome: 'closed', closedBy: 'external' } });
});

it('ends none that grew between the read of its amount and that of its trades', async () => {
  const { book, look, exchange } = await begin('open');
  await look();
  const listTrades = exchange.fetchTrades;
  exchange.fetchTrades = async (...asked) => {
    book.trade('buy', 50);
    exchange.fetchTrades = listTrades;
    return listTrades(...asked);
  };
  // Its own exit takes a half.
  const after = await look(() => book.fill('exitOrders', 0, 50));
  expect(after).toMatchObject({ state: 'open', exitOrders: [{ filled: '0.05' }] });
  expect(await look()).toMatchObject({ state: 'open', lastSync: { held: { amount: '0.1' } } });
});

it('ends nothing by a look that could not see', async () => {
  const { book, look, reach } = await begin('open');
  book.closeOutside('trade');
  await look();
  reach(false);
  expect((await look()).state).toBe('open');
  reach(true);
  expect((await look()).state).toBe('closed');
});

it('ends none that waits for a person: what Ripcord has closed of it would be forgotten', async () => {
  const { book, look } = await begin('needs-attention');
  book.closeOutside('trade');
  await look();
  await look();
  expect((await look()).state).toBe('needs-attention');
});

it('saves what it reads of one that needs attention, however long it has been empty', async () => {
  const { book, look, stored } = await begin('needs-attention');
  book.closeOutside('trade');
  const first = await look();
  for (let minute = 0; minute < 6; minute += 1) await look();
  expect((await look()).lastSync?.at).toBeGreaterThan(first.lastSync?.at ?? 0);
  expect((await stored()).lastSync?.at).toBeGreaterThan(first.lastSync?.at ?? 0);
});

it('leaves a position that is over as it is when its account or the table can not be reached', async () => {
  const { services, now, exchange } = await setStage({}, (adopted) => {
    const state = 'closed';
    // Its fees are not known.
    const entryOrders = adopted.entryOrders.map((entry) => ({
      ...entry,
      updatedAt: Number.MAX_SAFE_INTEGER,
    }));
    return { ...examplePositionIn(state), ...adopted, state, entryOrders } as Position;
  });
  const before = await now();
  const unreachable = () => Promise.reject(new Fault('exchange-unreachable', 'no answer'));
  expect(await syncFigures({ ...services, exchanges: { of: unreachable } }, before)).toBe(before);
  exchange.fetchFills = async () => ({ fees: [] });
  const store = { ...services.store, savePosition: unreachable };
  expect(await syncFigures({ ...services, store }, before)).toBe(before);
  expect(await syncFigures(services, before)).toMatchObject({ entryOrders: [{ fees: [] }] });
});

it('keeps how the account finances a perpetual, as the read of its exchange position reported it', async () => {
  const { book, look, exchange, stored, reach } = await begin('open');
  const read = exchange.fetchPosition;
  const margin = { leverage: '10', marginMode: 'cross', margin: '5', liquidationPrice: '1' } as const;
  exchange.fetchPosition = async (...asked) => ({ ...(await read(...asked)), margin });
  const first = await look();
  expect(first.lastSync?.margin).toEqual({ ...margin, amount: '0.1', at: first.lastSync?.at });
  expect((await stored()).lastSync?.margin).toEqual(first.lastSync?.margin);
  reach(false);
  const { at } = first.lastSync?.margin ?? {};
  expect((await look()).lastSync?.margin, 'an older one keeps its time').toMatchObject({
    at,
    leverage: '10',
  });
  reach(true);
  book.closeOutside('trade');
  await look();
  expect((await look()).state).toBe('closed');
});
