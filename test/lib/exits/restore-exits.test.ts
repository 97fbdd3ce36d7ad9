import { describe, expect, it } from 'vitest';
import { planCanceled } from '../../../lib/exits/restore-exits.ts';
import { allotTargets } from '../../../lib/position/allot-exits.ts';
import type { OrderRecord, Position } from '../../../lib/position/position.ts';
import { exampleWith, partClose, restingStop, restingTarget } from './example-exits.ts';

const claimedAt = 1_760_000_100_000;
const canceled = {
  status: 'done',
  canceledByClaimAt: claimedAt,
  isStop: undefined,
  rung: undefined,
} as const;
const stop = (differing: Partial<OrderRecord> = {}) => restingStop({ ...canceled, ...differing });
const target = (differing: Partial<OrderRecord> = {}) => restingTarget(0, { ...canceled, ...differing });
const planOf = (exitOrders: OrderRecord[], differing: Partial<Position> = {}, closed = '0') =>
  planCanceled(exampleWith(undefined, { exitOrders, ...differing }), claimedAt, closed);

describe('adopted exits that a claim canceled', () => {
  it('return with their prices, the stop for all that remains', () => {
    expect(planOf([stop(), target()])).toEqual({
      takeProfits: [{ rung: 1, price: '65000', percent: '50', amount: '0.5' }],
      stopLoss: { price: '58000' },
      changedAt: claimedAt,
      exited: '0',
    });
  });

  it('return as LIMIT stops if they were', () => {
    expect(planOf([stop({ price: '57900' })])?.stopLoss).toEqual({ price: '58000', limitPrice: '57900' });
  });

  it('return scaled to what a part close left', () => {
    const exitOrders = [target(), partClose('0.5')];
    const exitPlan = planOf(exitOrders, {}, '0.5');
    expect(allotTargets(exampleWith(exitPlan, { exitOrders }))).toMatchObject([{ amount: '0.25' }]);
  });

  it.each<[string, OrderRecord[], Partial<Position>]>([
    ['that nothing remains for', [stop(), partClose('1')], {}],
    ['of another claim', [stop({ canceledByClaimAt: 1 })], {}],
    ['that trail the price', [stop({ type: 'trailing_stop_market' })], {}],
    ['without an amount', [stop({ amount: '0' })], {}],
    ['on spot', [stop()], { market: { ...exampleWith(undefined).market, kind: 'spot' } }],
  ])('do not return: those %s', (_, exitOrders, differing) => {
    expect(planOf(exitOrders, differing)).toBeUndefined();
  });

  it('leave a stop that the owner has set as it is', () => {
    const exitPlan = { takeProfits: [], stopLoss: { price: '59000' }, changedAt: 1, exited: '0' };
    expect(planOf([stop()], { exitPlan })?.stopLoss).toEqual({ price: '59000' });
  });
});
