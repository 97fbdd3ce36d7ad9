import { describe, expect, it } from 'vitest';
import { describeEffect } from '../../console/app/effect.ts';
import type { PositionView } from '../../lib/admin/contract/commands.ts';
import { entryOrder as entry, filledView as filled } from './example-view.ts';

const planned: PositionView['exitOrders'][number] = {
  ...entry,
  orderId: '2',
  filled: '0',
  status: 'live',
  isStop: true,
};
const perpetual: PositionView = { ...filled, symbol: 'ETH/USDT:USDT', side: 'short', openExitOrders: 2 };
const partlyFilled: PositionView = {
  ...filled,
  fillStatus: 'partly-filled',
  filled: '0.5',
  remaining: '0.5',
  openExitOrders: 1,
  entryOrders: [{ ...entry, filled: '0.5', status: 'live', baseFee: undefined }],
};
const unfilled: PositionView = {
  ...filled,
  fillStatus: 'unfilled',
  filled: '0',
  remaining: '0',
  entryOrders: [{ ...entry, filled: '0', status: 'live' }],
};

describe('what an action would do now', () => {
  it.each([
    ['closes all', filled, {}, 'sells 2 ETH at market.'],
    ['closes a part', filled, { percent: 50 }, 'sells 1 ETH (50 %) at market.'],
    [
      'closes a part of spot, and cancels its exits',
      { ...filled, openExitOrders: 1 },
      { percent: 25 },
      'cancels 1 exit order, then sells 0.5 ETH (25 %) at market; Ripcord then places exits for the rest again, if it can.',
    ],
    [
      'closes a part of spot with exits of a plan, and places them again',
      { ...filled, openExitOrders: 1, exitOrders: [planned] },
      { percent: 25 },
      'cancels 1 exit order, then sells 0.5 ETH (25 %) at market, then places exits for the rest.',
    ],
    [
      'closes a part of a perpetual with exits of a plan, which follow',
      { ...perpetual, exitOrders: [planned] },
      { percent: 50 },
      'buys back 1 ETH (50 %) at market; Ripcord then reduces the exits to the rest.',
    ],
    [
      'closes a part of a perpetual, whose exits may stay',
      perpetual,
      { percent: 50 },
      'buys back 1 ETH (50 %) at market; exit orders stay open if they only reduce the position.',
    ],
    ['closes a perpetual', perpetual, {}, 'cancels 2 exit orders, then buys back 2 ETH at market.'],
    [
      'truncates a part to whole steps',
      { ...filled, remaining: '0.0003' },
      { percent: 50 },
      'sells 0.0001 ETH (50 %) at market.',
    ],
    [
      'closes nothing if the part is below one step',
      { ...filled, remaining: '0.0001' },
      { percent: 50 },
      "nothing changes; 50 % is less than the market's smallest step.",
    ],
    [
      'cancels the rest of an entry first',
      partlyFilled,
      {},
      'cancels the unfilled 1.5 ETH and 1 exit order, then sells 0.5 ETH at market (minus the entry fee).',
    ],
    ['cancels an unfilled entry', unfilled, {}, 'cancels the entry of 2 ETH; nothing has filled.'],
  ])('%s', (_what, position, options, expected) => {
    expect(describeEffect({ action: 'close', ...options }, position)).toBe(expected);
  });

  it('keeps a filled position open', () => {
    expect(describeEffect({ action: 'keep' }, filled)).toBe('nothing changes; 2 ETH stays open.');
    expect(describeEffect({ action: 'keep' }, perpetual)).toBe(
      'nothing changes; 2 ETH and 2 exit orders stay open.',
    );
  });

  it('keeps what has filled and cancels the rest', () => {
    expect(describeEffect({ action: 'keep' }, partlyFilled)).toBe(
      'cancels the unfilled 1.5 ETH; leaves the filled 0.5 ETH open.',
    );
  });

  it.each(['closing', 'needs-attention', 'closed', 'canceled'] as const)(
    'changes nothing while %s',
    (status) => {
      expect(describeEffect({ action: 'close' }, { ...filled, status })).toMatch(/^nothing changes/);
    },
  );
});
