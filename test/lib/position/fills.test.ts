import { expect, test } from 'vitest';
import { withBaseFee, withFills } from '../../../lib/position/fills.ts';
import type { OrderRecord } from '../../../lib/position/position.ts';
import { hasFills } from '../../../lib/position/totals.ts';
import { exampleOrder, examplePerpetual, examplePosition } from './example-position.ts';

const { baseFee: _, ...order } = exampleOrder;
const fills = {
  cost: '30000',
  fees: [
    { currency: 'BTC', amount: '0.0004' },
    { currency: 'BNB', amount: '0.01', inQuote: '6' },
    { currency: 'BTC', amount: '0.0001' },
    { currency: 'BNB', amount: '0.02', inQuote: '12' },
    { currency: 'MNT', amount: '0' },
  ],
};

test('fees of an order are summed for each currency, with what they were worth', () => {
  expect(withFills(examplePosition, order, fills)).toEqual({
    ...order,
    baseFee: '0.0005',
    fees: [
      { currency: 'BTC', amount: '0.0005' },
      { currency: 'BNB', amount: '0.03', inQuote: '18' },
    ],
    traded: { amount: '0.5', cost: '30000' },
  });
});

test('the worth of a fee is unknown if that of a part is', () => {
  const fees = [...fills.fees, { currency: 'BNB', amount: '0.001' }];
  expect(withFills(examplePosition, order, { ...fills, fees }).fees?.[1]).toEqual({
    currency: 'BNB',
    amount: '0.031',
  });
});

test('only a spot long that is done has a final fee in base, and a rebate is none', () => {
  const known = withFills(examplePosition, { ...order, status: 'live' }, fills);
  expect(known.baseFee).toBeUndefined();
  expect(withBaseFee(examplePosition, { ...known, status: 'done' }).baseFee).toBe('0.0005');
  const rebate = { fees: [{ currency: 'BTC', amount: '-0.0005' }] };
  expect(withFills(examplePosition, order, rebate).baseFee).toBe('0');
  for (const other of [
    { ...examplePosition, side: 'short' as const },
    { ...examplePosition, market: examplePerpetual },
  ])
    expect(withFills(other, order, fills).baseFee).toBeUndefined();
});

test('fees are those of what has filled', () => {
  const known: OrderRecord = withFills(examplePosition, { ...order, filled: '0.2' }, fills);
  expect(hasFills(order)).toBe(false);
  expect(hasFills(known)).toBe(true);
  expect(hasFills({ ...known, filled: '0.3' })).toBe(false);
});
