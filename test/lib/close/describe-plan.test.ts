import { describe, expect, it } from 'vitest';
import { describePlan } from '../../../lib/close/describe-plan.ts';
import type { PlannedAction } from '../../../lib/close/next-step.ts';
import { closePosition, filled, live, type PositionFacts, perpetual } from './close-position.ts';

const close = { action: 'close' } as const;
const keep = { action: 'keep' } as const;
const half = { action: 'close', percent: 50 } as const;
const partial = { ...live, filled: '0.4' };

describe('a preview', () => {
  it.each<[string, PlannedAction, PositionFacts, string]>([
    ['a filled entry', close, {}, 'sells 1 BTC at market.'],
    ['a short', close, { market: perpetual, side: 'short' }, 'buys back 1 BTC at market.'],
    ['a part', half, {}, 'sells 0.5 BTC (50 %) at market.'],
    ['one exit order', close, { exits: [live] }, 'cancels the exit order; sells 1 BTC at market.'],
    ['two exit orders', close, { exits: [live, live] }, 'cancels 2 exit orders; sells 1 BTC at market.'],
    [
      "an exit order that can't be placed again",
      close,
      { exits: [live, { ...live, orderId: '7', type: 'trailing_stop_market', price: undefined }] },
      "cancels 2 exit orders, of which Ripcord can't place 7 (trailing_stop_market) again; sells 1 BTC at market.",
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
