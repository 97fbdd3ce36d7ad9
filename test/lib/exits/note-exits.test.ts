import { describe, expect, it } from 'vitest';
import { noteExits } from '../../../lib/exits/note-exits.ts';
import { examplePlan, exampleWith, partClose, restingStop, restingTarget } from './example-exits.ts';

const plan = examplePlan({ targets: [{ price: '65000', percent: '50' }], stop: '58000' });

describe('what the record notes of exits', () => {
  it('is nothing while they rest', () => {
    expect(noteExits(exampleWith(plan, { exitOrders: [restingStop(), restingTarget(1)] }))).toBeUndefined();
  });

  it('is nothing about an exit that Ripcord or a claim ended', () => {
    const done = { status: 'done' } as const;
    const exitOrders = [
      restingStop({ ...done, endsFor: 'replaced' }),
      restingStop({ ...done, canceledByClaimAt: 1 }),
      restingStop({ ...done, orderId: undefined }),
      restingTarget(1, { ...done, endsFor: 'replaced', filled: '0.1' }),
    ];
    expect(noteExits(exampleWith(plan, { exitOrders }))).toBeUndefined();
  });

  it('is that the owner or the exchange ended one, and it says so once', () => {
    const exitOrders = [restingStop({ status: 'done', orderId: '77' }), restingTarget(1)];
    const noted = noteExits(exampleWith(plan, { exitOrders }));
    expect(noted?.exitPlan.stopLoss).toEqual({ price: '58000', removed: true });
    expect(noted?.sentences).toEqual([
      'The stop at 58000 (order 77) was canceled or expired at the exchange. Ripcord does not place it again.',
    ]);
    expect(noteExits(exampleWith(noted?.exitPlan, { exitOrders }))).toBeUndefined();
  });

  it('is that a target has filled, and it says so once', () => {
    const [part, rest] = [
      restingTarget(1, { filled: '0.2' }),
      restingTarget(1, { amount: '0.3', orderId: '78' }),
    ];
    const done = { status: 'done' } as const;
    expect(noteExits(exampleWith(plan, { exitOrders: [restingStop(), part] }))).toBeUndefined();
    const replaced = { ...part, ...done, endsFor: 'replaced' } as const;
    const exitOrders = [restingStop(), replaced, { ...rest, ...done, filled: '0.3' }];
    const noted = noteExits(exampleWith(plan, { exitOrders }));
    expect(noted?.sentences).toEqual(['The target at 65000 (order 78) has filled and closed 0.5 BTC.']);
    expect(noteExits(exampleWith(noted?.exitPlan, { exitOrders }))).toBeUndefined();
  });

  it('is nothing about a stop that the fill or the trigger of its target ended', () => {
    const pair = 'entry-1';
    const bound = restingStop({ pair, status: 'done' });
    for (const target of [
      restingTarget(1, { pair, filled: '0.2' }),
      restingTarget(1, { pair, status: 'done', filled: '0.2', endsFor: 'replaced' }),
    ])
      expect(noteExits(exampleWith(plan, { exitOrders: [bound, target] }))).toBeUndefined();
  });

  it('is that its owner ended both of a pair, with the cancel of one', () => {
    const done = { pair: 'entry-1', status: 'done' } as const;
    const noted = noteExits(exampleWith(plan, { exitOrders: [restingStop(done), restingTarget(1, done)] }));
    expect(noted?.exitPlan).toMatchObject({ takeProfits: [{ removed: true }], stopLoss: { removed: true } });
    expect(noted?.sentences).toHaveLength(2);
  });

  it('is nothing about exits that the exchange ended with the position', () => {
    const exitOrders = [restingStop({ status: 'done', filled: '1' }), restingTarget(1, { status: 'done' })];
    expect(noteExits(exampleWith(plan, { exitOrders }))).toBeUndefined();
  });

  it('is the amount of each target after a part close', () => {
    const exitOrders = [restingStop(), restingTarget(1), partClose('0.5')];
    const noted = noteExits(exampleWith(plan, { exitOrders }));
    expect(noted).toMatchObject({
      exitPlan: { takeProfits: [{ amount: '0.25' }], scaledFor: '0.5' },
      sentences: [],
    });
    expect(noteExits(exampleWith(noted?.exitPlan, { exitOrders }))).toBeUndefined();
  });

  it('is that the price has passed a stop that does not rest, and it says so once', () => {
    const passed = { lastSync: { at: 1, price: '57990' } };
    const noted = noteExits(exampleWith(plan, passed));
    expect(noted?.exitPlan.stopLoss?.refusal).toEqual({
      reason: 'would-trigger',
      message: 'The price 57990 has passed the stop 58000',
    });
    expect(noteExits(exampleWith(noted?.exitPlan, passed))).toBeUndefined();
    expect(noteExits(exampleWith(plan, { ...passed, exitOrders: [restingStop()] }))).toBeUndefined();
  });
});

describe('a stop that its owner has tightened, and whose size the exchange refuses to change', () => {
  const refusal = { reason: 'too-many-orders', message: 'Too many orders.' } as const;
  const plan = examplePlan({ stop: { price: '59000', previous: { price: '58000' }, refusal } });

  it('stays at its price while it rests', () => {
    const exitOrders = [restingStop({ triggerPrice: '59000', endsFor: 'replaced' })];
    const noted = noteExits(exampleWith(plan, { exitOrders }));
    expect(noted).toMatchObject({
      exitPlan: { stopLoss: { price: '59000' } },
      sentences: ['The earlier stop at 59000 stays.'],
    });
    expect(noted?.exitPlan.stopLoss).not.toHaveProperty('previous');
    expect(noted?.exitOrders[0]?.endsFor).toBeUndefined();
  });

  it('goes back to the price of the plan once none rests', () => {
    expect(noteExits(exampleWith(plan))?.exitPlan.stopLoss).toMatchObject({ price: '58000' });
  });
});
