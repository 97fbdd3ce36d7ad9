import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LinkView } from '../../../lib/admin/contract/commands.ts';
import { describeLink } from '../../../lib/admin/links/describe-link.ts';
import { decimal } from '../../../lib/amount.ts';
import { executeAction } from '../../../lib/close/execute-action.ts';
import { rejectionResponse } from '../../../lib/close/judge-close-order.ts';
import { type ActionPlan, planAction } from '../../../lib/close/plan.ts';
import type { PlannedAction } from '../../../lib/close/step.ts';
import { claimableStates } from '../../../lib/close/transitions.ts';
import type { MarketOrder, RejectReason } from '../../../lib/exchange/exchange.ts';
import type { RequestNote } from '../../../lib/link/hit.ts';
import { type Position, type State, stateSchema } from '../../../lib/position/position.ts';
import { isFeeUnknown } from '../../../lib/position/totals.ts';
import { syncPosition } from '../../../lib/sync/sync-position.ts';
import { setStage } from '../../simulation/harness.ts';
import { makePlan } from '../../simulation/plan.ts';
import { examplePositionIn } from '../position/example-position.ts';
import {
  closePosition,
  filled,
  live,
  type PositionFacts,
  perpetual,
  withMinimumValue,
} from './close-position.ts';

const linkId = 'lnk_0123456789abcdef';

const rejectReasons = Object.keys(rejectionResponse) as RejectReason[];

const planned: fc.Arbitrary<PlannedAction> = fc.oneof(
  fc.constant({ action: 'close' as const }),
  fc.constant({ action: 'keep' as const }),
  fc.record({ action: fc.constant('close' as const), percent: fc.integer({ min: 1, max: 99 }) }),
  fc.record({
    action: fc.constant('close' as const),
    toPercent: fc.integer({ min: 1, max: 99 }).map(String),
  }),
);

/** A position whose orders the exchange may have filled or ended since it was adopted. */
async function stageOf(seed: number, state: State) {
  const still = { lagsMs: [], exchangeSkewMs: 0, orderAgeMs: 0, exitMissedMs: 0, holdingLagMs: 0 };
  const plan = { ...makePlan(seed), ...still, liquidity: undefined, foreign: 0 };
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

  it('agree on the first order, and no order that follows a rejection is for more', async () => {
    const reasons = fc.array(fc.constantFrom(...rejectReasons), { minLength: 1, maxLength: 4 });
    const part = fc.nat({ max: 120 });
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 100_000 }),
        planned,
        reasons,
        fc.record({ total: part, free: part }),
        async (seed, action, rejections, { total, free }) => {
          const stage = await stageOf(seed, 'open');
          const { services, during, position, exchange } = stage;
          const synced = await during(() => syncPosition(services, position));
          const { order } = planAction(synced, action);
          const sent: MarketOrder[] = [];
          const create = exchange.createMarketOrder;
          exchange.createMarketOrder = async (market, next) => {
            sent.push(next);
            const reason = rejections[sent.length - 1];
            if (reason === undefined) return create(market, next);
            return { kind: 'rejected', reason, code: reason, message: reason };
          };
          const ofOrder = (percent: number) =>
            decimal(order?.amount ?? '0')
              .times(percent)
              .dividedBy(100)
              .toFixed();
          const { fetchBalance } = exchange;
          // What a part finds before its first order, the preview assumes.
          exchange.fetchBalance = async (base) =>
            sent.length === 0
              ? fetchBalance(base)
              : { total: ofOrder(Math.max(total, free)), free: ofOrder(free) };
          const intent = { actor: 'link', linkId, ...action } as const;
          await during(() => executeAction(services, position.positionId, intent));
          const [first, ...others] = sent;
          if (!isFeeUnknown(synced)) expect(first?.amount).toBe(order?.amount);
          for (const { amount } of others) expect(decimal(amount).lte(first?.amount ?? '0')).toBe(true);
          const ids = sent.map(({ clientOrderId }) => clientOrderId);
          expect(new Set(ids).size).toBe(ids.length);
          expect(stage.book.of('close').filter(({ filled }) => filled > 0).length).toBeLessThan(2);
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it('agree that a link does nothing in every state that no claim may leave', () => {
    for (const action of ['close', 'keep'] as const)
      for (const state of stateSchema.options) {
        const link = { state: 'armed', action } as LinkView;
        const { fires } = describeLink(link, examplePositionIn(state), { paused: false });
        expect({ state, fires }).toEqual({ state, fires: claimableStates(action).includes(state) });
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
  if (outcome.toPercent !== undefined) return 'reached';
  return outcome.outcome === 'closed' ? 'exits-closed' : outcome.outcome;
}

const close = { action: 'close' } as const;
const half = { action: 'close', percent: 50 } as const;

/** Every order of a plan: canceled ids, then what is sent or how it ends. */
function summarize({ cancels, order, end }: ActionPlan): unknown[] {
  return [...cancels.map(({ book, order: { orderId } }) => `${book} ${orderId}`), order ?? end];
}

const sell = (amount: string, lessFee = false) => ({ side: 'sell', amount, lessFee });

describe('a plan', () => {
  it.each<[string, PlannedAction, PositionFacts, unknown[]]>([
    ['sells a filled entry', close, {}, [sell('1')]],
    ['buys back a short', close, { side: 'short' }, [{ side: 'buy', amount: '1', lessFee: false }]],
    [
      'cancels entries before exits, and no order that is done',
      close,
      { entries: [filled, live], exits: [{}, live, { status: 'unconfirmed' }] },
      ['entryOrders e1', 'exitOrders x1', 'exitOrders x2', sell('1')],
    ],
    [
      'takes the fee that is known and marks the one that is not',
      close,
      { entries: [{ filled: '1', baseFee: '0.1' }, { filled: '1' }] },
      [sell('1.9', true)],
    ],
    ['judges by the last price', close, { market: withMinimumValue, price: '999' }, ['too-small']],
    [
      'judges by the last price before the entry price',
      close,
      { market: withMinimumValue, price: '1500', entries: [{ ...filled, average: '900' }] },
      [sell('1')],
    ],
    [
      'judges by the entry price if there is no other',
      close,
      { market: withMinimumValue, entries: [{ ...filled, average: '900' }] },
      ['too-small'],
    ],
    ['assumes a sufficient price if none is known', half, { market: withMinimumValue }, [sell('0.5')]],
    [
      'assumes a sufficient price for a large amount if none is known',
      close,
      { market: withMinimumValue, entries: [{ ...filled, filled: '2' }] },
      [sell('2')],
    ],
    [
      'is refused above the maximum before anything is canceled',
      close,
      { entries: [{ ...filled, filled: '101' }], exits: [live] },
      ['above-maximum'],
    ],
    [
      'is refused below the minimum before anything is canceled',
      half,
      { entries: [{ ...filled, filled: '0.3' }], exits: [live] },
      ['too-small'],
    ],
    [
      'is refused below the minimum after exits that could open a position were canceled',
      half,
      { market: perpetual, entries: [{ ...live, filled: '0.3' }], exits: [live] },
      ['entryOrders e0', 'exitOrders x0', 'too-small'],
    ],
    [
      'keeps exits that only reduce beside a part',
      half,
      { market: perpetual, exits: [{ ...live, reduceOnly: true }] },
      [sell('0.5')],
    ],
    [
      'cancels kept exits if a part leaves too little to close',
      { action: 'close', percent: 90 },
      { market: perpetual, exits: [{ ...live, reduceOnly: true }] },
      ['exitOrders x0', sell('0.9')],
    ],
    ['keeps a position and its exits', { action: 'keep' }, { exits: [live] }, ['kept']],
  ])('%s', (_, action, facts, steps) => {
    expect(summarize(planAction(closePosition(facts), action))).toEqual(steps);
  });
});
