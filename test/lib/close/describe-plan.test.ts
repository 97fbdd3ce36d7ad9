import { describe, expect, it } from 'vitest';
import { describeEffect } from '../../../lib/close/describe-effect.ts';
import { describePlan } from '../../../lib/close/describe-plan.ts';
import type { PlannedAction } from '../../../lib/close/step.ts';
import { closePosition, filled, live, type PositionFacts, perpetual } from './close-position.ts';

const close = { action: 'close' } as const;
const keep = { action: 'keep' } as const;
const half = { action: 'close', percent: 50 } as const;
const toHalf = { action: 'close', toPercent: '50' } as const;
const partial = { ...live, filled: '0.4' };

it.each<[string, PlannedAction, PositionFacts, boolean]>([
  ['a close', close, {}, true],
  ['a target that is not reached', toHalf, {}, true],
  ['a target that is reached', toHalf, { exits: [{ filled: '0.5' }] }, false],
  [
    'a target that is reached, with an open entry',
    toHalf,
    { entries: [partial], exits: [{ filled: '0.2' }] },
    true,
  ],
  ['a keep', keep, {}, true],
])('a preview knows whether %s would act', (_what, planned, facts, fires) => {
  expect(describeEffect(closePosition(facts), planned).fires).toBe(fires);
});

describe('a preview', () => {
  it.each<[string, PlannedAction, PositionFacts, string]>([
    ['a filled entry', close, {}, 'sells 1 BTC at market.'],
    ['a short', close, { market: perpetual, side: 'short' }, 'buys back 1 BTC at market.'],
    ['a part', half, {}, 'sells 0.5 BTC (50 %) at market.'],
    ['a target', toHalf, {}, 'reduces to 50 % of what filled: sells 0.5 BTC at market.'],
    [
      'a target that is reached, whose exit orders stay',
      toHalf,
      { exits: [{ filled: '0.5' }, live] },
      'no order is sent; at most 50 % of what filled is left already.',
    ],
    [
      'a target that is reached but for too little',
      toHalf,
      { exits: [{ filled: '0.4' }] },
      'no order is sent; only 0.1 BTC more than 50 % of what filled is left, which is too small for an order.',
    ],
    [
      'a target of a partly filled entry',
      toHalf,
      { entries: [{ ...live, filled: '0.8', baseFee: '0' }], exits: [live] },
      'cancels the rest of the entry; cancels the exit order; reduces to 50 % of what filled: sells 0.4 BTC at market; then places exits for the rest again, if it can.',
    ],
    ['one exit order', close, { exits: [live] }, 'cancels the exit order; sells 1 BTC at market.'],
    ['two exit orders', close, { exits: [live, live] }, 'cancels 2 exit orders; sells 1 BTC at market.'],
    [
      "an exit order that can't be placed again",
      close,
      { exits: [live, { ...live, orderId: '7', type: 'trailing_stop_market', price: undefined }] },
      "cancels 2 exit orders, of which Ripcord can't place 7 (trailing_stop_market) again; sells 1 BTC at market.",
    ],
    [
      'a part of spot, whose exit orders return',
      half,
      { exits: [live, live] },
      'cancels 2 exit orders; sells 0.5 BTC (50 %) at market; then places exits for the rest again, if it can.',
    ],
    [
      'a part of spot with a stop of its plan',
      half,
      { exits: [{ ...live, isStop: true }] },
      'cancels the exit order; sells 0.5 BTC (50 %) at market; then places exits for the rest.',
    ],
    [
      'a part of spot, whose only exit order can not return',
      half,
      { exits: [{ ...live, orderId: '7', type: 'trailing_stop_market', price: undefined }] },
      "cancels the exit order, of which Ripcord can't place 7 (trailing_stop_market) again; sells 0.5 BTC (50 %) at market.",
    ],
    [
      'a part of a perpetual with a target of its plan',
      half,
      { market: perpetual, exits: [{ ...live, rung: 1, reduceOnly: true }] },
      'sells 0.5 BTC (50 %) at market; then reduces the exits to the rest.',
    ],
    [
      'a part of a perpetual, whose exit orders only reduce',
      half,
      { market: perpetual, exits: [{ ...live, reduceOnly: true }] },
      'sells 0.5 BTC (50 %) at market; leaves the exit orders open, reduced to the rest if the exchange allows it.',
    ],
    [
      'a part that leaves too little for an order',
      { action: 'close', percent: 90 },
      { exits: [live] },
      'cancels the exit order; sells 0.9 BTC (90 %) at market.',
    ],
    [
      'an exit order that is done',
      close,
      { exits: [live, {}] },
      'cancels the exit order; sells 1 BTC at market.',
    ],
    ['an unfilled entry', close, { entries: [live] }, 'cancels the unfilled entry of 1 BTC.'],
    [
      'an unfilled entry and an exit order',
      close,
      { entries: [live], exits: [live] },
      'cancels the unfilled entry of 1 BTC; cancels the exit order.',
    ],
    [
      'an entry that filled in part',
      close,
      { entries: [partial] },
      'cancels the rest of the entry; sells 0.4 BTC at market (minus the entry fee).',
    ],
    ['a canceled entry', close, { entries: [{}] }, 'nothing changes; the entry is already canceled.'],
    [
      'a canceled entry with an exit order',
      close,
      { entries: [{}], exits: [live] },
      'cancels the exit order.',
    ],
    [
      'exit orders that closed it',
      close,
      { exits: [{ filled: '1' }] },
      'no order is sent; exit orders already closed the position.',
    ],
    [
      'less than the minimum',
      close,
      { entries: [{ ...filled, filled: '0.1' }] },
      "no order is sent; 0.1 BTC is below the exchange's minimum.",
    ],
    [
      'a part below the minimum',
      { action: 'close', percent: 1 },
      { entries: [{ ...filled, filled: '0.1' }] },
      "no order is sent; 1 % of 0.1 BTC is below the exchange's minimum.",
    ],
    [
      'more than the maximum',
      close,
      { entries: [{ ...filled, filled: '101' }] },
      "nothing changes; 101 BTC is above the market's maximum for one order.",
    ],
    ['a filled entry to keep', keep, { exits: [live] }, 'leaves the filled 1 BTC open.'],
    [
      'an entry to keep that filled in part',
      keep,
      { entries: [partial] },
      'cancels the rest of the entry; leaves the filled 0.4 BTC open.',
    ],
  ])('describes %s', (_, planned, facts, words) => {
    expect(describePlan(closePosition(facts), planned)).toBe(words);
  });
});
