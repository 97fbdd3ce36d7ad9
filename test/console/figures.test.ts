import { BigNumber } from 'bignumber.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  computeFigures,
  findNextTarget,
  findOpenedAt,
  isStopBeyondLiquidation,
  sumByQuote,
} from '../../console/figures.ts';
import type { PositionView } from '../../lib/admin/contract/commands.ts';
import { entryOrder, filled } from './example-views.ts';

type Exit = PositionView['takeProfits'][number];

function exitAt(price: string, state: Exit['state'] = 'resting'): Exit {
  return { price, amount: '2', filled: '0', state };
}

/** A long of 2 ETH from 3000, with a stop that risks 100 a coin, and two targets. */
const long: PositionView = {
  ...filled,
  averageEntry: '3000',
  markPrice: '3100',
  unrealizedProfit: '200',
  stopLoss: exitAt('2900'),
  takeProfits: [exitAt('3300'), exitAt('3200'), exitAt('3150', 'filled')],
};

describe('what a trader reads off a position', () => {
  it('is measured in % of the mark price', () => {
    expect(computeFigures(long)).toEqual({
      value: '6200',
      stopDistance: '-6.45',
      targetDistance: '3.23',
      multiple: '1.00',
    });
    const short: PositionView = {
      ...long,
      side: 'short',
      stopLoss: exitAt('3200'),
      takeProfits: [exitAt('2800')],
    };
    expect(computeFigures(short)).toMatchObject({
      stopDistance: '3.23',
      targetDistance: '-9.68',
      multiple: '-0.50',
    });
  });

  it.each([
    ['nothing remains', { remaining: '0' }, {}],
    ['no price is known', { markPrice: undefined }, {}],
    ['no stop is set', { stopLoss: null, takeProfits: [] }, { value: '6200' }],
    [
      'the stop has been removed',
      { stopLoss: exitAt('2900', 'removed'), takeProfits: [] },
      { value: '6200' },
    ],
    [
      'the stop loses nothing any more',
      { stopLoss: exitAt('3000'), takeProfits: [] },
      { value: '6200', stopDistance: '-3.23' },
    ],
    [
      'the entry is unknown',
      { averageEntry: undefined, takeProfits: [] },
      { value: '6200', stopDistance: '-6.45' },
    ],
  ])('leaves out what is unknown if %s', (_if, change, expected) => {
    expect(computeFigures({ ...long, ...change })).toEqual(expected);
  });

  it('measures R by the stop that the position began with, also once another one has replaced it', () => {
    const at = Date.parse(long.createdAt);
    const stop = { ...entryOrder, type: 'stop_loss', filled: '0', isStop: true } as const;
    const moved: PositionView = {
      ...long,
      stopLoss: exitAt('3050'),
      exitOrders: [
        { ...stop, status: 'live', triggerPrice: '3050', createdAt: at + 2 },
        { ...stop, triggerPrice: '2950', createdAt: at + 1 },
        { ...stop, triggerPrice: '2900', createdAt: at },
      ],
    };
    expect(computeFigures(moved)).toMatchObject({ stopDistance: '-1.61', multiple: '1.00' });
    expect(computeFigures({ ...moved, stopLoss: null })).toMatchObject({ multiple: '1.00' });
  });

  it('takes the open target that the market reaches first', () => {
    expect(findNextTarget(long)).toBe('3200');
    expect(findNextTarget({ ...long, side: 'short' })).toBe('3300');
  });

  const price = fc
    .integer({ min: 1, max: 10_000_000 })
    .map((cents) => new BigNumber(cents).div(100).toFixed());

  it('makes R −1 at the stop, 0 at the entry and k after k times the risk, for either side and any amount', () => {
    fc.assert(
      fc.property(
        price,
        price,
        fc.constantFrom('long' as const, 'short' as const),
        fc.integer({ min: -5, max: 5 }),
        (averageEntry, risk, side, times) => {
          const sign = side === 'long' ? 1 : -1;
          const at = (multiple: number) =>
            new BigNumber(averageEntry).plus(new BigNumber(risk).times(multiple * sign));
          const stopLoss = exitAt(at(-1).toFixed());
          const mark = at(times);
          if (!mark.gt(0)) return;
          for (const remaining of ['0.001', '7']) {
            const figures = computeFigures({
              ...long,
              side,
              averageEntry,
              stopLoss,
              remaining,
              markPrice: mark.toFixed(),
            });
            expect(Number(figures.multiple)).toBeCloseTo(times, 6);
          }
        },
      ),
    );
  });

  it('knows whether the exchange liquidates before the stop', () => {
    const at = (liquidationPrice?: string) => ({
      exchangePosition: { amount: '2', liquidationPrice, at: long.createdAt },
    });
    expect(isStopBeyondLiquidation({ ...long, ...at('2950') })).toBe(true);
    expect(isStopBeyondLiquidation({ ...long, ...at('2900') })).toBe(true);
    expect(isStopBeyondLiquidation({ ...long, ...at('2500') })).toBe(false);
    expect(isStopBeyondLiquidation({ ...long, ...at() })).toBe(false);
    expect(isStopBeyondLiquidation(long)).toBe(false);
    const short = { ...long, side: 'short', stopLoss: exitAt('3200') } as const;
    expect(isStopBeyondLiquidation({ ...short, ...at('3150') })).toBe(true);
    expect(isStopBeyondLiquidation({ ...short, ...at('3300') })).toBe(false);
  });

  it('counts its age from the first entry order, also of a position that was adopted later', () => {
    const at = Date.parse(long.createdAt);
    expect(findOpenedAt(long)).toBe(at);
    expect(findOpenedAt({ ...long, entryOrders: [{ ...entryOrder, createdAt: at - 5_000 }] })).toBe(
      at - 5_000,
    );
  });
});

describe('totals', () => {
  it('add up what is known of each quote currency, and count what is not', () => {
    const fees = [
      { currency: 'USDT', amount: '1.5' },
      { currency: 'BNB', amount: '0.01' },
    ];
    const totals = sumByQuote([
      { ...long, netProfit: '-1.5', fees },
      { ...long, netProfit: null, unrealizedProfit: null, fees: null },
      { ...long, netProfit: '4', fees: [{ currency: 'USDT', amount: '0.5' }] },
      { ...long, quote: 'USDC', netProfit: '9', fees: [] },
    ]);
    expect(totals).toEqual([
      {
        quote: 'USDT',
        unrealized: '400',
        cost: '12000',
        net: '2.5',
        fees: [
          { currency: 'USDT', amount: '2' },
          { currency: 'BNB', amount: '0.01' },
        ],
        unknownUnrealized: 1,
        unknownNet: 1,
      },
      {
        quote: 'USDC',
        unrealized: '200',
        cost: '6000',
        net: '9',
        fees: [],
        unknownUnrealized: 0,
        unknownNet: 0,
      },
    ]);
  });
});
