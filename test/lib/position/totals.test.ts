import { BigNumber } from 'bignumber.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OrderView } from '../../../lib/exchange/exchange.ts';
import type { OrderRecord, Position } from '../../../lib/position/position.ts';
import { lacksFee, lastExitOf, recordOf, tallyOf } from '../../../lib/position/totals.ts';
import { exampleOrder, examplePerpetual, examplePosition } from './example-position.ts';

const { baseFee: _, ...feeless } = exampleOrder;
const entryOf = (differing: Partial<OrderRecord>): OrderRecord => ({ ...feeless, ...differing });
const positionOf = (differing: Partial<Position>): Position => ({ ...examplePosition, ...differing });

const amount = fc.nat({ max: 10 ** 9 }).map((units) => new BigNumber(units).shiftedBy(-8).toFixed());
/** An order that may have filled in part and paid a fee of up to all of it. */
const order: fc.Arbitrary<OrderRecord> = fc
  .record({
    amount,
    part: fc.nat({ max: 100 }),
    fee: fc.option(fc.nat({ max: 100 })),
    before: fc.option(fc.nat({ max: 100 })),
    status: fc.constantFrom('unseen' as const, 'live' as const, 'done' as const),
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
    entries: fc.array(order, { maxLength: 4 }),
    exits: fc.array(order, { maxLength: 4 }),
    stated: fc.option(amount),
    side: fc.constantFrom('long' as const, 'short' as const),
    market: fc.constantFrom(examplePosition.market, examplePerpetual),
  })
  .map(({ stated, ...rest }) =>
    positionOf({ ...rest, ...(stated === null ? {} : { stated: { amount: stated } }) }),
  );

describe('What is left of a position', () => {
  it('is never more than what was filled, and never less than nothing', () => {
    fc.assert(
      fc.property(position, (position) => {
        const { left, filled } = tallyOf(position);
        expect(new BigNumber(left).lte(filled)).toBe(true);
        expect(new BigNumber(left).gte(0)).toBe(true);
      }),
    );
  });

  it('and what exits have done and fees have taken is what was filled, where they have not done more', () => {
    fc.assert(
      fc.property(position, (position) => {
        const { left, filled } = tallyOf(position);
        const paysInBase = position.side === 'long' && position.market.kind === 'spot';
        const fees = paysInBase ? position.entries.map((entry) => entry.baseFee ?? '0') : [];
        const exited = position.exits.map((exit) => new BigNumber(exit.filled).minus(exit.filledBefore ?? 0));
        const gone = BigNumber.sum(0, ...fees, ...exited);
        expect(left).toBe(BigNumber.max(0, new BigNumber(filled).minus(gone)).toFixed());
      }),
    );
  });

  it('never grows by an exit that fills further', () => {
    fc.assert(
      fc.property(position, order, (position, exit) => {
        const more = { ...position, exits: [...position.exits, { ...exit, filledBefore: '0' }] };
        expect(new BigNumber(tallyOf(more).left).lte(tallyOf(position).left)).toBe(true);
      }),
    );
  });

  it('is all that was filled, at first', () => {
    const entries = [entryOf({ filled: '0.1' }), entryOf({ filled: '0.2' })];
    expect(tallyOf(positionOf({ entries }))).toMatchObject({ filled: '0.3', left: '0.3', amount: '1' });
  });

  it('is nothing where nothing was filled, though exits were', () => {
    const exits = [entryOf({ filled: '0.5' })];
    expect(tallyOf(positionOf({ entries: [entryOf({ filled: '0' })], exits })).left).toBe('0');
  });

  it.each([
    ['a bought spot amount is less by the fees taken from it', 'long', examplePosition.market, '0.495'],
    ['a sold spot amount is not: its fee comes out of the quote', 'short', examplePosition.market, '0.5'],
    ['a perpetual is not, long', 'long', examplePerpetual, '0.5'],
    ['a perpetual is not, short', 'short', examplePerpetual, '0.5'],
  ] as const)('%s', (_, side, market, left) => {
    const entries = [
      entryOf({ filled: '0.3', baseFee: '0.003' }),
      entryOf({ filled: '0.2', baseFee: '0.002' }),
    ];
    expect(tallyOf(positionOf({ entries, side, market })).left).toBe(left);
  });

  it('counts of an exit only what it filled since the position was adopted', () => {
    const exits = [entryOf({ filled: '0.3', filledBefore: '0.1' })];
    expect(tallyOf(positionOf({ stated: { amount: '1' }, entries: [], exits })).left).toBe('0.8');
  });

  it('does not grow where an exit is said to have filled less than before', () => {
    const exits = [entryOf({ filled: '0.1', filledBefore: '0.3' })];
    expect(tallyOf(positionOf({ stated: { amount: '1' }, entries: [], exits })).left).toBe('1');
  });

  it('starts from the stated amount, where there is one', () => {
    const stated = { amount: '2', averagePrice: '100' };
    expect(tallyOf(positionOf({ stated, entries: [] }))).toEqual({
      amount: '2',
      filled: '2',
      left: '2',
      averageEntry: '100',
      entriesDone: true,
    });
  });
});

describe('The average entry', () => {
  it('weighs each price by how much filled at it', () => {
    const entries = [
      entryOf({ filled: '1', average: '100' }),
      entryOf({ filled: '3', average: '200' }),
      entryOf({ filled: '0', average: '999' }),
    ];
    expect(tallyOf(positionOf({ entries })).averageEntry).toBe('175');
  });

  it('is unknown where nothing filled, or at no known price', () => {
    const { average, ...unpriced } = feeless;
    expect(tallyOf(positionOf({ entries: [entryOf({ filled: '0' })] })).averageEntry).toBeUndefined();
    expect(tallyOf(positionOf({ entries: [unpriced] })).averageEntry).toBeUndefined();
  });

  it('lies between the lowest and the highest price', () => {
    const priced = fc.record({ filled: amount, average: amount }).map(entryOf);
    fc.assert(
      fc.property(fc.array(priced, { minLength: 1, maxLength: 5 }), (entries) => {
        const { averageEntry } = tallyOf(positionOf({ entries }));
        const prices = entries.filter(({ filled }) => filled !== '0').map(({ average }) => Number(average));
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
    expect(tallyOf(positionOf({ entries: [done, done] })).entriesDone).toBe(true);
    for (const status of ['live', 'unseen'] as const)
      expect(tallyOf(positionOf({ entries: [done, entryOf({ status })] })).entriesDone).toBe(false);
  });

  it('lack their fee once they are done and bought spot, until it is known', () => {
    const entry = entryOf({ status: 'done' });
    expect(lacksFee(examplePosition, entry)).toBe(true);
    expect(lacksFee(examplePosition, { ...entry, baseFee: '0' })).toBe(false);
    expect(lacksFee(examplePosition, { ...entry, status: 'live' })).toBe(false);
    expect(lacksFee(examplePosition, { ...entry, filled: '0' })).toBe(false);
    expect(lacksFee(positionOf({ side: 'short' }), entry)).toBe(false);
    expect(lacksFee(positionOf({ market: examplePerpetual }), entry)).toBe(false);
  });
});

describe('The last exit', () => {
  it('is the one that filled last, and was ours to count', () => {
    const exits = [
      entryOf({ orderId: 'early', at: 1 }),
      entryOf({ orderId: 'late', at: 3 }),
      entryOf({ orderId: 'unfilled', filled: '0', at: 5 }),
      entryOf({ orderId: 'before', filledBefore: '0.5', at: 6 }),
      entryOf({ orderId: 'middle', at: 2 }),
    ];
    expect(lastExitOf(positionOf({ exits }))?.orderId).toBe('late');
  });

  it('is none where none has filled', () => {
    expect(lastExitOf(positionOf({ exits: [entryOf({ filled: '0' })] }))).toBeUndefined();
  });
});

describe('The record of an order', () => {
  const view: OrderView = {
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
    at: 7,
  };

  it('has what the exchange now says', () => {
    expect(recordOf(view)).toMatchObject({ orderId: '4711', status: 'live', filled: '0.2', at: 7 });
  });

  it('never changes once it is done', () => {
    const known = entryOf({ status: 'done', filled: '0.5' });
    expect(recordOf({ ...view, filled: '0.1' }, known)).toBe(known);
  });

  it('keeps what only we know: our client order id, and what had filled before', () => {
    const known = entryOf({ status: 'live', clientOrderId: 'rc0123456789abe1', filledBefore: '0.1' });
    expect(recordOf({ ...view, clientOrderId: 'theirs' }, known)).toMatchObject({
      clientOrderId: 'rc0123456789abe1',
      filledBefore: '0.1',
    });
  });

  it('keeps the trigger price that the exchange no longer tells', () => {
    const known = entryOf({ status: 'live', triggerPrice: '58000' });
    expect(recordOf(view, known).triggerPrice).toBe('58000');
    expect(recordOf({ ...view, triggerPrice: '57000' }, known).triggerPrice).toBe('57000');
  });
});
