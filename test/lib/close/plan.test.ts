import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LinkView } from '../../../lib/admin/contract/commands.ts';
import { describeLink } from '../../../lib/admin/links/describe-link.ts';
import { executeAction } from '../../../lib/close/execute-action.ts';
import type { PlannedAction } from '../../../lib/close/next-step.ts';
import { planAction } from '../../../lib/close/plan.ts';
import { claimableStates } from '../../../lib/close/transitions.ts';
import type { RequestNote } from '../../../lib/link/hit.ts';
import { type Position, type State, stateSchema } from '../../../lib/position/position.ts';
import { isFeeUnknown } from '../../../lib/position/totals.ts';
import { syncPosition } from '../../../lib/sweep/sync-position.ts';
import { setStage } from '../../simulation/harness.ts';
import { makePlan } from '../../simulation/plan.ts';
import { examplePositionIn } from '../position/example-position.ts';

const linkId = 'lnk_0123456789abcdef';

const planned: fc.Arbitrary<PlannedAction> = fc.oneof(
  fc.constant({ action: 'close' as const }),
  fc.constant({ action: 'keep' as const }),
  fc.record({ action: fc.constant('close' as const), percent: fc.integer({ min: 1, max: 99 }) }),
);

/** A position whose orders the exchange may have filled or ended since it was adopted. */
async function stageOf(seed: number, state: State) {
  const plan = { ...makePlan(seed), lagsMs: [], exchangeSkewMs: 0, liquidity: undefined, foreign: 0 };
  const { required } = { required: examplePositionIn(state) };
  return setStage(plan, (adopted, book) => {
    for (const order of book.orders) if ((seed + Number(order.orderId)) % 3 === 0) book.end(order);
    return { ...required, ...adopted, state } as Position;
  });
}

function requested(requests: RequestNote[], word: RegExp): RequestNote[] {
  return requests.filter(({ request }) => word.test(request));
}

describe('a preview and the run that follows it', () => {
  it('cancel the same orders, send the same MARKET order and end in the same way', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 100_000 }),
        planned,
        fc.nat({ max: 2 }),
        async (seed, action, pick) => {
          const states = claimableStates(action.action);
          const stage = await stageOf(seed, states[pick % states.length] ?? 'open');
          const { services, during, position } = stage;
          const synced = await during(() => syncPosition(services, position));
          const plan = planAction(synced, action);
          const intent = { actor: 'link', linkId, ...action } as const;
          const result = await during(() => executeAction(services, position.positionId, intent));
          if (result.kind !== 'ran') throw new Error(`not run: ${result.kind}`);
          const { requests } = result.execution;
          const canceled = requested(requests, /^cancel$/).map(({ orderId }) => orderId);
          expect(canceled.sort()).toEqual(plan.cancels.map(({ order }) => order.orderId).sort());
          const [sent, ...more] = requested(requests, / at MARKET$/);
          expect(more).toEqual([]);
          // The exchange reports an entry's fee only once the entry is done: the preview says "minus the entry fee".
          if (isFeeUnknown(synced)) return;
          if (plan.order === undefined) expect(sent).toBeUndefined();
          else expect(sent?.request).toBe(`${plan.order.side} ${plan.order.amount} at MARKET`);
          expect(endOf(result.execution.position)).toBe(plan.end ?? 'sent');
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('agree that a link does nothing in every state that no claim may leave', () => {
    for (const action of ['close', 'keep'] as const)
      for (const state of stateSchema.options) {
        const link = { state: 'armed', action } as LinkView;
        const { fires } = describeLink(link, examplePositionIn(state), { paused: false });
        // A kept position is kept already: the hit answers so, and nothing is sent.
        const isKept = action === 'keep' && state === 'kept';
        expect({ state, fires }).toEqual({ state, fires: isKept || claimableStates(action).includes(state) });
      }
  });
});

/** How a run ended, in the plan's words. */
function endOf({ outcome, failure }: Position): string {
  if (failure?.code === 'below-minimum') return 'too-small';
  if (failure?.code === 'above-maximum') return 'above-maximum';
  if (outcome === undefined) return 'nothing';
  if (outcome.closeOrderId !== undefined) return 'sent';
  if (outcome.outcome === 'dust') return outcome.remaining === '0' ? 'exits-closed' : 'too-small';
  return outcome.outcome === 'closed' ? 'exits-closed' : outcome.outcome;
}
