import { describe, expect, it } from 'vitest';
import type { Exchange } from '../../../lib/exchange/exchange.ts';
import { describeMerged, planReturn } from '../../../lib/exits/restore-exits.ts';
import { allotTargets } from '../../../lib/position/allot-exits.ts';
import { toCloseId } from '../../../lib/position/client-order-id.ts';
import type { OrderRecord, Position } from '../../../lib/position/position.ts';
import { examplePlan, exampleWith, partClose, restingStop, restingTarget } from './example-exits.ts';

const claimedAt = 1_760_000_100_000;
const canceled = {
  status: 'done',
  canceledByClaimAt: claimedAt,
  isStop: undefined,
  rung: undefined,
} as const;
const stop = (differing: Partial<OrderRecord> = {}) => restingStop({ ...canceled, ...differing });
const target = (differing: Partial<OrderRecord> = {}) => restingTarget(0, { ...canceled, ...differing });
const lists: Exchange['exits'] = {
  spot: {
    forms: new Set(['take-profit', 'stop-loss', 'list'] as const),
    stopRef: { conditional: false, type: 'stop_loss' },
  },
};
const returnOf = (exitOrders: OrderRecord[], differing: Partial<Position> = {}, exits?: Exchange['exits']) =>
  planReturn(exampleWith(undefined, { exitOrders, ...differing }), claimedAt, exits);
const planOf = (...input: Parameters<typeof returnOf>) => returnOf(...input).exitPlan;
const spot = { market: { ...exampleWith(undefined).market, kind: 'spot' } } as const;

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
    const { positionId, attempt } = exampleWith(undefined);
    const clientOrderId = toCloseId({ positionId, attempt });
    const exitOrders = [target(), { ...partClose('0.5'), clientOrderId }];
    const exitPlan = planOf(exitOrders);
    expect(allotTargets(exampleWith(exitPlan, { exitOrders }))).toMatchObject([{ amount: '0.25' }]);
  });

  it.each<[string, OrderRecord[], Partial<Position>]>([
    ['that nothing remains for', [stop(), partClose('1')], {}],
    ['of another claim', [stop({ canceledByClaimAt: 1 })], {}],
    ['that trail the price', [stop({ type: 'trailing_stop_market' })], {}],
    ['without an amount', [stop({ amount: '0' })], {}],
    ['on spot without lists', [stop()], spot],
    ['of a short on spot', [stop()], { ...spot, side: 'short' }],
  ])('do not return: those %s', (_, exitOrders, differing) => {
    expect(planOf(exitOrders, differing)).toBeUndefined();
  });

  it('do not return on a perpetual of an exchange where Ripcord places no exits, and are named', () => {
    const { exitPlan, sentences } = returnOf([stop()], {}, {});
    expect([exitPlan, sentences]).toEqual([
      undefined,
      [expect.stringMatching(/was canceled and can't be placed again\.$/)],
    ]);
  });

  it('leave a stop that the owner has set as it is', () => {
    const exitPlan = { takeProfits: [], stopLoss: { price: '59000' }, changedAt: 1, exited: '0' };
    expect(planOf([stop()], { exitPlan })?.stopLoss).toEqual({ price: '59000' });
  });

  it('return on spot where a list holds the coins once', () => {
    expect(planOf([stop(), target()], spot, lists)).toMatchObject({
      takeProfits: [{ price: '65000' }],
      stopLoss: { price: '58000' },
    });
  });

  it('are named if they do not return', () => {
    const trailing = stop({ orderId: '7', type: 'trailing_stop_market', triggerPrice: undefined });
    const lower = stop({ orderId: '8', amount: '0.4', triggerPrice: '57000' });
    const { exitPlan, sentences } = returnOf([lower, stop(), trailing]);
    expect(exitPlan?.stopLoss).toEqual({ price: '58000' });
    expect(sentences).toEqual([
      "Exit order 7 (trailing_stop_market) was canceled and can't be placed again.",
      'Exit order 8 (stop_market at 57000) was canceled and is not placed again: the stop at 58000 covers all that remains.',
    ]);
  });

  it('are not named if all of them return', () => {
    expect(returnOf([stop(), target()]).sentences).toEqual([]);
  });
});

it.each([
  ['the minimum', '0.01'],
  ['one step', '0.001'],
])('names targets that a part close made smaller than %s', (_, amountMin) => {
  const exitPlan = examplePlan({
    targets: [
      { price: '65000', percent: '1' },
      { price: '70000', percent: '99' },
    ],
  });
  const { market } = exampleWith(exitPlan);
  const position = (exitOrders: OrderRecord[]) =>
    exampleWith(exitPlan, { market: { ...market, amountMin }, exitOrders });
  expect(describeMerged(position([]))).toEqual([]);
  expect(describeMerged(position([partClose('0.95')]))).toEqual([
    "The target at 65000 is below the market's minimum now, so a neighboring target includes it.",
  ]);
});
