import { describe, expect, it } from 'vitest';
import type { OrderRecord, Position } from '../../../lib/position/position.ts';
import { computeProtection, toExitViews } from '../../../lib/position/protection.ts';
import { examplePlan, exampleWith, partClose, restingStop, restingTarget } from '../exits/example-exits.ts';
import { exampleClaim, exampleOrder } from './example-position.ts';

const plan = examplePlan({ targets: [{ price: '65000', percent: '50' }], stop: '58000' });
const withExits = (exitOrders: OrderRecord[], differing: Partial<Position> = {}) =>
  exampleWith(plan, { exitOrders, ...differing });
const unfilled = { entryOrders: [{ ...exampleOrder, status: 'live' as const, filled: '0' }] };
const unconfirmed = { status: 'unconfirmed', orderId: undefined } as const;

describe('protection', () => {
  it.each<[string, Position, string]>([
    ['full if a stop covers what remains', withExits([restingStop()]), 'full'],
    [
      'full if two stops do',
      withExits([restingStop({ amount: '0.4' }), restingStop({ amount: '0.6' })]),
      'full',
    ],
    ['full after a part close', withExits([restingStop({ amount: '0.4' }), partClose('0.6')]), 'full'],
    ['partial if a stop covers less', withExits([restingStop({ amount: '0.999' })]), 'partial'],
    [
      'partial if a stop has filled in part',
      withExits([restingStop({ amount: '0.9', filled: '0.4' })]),
      'partial',
    ],
    ['none with targets only', withExits([restingTarget(1)]), 'none'],
    ['none if the stop has ended', withExits([restingStop({ status: 'done' })]), 'none'],
    ['none while nothing has filled', withExits([restingStop()], unfilled), 'none'],
    ['none once nothing remains', withExits([restingStop({ filled: '1', status: 'done' })]), 'none'],
    ['none once the position has ended', withExits([restingStop()], { state: 'closed' } as never), 'none'],
    ['unknown if a stop is unconfirmed', withExits([restingStop(unconfirmed)]), 'unknown'],
    ['unknown if a look-up missed the stop', withExits([restingStop({ missedSince: 1 })]), 'unknown'],
    ['full if one stop is confirmed', withExits([restingStop(), restingStop(unconfirmed)]), 'full'],
    [
      'unknown while a claim may cancel the stop',
      withExits([restingStop()], { state: 'claimed', claim: exampleClaim } as never),
      'unknown',
    ],
    ['full by an adopted stop', withExits([restingStop({ isStop: undefined })]), 'full'],
    [
      'full by an order that closes all',
      withExits([restingStop({ isStop: undefined, amount: '0' })]),
      'full',
    ],
    [
      'none by an adopted order that waits for a better price',
      withExits([restingStop({ isStop: undefined, triggerPrice: '66000' })]),
      'none',
    ],
    [
      'full by an adopted stop of a short, above the price',
      withExits([restingStop({ isStop: undefined, triggerPrice: '66000' })], { side: 'short' }),
      'full',
    ],
  ])('is %s', (_, position, protection) => {
    expect(computeProtection(position)).toBe(protection);
  });

  it('is unknown if the exchange can not be read, and none if there is no stop', () => {
    expect(computeProtection(withExits([restingStop()]), true)).toBe('unknown');
    expect(computeProtection(withExits([]), true)).toBe('none');
  });
});

describe('the exits of a position', () => {
  it('are shown with price, amount, order id and state', () => {
    const exitOrders = [restingStop({ orderId: '1', amount: '1' }), restingTarget(1, { orderId: '2' })];
    expect(toExitViews(withExits(exitOrders))).toEqual({
      takeProfits: [
        { price: '65000', percent: '50', amount: '0.5', filled: '0', orderId: '2', state: 'resting' },
      ],
      stopLoss: { price: '58000', amount: '1', filled: '0', orderId: '1', state: 'resting' },
    });
  });

  it('are none without a plan and orders', () => {
    expect(toExitViews(exampleWith(undefined))).toEqual({ takeProfits: [], stopLoss: null });
  });

  it('wait until they are placed', () => {
    expect(toExitViews(withExits([], unfilled))).toMatchObject({
      takeProfits: [{ amount: '0', state: 'waiting' }],
      stopLoss: { amount: '0', state: 'waiting' },
    });
  });

  it('are shown as the exchange has them, if their owner moved them there', () => {
    expect(toExitViews(withExits([restingStop({ triggerPrice: '57000' })])).stopLoss?.price).toBe('57000');
  });

  it.each<[string, OrderRecord[], Partial<NonNullable<Position['exitPlan']>['stopLoss']>, object]>([
    ['unconfirmed', [restingStop(unconfirmed)], {}, { state: 'unconfirmed' }],
    ['removed', [restingStop({ status: 'done' })], { removed: true }, { state: 'removed' }],
    ['refused', [], { refusal: { reason: 'other', message: 'No.' } }, { state: 'refused', reason: 'No.' }],
    ['filled', [restingStop({ status: 'done', filled: '1' })], {}, { state: 'filled', filled: '1' }],
  ])('are %s', (_, exitOrders, differing, shown) => {
    const exitPlan = { ...plan, stopLoss: { price: '58000', ...differing } };
    expect(toExitViews(exampleWith(exitPlan, { exitOrders })).stopLoss).toMatchObject(shown);
  });

  it('have ended with their position unless they filled', () => {
    const exitOrders = [restingStop({ status: 'done', filled: '1' }), restingTarget(1, { status: 'done' })];
    expect(toExitViews({ ...withExits(exitOrders), state: 'closed' } as Position)).toMatchObject({
      takeProfits: [{ filled: '0', state: 'ended' }],
      stopLoss: { filled: '1', state: 'filled' },
    });
  });

  it('that are merged into a neighbor are named', () => {
    const tiny = examplePlan({
      targets: [
        { price: '65000', percent: '0.1' },
        { price: '70000', percent: '99.9' },
      ],
    });
    const market = { ...exampleWith(tiny).market, amountMin: '0.01' };
    expect(toExitViews(exampleWith(tiny, { market })).takeProfits).toMatchObject([
      { amount: '0', state: 'merged' },
      { amount: '1', state: 'waiting' },
    ]);
  });

  it('that were adopted without a plan are shown, too', () => {
    const exitOrders = [
      restingStop({ isStop: undefined, orderId: '1' }),
      restingTarget(0, { rung: undefined, orderId: '2' }),
    ];
    expect(toExitViews(exampleWith(undefined, { exitOrders }))).toMatchObject({
      takeProfits: [{ price: '65000', orderId: '2', state: 'resting' }],
      stopLoss: { price: '58000', orderId: '1', state: 'resting' },
    });
  });
});
