import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  areAmountsOld,
  computeFreshness,
  findSweepDelay,
  formatAge,
  isPriceOld,
} from '../../console/app/freshness.ts';
import { reprice } from '../../console/app/reprice.ts';
import type { ConsoleState } from '../../console/state.ts';
import { filled } from './example-views.ts';

const now = Date.parse('2026-11-27T12:00:00.000Z');
const iso = (ageMs: number) => new Date(now - ageMs).toISOString();
const price = { account: 'main', kind: 'spot', marketId: 'ETHUSDT', price: '3000' } as const;

function stateOf(change: Partial<ConsoleState> = {}): ConsoleState {
  const empty = { positions: [], links: [], hits: [], accounts: [], prices: [], paused: false, sources: {} };
  return { place: 'here', ...empty, table: { readAt: now }, ...change };
}

describe('how current the page is', () => {
  it.each([
    ['before the first state', undefined, { kind: 'loading' }],
    ['without a position', stateOf(), { kind: 'live' }],
    [
      'with a price of just now',
      stateOf({ positions: [filled], prices: [{ ...price, at: now - 2_000 }] }),
      { kind: 'live' },
    ],
    [
      'with one old price among new ones',
      stateOf({
        positions: [filled, { ...filled, positionId: 'pos_2', marketId: 'BTCUSDT' }],
        prices: [
          { ...price, at: now },
          { ...price, marketId: 'BTCUSDT', at: now - 60_000 },
        ],
      }),
      { kind: 'delayed', of: 'prices', ageMs: 60_000 },
    ],
    [
      'with a price that was never read since the start',
      stateOf({ positions: [{ ...filled, markPriceAt: iso(90_000) }] }),
      { kind: 'delayed', of: 'prices', ageMs: 90_000 },
    ],
    [
      'with a new price and amounts that could not be read',
      stateOf({
        positions: [{ ...filled, staleReason: 'No connection.', lastSyncedAt: iso(40_000) }],
        prices: [{ ...price, at: now }],
      }),
      { kind: 'delayed', of: 'amounts', ageMs: 40_000 },
    ],
    [
      'with a new price and amounts that no sweep has read for long',
      stateOf({
        positions: [{ ...filled, lastSyncedAt: iso(8 * 60_000) }],
        prices: [{ ...price, at: now }],
      }),
      { kind: 'delayed', of: 'amounts', ageMs: 8 * 60_000 },
    ],
    [
      'with old amounts of a position that needs attention, which nothing reads',
      stateOf({
        positions: [{ ...filled, status: 'needs-attention', lastSyncedAt: iso(8 * 60_000) }],
        prices: [{ ...price, at: now }],
      }),
      { kind: 'live' },
    ],
    [
      'with an old price of a position that ended',
      stateOf({ positions: [{ ...filled, status: 'closed', markPriceAt: iso(90_000) }] }),
      { kind: 'live' },
    ],
    [
      'with new prices and a table that is not read any more',
      stateOf({ positions: [filled], prices: [{ ...price, at: now }], table: { readAt: now - 20_000 } }),
      { kind: 'offline', ageMs: 20_000 },
    ],
  ])('%s', (_when, state, expected) => {
    expect(computeFreshness(state, now)).toEqual(expected);
  });

  it('shows an age in its largest unit', () => {
    expect([9_400, 59_000, 61_000, 7_300_000].map(formatAge)).toEqual(['9 s', '59 s', '1 min', '2 h']);
  });

  it('makes numbers old by their own age', () => {
    expect(isPriceOld({ ...filled, markPriceAt: iso(7_000) }, now)).toBe(false);
    expect(isPriceOld({ ...filled, markPriceAt: iso(9_000) }, now)).toBe(true);
    expect(areAmountsOld({ ...filled, lastSyncedAt: iso(6 * 60_000) }, now)).toBe(false);
    expect(areAmountsOld({ ...filled, lastSyncedAt: iso(8 * 60_000) }, now)).toBe(true);
    expect(areAmountsOld({ ...filled, lastSyncedAt: iso(0), staleReason: 'No connection.' }, now)).toBe(true);
  });

  it('finds a late sweep after three minutes, also one that never ran', () => {
    expect(findSweepDelay(stateOf({ sweptAt: iso(150_000) }), 0, now)).toBeUndefined();
    expect(findSweepDelay(stateOf({ sweptAt: iso(200_000) }), 0, now)).toBe(now - 200_000);
    expect(findSweepDelay(stateOf(), now - 100_000, now)).toBeUndefined();
    expect(findSweepDelay(stateOf(), now - 200_000, now)).toBe(now - 200_000);
    expect(findSweepDelay(stateOf({ sweptAt: iso(200_000), halted: true }), 0, now)).toBeUndefined();
  });
});

describe('a newer price', () => {
  const long = {
    ...filled,
    averageEntry: '3000',
    markPrice: '3000',
    markPriceAt: iso(10_000),
    unrealizedProfit: '0',
    unrealizedProfitPercent: '0',
  };

  it('changes unrealized profit by as much as what remains gained, and nothing else', () => {
    expect(reprice(long, { price: '3100', at: now })).toEqual({
      ...long,
      markPrice: '3100',
      markPriceAt: iso(0),
      unrealizedProfit: '200',
      unrealizedProfitPercent: '3.33',
    });
    expect(reprice({ ...long, side: 'short' }, { price: '3100', at: now })).toMatchObject({
      unrealizedProfit: '-200',
      unrealizedProfitPercent: '-3.33',
    });
  });

  it('is not replaced by an older one', () => {
    expect(reprice(long, { price: '3100', at: now - 20_000 })).toBe(long);
  });

  it('leaves unknown profit unknown', () => {
    expect(reprice({ ...long, unrealizedProfit: null }, { price: '3100', at: now })).toMatchObject({
      markPrice: '3100',
      unrealizedProfit: null,
    });
  });

  it('and back again is the same profit', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9_999_999 }), fc.constantFrom('long', 'short'), (cents, side) => {
        const away = reprice({ ...long, side }, { price: String(cents / 100), at: now });
        const back = reprice(away, { price: '3000', at: now });
        expect(Number(back.unrealizedProfit)).toBe(0);
      }),
    );
  });
});
