import { describe, expect, it } from 'vitest';
import {
  amountToClose,
  judgeDust,
  judgeMaximum,
  judgeSale,
  marketOrderStep,
} from '../../../lib/close/order-size.ts';
import type { MarketRules } from '../../../lib/exchange/exchange.ts';
import type { Part } from '../../../lib/position/part.ts';
import {
  closePosition,
  filled,
  type PositionFacts,
  perpetual,
  spot,
  withMinimumValue,
} from './close-position.ts';

it.each<[string, Partial<MarketRules>, string]>([
  ['the amount step alone', {}, '0.1'],
  ['a larger step for MARKET orders', { marketAmountStep: '0.5' }, '0.5'],
  ['a smaller step for MARKET orders', { marketAmountStep: '0.01' }, '0.1'],
])('the step of a MARKET order follows %s', (_, rules, step) => {
  expect(marketOrderStep({ ...spot, ...rules })).toBe(step);
});

describe('the amount to close', () => {
  it.each<[string, PositionFacts, Part, string]>([
    ['all that remains', {}, {}, '1'],
    ['a part of what remains', { exits: [{ filled: '0.2' }] }, { percent: 50 }, '0.4'],
    ['a part with decimals', { entries: [{ filled: '3', baseFee: '0' }] }, { percent: 33.4 }, '1'],
    ['whole steps', { entries: [{ filled: '1', baseFee: '0.01' }] }, {}, '0.9'],
    ['whole steps of a part', {}, { percent: 33 }, '0.3'],
    ['steps of a MARKET order', { market: { ...spot, marketAmountStep: '0.4' } }, {}, '0.8'],
    ['what exceeds a target', {}, { toPercent: '30' }, '0.7'],
    ['what exceeds a target of all that filled', { exits: [{ filled: '0.2' }] }, { toPercent: '50' }, '0.3'],
    [
      'what exceeds a target of what filled, less fees',
      { entries: [{ filled: '10', baseFee: '1' }] },
      { toPercent: '50' },
      '4.5',
    ],
    ['nothing if the target is reached', { exits: [{ filled: '0.5' }] }, { toPercent: '50' }, '0'],
    ['nothing if less than the target is left', { exits: [{ filled: '0.9' }] }, { toPercent: '50' }, '0'],
    ['nothing for less than a step', { exits: [{ filled: '0.45' }] }, { toPercent: '50' }, '0'],
  ])('is %s', (_, facts, part, amount) => {
    expect(amountToClose(closePosition(facts), part)).toBe(amount);
  });
});

it.each([
  ['100', '100', false],
  ['100.1', '100', true],
  ['100.1', undefined, false],
])('an amount of %s with a maximum of %s: above is %s', (amount, marketAmountMax, isAbove) => {
  const position = closePosition({ market: { ...spot, marketAmountMax } });
  expect(judgeMaximum(position, amount, undefined)).toBe(isAbove);
});

describe('a sale that the account could not make', () => {
  it.each<[string, PositionFacts, string, string, string | undefined, object]>([
    ['is for what is there, in whole steps', {}, '0.55', '0.55', undefined, { kind: 'sell', amount: '0.5' }],
    ['is never for more than it was for', {}, '9', '9', undefined, { kind: 'sell', amount: '1' }],
    ['is for what is free', {}, '0.3', '5', undefined, { kind: 'sell', amount: '0.3' }],
    ['is locked if too little is free', {}, '0.1', '5', undefined, { kind: 'locked' }],
    ['is gone if too little is there', {}, '0.1', '0.1', undefined, { kind: 'gone' }],
    ['is gone if nothing is there', {}, '0', '0', undefined, { kind: 'gone' }],
    [
      'needs a price for a value',
      { market: withMinimumValue },
      '0.5',
      '1',
      undefined,
      { kind: 'needs-price' },
    ],
    [
      'is locked if too little value is free',
      { market: withMinimumValue },
      '0.5',
      '1',
      '1500',
      { kind: 'locked' },
    ],
    [
      'is gone if too little value is there',
      { market: withMinimumValue },
      '0.5',
      '0.5',
      '1500',
      { kind: 'gone' },
    ],
  ])('%s', (_, facts, free, total, price, decision) => {
    expect(judgeSale(closePosition(facts), '1', { free, total }, price)).toEqual(decision);
  });
});

describe('an amount', () => {
  const worth = (price?: string): PositionFacts => ({
    market: withMinimumValue,
    ...(price === undefined ? {} : { price }),
  });

  it.each<[string, PositionFacts, string, string | undefined, boolean | 'needs-price']>([
    ['of nothing', { market: { ...spot, amountMin: '0' } }, '0', undefined, true],
    ['below the minimum', {}, '0.1', undefined, true],
    ['of the minimum', {}, '0.2', undefined, false],
    [
      'below the minimum of MARKET orders',
      { market: { ...spot, marketAmountMin: '0.5' } },
      '0.4',
      undefined,
      true,
    ],
    [
      'of the minimum of MARKET orders',
      { market: { ...spot, marketAmountMin: '0.5' } },
      '0.5',
      undefined,
      false,
    ],
    ['of a perpetual of any value', { market: { ...perpetual, costMin: '1000' } }, '0.2', '1', false],
    ['whose value is below the minimum', worth(), '0.5', '1999', true],
    ['whose value is the minimum', worth(), '0.5', '2000', false],
    ['whose stored value is three times the minimum', worth('6000'), '0.5', undefined, false],
    ['whose stored value is near the minimum', worth('5999'), '0.5', undefined, 'needs-price'],
    ['without a price', worth(), '0.5', undefined, 'needs-price'],
    [
      'whose value at the entry is three times the minimum',
      { ...worth(), entries: [{ ...filled, average: '6000' }] },
      '0.5',
      undefined,
      false,
    ],
    [
      'whose stored price is lower than at the entry',
      { ...worth('1'), entries: [{ ...filled, average: '6000' }] },
      '0.5',
      undefined,
      'needs-price',
    ],
  ])('%s is judged', (_, facts, amount, freshPrice, dust) => {
    expect(judgeDust(closePosition(facts), amount, freshPrice)).toBe(dust);
  });
});
