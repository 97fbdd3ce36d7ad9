import { BigNumber } from 'bignumber.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ExchangeOrder } from '../../../lib/exchange/exchange.ts';
import type { OrderRecord, Position } from '../../../lib/position/position.ts';
import {
  computeTotals,
  isFeeUnknown,
  isMissingFee,
  lastFilledExit,
  toOrderRecord,
} from '../../../lib/position/totals.ts';
import { exampleOrder, examplePerpetual, examplePosition } from './example-position.ts';

const { baseFee: _, ...feeless } = exampleOrder;
function entryOf(differing: Partial<OrderRecord>): OrderRecord {
  return { ...feeless, ...differing };
}
function positionOf(differing: Partial<Position>): Position {
  return { ...examplePosition, ...differing } as Position;
}

const amount = fc.nat({ max: 10 ** 9 }).map((units) => new BigNumber(units).shiftedBy(-8).toFixed());
/** An order that may have filled in part and paid a fee of up to all of it. */
const order: fc.Arbitrary<OrderRecord> = fc
  .record({
    amount,
    part: fc.nat({ max: 100 }),
    fee: fc.option(fc.nat({ max: 100 })),
    before: fc.option(fc.nat({ max: 100 })),
    status: fc.constantFrom('unconfirmed' as const, 'live' as const, 'done' as const),
    average: fc.option(amount),
  })
  .map(({ amount, part, fee, before, status, average }) => {
    const filled = new BigNumber(amount).times(part).div(100);
    const partOf = (percent: number) => filled.times(percent).div(100).toFixed();
    return {
      orderId: '1',
      type: 'limit',
      status,
      amount,
      filled: filled.toFixed(),
      ...(fee === null ? {} : { baseFee: partOf(fee) }),
      ...(before === null ? {} : { filledBefore: partOf(before) }),
      ...(average === null ? {} : { average }),
    };
  });
const position: fc.Arbitrary<Position> = fc
  .record({
    entryOrders: fc.array(order, { maxLength: 4 }),
    exitOrders: fc.array(order, { maxLength: 4 }),
    stated: fc.option(amount),
    side: fc.constantFrom('long' as const, 'short' as const),
    market: fc.constantFrom(examplePosition.market, examplePerpetual),
  })
  .map(({ stated, ...rest }) =>
    positionOf({ ...rest, ...(stated === null ? {} : { declaredSize: { amount: stated } }) }),
  );

/** What was taken in base. An exit's fee counts by what it closed of the position. */
function feesOf({ entryOrders, exitOrders }: Position): BigNumber[] {
  const Exact = BigNumber.clone({ DECIMAL_PLACES: 40 });
  const shares = exitOrders.map(({ baseFee = '0', filled, filledBefore }) => {
    if (filledBefore === undefined) return new Exact(baseFee);
    const own = BigNumber.max(0, new Exact(filled).minus(filledBefore));
    return own.isZero() ? own : new Exact(baseFee).times(own).dividedBy(filled).decimalPlaces(12);
  });
  return [...entryOrders.map(({ baseFee = '0' }) => new Exact(baseFee)), ...shares];
}

describe('What is left of a position', () => {
  it('is never more than what was filled, and never less than nothing', () => {
    fc.assert(
      fc.property(position, (position) => {
        const { remaining, filled } = computeTotals(position);
        expect(new BigNumber(remaining).lte(filled)).toBe(true);
        expect(new BigNumber(remaining).gte(0)).toBe(true);
      }),
    );
  });

  it('and what exits have done and fees have taken is what was filled, where they have not done more', () => {
    fc.assert(
      fc.property(position, (position) => {
        const { remaining, filled } = computeTotals(position);
        const paysInBase = position.side === 'long' && position.market.kind === 'spot';
        const fees = paysInBase ? feesOf(position) : [];
        const exited = position.exitOrders.map((exit) =>
          new BigNumber(exit.filled).minus(exit.filledBefore ?? 0),
        );
        const gone = BigNumber.sum(0, ...fees, ...exited);
        expect(remaining).toBe(BigNumber.max(0, new BigNumber(filled).minus(gone)).toFixed());
      }),
    );
  });

  it('never grows by an exit that fills further', () => {
    fc.assert(
      fc.property(position, order, (position, exit) => {
        const more = { ...position, exitOrders: [...position.exitOrders, { ...exit, filledBefore: '0' }] };
        expect(new BigNumber(computeTotals(more).remaining).lte(computeTotals(position).remaining)).toBe(
          true,
        );
      }),
    );
  });

  it('is all that was filled, at first', () => {
    const entryOrders = [entryOf({ filled: '0.1' }), entryOf({ filled: '0.2' })];
    expect(computeTotals(positionOf({ entryOrders }))).toMatchObject({
      filled: '0.3',
      remaining: '0.3',
      amount: '1',
    });
  });

  it('is nothing where nothing was filled, though exits were', () => {
    const exitOrders = [entryOf({ filled: '0.5' })];
    expect(computeTotals(positionOf({ entryOrders: [entryOf({ filled: '0' })], exitOrders })).remaining).toBe(
      '0',
    );
  });

  it.each([
    ['a bought spot amount is less by the fees taken from it', 'long', examplePosition.market, '0.495'],
    ['a sold spot amount is not: its fee comes out of the quote', 'short', examplePosition.market, '0.5'],
    ['a perpetual is not, long', 'long', examplePerpetual, '0.5'],
    ['a perpetual is not, short', 'short', examplePerpetual, '0.5'],
  ] as const)('%s', (_, side, market, left) => {
    const entryOrders = [
      entryOf({ filled: '0.3', baseFee: '0.003' }),
      entryOf({ filled: '0.2', baseFee: '0.002' }),
    ];
    expect(computeTotals(positionOf({ entryOrders, side, market })).remaining).toBe(left);
  });

  it('counts of an exit only what it filled since the position was adopted', () => {
    const exitOrders = [entryOf({ filled: '0.3', filledBefore: '0.1' })];
    expect(
      computeTotals(positionOf({ declaredSize: { amount: '1' }, entryOrders: [], exitOrders })).remaining,
    ).toBe('0.8');
  });

  it('does not grow where an exit is said to have filled less than before', () => {
    const exitOrders = [entryOf({ filled: '0.1', filledBefore: '0.3' })];
    expect(
      computeTotals(positionOf({ declaredSize: { amount: '1' }, entryOrders: [], exitOrders })).remaining,
    ).toBe('1');
  });

  it('starts from the stated amount, where there is one', () => {
    const stated = { amount: '2', averagePrice: '100' };
    expect(computeTotals(positionOf({ declaredSize: stated, entryOrders: [] }))).toEqual({
      amount: '2',
      filled: '2',
      net: '2',
      remaining: '2',
      averageEntry: '100',
      entriesDone: true,
    });
  });
});

describe('The average entry', () => {
  it('weighs each price by how much filled at it', () => {
    const entryOrders = [
      entryOf({ filled: '1', average: '100' }),
      entryOf({ filled: '3', average: '200' }),
      entryOf({ filled: '0', average: '999' }),
    ];
    expect(computeTotals(positionOf({ entryOrders })).averageEntry).toBe('175');
  });

  it('is unknown where nothing filled, or at no known price', () => {
    const { average, ...unpriced } = feeless;
    expect(
      computeTotals(positionOf({ entryOrders: [entryOf({ filled: '0' })] })).averageEntry,
    ).toBeUndefined();
    expect(computeTotals(positionOf({ entryOrders: [unpriced] })).averageEntry).toBeUndefined();
  });

  it('lies between the lowest and the highest price', () => {
    const priced = fc.record({ filled: amount, average: amount }).map(entryOf);
    fc.assert(
      fc.property(fc.array(priced, { minLength: 1, maxLength: 5 }), (entryOrders) => {
        const { averageEntry } = computeTotals(positionOf({ entryOrders }));
        const prices = entryOrders
          .filter(({ filled }) => filled !== '0')
          .map(({ average }) => Number(average));
        if (prices.length === 0) expect(averageEntry).toBeUndefined();
        else {
          // It is rounded to 12 places.
          expect(Number(averageEntry)).toBeGreaterThanOrEqual(Math.min(...prices) - 1e-11);
          expect(Number(averageEntry)).toBeLessThanOrEqual(Math.max(...prices) + 1e-11);
        }
      }),
    );
  });
});

describe('Entries', () => {
  it('are done once each of them is', () => {
    const done = entryOf({ status: 'done' });
    expect(computeTotals(positionOf({ entryOrders: [done, done] })).entriesDone).toBe(true);
    for (const status of ['live', 'unconfirmed'] as const)
      expect(computeTotals(positionOf({ entryOrders: [done, entryOf({ status })] })).entriesDone).toBe(false);
  });

  it('lack their fee once they are done and bought spot, until it is known', () => {
    const entry = entryOf({ status: 'done' });
    expect(isMissingFee(examplePosition, entry)).toBe(true);
    expect(isMissingFee(examplePosition, { ...entry, baseFee: '0' })).toBe(false);
    expect(isMissingFee(examplePosition, { ...entry, status: 'live' })).toBe(false);
    expect(isMissingFee(examplePosition, { ...entry, filled: '0' })).toBe(false);
    expect(isMissingFee(examplePosition, { ...entry, orderId: undefined })).toBe(false);
    expect(isMissingFee(positionOf({ side: 'short' }), entry)).toBe(false);
    expect(isMissingFee(positionOf({ market: examplePerpetual }), entry)).toBe(false);
  });
});

describe('The fees of a position', () => {
  const [paid, unpaid] = [entryOf({ baseFee: '0' }), entryOf({ status: 'live' })];

  it.each<[string, Partial<Position>]>([
    ['its entry has filled and reports no fee', { entryOrders: [unpaid] }],
    ['one of two entries reports no fee', { entryOrders: [paid, unpaid] }],
  ])('are unknown when %s', (_, differing) => {
    expect(isFeeUnknown(positionOf(differing))).toBe(true);
  });

  it.each<[string, Partial<Position>]>([
    ['each entry reports its fee', { entryOrders: [paid, paid] }],
    ['an entry without a fee has not filled', { entryOrders: [paid, { ...unpaid, filled: '0' }] }],
    ['there is no entry', { entryOrders: [] }],
    ['the position is short', { entryOrders: [unpaid], side: 'short' }],
    ['the market is a perpetual', { entryOrders: [unpaid], market: examplePerpetual }],
  ])('are known when %s', (_, differing) => {
    expect(isFeeUnknown(positionOf(differing))).toBe(false);
  });
});

describe('The last exit', () => {
  it.each([
    ['at the same time', 2],
    ['at an unknown time', undefined],
  ])('is the one listed later when two filled %s', (_, updatedAt) => {
    const exitOrders = ['first', 'second'].map((orderId) => entryOf({ orderId, updatedAt }));
    expect(lastFilledExit(positionOf({ exitOrders }))?.orderId).toBe('second');
  });

  it('is one with a known time rather than one without', () => {
    const exitOrders = [
      entryOf({ orderId: 'timed', updatedAt: 2 }),
      entryOf({ orderId: 'untimed', updatedAt: undefined }),
    ];
    expect(lastFilledExit(positionOf({ exitOrders }))?.orderId).toBe('timed');
  });

  it('is the one that filled last, and was ours to count', () => {
    const exitOrders = [
      entryOf({ orderId: 'early', updatedAt: 1 }),
      entryOf({ orderId: 'late', updatedAt: 3 }),
      entryOf({ orderId: 'unfilled', filled: '0', updatedAt: 5 }),
      entryOf({ orderId: 'before', filledBefore: '0.5', updatedAt: 6 }),
      entryOf({ orderId: 'middle', updatedAt: 2 }),
    ];
    expect(lastFilledExit(positionOf({ exitOrders }))?.orderId).toBe('late');
  });

  it('is none where none has filled', () => {
    expect(lastFilledExit(positionOf({ exitOrders: [entryOf({ filled: '0' })] }))).toBeUndefined();
  });
});

describe('The record of an order', () => {
  const view: ExchangeOrder = {
    orderId: '4711',
    symbol: 'BTC/USDT',
    side: 'buy',
    type: 'limit',
    status: 'live',
    amount: '0.5',
    filled: '0.2',
    average: '60000',
    price: '60000',
    conditional: false,
    updatedAt: 7,
  };

  it('has what the exchange now says', () => {
    expect(toOrderRecord(view)).toMatchObject({
      orderId: '4711',
      status: 'live',
      filled: '0.2',
      updatedAt: 7,
    });
  });

  it('has every attribute of it', () => {
    const { symbol, side, ...reported } = view;
    const conditional = { ...view, conditional: true, reduceOnly: true, triggerPrice: '1' };
    expect(toOrderRecord({ ...view, clientOrderId: 'theirs' })).toEqual({
      ...reported,
      clientOrderId: 'theirs',
      conditional: undefined,
    });
    expect(toOrderRecord(conditional)).toEqual({
      ...reported,
      conditional: true,
      reduceOnly: true,
      triggerPrice: '1',
    });
  });

  it('never changes once it is done', () => {
    const known = entryOf({ status: 'done', filled: '0.5' });
    expect(toOrderRecord({ ...view, filled: '0.1' }, known)).toBe(known);
  });

  it('keeps what only we know: our client order id, and what had filled before', () => {
    const known = entryOf({ status: 'live', clientOrderId: 'rc0123456789abe1', filledBefore: '0.1' });
    expect(toOrderRecord({ ...view, clientOrderId: 'theirs' }, known)).toMatchObject({
      clientOrderId: 'rc0123456789abe1',
      filledBefore: '0.1',
    });
  });

  it('keeps the trigger price that the exchange no longer tells', () => {
    const known = entryOf({ status: 'live', triggerPrice: '58000' });
    expect(toOrderRecord(view, known).triggerPrice).toBe('58000');
    expect(toOrderRecord({ ...view, triggerPrice: '57000' }, known).triggerPrice).toBe('57000');
  });
});
