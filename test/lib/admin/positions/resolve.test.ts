import { readFile } from 'node:fs/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { applyAssessment } from '../../../../lib/admin/positions/apply-assessment.ts';
import { assess } from '../../../../lib/admin/positions/assess.ts';
import { readFacts } from '../../../../lib/admin/positions/resolve-facts.ts';
import { formatClientOrderId } from '../../../../lib/position/client-order-id.ts';
import type { Position, State } from '../../../../lib/position/position.ts';
import { setStage } from '../../../simulation/harness.ts';
import type { Plan } from '../../../simulation/plan.ts';
import { examplePositionIn } from '../../position/example-position.ts';

const resolved = new Set<string>();

/** Resolves a position in a state, after something happened at the exchange. */
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
  const { services, position, during, environment } = await setStage(
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
  // An account may look for half a minute as it was before the entry filled.
  environment.time += 60_000;
  return during(async () => {
    const facts = await readFacts(services, position);
    const assessment = assess(facts);
    const after = await applyAssessment(services, facts.position, assessment);
    if (after.state !== state) resolved.add(`${state} → ${after.state}`);
    return { ...assessment, after };
  });
}

const unfilled = [{ amount: 100, filled: 0 }];
const claim = {
  actor: 'link',
  phase: 'may-have-sent',
  linkId: 'lnk_0123456789abcdef',
  action: 'close',
  leaseToken: 'another-process',
  claimedAt: 0,
  leaseExpiresAt: 1,
  sendDeadline: 1,
} as const;

describe('resolve', () => {
  it.each([
    [10, [10]],
    [40, [undefined]],
  ])(
    'looks close orders up from when a position of %i days began, if it is young enough',
    async (days, from) => {
      const { services, exchange, position, during, environment } = await setStage();
      const sentAfter: unknown[] = [];
      const { fetchOrder } = exchange;
      exchange.fetchOrder = (market, ref) => {
        sentAfter.push(ref.sentAfter && (environment.time - ref.sentAfter) / 86_400_000);
        return fetchOrder(market, ref);
      };
      const createdAt = new Date(environment.time - days * 86_400_000).toISOString();
      await during(() => readFacts(services, { ...position, entryOrders: [], attempt: 1, createdAt }));
      expect(sentAfter).toEqual(from);
    },
  );

  it('names a close order that was acknowledged and is not found', async () => {
    const { services, position, during } = await setStage();
    const sentOrder = { amount: '0.1', sentAt: 0, orderId: '7' };
    const claimed = { ...position, state: 'claimed', claim: { ...claim, sentOrder } } as Position;
    const { reason } = assess(await during(() => readFacts(services, claimed)));
    expect(reason).toContain('Close order 7 filled 0 BTC');
    expect(reason).toContain('Not found at the exchange and counted as ended: 7.');
  });

  it('resolve reopens a position that was closed in part, with the rest', async () => {
    const { after } = await resolve('needs-attention', { closed: 40 });
    expect(after.state).toBe('open');
    expect(after.exitOrders.map((exit) => exit.filled)).toEqual(['0.04']);
    expect(after.attentionReason).toBeUndefined();
  });

  it.each(['needs-attention', 'open', 'kept', 'failed'] as const)(
    'resolve ends a position that was %s and is closed',
    async (state) => {
      const { after, reason } = await resolve(state, { closed: 100 });
      expect(after).toMatchObject({
        state: 'closed',
        outcome: {
          outcome: 'closed',
          closedBy: 'ripcord',
          closedAmount: '0.1',
          closeOrderId: '1001',
          actor: 'operator',
        },
      });
      expect(reason).toContain('0.1 BTC');
    },
  );

  it('resolve reports what Ripcord’s own orders closed, also one that is on record already', async () => {
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
    const { after, reason } = await resolve('needs-attention', {
      position: { positionId: 'pos_000000000000', exitOrders },
    });
    expect(reason).toContain('Close order 78 filled 0.06 BTC');
    expect(after.outcome).toMatchObject({
      closedBy: 'ripcord',
      closedAmount: '0.06',
      averagePrice: '100',
      closeOrderId: '78',
      remaining: '0',
    });
  });

  it('resolve reports an external close when the rest of a partial close is gone', async () => {
    const { after } = await resolve('open', { market: 'perpetual', closed: 50, byHand: 50 });
    expect(after.outcome).toMatchObject({ closedBy: 'external', closedAmount: '0.05', remaining: '0' });
  });

  it.each(['needs-attention', 'open', 'failed'] as const)(
    'resolve cancels a position that was %s and whose entry never filled',
    async (state) => {
      const { after } = await resolve(state, { entryOrders: unfilled });
      expect(after.state).toBe('canceled');
    },
  );

  it('resolve ends a claim whose holder died when its order is found', async () => {
    const { after } = await resolve('claimed', { closed: 100, position: { claim } });
    expect(after).toMatchObject({ state: 'closed' });
    expect(after.claim).toBeUndefined();
  });

  it('resolve never ends a claim only because no order is found', async () => {
    await expect(resolve('claimed', { position: { claim } })).rejects.toThrow(/may still be under way/);
  });

  it('resolve does not touch a claim during its lease', async () => {
    const held = { ...claim, leaseExpiresAt: Number.MAX_SAFE_INTEGER };
    await expect(resolve('claimed', { position: { claim: held } })).rejects.toThrow(/in progress/);
  });

  it('resolve does not touch a claim whose close order may still arrive, although its lease has ended', async () => {
    const sent = { ...claim, sendDeadline: Number.MAX_SAFE_INTEGER };
    await expect(resolve('claimed', { position: { claim: sent } })).rejects.toThrow(/in progress/);
  });

  it('resolve changes nothing about an open position with a remaining amount', async () => {
    const { after } = await resolve('open');
    expect(after).toMatchObject({ state: 'open', revision: 0 });
  });
});

afterAll(async () => {
  const text = await readFile(new URL('../../../../docs/exactly-once.md', import.meta.url), 'utf8');
  const drawn = [...text.matchAll(/^ {4}([a-z-]+) --> ([a-z-]+): resolve$/gm)].map(
    ([, from, to]) => `${from} → ${to}`,
  );
  expect([...resolved].sort(), 'the diagram draws every result of resolve').toEqual(drawn.sort());
});
