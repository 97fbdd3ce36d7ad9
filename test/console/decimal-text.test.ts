import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDecimalText, parseWholeText } from '../../console/app/control/decimal-text.ts';

const digits = (minLength: number, maxLength: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789'), minLength, maxLength });
/** Whole part without leading zeros, and fraction. */
const parts = fc.tuple(
  fc.nat({ max: 9_999_999_999 }).map((whole) => String(whole)),
  digits(1, 12),
);

function group(whole: string, separator: string): string {
  return whole.replace(/\B(?=(\d{3})+$)/g, separator);
}

describe('a number as typed', () => {
  it.each([
    ['0,01', '0.01'],
    ['0.01', '0.01'],
    [' 12 ', '12'],
    [',5', '0.5'],
    ['.5', '0.5'],
    ['0,123', '0.123'],
    ['1234,567', '1234.567'],
    ['1,23', '1.23'],
    ['1,2345', '1.2345'],
    ['1.234', '1.234'],
    ['60,000.00', '60000.00'],
    ['60.000,00', '60000.00'],
    ['1,000,000', '1000000'],
    ['1.000.000', '1000000'],
  ])('reads %s as %s', (text, value) => {
    expect(parseDecimalText(text)).toEqual({ value });
  });

  it('refuses what could mean two numbers, and names both', () => {
    expect(parseDecimalText('1,234')).toEqual({
      problem: '1,234 could mean 1234 or 1.234. Enter one of them.',
    });
    expect(parseDecimalText('100,000')).toHaveProperty('problem');
  });

  it.each([
    '',
    '5,',
    '5.',
    '1e5',
    '-1',
    '1 000',
    '1,00,0',
    '0,001,000',
    '1.2.3',
    '1,2.3,4',
    "1'000",
    '9'.repeat(31),
  ])('refuses "%s"', (text) => {
    expect(parseDecimalText(text)).toEqual({
      problem: 'Enter digits with one decimal point, such as 0.5.',
    });
  });

  it('keeps every plain decimal as it is', () => {
    fc.assert(
      fc.property(parts, ([whole, fraction]) => {
        expect(parseDecimalText(whole)).toEqual({ value: whole });
        expect(parseDecimalText(`${whole}.${fraction}`)).toEqual({ value: `${whole}.${fraction}` });
      }),
    );
  });

  it('reads a decimal comma as a point, or refuses it: never as a thousands separator', () => {
    fc.assert(
      fc.property(parts, ([whole, fraction]) => {
        const isAmbiguous = fraction.length === 3 && /^[1-9]\d{0,2}$/.test(whole);
        const typed = parseDecimalText(`${whole},${fraction}`);
        if (isAmbiguous) expect(typed).toHaveProperty('problem');
        else expect(typed).toEqual({ value: `${whole}.${fraction}` });
      }),
    );
  });

  it('reads thousands separators of either kind beside a fraction', () => {
    fc.assert(
      fc.property(parts, ([whole, fraction]) => {
        fc.pre(whole.length > 3);
        const value = `${whole}.${fraction}`;
        expect(parseDecimalText(`${group(whole, ',')}.${fraction}`)).toEqual({ value });
        expect(parseDecimalText(`${group(whole, '.')},${fraction}`)).toEqual({ value });
      }),
    );
  });

  it('is a plain decimal or refused, whatever is typed', () => {
    const anything = fc.string({ unit: fc.constantFrom(...'0123456789.,- e+'), maxLength: 14 });
    fc.assert(
      fc.property(anything, (text) => {
        const typed = parseDecimalText(text);
        if ('value' in typed) expect(typed.value).toMatch(/^\d{1,30}(\.\d{1,30})?$/);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('a whole number as typed', () => {
  it('has to be in its range', () => {
    expect(parseWholeText('99', 1, 99)).toEqual({ value: '99' });
    for (const text of ['0', '100', '5,5', '1.5', 'x', ''])
      expect(parseWholeText(text, 1, 99)).toEqual({ problem: 'Enter a whole number from 1 to 99.' });
  });
});
