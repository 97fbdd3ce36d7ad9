import { expect, test } from 'vitest';
import { computeEntrySize } from '../../../../lib/admin/positions/entry-size.ts';
import type { EntrySize } from '../../../../lib/exchange/entry-size.ts';
import { examplePerpetual, examplePosition } from '../../position/example-position.ts';

const spot = { ...examplePosition.market, amountStep: '0.001', amountMin: '0.002', marketAmountStep: '0.01' };
const perpetual = { ...examplePerpetual, amountStep: '0.001', amountMin: '0.002' };

test.each<{ title: string; size: EntrySize; expected: EntrySize }>([
  {
    title: 'the amount of a LIMIT order is truncated to the step',
    size: computeEntrySize({ type: 'limit', price: '100', amount: '1.2345' }, spot, '50'),
    expected: { amount: '1.234' },
  },
  {
    title: 'the amount of a MARKET order is truncated to the larger of both steps',
    size: computeEntrySize({ type: 'market', amount: '1.2345' }, spot, '50'),
    expected: { amount: '1.23' },
  },
  {
    title: 'the cost of a LIMIT order is divided by its own price',
    size: computeEntrySize({ type: 'limit', price: '100', cost: '50' }, spot, '25'),
    expected: { amount: '0.5' },
  },
  {
    title: 'the cost of a MARKET order on spot is sent, with an estimated amount',
    size: computeEntrySize({ type: 'market', cost: '50' }, spot, '100'),
    expected: { amount: '0.5', cost: '50' },
  },
  {
    title: 'the cost of a MARKET order on a perpetual becomes an amount',
    size: computeEntrySize({ type: 'market', cost: '50' }, perpetual, '100'),
    expected: { amount: '0.5' },
  },
])('$title', ({ size, expected }) => {
  expect(size).toEqual(expected);
});

test.each([
  {
    title: 'an amount below the minimum',
    path: 'amount',
    wanted: { type: 'limit', price: '90000', amount: '0.0019' } as const,
    message:
      "0.0019 BTC is below the market's minimum of 0.002 BTC (in steps of 0.001). Nothing was sent. Increase the size.",
  },
  {
    title: 'a value below the minimum',
    path: 'cost',
    wanted: { type: 'limit', price: '100', cost: '4' } as const,
    message:
      "0.04 BTC is worth less than the market's minimum of 5 USDT. Nothing was sent. Increase the size.",
  },
  {
    title: 'a price between two steps',
    path: 'price',
    wanted: { type: 'limit', price: '100.001', amount: '1' } as const,
    message:
      "The price 100.001 is not a multiple of the market's price step 0.01. Nothing was sent. Round the price to the step.",
  },
])('$title is refused, with its path', ({ path, wanted, message }) => {
  const issues = [expect.stringMatching(`^${path}: `)];
  expect(() => computeEntrySize(wanted, spot, '100')).toThrow(expect.objectContaining({ message, issues }));
});

test('the minimum value of LIMIT orders applies to a LIMIT entry, and not to a MARKET entry', () => {
  const { costMin: _, ...others } = spot;
  const market = { ...others, restingCostMin: '5' };
  expect(computeEntrySize({ type: 'market', amount: '0.01' }, market, '100')).toEqual({ amount: '0.01' });
  expect(() => computeEntrySize({ type: 'limit', price: '100', amount: '0.01' }, market, '100')).toThrow(
    /worth less than the market's minimum of 5 USDT/,
  );
});
