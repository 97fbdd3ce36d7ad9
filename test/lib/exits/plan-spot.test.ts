import { describe, expect, it } from 'vitest';
import { noteExits } from '../../../lib/exits/note-exits.ts';
import type { ExitFacts } from '../../../lib/exits/plan-exits.ts';
import { planSpotExits } from '../../../lib/exits/plan-spot.ts';
import type { ExitPlan } from '../../../lib/position/exit-plan.ts';
import type { OrderRecord, Position } from '../../../lib/position/position.ts';
import { exampleOrder, examplePosition } from '../position/example-position.ts';
import { examplePlan, partClose, restingStop, restingTarget } from './example-exits.ts';

const targets = [
  { price: '65000', percent: '50' },
  { price: '70000', percent: '50' },
];
const ladder = examplePlan({ targets, stop: '58000' });
/** A long of 0.4995 BTC: 0.5 less the fee of the entry. */
const longWith = (exitPlan: ExitPlan, exitOrders: OrderRecord[] = [], differing: Partial<Position> = {}) =>
  ({ ...examplePosition, exitPlan, exitOrders, ...differing }) as Position;
const decide = (position: Position, facts: Partial<ExitFacts> = {}) =>
  planSpotExits(position, { skip: new Set(), ...facts });
const list = (key: number, amount: string, price = '65000') => ({
  kind: 'list',
  key,
  price,
  amount,
  stop: { triggerPrice: '58000', price: undefined },
});
const plainStop = (amount: string) => ({
  kind: 'stop-loss',
  key: 'stop',
  triggerPrice: '58000',
  price: undefined,
  amount,
});
/** The two orders of a rung's list. */
function pair(rung: number, target: Partial<OrderRecord> = {}, stop: Partial<OrderRecord> = {}) {
  const shared = { pair: `list-${rung}`, rung, amount: '0.24975' };
  return [
    restingTarget(rung, { ...shared, ...target }),
    restingStop({ ...shared, conditional: false, ...stop }),
  ];
}
const done = { status: 'done' } as const;
const idsOf = (orders: (OrderRecord | undefined)[]) => orders.map((order) => order?.orderId);

describe('a plan on spot', () => {
  it('is a list for each target, which together are for exactly what remains', () => {
    expect(decide(longWith(ladder))).toEqual({
      kind: 'place',
      exits: [list(1, '0.24975'), list(2, '0.24975', '70000')],
    });
  });

  it('gives the last target what rounding leaves', () => {
    const thirds = examplePlan({
      targets: ['33.3', '33.3', '33.4'].map((percent) => ({ price: '65000', percent })),
      stop: '58000',
    });
    const market = { ...examplePosition.market, amountStep: '0.001', amountMin: '0.001' };
    expect(decide(longWith(thirds, [], { market }))).toEqual({
      kind: 'place',
      exits: [list(1, '0.166'), list(2, '0.166'), list(3, '0.167')],
    });
  });

  it('has a plain stop for what has no target, and includes it in a list if it is too small', () => {
    const plan = (percent: string) => examplePlan({ targets: [{ price: '65000', percent }], stop: '58000' });
    expect(decide(longWith(plan('30')))).toEqual({
      kind: 'place',
      exits: [list(1, '0.14985'), plainStop('0.34965')],
    });
    expect(decide(longWith(plan('99.99')))).toEqual({ kind: 'place', exits: [list(1, '0.4995')] });
  });

  it('is LIMIT orders without a stop', () => {
    expect(decide(longWith(examplePlan({ targets })))).toEqual({
      kind: 'place',
      exits: [
        { kind: 'take-profit', key: 1, price: '65000', amount: '0.24975' },
        { kind: 'take-profit', key: 2, price: '70000', amount: '0.24975' },
      ],
    });
  });

  it('waits until the fee of the entry is known, which is taken from the coins', () => {
    const entryOrders = [{ ...exampleOrder, baseFee: undefined }];
    expect(decide(longWith(ladder, [], { entryOrders }))).toEqual({ kind: 'wait' });
  });

  it('has nothing left to do once all lists rest', () => {
    expect(decide(longWith(ladder, [...pair(1), ...pair(2)]))).toEqual({ kind: 'none' });
  });

  it('waits for a list whose answer is unknown, and places the others', () => {
    const unknown = { status: 'unconfirmed', orderId: undefined } as const;
    expect(decide(longWith(ladder, [...pair(1, unknown, unknown), ...pair(2)]))).toEqual({ kind: 'wait' });
    expect(decide(longWith(ladder, pair(1, unknown, unknown)))).toMatchObject({
      kind: 'place',
      exits: [{ key: 2 }],
    });
  });

  it('leaves a list as it is while the order that triggered or filled is read before the other', () => {
    expect(decide(longWith(ladder, [...pair(1, {}, done), ...pair(2)]))).toEqual({ kind: 'none' });
    expect(decide(longWith(ladder, [...pair(1, done), ...pair(2)]))).toEqual({ kind: 'none' });
  });

  it('ends a target that has filled in part, whose stop is gone, and lists the rest', () => {
    const [target, stop] = pair(1, { filled: '0.1' }, done) as [OrderRecord, OrderRecord];
    const filled = longWith(ladder, [target, stop, ...pair(2)]);
    expect(decide(filled)).toEqual({ kind: 'cancel', orders: [target] });
    const ended = { ...target, ...done, endsFor: 'replaced' } as const;
    expect(decide(longWith(ladder, [ended, stop, ...pair(2)]))).toEqual({
      kind: 'place',
      exits: [list(1, '0.14975')],
    });
  });

  it('ends what it has to replace before it places anything, because the coins are held', () => {
    const replaced = pair(1, {}, { endsFor: 'replaced' });
    const other = pair(2, {}, { endsFor: 'replaced' });
    const position = longWith(ladder, [...replaced, ...other]);
    const step = decide(position);
    expect(step).toMatchObject({ kind: 'cancel' });
    expect(idsOf(step.kind === 'cancel' ? step.orders : [])).toEqual(idsOf([...replaced, ...other]));
  });

  it('keeps the old stop if the price has passed the new one', () => {
    const passed = { lastSync: { at: 1, price: '57990' } };
    expect(decide(longWith(ladder, pair(1, {}, { endsFor: 'replaced' }), passed))).toEqual({ kind: 'none' });
  });

  it('scales with what a link leaves, and not with a stop of one part that has filled', () => {
    const canceled = { ...done, canceledByClaimAt: 1 };
    const halved = longWith(ladder, [...pair(1, canceled, canceled), partClose('0.24975')]);
    expect(decide(halved)).toEqual({
      kind: 'place',
      exits: [list(1, '0.12487'), list(2, '0.12488', '70000')],
    });
    const stopped = longWith(ladder, [...pair(1, done, { ...done, filled: '0.24975' }), ...pair(2)]);
    expect(decide(stopped)).toEqual({ kind: 'none' });
  });

  it('leaves what rests if the rest is too small for another order', () => {
    const single = examplePlan({ targets: [{ price: '65000', percent: '100' }], stop: '58000' });
    const [target, stop] = pair(1, { amount: '0.4995', filled: '0.49945' }, { ...done, amount: '0.4995' });
    expect(decide(longWith(single, [target, stop] as OrderRecord[]))).toEqual({ kind: 'none' });
  });

  it('ends what is left once nothing remains', () => {
    const sold = partClose('0.4995');
    expect(decide(longWith(ladder, [sold, ...pair(1)]))).toMatchObject({ kind: 'cancel' });
  });
});

describe('what the record notes of exits on spot', () => {
  it('is nothing about an order of a list that its companion or Ripcord ended', () => {
    const exitOrders = [
      ...pair(1, { ...done, orderId: '7', filled: '0.24975' }, done),
      ...pair(2, { ...done, canceledByClaimAt: 1 }, done),
    ];
    expect(noteExits(longWith(ladder, exitOrders))).toMatchObject({
      exitPlan: { takeProfits: [{ reported: '0.24975' }, {}], stopLoss: { price: '58000' } },
      sentences: ['The target at 65000 (order 7) has filled and closed 0.24975 BTC.'],
    });
  });

  it('is that the owner ended one list, while the stop of the other rests on', () => {
    const exitOrders = [...pair(1, done, { ...done, orderId: '77' }), ...pair(2)];
    const noted = noteExits(longWith(ladder, exitOrders));
    expect(noted?.sentences).toEqual([
      expect.stringContaining('The target at 65000 (order '),
      'The stop at 58000 for 0.24975 BTC (order 77) was canceled or expired at the exchange. Ripcord does not place it again.',
    ]);
    expect(noted?.exitPlan).toMatchObject({
      takeProfits: [{ removed: true }, {}],
      stopLoss: { price: '58000', uncovered: '0.24975' },
    });
    const after = longWith(noted?.exitPlan ?? ladder, noted?.exitOrders);
    expect(noteExits(after)).toBeUndefined();
    expect(decide(after)).toEqual({ kind: 'none' });
  });

  it('keeps what the owner left uncovered in proportion after a part close', () => {
    const exitOrders = [
      ...pair(1, done, { ...done, endReported: true }),
      ...pair(2, { ...done, canceledByClaimAt: 1 }, { ...done, canceledByClaimAt: 1 }),
      partClose('0.24975'),
    ];
    const [first, second] = ladder.takeProfits as [ExitPlan['takeProfits'][0], ExitPlan['takeProfits'][0]];
    const plan = {
      ...ladder,
      takeProfits: [{ ...first, removed: true }, second],
      stopLoss: { price: '58000', uncovered: '0.24975' },
    };
    const noted = noteExits(longWith(plan, exitOrders));
    expect(noted?.exitPlan.stopLoss).toEqual({ price: '58000', uncovered: '0.12487' });
    expect(decide(longWith(noted?.exitPlan ?? plan, exitOrders))).toEqual({
      kind: 'place',
      exits: [list(2, '0.12488', '70000')],
    });
  });

  it('is that the whole stop is gone once no part has one', () => {
    const single = examplePlan({ stop: '58000' });
    const noted = noteExits(longWith(single, [restingStop({ ...done, amount: '0.4995' })]));
    expect(noted?.exitPlan.stopLoss).toEqual({ price: '58000', removed: true });
  });
});

describe('a partly filled LIMIT entry on spot', () => {
  const attached = { stopLoss: { triggerPrice: '58000' } };
  const paid = { fees: [{ currency: 'BTC', amount: '0.0002' }], traded: { amount: '0.2' } };
  const entry: OrderRecord = {
    ...exampleOrder,
    status: 'live',
    filled: '0.2',
    baseFee: undefined,
    ...paid,
    attached,
  };
  const ended: OrderRecord = { ...entry, status: 'done', baseFee: '0.0002', resumesIn: 0 };
  const withEntry = (order: OrderRecord, differing: Partial<Position> = {}, exits: OrderRecord[] = []) =>
    longWith(ladder, exits, { entryOrders: [order], ...differing });
  const halves = ['0.0999', '0.0999'];
  const resting = halves.flatMap((amount, index) => pair(index + 1, { amount }, { amount }));

  it('is ended first if it holds the coins for exits that wait for the whole fill', () => {
    expect(decide(withEntry(entry))).toEqual({ kind: 'end-entry', entry });
    expect(decide(withEntry(entry), { skip: new Set(['entry']) })).toEqual({ kind: 'none' });
  });

  it('goes on as it is while it has filled too little for a stop, or nothing', () => {
    const little = { ...entry, filled: '0.00005', traded: { amount: '0.00005' } };
    expect(decide(withEntry(little))).toEqual({ kind: 'none' });
    expect(decide(withEntry({ ...entry, filled: '0' }))).toEqual({ kind: 'none' });
  });

  it('is protected as it is without such exits, once the fee of what it filled is known', () => {
    expect(decide(withEntry({ ...entry, attached: undefined }))).toMatchObject({
      kind: 'place',
      exits: halves.map((amount) => ({ kind: 'list', amount })),
    });
    expect(decide(withEntry({ ...entry, attached: undefined, traded: undefined }))).toEqual({ kind: 'wait' });
  });

  it('goes back to the exchange for its rest once what it filled is protected', () => {
    expect(decide(withEntry(ended))).toMatchObject({ kind: 'place' });
    expect(decide(withEntry(ended, {}, resting))).toEqual({
      kind: 'resume-entry',
      entry: ended,
      amount: '0.3',
    });
  });

  it.each<[string, OrderRecord, Partial<Position>]>([
    ['a link has acted since', ended, { epoch: 1 }],
    ['the position is kept', ended, { state: 'kept' }],
    ['a link ended it', { ...ended, resumesIn: undefined }, {}],
    ['its rest is too small for an order', { ...ended, amount: '0.20005' }, {}],
  ])('stays ended if %s', (_, order, differing) => {
    expect(decide(withEntry(order, differing, resting))).toEqual({ kind: 'none' });
  });
});
