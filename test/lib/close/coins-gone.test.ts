import { describe, expect, it } from 'vitest';
import type { Intent } from '../../../lib/close/claim.ts';
import { describePlan } from '../../../lib/close/describe-plan.ts';
import { executeAction } from '../../../lib/close/execute-action.ts';
import { holdingLagMs } from '../../../lib/position/timing.ts';
import { setStage } from '../../simulation/harness.ts';
import type { Plan } from '../../simulation/plan.ts';

const operator = { actor: 'operator', action: 'close' } as const;

/** A spot long of 0.1 BTC, of which its owner has sold some elsewhere since it filled. */
async function begin(sold: number, plan: Partial<Plan> = {}) {
  const stage = await setStage({ entryOrders: [{ amount: 100, filled: 100 }], ...plan });
  const { environment, book, services, position, during, now } = stage;
  environment.time += holdingLagMs;
  book.sellOutside(sold, 0);
  return {
    ...stage,
    async reduce(part: Pick<Intent, 'percent' | 'toPercent'>) {
      await during(() => executeAction(services, position.positionId, { ...operator, ...part }));
      return now();
    },
    /** In thousandths of a BTC. */
    sold: () => book.of('close').map(({ filled }) => filled),
  };
}

describe('a part of a spot long whose owner has sold coins elsewhere', () => {
  it('sells nothing if no more than the target is left in the account', async () => {
    const { reduce, sold, book } = await begin(60);
    const position = await reduce({ toPercent: '50' });
    expect(sold()).toEqual([]);
    expect(book.holding).toBe(40);
    expect(position).toMatchObject({
      state: 'open',
      goneAmount: '0.06',
      outcome: {
        outcome: 'kept',
        toPercent: '50',
        closedAmount: '0',
        remaining: '0.04',
        detail:
          'At most 50 % of what filled was left already, so nothing was sent. 0.06 BTC of the position is no longer in the account.',
      },
      notices: [{ event: 'kept' }],
    });
  });

  it('notifies of the missing coins once', async () => {
    const { reduce } = await begin(60);
    await reduce({ toPercent: '50' });
    const { notices, outcome } = await reduce({ toPercent: '50' });
    expect(notices).toHaveLength(1);
    expect(outcome?.detail).toBe('At most 50 % of what filled was left already, so nothing was sent.');
  });

  it('sells only what exceeds the target of what filled', async () => {
    const { reduce, sold, book } = await begin(30);
    const { state, outcome } = await reduce({ toPercent: '50' });
    expect(sold()).toEqual([20]);
    expect(book.holding).toBe(50);
    expect([state, outcome]).toMatchObject([
      'open',
      {
        outcome: 'closed',
        toPercent: '50',
        closedAmount: '0.02',
        remaining: '0.05',
        detail: expect.stringContaining('0.03 BTC of the position is no longer in the account.'),
      },
    ]);
  });

  it('sells its percentage of what is left in the account', async () => {
    const { reduce, sold, book } = await begin(60);
    const { outcome } = await reduce({ percent: 25 });
    expect(sold()).toEqual([10]);
    expect(book.holding).toBe(30);
    expect(outcome).toMatchObject({ percent: 25, closedAmount: '0.01', remaining: '0.03' });
  });

  it('leaves resting exits for what is left, and cancels none for a target that is reached', async () => {
    const { reduce, book } = await begin(60, { exitOrders: [{ amount: 40, filled: 0 }] });
    const { outcome } = await reduce({ toPercent: '50' });
    expect(book.of('exit')).toMatchObject([{ live: true }]);
    expect(outcome).toMatchObject({ outcome: 'kept', remaining: '0.04' });
  });

  it('counts no fill of its own exit as a sale elsewhere', async () => {
    const { reduce, book, sold } = await begin(0, { exitOrders: [{ amount: 100, filled: 0 }] });
    book.fill('exitOrders', 0, 30);
    const { goneAmount, outcome } = await reduce({ percent: 50 });
    expect(sold()).toEqual([35]);
    expect([goneAmount, outcome?.remaining]).toEqual(['0', '0.035']);
  });

  it('does not count a fill of its exit twice that the look-up shows only after the balance', async () => {
    const { reduce, sold, book, services } = await begin(0, { exitOrders: [{ amount: 60, filled: 0 }] });
    book.fill('exitOrders', 0, 40);
    const { of } = services.exchanges;
    services.exchanges.of = async (...account) => {
      const exchange = await of(...account);
      // As it was before the fill, until the cancel reports it.
      const fetchOrder: typeof exchange.fetchOrder = async (...ref) => {
        const order = await exchange.fetchOrder(...ref);
        return order?.status === 'live' ? { ...order, filled: '0' } : order;
      };
      return { ...exchange, fetchOrder };
    };
    const { goneAmount = '0', outcome } = await reduce({ percent: 50 });
    expect([sold(), book.holding, goneAmount, outcome?.remaining]).toEqual([[30], 30, '0', '0.03']);
  });

  it('ends as closed elsewhere if a sale explains that all is gone', async () => {
    const { reduce, sold } = await begin(100);
    const { state, outcome } = await reduce({ percent: 25 });
    expect(sold()).toEqual([]);
    expect([state, outcome]).toMatchObject(['closed', { closedBy: 'external' }]);
  });

  it.each([
    [
      { percent: 25 },
      {
        state: 'failed',
        failure: { code: 'insufficient', message: expect.stringContaining('The account holds 0 BTC') },
      },
    ],
    [{ toPercent: '50' }, { state: 'failed', failure: { code: 'insufficient' } }],
  ])('sends nothing for %o if all is gone, and no sale explains it', async (part, after) => {
    const { reduce, sold, book } = await begin(100);
    book.trades.splice(0);
    expect(await reduce(part)).toMatchObject(after);
    expect(sold()).toEqual([]);
  });

  it('is given back soon after its entry filled, when the balance may lag', async () => {
    const { reduce, sold, book, environment } = await begin(60);
    environment.time -= 1_000;
    const { state, goneAmount } = await reduce({ percent: 25 });
    expect([state, goneAmount, sold()]).toEqual(['open', undefined, []]);
    expect(book.holding).toBe(40);
  });

  it('is given back if the balance can not be read', async () => {
    const { reduce, sold, exchange } = await begin(60);
    exchange.fetchBalance = () => Promise.reject(new Error('no answer'));
    await reduce({ percent: 25 });
    expect(sold()).toEqual([]);
  });

  it('is previewed by the record', async () => {
    const { now } = await begin(60);
    expect(describePlan(await now(), { action: 'close', toPercent: '50' })).toBe(
      'reduces to 50 % of what filled: sells 0.05 BTC at market.',
    );
  });
});

describe('a part of a perpetual whose owner has closed some of it elsewhere', () => {
  async function beginPerpetual(closed: number) {
    const stage = await setStage({ market: 'perpetual', entryOrders: [{ amount: 100, filled: 100 }] });
    const { environment, book, services, position, during, now } = stage;
    environment.time += holdingLagMs;
    book.reduceOutside(closed);
    const reduce = async (part: Pick<Intent, 'percent' | 'toPercent'>) => {
      await during(() => executeAction(services, position.positionId, { ...operator, ...part }));
      return now();
    };
    return { book, reduce, sold: () => book.of('close').map(({ filled }) => filled) };
  }

  it('sends nothing if no more than the target is left', async () => {
    const { book, reduce, sold } = await beginPerpetual(50);
    expect(await reduce({ toPercent: '50' })).toMatchObject({
      state: 'open',
      goneAmount: '0.05',
      outcome: { outcome: 'kept', remaining: '0.05' },
    });
    expect([sold(), book.holding]).toEqual([[], 50]);
  });

  it('closes only what exceeds the target of what filled', async () => {
    const { book, reduce, sold } = await beginPerpetual(30);
    await reduce({ toPercent: '50' });
    expect([sold(), book.holding]).toEqual([[20], 50]);
  });

  it('closes its percentage of what is left', async () => {
    const { book, reduce, sold } = await beginPerpetual(50);
    expect(await reduce({ percent: 50 })).toMatchObject({ outcome: { remaining: '0.025' } });
    expect([sold(), book.holding]).toEqual([[25], 25]);
  });
});
