import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decimal } from '../../../lib/amount.ts';
import { computeBreakEven, computeRiskedAmount } from '../../../lib/exits/exit-prices.ts';

const cents = (min: number, max: number) =>
  fc.integer({ min, max }).map((value) => decimal(String(value)).dividedBy(100).toFixed());
const takerRate = '0.0005';

describe('a risked amount', () => {
  it('loses the risk if the stop fills at its price, fees included', () => {
    fc.assert(
      fc.property(cents(10_000, 20_000), cents(1_000, 9_999), cents(100, 1_000_000), (high, low, risk) => {
        for (const [entryPrice, stopPrice] of [
          [high, low],
          [low, high],
        ] as const) {
          const amount = decimal(computeRiskedAmount(risk, { entryPrice, stopPrice, takerRate }));
          const fees = amount.times(decimal(entryPrice).plus(stopPrice)).times(takerRate);
          const loss = amount.times(decimal(entryPrice).minus(stopPrice).abs()).plus(fees);
          expect(loss.decimalPlaces(10).eq(risk)).toBe(true);
        }
      }),
    );
  });

  it('of 50 USDT with a stop 2000 below 60000 is less than a fortieth', () => {
    const amount = computeRiskedAmount('50', { entryPrice: '60000', stopPrice: '58000', takerRate });
    expect(decimal(amount).decimalPlaces(6).toFixed()).toBe('0.024284');
  });
});

describe('a break-even price', () => {
  const entry = { filled: '0.5', net: '0.5', averageEntry: '60000', fees: '15' };

  it('covers the fees of entry and exit', () => {
    // 30015 / (0.5 * 0.9995) = 60060.03; (30000 - 15) / (0.5 * 1.0005) = 59940.02.
    expect(computeBreakEven({ side: 'long', ...entry }, takerRate, '0.1')).toBe('60060.1');
    expect(computeBreakEven({ side: 'short', ...entry }, takerRate, '0.1')).toBe('59940');
  });

  it('covers fees that were taken in base', () => {
    // 30000 / (0.4995 * 0.9995) = 60090.11.
    const spot = { side: 'long', filled: '0.5', net: '0.4995', averageEntry: '60000', fees: '0' } as const;
    expect(computeBreakEven(spot, takerRate, '0.1')).toBe('60090.2');
  });

  it('never loses, and one step worse would', () => {
    fc.assert(
      fc.property(
        cents(1_000, 9_000_000),
        cents(100, 10_000),
        cents(0, 100),
        (averageEntry, filled, fees) => {
          for (const side of ['long', 'short'] as const) {
            const price = decimal(
              computeBreakEven({ side, filled, net: filled, averageEntry, fees }, takerRate, '0.1'),
            );
            const profit = (at: typeof price) => {
              const value = at.times(filled);
              const gross = value.minus(decimal(averageEntry).times(filled));
              return (side === 'long' ? gross : gross.negated()).minus(fees).minus(value.times(takerRate));
            };
            expect(profit(price).gte(0)).toBe(true);
            expect(profit(side === 'long' ? price.minus('0.1') : price.plus('0.1')).lt(0)).toBe(true);
          }
        },
      ),
    );
  });
});
