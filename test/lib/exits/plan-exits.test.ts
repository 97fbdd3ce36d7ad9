import { describe, expect, it } from 'vitest';
import { type ExitFacts, planExits, withoutSpent } from '../../../lib/exits/plan-exits.ts';
import type { OrderRecord, Position } from '../../../lib/position/position.ts';
import { exampleOrder } from '../position/example-position.ts';
import { examplePlan, exampleWith, partClose, restingStop, restingTarget } from './example-exits.ts';

const plan = examplePlan({
  targets: [
    { price: '65000', percent: '50' },
    { price: '70000', percent: '50' },
  ],
  stop: '58000',
});
const stopOnly = examplePlan({ stop: '58000' });
const decide = (position: Position, facts: Partial<ExitFacts> = {}) =>
  planExits(position, { skip: new Set(), ...facts });
const withExits = (exitOrders: OrderRecord[], differing: Partial<Position> = {}) =>
  exampleWith(plan, { exitOrders, ...differing });
const both = [restingTarget(1), restingTarget(2, { price: '70000' })];
const stop = (amount = '1') => ({
  kind: 'stop-loss',
  key: 'stop',
  triggerPrice: '58000',
  price: undefined,
  amount,
});

describe('a plan', () => {
  it('places nothing before anything has filled', () => {
    const entryOrders = [{ ...exampleOrder, status: 'live' as const, amount: '1', filled: '0' }];
    expect(decide(withExits([], { entryOrders }))).toEqual({ kind: 'none' });
  });

  it('places the stop for what remains, and each target for its part', () => {
    expect(decide(withExits([]))).toEqual({
      kind: 'place',
      exits: [
        stop(),
        { kind: 'take-profit', key: 1, price: '65000', amount: '0.5' },
        { kind: 'take-profit', key: 2, price: '70000', amount: '0.5' },
      ],
    });
  });

  it('protects what a partly filled entry has filled', () => {
    const entryOrders = [{ ...exampleOrder, status: 'live' as const, amount: '1', filled: '0.2' }];
    expect(decide(exampleWith(stopOnly, { entryOrders }))).toEqual({ kind: 'place', exits: [stop('0.2')] });
  });

  it('has nothing left to do once all exits rest', () => {
    expect(decide(withExits([restingStop(), ...both]))).toEqual({ kind: 'none' });
  });

  it('waits for an exit whose answer is unknown, and places no second one', () => {
    const unconfirmed = restingStop({ status: 'unconfirmed', orderId: undefined });
    expect(decide(withExits([unconfirmed, ...both]))).toEqual({ kind: 'wait' });
    expect(decide(withExits([{ ...unconfirmed, amount: '0.5' }, ...both]))).toEqual({ kind: 'wait' });
  });

  it('places an exit again that is proven not to exist', () => {
    const lost = restingStop({ status: 'done', orderId: undefined });
    expect(decide(withExits([lost, ...both]))).toEqual({ kind: 'place', exits: [stop()] });
    expect(withoutSpent([lost, ...both])).toEqual(both);
  });

  it('places an exit again that a claim canceled', () => {
    const canceled = restingStop({ status: 'done', canceledByClaimAt: 1 });
    expect(decide(withExits([canceled, ...both]))).toEqual({ kind: 'place', exits: [stop()] });
  });

  it('cancels every exit once nothing remains', () => {
    const filled = restingStop({ status: 'done', filled: '1' });
    expect(decide(withExits([filled, ...both]))).toEqual({ kind: 'cancel', orders: both });
  });

  it('cancels targets that are not in the plan before it places others', () => {
    const old = restingTarget(7);
    expect(decide(withExits([restingStop(), old]))).toEqual({ kind: 'cancel', orders: [old] });
  });

  it('cancels a stop that the plan no longer has', () => {
    const old = restingStop();
    expect(decide(exampleWith(examplePlan({}), { exitOrders: [old] }))).toEqual({
      kind: 'cancel',
      orders: [old],
    });
  });

  it('leaves an exit alone that the owner moved at the exchange', () => {
    const exitOrders = [
      restingStop({ triggerPrice: '57000' }),
      restingTarget(1, { price: '66000' }),
      restingTarget(2),
    ];
    expect(decide(withExits(exitOrders))).toEqual({ kind: 'none' });
  });

  it('leaves orders alone that were adopted without a plan', () => {
    const adopted = restingStop({ isStop: undefined });
    expect(decide(exampleWith(undefined, { exitOrders: [adopted] }))).toEqual({ kind: 'none' });
  });

  it('tries nothing again in the same run', () => {
    expect(decide(exampleWith(stopOnly), { skip: new Set(['stop']) })).toEqual({ kind: 'none' });
  });

  it('does not place an exit that the owner removed', () => {
    const removed = examplePlan({ stop: { price: '58000', removed: true } });
    expect(decide(exampleWith(removed))).toEqual({ kind: 'none' });
  });
});

describe('a stop for more than remains', () => {
  const old = restingStop();
  const position = exampleWith(stopOnly, { exitOrders: [old, partClose('0.4')] });

  it('asks what the account holds', () => {
    expect(decide(position)).toEqual({ kind: 'read-holding' });
  });

  it('is replaced by a new one first if the account holds exactly what remains', () => {
    expect(decide(position, { held: '0.6' })).toEqual({ kind: 'place', exits: [stop('0.6')] });
    const next = { ...position, exitOrders: [...position.exitOrders, restingStop({ amount: '0.6' })] };
    expect(decide(next, { held: '0.6' })).toEqual({ kind: 'cancel', orders: [old] });
  });

  it('ends first if the account holds more, because two stops would sell twice', () => {
    expect(decide(position, { held: '1.6' })).toEqual({ kind: 'cancel', orders: [old] });
  });

  it('stays until the new one is confirmed', () => {
    const sent = restingStop({ amount: '0.6', status: 'unconfirmed', orderId: undefined });
    const next = { ...position, exitOrders: [...position.exitOrders, sent] };
    expect(decide(next, { held: '0.6' })).toEqual({ kind: 'wait' });
  });
});

describe('a stop whose price has passed', () => {
  const passed = { lastSync: { at: 1, price: '57990' } };

  it('is not placed', () => {
    expect(decide(exampleWith(stopOnly, passed))).toEqual({ kind: 'none' });
  });

  it('does not end the stop that rests', () => {
    const old = restingStop({ endsFor: 'replaced', triggerPrice: '50000' });
    expect(decide(exampleWith(stopOnly, { ...passed, exitOrders: [old] }), { held: '1' })).toEqual({
      kind: 'none',
    });
  });
});

describe('exits that came with their entry', () => {
  const whole = examplePlan({ targets: [{ price: '65000', percent: '100' }], stop: '58000' });
  const pair = 'entry-1';
  const attached = { stopLoss: { triggerPrice: '58000' }, takeProfit: { price: '65000' } };
  const entry = {
    ...exampleOrder,
    clientOrderId: pair,
    amount: '1',
    filled: '1',
    average: '60000',
    baseFee: undefined,
  };
  const withEntry = (exitOrders: OrderRecord[], seen: { found?: string; missed?: string } = { found: '1' }) =>
    exampleWith(whole, { exitOrders, entryOrders: [{ ...entry, attached: { ...attached, ...seen } }] });
  const attachedStop = (differing: Partial<OrderRecord> = {}) => restingStop({ pair, ...differing });
  const attachedTarget = (differing: Partial<OrderRecord> = {}) =>
    restingTarget(1, { pair, amount: '1', ...differing });

  it('are waited for until the exchange had to show them', () => {
    expect(decide(withEntry([], {}))).toEqual({ kind: 'wait' });
    expect(decide(withEntry([], { found: '0.4' }))).toEqual({ kind: 'wait' });
    expect(decide(withEntry([], { missed: '0.4' }))).toEqual({ kind: 'wait' });
    expect(decide(withEntry([], { missed: '1' }))).toMatchObject({ kind: 'place' });
  });

  it('are kept if they are several that cover what remains together', () => {
    const stops = [attachedStop({ amount: '0.4' }), attachedStop({ amount: '0.6' })];
    const targets = [attachedTarget({ amount: '0.4' }), attachedTarget({ amount: '0.6' })];
    expect(decide(withEntry([...stops, ...targets]))).toEqual({ kind: 'none' });
  });

  it('end only after another stop rests, if their target is replaced', () => {
    const bound = attachedStop();
    const old = attachedTarget({ rung: 7 });
    const held = '1';
    expect(decide(withEntry([bound, old]), { held })).toEqual({ kind: 'place', exits: [stop()] });
    expect(decide(withEntry([bound, old, restingStop()]), { held })).toEqual({
      kind: 'cancel',
      orders: [bound, old],
    });
  });
});

describe('a stop that the exchange can change', () => {
  const amends = new Set(['stop_market']);
  const stopOf = (exitOrders: OrderRecord[], differing: Partial<Position> = {}) =>
    decide(exampleWith(stopOnly, { exitOrders, ...differing }), { amends });

  it('is changed instead of replaced, whatever the account holds', () => {
    const old = restingStop({ endsFor: 'replaced' });
    expect(stopOf([old])).toEqual({ kind: 'amend', order: old, stop: stop() });
    const small = restingStop({ amount: '0.4' });
    expect(stopOf([small])).toEqual({ kind: 'amend', order: small, stop: stop() });
  });

  it.each<[string, Partial<OrderRecord>]>([
    ['is of another type', { type: 'trailing_stop_market' }],
    ['becomes another type', { price: '57900' }],
    ['has triggered and filled in part', { filled: '0.1' }],
  ])('is replaced if it %s', (_, differing) => {
    expect(stopOf([restingStop({ amount: '2', ...differing })])).toEqual({ kind: 'read-holding' });
  });

  it('stays if the price has passed the new one', () => {
    const lastSync = { at: 1, price: '57000' };
    expect(stopOf([restingStop({ endsFor: 'replaced' })], { lastSync })).toEqual({ kind: 'none' });
  });
});
