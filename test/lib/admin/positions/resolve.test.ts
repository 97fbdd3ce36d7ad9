import { readFile } from 'node:fs/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { applyAssessment, assess } from '../../../../lib/admin/positions/resolve.ts';
import { formatClientOrderId, type Position, type State } from '../../../../lib/position/position.ts';
import { setStage } from '../../../simulation/harness.ts';
import type { Plan } from '../../../simulation/plan.ts';
import { examplePositionIn } from '../../position/example-position.ts';

const settled = new Set<string>();

/** A position in a state, at an exchange where something has happened, and a person who resolves it. */
async function resolve(
  state: State,
  differing: {
    market?: Plan['market'];
    entryOrders?: Plan['entryOrders'];
    closed?: number;
    byHand?: number;
    position?: Partial<Position>;
  } = {},
) {
  const { services, position, during } = await setStage(
    {
      ...(differing.entryOrders === undefined ? {} : { entryOrders: differing.entryOrders }),
      ...(differing.market === undefined ? {} : { market: differing.market }),
    },
    (adopted, book) => {
      for (const entry of book.of('entry')) book.end(entry);
      if (differing.closed !== undefined) {
        const order = book.place('close', 100, formatClientOrderId(adopted.positionId, 'close', 1));
        book.execute(order, differing.closed);
        book.end(order);
      }
      book.holding -= differing.byHand ?? 0;
      return {
        ...examplePositionIn(state),
        ...adopted,
        state,
        attempt: 1,
        ...differing.position,
      } as Position;
    },
  );
  return during(async () => {
    const judged = await assess(services, position);
    const after = await applyAssessment(services, judged);
    if (after.state !== state) settled.add(`${state} → ${after.state}`);
    return { verdict: judged.verdict, because: judged.because, after };
  });
}

const unfilled = [{ amount: 100, filled: 0 }];
const claim = {
  actor: 'link',
  phase: 'may-have-sent',
  linkId: 'lnk_0123456789abcdef',
  action: 'close',
  leaseToken: 'somebody',
  claimedAt: 0,
  leaseExpiresAt: 1,
  sendDeadline: 1,
} as const;

describe('resolve settles a position from the exchange’s own record', () => {
  it('opens one again that was closed in part, with what is left', async () => {
    const { after } = await resolve('needs-attention', { closed: 40 });
    expect(after.state).toBe('open');
    expect(after.exitOrders.map((exit) => exit.filled)).toEqual(['0.04']);
    expect(after.attentionReason).toBeUndefined();
  });

  it.each(['needs-attention', 'open', 'kept', 'failed'] as const)(
    'ends one that was %s and is closed',
    async (state) => {
      const { after, because } = await resolve(state, { closed: 100 });
      expect(after).toMatchObject({
        state: 'closed',
        outcome: {
          outcome: 'closed',
          closedBy: 'link',
          closedAmount: '0.1',
          closeOrderId: '1001',
          actor: 'operator',
        },
      });
      expect(because).toContain('0.1 BTC');
    },
  );

  it('tells what its own orders closed, also of one that is on record already', async () => {
    const close = { type: 'market', status: 'done', amount: '0.1', average: '100' } as const;
    const exitOrders = [
      { ...close, orderId: '77', clientOrderId: 'by-hand', filled: '0.04' },
      {
        ...close,
        orderId: '78',
        clientOrderId: formatClientOrderId('pos_000000000000', 'close', 1),
        filled: '0.06',
      },
    ];
    const { after, because } = await resolve('needs-attention', {
      position: { positionId: 'pos_000000000000', exitOrders: exitOrders },
    });
    expect(because).toContain('close order 78 (0.06 BTC)');
    expect(after.outcome).toMatchObject({
      closedBy: 'link',
      closedAmount: '0.06',
      averagePrice: '100',
      closeOrderId: '78',
      remaining: '0',
    });
  });

  it('says that the rest of a part-close was closed by somebody else', async () => {
    const { after } = await resolve('open', { market: 'perpetual', closed: 50, byHand: 50 });
    expect(after.outcome).toMatchObject({ closedBy: 'external', closedAmount: '0.05', remaining: '0' });
  });

  it.each(['needs-attention', 'open', 'failed'] as const)(
    'cancels one that was %s and whose entry never filled',
    async (state) => {
      const { after } = await resolve(state, { entryOrders: unfilled });
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
    const held = { ...claim, leaseExpiresAt: Number.MAX_SAFE_INTEGER };
    await expect(resolve('claimed', { position: { claim: held } })).rejects.toThrow(/being worked on/);
  });

  it('changes nothing of an open position with something left', async () => {
    const { after } = await resolve('open');
    expect(after).toMatchObject({ state: 'open', revision: 0 });
  });
});

afterAll(async () => {
  const text = await readFile(new URL('../../../../docs/exactly-once.md', import.meta.url), 'utf8');
  const drawn = [...text.matchAll(/^ {4}([a-z-]+) --> ([a-z-]+): resolve$/gm)].map(
    ([, from, to]) => `${from} → ${to}`,
  );
  expect([...settled].sort(), 'the diagram draws what a person may settle').toEqual(drawn.sort());
});
