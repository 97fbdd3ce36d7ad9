import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { collapseMarks } from '../../console/app/chart/collapse-marks.ts';
import type { Mark, PriceLine } from '../../console/app/chart/price-line.ts';
import { findOutside, includeLines } from '../../console/app/chart/price-range.ts';
import { toMarks } from '../../console/app/position/chart-marks.ts';
import { exitName } from '../../console/exit-name.ts';
import type { HitView, LinkView, PositionView } from '../../lib/admin/contract/commands.ts';
import { entryOrder, filled } from './example-views.ts';

const line = (price: string): PriceLine => ({ price, title: 'Entry', kind: 'entry', dashed: false });

describe('the price range of a chart', () => {
  const candles = { minValue: 2_900, maxValue: 3_100 };

  it('contains the lines near the candles', () => {
    expect(includeLines(candles, [line('3400'), line('2500'), line('3000')])).toEqual({
      minValue: 2_500,
      maxValue: 3_400,
    });
  });

  it('is not flattened by a far line, which the edge names instead', () => {
    const lines = [line('9000'), line('3400'), line('1000'), line('8000')];
    const range = includeLines(candles, lines);
    expect(range).toEqual({ minValue: 2_900, maxValue: 3_400 });
    expect(findOutside(lines, range)).toEqual({
      above: [line('8000'), line('9000')],
      below: [line('1000')],
    });
  });

  it('contains each line, or the edge names it', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 20_000 }), { maxLength: 6 }), (prices) => {
        const lines = prices.map((price) => line(String(price)));
        const range = includeLines(candles, lines);
        const { above, below } = findOutside(lines, range);
        const inside = prices.filter((price) => price >= range.minValue && price <= range.maxValue);
        expect(inside.length + above.length + below.length).toBe(prices.length);
      }),
    );
  });
});

describe('the marks of a chart', () => {
  const hit = (at: number, text = 'closed'): Mark => ({ at, shape: 'hit', text });

  it('are one for each candle and shape, with a count', () => {
    const marks: Mark[] = [
      hit(5),
      hit(105),
      { at: 110, shape: 'sell', text: 'Sold 1' },
      hit(120),
      hit(199),
      hit(201, 'canceled'),
    ];
    expect(collapseMarks(marks, [100, 200])).toEqual([
      { at: 100, shape: 'hit', text: '3 hits' },
      { at: 100, shape: 'sell', text: 'Sold 1' },
      { at: 200, shape: 'hit', text: 'canceled' },
    ]);
  });

  it('leave out hits that did nothing, and distinguish a failed one from one that acted', () => {
    const base = {
      positionId: filled.positionId,
      actor: 'link',
      action: 'close',
      why: '',
      requests: [],
      resend: 0,
    };
    const toHit = (change: Partial<HitView>): HitView => ({
      ...base,
      actor: 'link',
      hitId: 'hit',
      at: filled.createdAt,
      status: 200,
      decision: 'fired',
      ...change,
    });
    const part = { linkId: 'lnk_part', percent: 25 } as LinkView;
    const marks = toMarks(
      { ...filled, entryOrders: [] },
      [
        toHit({ decision: 'refused', status: 403 }),
        toHit({ decision: 'confirmation-required' }),
        toHit({ decision: 'duplicate', outcome: 'closed' }),
        toHit({ decision: 'in-progress', status: 202 }),
        toHit({ status: 422 }),
        toHit({ outcome: 'closed' }),
        toHit({ outcome: 'closed', linkId: 'lnk_part' }),
      ],
      [part],
    );
    expect(marks.map(({ shape, text }) => `${shape} ${text}`)).toEqual([
      'failed failed',
      'hit closed',
      'hit closed 25 %',
    ]);
  });

  it('name the fills of the position, and which of them was a close', () => {
    const at = Date.parse(filled.createdAt);
    const view: PositionView = {
      ...filled,
      entryOrders: [{ ...entryOrder, updatedAt: at }],
      exitOrders: [
        {
          ...entryOrder,
          type: 'market',
          clientOrderId: 'rc0123456789abcdefx1',
          filled: '0.5',
          updatedAt: at + 1,
        },
        { ...entryOrder, type: 'market', filled: '0.25', updatedAt: at + 2 },
      ],
    };
    expect(toMarks(view, [], []).map(({ text }) => text)).toEqual([
      'Bought 2',
      'Close: sold 0.5',
      'Sold 0.25',
    ]);
  });
});

describe('an exit order', () => {
  const order = { ...entryOrder, orderId: '7', type: 'limit' };
  const view: PositionView = { ...filled, averageEntry: '3000' };
  const exit = { price: '3100', amount: '1', filled: '0', orderId: '7', state: 'resting' } as const;

  it.each([
    ['Close', { clientOrderId: 'rc0123456789abcdefx1', type: 'market', price: '3500' }, {}],
    ['Take profit', { rung: 1, price: '2000' }, {}],
    ['Stop loss', { isStop: true, triggerPrice: '3500' }, {}],
    ['Stop loss', { type: 'Stop', triggerPrice: '3100' }, { stopLoss: exit }],
    ['Take profit', { price: '2900' }, { takeProfits: [exit] }],
    ['Take profit', { type: 'take_profit_market', triggerPrice: '2000' }, {}],
    ['Stop loss', { type: 'stop_market', triggerPrice: '3500' }, {}],
    ['Take profit', { price: '3200' }, {}],
    ['Take profit', { type: 'Stop', triggerPrice: '3200' }, {}],
    ['Stop loss', { type: 'Stop', triggerPrice: '2900' }, {}],
    ['Exit', { price: '2900' }, {}],
    ['Exit', { type: 'market', average: '3500' }, {}],
  ] as const)('is named %s by %j', (name, change, position) => {
    expect(exitName({ ...order, ...change }, { ...view, ...position } as PositionView)).toBe(name);
  });

  it('takes profit below the entry of a short', () => {
    expect(exitName({ ...order, price: '2900' }, { ...view, side: 'short' })).toBe('Take profit');
  });
});
