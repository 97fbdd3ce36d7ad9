import { describe, expect, it } from 'vitest';
import { allotTargets, scaleTargets } from '../../../lib/position/allot-exits.ts';
import type { Position } from '../../../lib/position/position.ts';
import { examplePlan, exampleWith, partClose, restingTarget } from '../exits/example-exits.ts';
import { exampleOrder } from './example-position.ts';

const amountsOf = (position: Position) => allotTargets(position).map(({ amount }) => amount);
const entryOf = (filled: string) => [{ ...exampleOrder, amount: filled, filled, baseFee: undefined }];
const thirds = examplePlan({
  targets: [
    { price: '61000', percent: '33' },
    { price: '62000', percent: '33' },
    { price: '63000', percent: '34' },
  ],
});
const halves = examplePlan({
  targets: [
    { price: '65000', percent: '50' },
    { price: '70000', percent: '50' },
  ],
});

describe('targets', () => {
  it('are rounded down, and the last one takes the remainder', () => {
    expect(amountsOf(exampleWith(thirds, { entryOrders: entryOf('0.101') }))).toEqual([
      '0.033',
      '0.033',
      '0.035',
    ]);
  });

  it('of less than the whole leave the rest alone', () => {
    const plan = examplePlan({ targets: [{ price: '65000', percent: '25.5' }] });
    expect(amountsOf(exampleWith(plan))).toEqual(['0.255']);
  });

  it('grow with what the entry fills', () => {
    expect(amountsOf(exampleWith(halves, { entryOrders: entryOf('0.4') }))).toEqual(['0.2', '0.2']);
    expect(amountsOf(exampleWith(halves, { entryOrders: entryOf('0.6') }))).toEqual(['0.3', '0.3']);
  });

  it('keep their share when one of them fills', () => {
    const exitOrders = [restingTarget(1, { status: 'done', filled: '0.5' }), restingTarget(2)];
    expect(amountsOf(exampleWith(halves, { exitOrders }))).toEqual(['0', '0.5']);
    const partly = [restingTarget(1, { filled: '0.2' }), restingTarget(2)];
    expect(amountsOf(exampleWith(halves, { exitOrders: partly }))).toEqual(['0.3', '0.5']);
  });

  it('scale by what a part close leaves, rounded down, and the last takes the remainder', () => {
    const exitOrders = [partClose('0.333')];
    const position = exampleWith(thirds, { exitOrders });
    // 0.667 of 1: 0.22011, 0.22011, 0.22678.
    expect(amountsOf(position)).toEqual(['0.22', '0.22', '0.227']);
  });

  it('scale by each part close once, also when one of them fills in between', () => {
    const first = exampleWith(halves, { exitOrders: [partClose('0.5')] });
    const exitPlan = scaleTargets(first);
    expect(exitPlan?.takeProfits.map(({ amount }) => amount)).toEqual(['0.25', '0.25']);
    const filled = [
      ...first.exitOrders,
      restingTarget(1, { status: 'done', amount: '0.25', filled: '0.25' }),
    ];
    const second = exampleWith(exitPlan, { exitOrders: filled });
    expect(amountsOf(second)).toEqual(['0', '0.25']);
    expect(scaleTargets(second)).toBe(second.exitPlan);
    const third = exampleWith(exitPlan, { exitOrders: [...filled, partClose('0.125')] });
    expect(amountsOf(third)).toEqual(['0', '0.125']);
  });

  it('below the minimum are merged into the next one, and the last into the one before', () => {
    const market = { ...exampleWith(halves).market, amountMin: '0.01' };
    const tiny = examplePlan({
      targets: [
        { price: '61000', percent: '0.5' },
        { price: '62000', percent: '99' },
        { price: '63000', percent: '0.5' },
      ],
    });
    expect(allotTargets(exampleWith(tiny, { market }))).toEqual([
      { rung: 1, amount: '0', merged: true },
      { rung: 2, amount: '1', merged: false },
      { rung: 3, amount: '0', merged: true },
    ]);
  });

  it('that include a small neighbor end when both are filled', () => {
    const market = { ...exampleWith(halves).market, amountMin: '0.01' };
    const tiny = examplePlan({
      targets: [
        { price: '61000', percent: '0.5' },
        { price: '62000', percent: '49.5' },
      ],
    });
    const fill = (filled: string) =>
      exampleWith(tiny, { market, exitOrders: [restingTarget(2, { amount: '0.5', filled })] });
    expect(amountsOf(fill('0.2'))).toEqual(['0', '0.3']);
    expect(amountsOf(fill('0.5'))).toEqual(['0', '0']);
  });

  it('that the owner removed are for nothing, and the others stay as they are', () => {
    const [first, second] = halves.takeProfits;
    const plan = { ...halves, takeProfits: [{ ...first, removed: true }, second] } as typeof halves;
    expect(amountsOf(exampleWith(plan))).toEqual(['0', '0.5']);
  });

  it('set after a part was closed are for what remained then', () => {
    const plan = { ...halves, exited: '0.4' };
    expect(amountsOf(exampleWith(plan, { exitOrders: [partClose('0.4')] }))).toEqual(['0.3', '0.3']);
  });
});
