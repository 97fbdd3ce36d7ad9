import { describe, expect, it } from 'vitest';
import { describeExits, toProtection } from '../../console/app/exits/describe-exits.ts';
import {
  addTarget,
  type ExitChoices,
  noExits,
  toExitChoices,
  toExitsChange,
  toSignature,
} from '../../console/app/exits/exit-choices.ts';
import { moveLine, stopLine, toExitLines, toTargetLine } from '../../console/app/exits/plan-lines.ts';
import { toPriceLines } from '../../console/app/position/chart-marks.ts';
import type { PositionView } from '../../lib/admin/contract/commands.ts';
import { entryOrder, filled as filledView } from './example-views.ts';

type Target = PositionView['takeProfits'][number];

function target(over: Partial<Target>): Target {
  return { price: '3200', amount: '1', filled: '0', percent: '50', orderId: '7', state: 'resting', ...over };
}

const stop: NonNullable<PositionView['stopLoss']> = {
  price: '2700',
  amount: '2',
  filled: '0',
  orderId: '9',
  state: 'resting',
};
const withExits: PositionView = {
  ...filledView,
  averageEntry: '3000',
  protection: 'full',
  takeProfits: [target({}), target({ price: '3400', orderId: '8' })],
  stopLoss: stop,
};
const choices: ExitChoices = {
  targets: [
    { price: '3200', percent: '50' },
    { price: '3400', percent: '50' },
  ],
  stop: { price: '2700', limitPrice: '' },
};

describe('the form that replaces exits', () => {
  it('starts from the exits that are still to come', () => {
    expect(toExitChoices(withExits)).toEqual(choices);
    const ended: PositionView = {
      ...withExits,
      takeProfits: [target({ state: 'removed' })],
      stopLoss: { ...stop, state: 'filled' },
    };
    expect(toExitChoices(ended)).toEqual(noExits);
  });

  it("shows each target's share of what remains once another has filled", () => {
    const later = {
      ...withExits,
      remaining: '1',
      takeProfits: [
        target({ state: 'filled', filled: '1', amount: '1' }),
        target({ price: '3400', amount: '0.3', percent: '15' }),
        target({ price: '3500', amount: '0.7', percent: '35' }),
      ],
    };
    expect(toExitChoices(later).targets).toEqual([
      { price: '3400', percent: '30' },
      { price: '3500', percent: '70' },
    ]);
  });

  it('shows shares that are together 100 % if the targets are for all that remains', () => {
    const thirds = ['0.6666', '0.6666', '0.6668'].map((amount) => target({ amount, percent: undefined }));
    const { targets } = toExitChoices({ ...withExits, takeProfits: thirds });
    expect(targets.map(({ percent }) => percent)).toEqual(['33.33', '33.33', '33.34']);
  });

  it('keeps the percents of a plan that waits for its entry', () => {
    const waiting = {
      ...withExits,
      remaining: '0',
      takeProfits: [target({ amount: '0', state: 'waiting', percent: '40' })],
    };
    expect(toExitChoices(waiting).targets).toEqual([{ price: '3200', percent: '40' }]);
  });

  it.each([
    ['nothing', choices, undefined],
    [
      'a stop',
      { ...choices, stop: { price: '2800', limitPrice: '2790' } },
      { stopLoss: { price: '2800', limitPrice: '2790' } },
    ],
    [
      'a stop at break-even',
      { ...choices, stop: { price: 'breakEven', limitPrice: '' } },
      { stopLoss: { price: 'breakEven' } },
    ],
    ['a stop that is removed', { ...choices, stop: undefined }, { stopLoss: null }],
    ['targets that are removed', { ...choices, targets: [] }, { takeProfits: [] }],
  ])('names only what changed: %s', (_, after, change) => {
    expect(toExitsChange(choices, after)).toEqual(change);
  });

  it('adds a target beyond the furthest, for what the others leave of 100 %', () => {
    const from = { side: 'long', price: '3000', priceStep: '0.01' } as const;
    const one = addTarget(noExits, from);
    expect(one.targets).toEqual([{ price: '3060', percent: '100' }]);
    const half = { ...one, targets: [{ price: '3060', percent: '50' }] };
    expect(addTarget(half, from).targets[1]).toEqual({ price: '3121.2', percent: '50' });
    expect(addTarget(one, { ...from, side: 'short' }).targets[1]).toEqual({ price: '2940', percent: '' });
  });

  it('is outdated once an exit has filled or ended', () => {
    const signature = toSignature(withExits);
    expect(toSignature({ ...withExits, stopLoss: { ...stop, state: 'unconfirmed' } })).toBe(signature);
    expect(toSignature({ ...withExits, stopLoss: { ...stop, state: 'removed' } })).not.toBe(signature);
    expect(toSignature({ ...withExits, takeProfits: [target({ filled: '0.1' })] })).not.toBe(signature);
  });
});

describe('a line of the chart', () => {
  it('moves its own exit, and the LIMIT price of a stop with it', () => {
    expect(moveLine(choices, toTargetLine(1), '3500').targets[1]).toEqual({ price: '3500', percent: '50' });
    const limited = { ...choices, stop: { price: '2700', limitPrice: '2690' } };
    expect(moveLine(limited, stopLine, '2750').stop).toEqual({ price: '2750', limitPrice: '2740' });
    expect(moveLine(choices, 'entry', '1')).toEqual(choices);
  });

  it('has the same name on the position as in the form, also after a target has filled', () => {
    const later = {
      ...withExits,
      remaining: '1',
      takeProfits: [target({ state: 'filled', filled: '1' }), target({ price: '3400' })],
    };
    const movable = toPriceLines(later).filter(({ id }) => id !== undefined);
    expect(movable).toEqual(toExitLines(toExitChoices(later), undefined));
    expect(movable.map(({ id, price }) => [id, price])).toEqual([
      [toTargetLine(0), '3400'],
      [stopLine, '2700'],
    ]);
  });

  it('is not movable at an order that is no exit of the plan', () => {
    const second = {
      ...entryOrder,
      orderId: '77',
      status: 'live',
      triggerPrice: '2600',
      filled: '0',
    } as const;
    const ofPlan = [
      { ...second, orderId: '9' },
      { ...second, orderId: '10', isStop: true },
      { ...second, orderId: '11', rung: 2 },
    ] as const;
    const lines = toPriceLines({ ...withExits, exitOrders: [...ofPlan, second] });
    expect(lines.filter(({ kind }) => kind === 'stop')).toEqual([
      { price: '2600', title: 'Stop loss', kind: 'stop', dashed: true },
      expect.objectContaining({ id: stopLine, price: '2700' }),
    ]);
  });
});

describe('what the page says about exits', () => {
  it.each([
    ['Protected', withExits],
    ['Partly protected', { ...withExits, protection: 'partial' }],
    ['Protection unknown', { ...withExits, protection: 'unknown' }],
    ['Stop not placed', { ...withExits, protection: 'none' }],
    ['No stop', filledView],
    [undefined, { ...filledView, fillStatus: 'unfilled' }],
    [undefined, { ...withExits, status: 'closed' }],
  ] as const)('is %s', (word, position) => {
    expect(toProtection(position as PositionView)?.word).toBe(word);
  });

  it('names an exit that was refused, with the reason', () => {
    const refused = {
      ...withExits,
      stopLoss: { ...stop, state: 'refused', reason: 'Too many orders' },
    } as const;
    expect(describeExits(refused)).toEqual({
      text: 'Stop 2,700.00: Too many orders. Edit the exits to change it.',
      tone: 'bad',
    });
    expect(describeExits(withExits)).toEqual({ text: 'All 3 exits rest at the exchange.', tone: 'good' });
  });

  it.each([
    ['No exits.', filledView],
    ['All 2 exits rest at the exchange.', { ...withExits, stopLoss: { ...stop, state: 'removed' } }],
    [
      '1 of 2 exits rest at the exchange. The page of the position shows each one.',
      { ...withExits, takeProfits: [target({ state: 'merged' })] },
    ],
    ['The exit rests at the exchange.', { ...withExits, takeProfits: [target({ state: 'filled' })] }],
    ['The exits are placed when the entry fills.', { ...withExits, fillStatus: 'unfilled' }],
  ] as const)('counts only exits that rest: %s', (text, position) => {
    expect(describeExits(position as PositionView).text).toBe(text);
  });
});
