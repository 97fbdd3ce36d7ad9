import { BigNumber } from 'bignumber.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  amountSchema,
  decimal,
  isPositive,
  larger,
  positiveAmountSchema,
  smaller,
  sum,
  toAmount,
  truncateToStep,
} from '../../lib/amount.ts';

/** Any plain decimal, of up to 15 digits before and behind the point. */
const amount = fc
  .tuple(
    fc.bigInt({ min: 0n, max: 10n ** 15n - 1n }),
    fc.option(fc.stringMatching(/^[0-9]{1,15}$/), { nil: undefined }),
  )
  .map(([whole, fraction]) => (fraction === undefined ? `${whole}` : `${whole}.${fraction}`));
const step = fc.constantFrom('1', '10', '0.1', '0.001', '0.00000001', '0.25', '5', '0.0005');

describe('An amount', () => {
  it.each(['0', '1', '0.5', '000.1', '0.000000000000000000000000000001', '123456789012345678901234567890'])(
    'is a plain decimal: %s',
    (text) => {
      expect(amountSchema.parse(text)).toBe(text);
    },
  );

  it.each([
    '',
    ' ',
    '-1',
    '+1',
    '.5',
    '1.',
    '1e3',
    '1E-7',
    '0x10',
    '1,5',
    '1_000',
    'NaN',
    'Infinity',
    '1 ',
    '1\n',
    '١',
  ])('is nothing else: %j', (text) => {
    expect(amountSchema.safeParse(text).success).toBe(false);
  });

  it.each([1, 0.1, null, undefined, 10n])('is no number: %s', (value) => {
    expect(amountSchema.safeParse(value).success).toBe(false);
  });

  it('has at most 30 digits before and 30 after the point', () => {
    expect(amountSchema.safeParse('1'.repeat(31)).success).toBe(false);
    expect(amountSchema.safeParse(`0.${'1'.repeat(31)}`).success).toBe(false);
  });

  it.each([
    ['0', false],
    ['0.000', false],
    ['0.00000001', true],
    ['12', true],
  ])('is positive only if it is more than zero: %s', (text, isMore) => {
    expect(positiveAmountSchema.safeParse(text).success).toBe(isMore);
    expect(isPositive(text)).toBe(isMore);
  });

  it.each(['0,01', '', '1e3', 'NaN'])('is refused with a message, not an exception: %j', (text) => {
    expect(positiveAmountSchema.safeParse(text).error?.issues).toMatchObject([
      { code: 'invalid_format', message: 'expected a plain decimal such as "0.5"; use a point' },
    ]);
  });

  it('is not positive if it is unknown', () => {
    expect(isPositive(undefined)).toBe(false);
  });

  it('is never written with an exponent, however small or large', () => {
    expect(toAmount(decimal('0.0000000000000000000000000001'))).toBe('0.0000000000000000000000000001');
    expect(toAmount(decimal('1').times('1e25'))).toBe('10000000000000000000000000');
  });

  it('is exact when floats are not', () => {
    expect(sum(['0.1', '0.2'])).toBe('0.3');
    expect(toAmount(decimal('0.3').minus('0.1'))).toBe('0.2');
    expect(sum(['9007199254740993', '0.00000001'])).toBe('9007199254740993.00000001');
  });

  it.each(['x', '', 'NaN', 'Infinity'])('is not made of %j', (text) => {
    expect(() => decimal(text)).toThrow(/not a (decimal|number)/i);
  });

  it('stays an amount after any calculation', () => {
    fc.assert(
      fc.property(fc.array(amount, { maxLength: 8 }), amount, step, (amounts, one, step) => {
        for (const result of [sum(amounts), truncateToStep(one, step), larger(one, step), smaller(one, step)])
          expect(amountSchema.safeParse(result).success).toBe(true);
      }),
    );
  });
});

describe('A sum', () => {
  it('of nothing is 0', () => {
    expect(sum([])).toBe('0');
  });

  it('is the same in any order, and exact', () => {
    fc.assert(
      fc.property(fc.array(amount, { maxLength: 8 }), (amounts) => {
        const scaled = amounts.map((text) => {
          const [whole = '', fraction = ''] = text.split('.');
          return BigInt(whole + fraction.padEnd(15, '0'));
        });
        const exact = scaled.reduce((total, each) => total + each, 0n);
        expect(decimal(sum(amounts)).shiftedBy(15).toFixed()).toBe(`${exact}`);
        expect(sum(amounts.toReversed())).toBe(sum(amounts));
      }),
    );
  });
});

describe('An amount rounded down to a step', () => {
  it.each([
    ['0.123456789', '0.00001', '0.12345'],
    ['0.99999', '1', '0'],
    ['7', '5', '5'],
    ['0.3', '0.1', '0.3'],
    ['0.7', '0.25', '0.5'],
    ['1.000', '0.001', '1'],
    ['5', '0', '5'],
  ])('%s in steps of %s is %s', (given, step, cut) => {
    expect(truncateToStep(given, step)).toBe(cut);
  });

  it('is whole steps, never more than it was, and less than a step below', () => {
    fc.assert(
      fc.property(amount, step, (given, step) => {
        const cut = new BigNumber(truncateToStep(given, step));
        expect(cut.mod(step).isZero()).toBe(true);
        expect(cut.lte(given)).toBe(true);
        expect(new BigNumber(given).minus(cut).lt(step)).toBe(true);
      }),
    );
  });

  it('stays the same if it is rounded again', () => {
    fc.assert(
      fc.property(amount, step, (given, step) => {
        const cut = truncateToStep(given, step);
        expect(truncateToStep(cut, step)).toBe(cut);
      }),
    );
  });
});

describe('Of two amounts', () => {
  it('the larger and the smaller go by value, not by spelling', () => {
    expect(larger('9', '10')).toBe('10');
    expect(smaller('9', '10')).toBe('9');
    expect(larger('0.5', '0.25')).toBe('0.5');
  });

  it('one is the larger and the other the smaller', () => {
    fc.assert(
      fc.property(amount, amount, (a, b) => {
        expect(sum([larger(a, b), smaller(a, b)])).toBe(sum([a, b]));
        expect(new BigNumber(larger(a, b)).gte(smaller(a, b))).toBe(true);
      }),
    );
  });
});

it.each(['', 'undefined', 'NaN', 'Infinity', '1,5'])('"%s" is no decimal', (text) => {
  expect(() => decimal(text)).toThrow(new TypeError(`not a decimal: ${text}`));
});
