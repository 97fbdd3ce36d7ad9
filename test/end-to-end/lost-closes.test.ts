import { describe, expect, it } from 'vitest';
import { type TestMarket, testMarkets } from '../lib/exchange/test-markets.ts';
import { startDays } from './days.ts';

/** A close order whose answer is lost, at each exchange: late, hidden from look-ups, or never there. It sells once. */

/** A run of the sweep every quarter of a minute, after the lease of the run before. */
const everyMs = 15_000;
/** Before the send deadline, which some orders carry. */
const lateMs = 500;
/** Longer than the longest proof takes. */
const mostRuns = 30;

async function startClose(testMarket: TestMarket) {
  const { create, fetch, lookUps } = testMarket;
  const days = await startDays(testMarket, { isQuick: true });
  const { core, services } = days;
  const position = await days.adopt({});
  const link = await days.link(position, 'close');
  const { recvWindowMs, lookupLagMs, replayWindowMs } = await services.exchanges.of('main');
  const startedAt = services.now();
  const creates = () =>
    core
      .ledger()
      .flatMap((entry) =>
        entry.type === 'request' && entry.method === create.method && entry.path === create.path
          ? [entry]
          : [],
      );
  const sold = () => core.orders().orders.filter(({ side, type }) => side === 'sell' && type === 'market');
  return {
    ...{ days, position, link, creates, sold },
    /** When each create left, after the hit. One that the exchange refused for its clock does not count. */
    sends: () => creates().flatMap(({ at, code }) => (code === undefined ? [at - startedAt] : [])),
    attempt: async () => (await days.now(position)).attempt,
    isReplayed: replayWindowMs !== undefined,
    /** From when on the order can be sent again, after the hit. */
    resentFromMs: replayWindowMs === undefined ? recvWindowMs + lookupLagMs : recvWindowMs,
    /** Look-ups may lag for so long. */
    proofMs: recvWindowMs + lookupLagMs,
    hideOrders() {
      for (const path of lookUps)
        core.addFault({ kind: 'not-found', match: { method: fetch.method, path }, times: 999 });
    },
    async sweep() {
      days.pass(everyMs);
      await days.sweep();
    },
    async sweepUntilClosed() {
      for (let runs = 0; runs < mostRuns && (await days.now(position)).state !== 'closed'; runs += 1)
        await this.sweep();
      expect(await days.now(position)).toMatchObject({ state: 'closed' });
      expect(sold()).toHaveLength(1);
    },
  };
}

describe.each(testMarkets)('A close order at $name whose answer is lost', (testMarket) => {
  const { create } = testMarket;

  it('and that never arrived is sent again only once it can no longer arrive', async () => {
    const close = await startClose(testMarket);
    const { days, link, attempt } = close;
    days.core.addFault({ kind: 'drop-before', match: create });
    expect((await days.fire(link)).httpStatus).toBe(202);
    const first = await attempt();
    await close.sweepUntilClosed();
    const [, secondMs, ...more] = close.sends();
    expect(more).toEqual([]);
    expect(secondMs).toBeGreaterThanOrEqual(close.resentFromMs);
    // By replay under the same id, otherwise under a new one after the proof that the first is absent.
    expect(await attempt()).toBe(close.isReplayed ? first : first + 1);
  });

  it('and that arrives late is found, and not sent again', async () => {
    const close = await startClose(testMarket);
    const { days } = close;
    days.core.addFault({ kind: 'late', ms: lateMs, match: create });
    // No look-up of the hit shows it.
    close.hideOrders();
    expect((await days.fire(close.link)).httpStatus).toBe(202);
    const first = await close.attempt();
    days.pass(lateMs);
    days.core.clearFaults();
    expect(close.sold()).toHaveLength(1);
    await close.sweepUntilClosed();
    expect(close.creates()).toHaveLength(1);
    expect(await close.attempt()).toBe(first);
  });

  it('and that look-ups do not show for as long as they may lag sells once', async () => {
    const close = await startClose(testMarket);
    const { days, link } = close;
    days.core.addFault({ kind: 'drop-after', match: create });
    close.hideOrders();
    const shownAt = days.services.now() + close.proofMs;
    days.core.timers.after(close.proofMs, () => days.core.clearFaults());
    expect((await days.fire(link)).httpStatus).toBe(202);
    const first = await close.attempt();
    await close.sweepUntilClosed();
    expect(await close.attempt()).toBe(first);
    expect(days.services.now()).toBeGreaterThanOrEqual(shownAt);
  });
});
