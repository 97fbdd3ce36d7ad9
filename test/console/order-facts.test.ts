import { describe, expect, it } from 'vitest';
import { describeChoices } from '../../console/app/exits/describe-choices.ts';
import type { Market } from '../../console/app/exits/use-market.ts';
import { type EntryChoices, noEntry } from '../../console/app/position/entry-choices.ts';
import { computeFacts, findMove, findPayment } from '../../console/app/position/order-facts.ts';

const spot: Market = {
  symbol: 'ETH/USDT',
  marketId: 'ETHUSDT',
  kind: 'spot',
  base: 'ETH',
  quote: 'USDT',
  amountStep: '0.001',
  amountMin: '0.001',
  marketAmountMax: '100',
  costMin: '5',
  priceStep: '0.01',
  price: '3000',
  takerRate: '0.001',
  balance: [
    { currency: 'USDT', free: '6000' },
    { currency: 'ETH', free: '2' },
  ],
  leverage: null,
  candles: [],
};
const perpetual: Market = {
  ...spot,
  symbol: 'ETH/USDT:USDT',
  kind: 'perpetual',
  balance: [{ currency: 'USDT', free: '600' }],
};

function entry(value: string, change: Partial<EntryChoices> = {}): EntryChoices {
  return { ...noEntry, symbol: spot.symbol, type: 'market', size: { by: 'amount', value }, ...change };
}

describe('what an order takes', () => {
  it('is its cost on spot, in the currency that pays', () => {
    expect(computeFacts(entry('1.5'), spot)).toMatchObject({
      amount: '1.5',
      value: '4500',
      needed: '4500',
      fee: '4.5',
      remarks: [],
      refusal: undefined,
    });
    expect(computeFacts(entry('1.5', { side: 'short' }), spot)).toMatchObject({ needed: '1.5' });
    expect(findPayment({ side: 'short' }, spot)).toEqual({ currency: 'ETH', free: '2' });
    expect(findPayment({ side: 'long' }, { ...spot, balance: null })).toEqual({
      currency: 'USDT',
      free: undefined,
    });
  });

  it('is the margin at the leverage of a perpetual, with the fee, or not known', () => {
    expect(computeFacts(entry('1'), { ...perpetual, leverage: '10' })).toMatchObject({ needed: '303' });
    expect(computeFacts(entry('1'), perpetual)).toMatchObject({
      needed: undefined,
      remarks: ['With 600.00 USDT available, the order needs a leverage of at least 5.'],
    });
  });

  it('is measured at the price of a LIMIT order', () => {
    expect(computeFacts(entry('1', { type: 'limit', price: '2900' }), spot)).toMatchObject({
      needed: '2900',
    });
    expect(computeFacts(entry('1', { type: 'limit', price: '29,' }), spot)).toBeUndefined();
  });

  it.each([
    [
      'a balance that does not suffice',
      '2.5',
      spot,
      /^The order needs 7,500.00 USDT; 6,000.00 USDT is available/,
    ],
    ['a margin that does not suffice', '3', { ...perpetual, leverage: '10' }, /^The order needs 909.00 USDT/],
    [
      'an amount between two steps',
      '1.23456',
      spot,
      /^1.23456 ETH is not on .* of 0.001. The order is for 1.234 ETH.$/,
    ],
    [
      'an amount above the maximum',
      '101',
      { ...perpetual, balance: null },
      /^A MARKET order can have at most 100 ETH/,
    ],
    [
      'an account without anything',
      '1',
      { ...perpetual, balance: [{ currency: 'USDT', free: '0' }] },
      /^No USDT is available/,
    ],
  ])('comes with a warning of %s', (_what, value, market, remark) => {
    expect(computeFacts(entry(value), market)?.remarks).toEqual([expect.stringMatching(remark)]);
  });

  it('is refused below the minimum, as Ripcord itself would refuse it', () => {
    expect(computeFacts(entry('0.001'), spot)?.refusal).toMatchObject({ path: 'amount' });
    expect(computeFacts(entry('1', { type: 'limit', price: '2900.001' }), spot)?.refusal).toMatchObject({
      path: 'price',
    });
  });
});

describe('a move of the price', () => {
  it('is shown from 1 % on', () => {
    expect(findMove('3000', '3029')).toBeUndefined();
    expect(findMove('3000', '3030')).toBe('1.00');
    expect(findMove('3000', '2960')).toBe('-1.33');
  });
});

describe('exits in words', () => {
  it('name side, part, price and kind of each order', () => {
    const choices = {
      targets: [{ price: '3200', percent: '50' }],
      stop: { price: '2900', limitPrice: '2890' },
    };
    expect(describeChoices(choices, { side: 'long', priceStep: '0.01' })).toEqual([
      'Target 1: sell 50 % at 3,200.00 with a LIMIT order.',
      'Stop: when the last price reaches 2,900.00, sell all that remains with a LIMIT order at 2,890.00, which may never fill.',
    ]);
    expect(describeChoices({ targets: [], stop: undefined }, { side: 'short', priceStep: '1' })).toEqual([
      'No targets and no stop.',
    ]);
    expect(
      describeChoices(
        { targets: [], stop: { price: 'breakEven', limitPrice: '' } },
        { side: 'short', priceStep: '1' },
      ),
    ).toEqual(['Stop: when the last price reaches break-even, buy back all that remains at market.']);
  });
});
