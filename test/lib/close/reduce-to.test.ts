import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Intent } from '../../../lib/close/claim.ts';
import { executeAction } from '../../../lib/close/execute-action.ts';
import { recover } from '../../../lib/close/recover.ts';
import type { CreateResult } from '../../../lib/exchange/exchange.ts';
import { type Stage, setStage } from '../../simulation/harness.ts';
import type { Plan } from '../../simulation/plan.ts';

const linkId = 'lnk_0123456789abcdef';
const to = (toPercent: string): Intent => ({ actor: 'link', linkId, action: 'close', toPercent });

/** What becomes of a hit's first close order: executed and answered, or one of both. */
type Fate = 'answered' | 'answer lost' | 'order lost';

const fates: Record<Fate, (send: () => Promise<CreateResult>) => Promise<CreateResult>> = {
  answered: (send) => send(),
  'answer lost': async (send) => {
    await send();
    return lost;
  },
  'order lost': async () => lost,
};
const lost: CreateResult = { kind: 'unknown', message: 'no answer' };

/** A position at the exchange, and hits whose claims recovery brings to an end. */
async function begin(plan: Partial<Plan>) {
  const stage = await setStage(plan);
  const { services, exchange, book, position, during, now, environment } = stage;
  services.store.readLinkAndPause = async () => ({ link: undefined, paused: false });
  const create = exchange.createMarketOrder;
  return {
    ...stage,
    hit(toPercent: string) {
      return during(() => executeAction(services, position.positionId, to(toPercent)));
    },
    /** The answer of the first order is as `fate` says; then the claim ends, with a lease and look-ups between. */
    async hitAndRecover(toPercent: string, fate: Fate) {
      exchange.createMarketOrder = (market, order) => {
        exchange.createMarketOrder = create;
        return fates[fate](() => create(market, order));
      };
      await this.hit(toPercent);
      exchange.createMarketOrder = create;
      for (let count = 0; count < 40 && (await now()).state === 'claimed'; count += 1) {
        environment.time += 15_000;
        await during(async () => recover(services, await now()));
      }
    },
    left: () => book.positionLeft(),
    closes: () => book.of('close').filter(({ filled }) => filled > 0),
  };
}

const percent = fc.integer({ min: 1, max: 999 }).map((tenths) => String(tenths / 10));
const fate = fc.constantFrom<Fate>('answered', 'answer lost', 'order lost');
const plan = fc.record({
  market: fc.constantFrom('spot' as const, 'perpetual' as const),
  tells: fc.boolean(),
  feePerMille: fc.constantFrom(0, 1),
  // Coins that are not the position's.
  foreign: fc.constantFrom(0, 5_000),
  entryOrders: fc
    .record({ amount: fc.integer({ min: 20, max: 500 }), unfilled: fc.constantFrom(0, 0, 10) })
    .map(({ amount, unfilled }) => [{ amount, filled: amount - unfilled }]),
});

describe('a sequence of targets', () => {
  it('leaves what the lowest one allows, never less, whatever is lost and sent again', async () => {
    await fc.assert(
      fc.asyncProperty(
        plan,
        fc.array(fc.record({ toPercent: percent, fate }), { minLength: 1, maxLength: 5 }),
        async (given, hits) => {
          const { book, left, hitAndRecover, now } = await beginWith(given);
          const asked: number[] = [];
          for (const { toPercent, fate: next } of hits) {
            await hitAndRecover(toPercent, next);
            asked.push(Number(toPercent));
            const target = (book.net() * Math.min(...asked)) / 100;
            expect(left()).toBeGreaterThanOrEqual(target - 1e-6);
            expect(left()).toBeLessThan(target + book.least);
          }
          expect((await now()).state).not.toBe('claimed');
        },
      ),
      { numRuns: 150 },
    );
  });

  it('sends nothing at a repeat', async () => {
    await fc.assert(
      fc.asyncProperty(plan, percent, fate, async (given, toPercent, first) => {
        const { closes, hitAndRecover } = await beginWith(given);
        await hitAndRecover(toPercent, first);
        const sent = closes().length;
        await hitAndRecover(toPercent, 'answered');
        expect(closes().length).toBe(sent);
        expect(sent).toBeLessThan(2);
      }),
      { numRuns: 100 },
    );
  });

  it.each([
    ['50', '25'],
    ['25', '50'],
  ])('to %s and then %s leaves 25 %% of what filled', async (first, second) => {
    const { left, hit } = await begin({ entryOrders: [{ amount: 100, filled: 100 }] });
    await hit(first);
    await hit(second);
    expect(left()).toBe(25);
  });
});

async function beginWith(given: Partial<Plan>) {
  const begun = await begin(given);
  return { ...begun, hitAndRecover: begun.hitAndRecover.bind(begun) };
}

/** Exits that rest for all of a position of 0.1 BTC. */
const withExit = { entryOrders: [{ amount: 100, filled: 100 }], exitOrders: [{ amount: 100, filled: 0 }] };

describe('a close to a target', () => {
  it('records the target, and leaves the position open with the rest', async () => {
    const { hit, now } = await begin({ entryOrders: [{ amount: 100, filled: 100 }] });
    await hit('50');
    expect(await now()).toMatchObject({
      state: 'open',
      outcome: { outcome: 'closed', toPercent: '50', closedAmount: '0.05', remaining: '0.05' },
      notices: [{ event: 'part-closed', text: expect.stringContaining('Reduced to 50 %: ') }],
    });
  });

  it('that is reached sends nothing, leaves the exits and causes no notice', async () => {
    const { hit, now, book, closes } = await begin(withExit);
    book.fill('exitOrders', 0, 60);
    await hit('50');
    expect(closes()).toEqual([]);
    expect(book.of('exit')).toMatchObject([{ live: true, filled: 60 }]);
    const position = await now();
    expect(position).toMatchObject({
      state: 'open',
      outcome: {
        outcome: 'kept',
        action: 'close',
        toPercent: '50',
        closedAmount: '0',
        remaining: '0.04',
        detail: 'At most 50 % of what filled was left already, so nothing was sent.',
        canceledExitOrderIds: [],
      },
    });
    expect(position.notices).toBeUndefined();
  });

  it('that is reached but for too little says how much', async () => {
    const { hit, now, book } = await begin(withExit);
    book.fill('exitOrders', 0, 49);
    await hit('50');
    expect((await now()).outcome?.detail).toBe(
      'Only 0.001 BTC more than 50 % of what filled was left, which is too small for an order, so nothing was sent.',
    );
  });

  it('cancels the rest of an entry although it is reached, and says so', async () => {
    const { hit, now, book } = await begin({ ...withExit, entryOrders: [{ amount: 200, filled: 100 }] });
    book.fill('exitOrders', 0, 60);
    await hit('50');
    expect(await now()).toMatchObject({
      state: 'open',
      outcome: {
        outcome: 'kept',
        detail:
          'The rest of the entry was canceled. At most 50 % of what filled was left already, so nothing was sent.',
      },
      notices: [{ event: 'kept' }],
    });
  });

  it('of an unfilled entry cancels it', async () => {
    const { hit, now } = await begin({ entryOrders: [{ amount: 100, filled: 0 }] });
    await hit('50');
    const { state, outcome } = await now();
    expect(state).toBe('canceled');
    expect(outcome?.outcome).toBe('canceled');
    expect(outcome?.toPercent).toBeUndefined();
  });

  it('that a thin order book misses names no target', async () => {
    const { hit, now } = await begin({ entryOrders: [{ amount: 100, filled: 100 }], liquidity: 20 });
    await hit('50');
    expect((await now()).outcome?.toPercent).toBeUndefined();
    expect((await now()).outcome).toMatchObject({
      outcome: 'closed',
      remaining: '0.08',
      detail: expect.stringContaining('More than 50 % of what filled is still open.'),
    });
  });
});

describe("a link's watch", () => {
  const watch: Intent = { actor: 'watch', linkId, action: 'close' };
  const act = ({ services, position, during }: Stage) =>
    during(() => executeAction(services, position.positionId, watch));

  it('is named by outcome, notice and close order', async () => {
    const stage = await begin({ entryOrders: [{ amount: 100, filled: 100 }] });
    await act(stage);
    expect(await stage.now()).toMatchObject({
      state: 'closed',
      uses: {},
      outcome: {
        actor: 'watch',
        linkId,
        detail: expect.stringContaining(`The watch of link ${linkId} closed it.`),
      },
      notices: [{ event: 'closed', text: expect.stringContaining('The watch of link') }],
      exitOrders: [{ sentBy: { actor: 'watch', linkId } }],
    });
  });

  it('gives no use of its link back when nothing executed', async () => {
    const stage = await begin({ entryOrders: [{ amount: 100, filled: 100 }] });
    await stage.during(async () => stage.table.savePosition(await stage.now(), { uses: { [linkId]: 1 } }));
    stage.exchange.createMarketOrder = async () => ({
      kind: 'rejected',
      reason: 'refused-for-now',
      code: '-1',
      message: 'Rejected',
    });
    await act(stage);
    expect(await stage.now()).toMatchObject({
      state: 'failed',
      uses: { [linkId]: 1 },
      notices: [{ text: expect.stringContaining('tried to close it. The position is still open.') }],
    });
  });
});
