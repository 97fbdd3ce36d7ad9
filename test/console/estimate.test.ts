import { describe, expect, it } from 'vitest';
import { computeAmount, estimateExits, isLosing, type Prices } from '../../console/app/exits/estimate.ts';

const long: Prices = { side: 'long', entryPrice: '60000', stopPrice: '58000', takerRate: '0.0005' };
const short: Prices = { side: 'short', entryPrice: '60000', stopPrice: '62000', takerRate: '0.0005' };

describe('the amount of an entry', () => {
  it.each([
    ['is what was entered, rounded down to the step', { by: 'amount', value: '0.1239' }, long, '0.123'],
    ['is what the cost buys', { by: 'cost', value: '1000' }, long, '0.016'],
    ['loses the risk at the stop, fees included', { by: 'risk', value: '50' }, long, '0.024'],
    ['loses the risk at the stop of a short', { by: 'risk', value: '50' }, short, '0.024'],
    ['is unknown while the size is incomplete', { by: 'amount', value: '0.' }, long, undefined],
    [
      'is unknown without the stop that the risk needs',
      { by: 'risk', value: '50' },
      { ...long, stopPrice: undefined },
      undefined,
    ],
    [
      'is unknown while the stop is on the winning side',
      { by: 'risk', value: '50' },
      { ...long, stopPrice: '61000' },
      undefined,
    ],
    [
      'is unknown if the fee rate that the risk includes could not be read',
      { by: 'risk', value: '50' },
      { ...long, takerRate: null },
      undefined,
    ],
  ] as const)('%s', (_, size, prices, amount) => {
    expect(computeAmount(size, prices, '0.001')).toBe(amount);
  });

  it('estimates a loss of exactly the risk that it was sized by', () => {
    const amount = computeAmount({ by: 'risk', value: '50' }, long, '0.00000000000000000001') ?? '';
    expect(Number(estimateExits(long, amount, [], '0').stop?.gain)).toBeCloseTo(-50, 12);
  });
});

describe('an estimate', () => {
  const targets = [
    { price: '65000', percent: '50' },
    { price: '70000', percent: '25' },
  ];

  it('gives the risk, and the R multiple of each target and of all of them, after fees', () => {
    expect(estimateExits(long, '0.1', targets, '0.001')).toEqual({
      stop: { amount: '0.1', gain: '-205.9', fees: '5.9', ratio: '-1.00' },
      targets: [
        { amount: '0.05', gain: '246.875', fees: '3.125', ratio: '2.40' },
        { amount: '0.025', gain: '248.375', fees: '1.625', ratio: '4.83' },
      ],
      all: { amount: '0.075', gain: '495.25', fees: '4.75', ratio: '2.41' },
    });
  });

  it('has the opposite direction for a short', () => {
    const { stop, targets: results } = estimateExits(
      short,
      '0.1',
      [{ price: '55000', percent: '100' }],
      '0.001',
    );
    expect(stop).toMatchObject({ gain: '-206.1' });
    expect(results).toMatchObject([{ gain: '494.25', ratio: '2.40' }]);
  });

  it('divides the amount as the engine does: the last target takes what rounding leaves', () => {
    const thirds = ['33.4', '33.3', '33.3'].map((percent) => ({ price: '65000', percent }));
    const { targets: results } = estimateExits(long, '0.1', thirds, '0.01');
    expect(results.map((each) => each?.amount)).toEqual(['0.03', '0.03', '0.04']);
  });

  it('leaves out a target that is not complete, and R multiples without a stop', () => {
    const incomplete = [{ price: '65', percent: '' }, ...targets];
    const { targets: results, stop } = estimateExits(
      { ...long, stopPrice: undefined },
      '0.1',
      incomplete,
      '0.001',
    );
    expect(stop).toBeUndefined();
    expect(results).toMatchObject([undefined, { ratio: undefined }, { ratio: undefined }]);
  });

  it('has no R multiple if the stop secures a gain', () => {
    const { stop, all } = estimateExits({ ...long, stopPrice: '61000' }, '0.1', targets, '0.001');
    expect(stop?.gain).toBe('93.95');
    expect(all?.ratio).toBeUndefined();
    expect(isLosing(long, '61000')).toBe(false);
  });

  it('counts no fee if the rate could not be read', () => {
    expect(estimateExits({ ...long, takerRate: null }, '0.1', targets, '0.001').stop).toMatchObject({
      gain: '-200',
      fees: '0',
    });
  });
});
