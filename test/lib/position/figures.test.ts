import { describe, expect, it } from 'vitest';
import type { Exchange } from '../../../lib/exchange/exchange.ts';
import { type FiguresWanted, lacksFigures, readFigures } from '../../../lib/position/figures.ts';
import { withFills } from '../../../lib/position/fills.ts';
import type { OrderRecord, Position } from '../../../lib/position/position.ts';
import { exampleOrder, exampleOutcome, examplePerpetual, examplePosition } from './example-position.ts';

const minute = 60_000;
const hour = 60 * minute;
/** A whole hour. */
const ten = Date.parse('2026-11-20T10:00:00.000Z');

const { baseFee: _, ...bare } = exampleOrder;
const order: OrderRecord = { ...bare, createdAt: ten - hour, updatedAt: ten - hour };
const read = withFills(examplePosition, order, { cost: '30000', fees: [] });
const bnb = { currency: 'BNB', amount: '0.01', at: ten + 61_000 };

function positionWith(differing: Partial<Position>): Position {
  return { ...examplePosition, createdAt: new Date(ten - hour).toISOString(), ...differing } as Position;
}

interface Answers {
  fetchFills?: Exchange['fetchFills'];
  fetchPastPrice?: Exchange['fetchPastPrice'];
  fetchFunding?: Exchange['fetchFunding'];
}

/** An exchange that fails every read that a test does not answer. */
function exchangeWith(answers: Answers): Exchange {
  const fail = () => Promise.reject(new Error('not read'));
  return {
    fetchFills: fail,
    fetchPastPrice: fail,
    fetchFunding: fail,
    fetchTrades: fail,
    fetchPosition: fail,
    ...answers,
  } as Partial<Exchange> as Exchange;
}

describe('fees', () => {
  const lacks = (exit: OrderRecord, now: number, wanted: FiguresWanted) =>
    lacksFigures(positionWith({ entryOrders: [read], exitOrders: [exit] }), now, wanted);

  it.each<[string, OrderRecord, boolean]>([
    ['that are not known', order, true],
    ['of an order that filled more since', { ...read, filled: '0.6' }, true],
    ['of which a coin has no value yet', { ...read, fees: [{ currency: 'BNB', amount: '1' }] }, true],
    ['that are known', read, false],
    [
      'in base and quote',
      { ...read, fees: ['BTC', 'USDT'].map((currency) => ({ currency, amount: '1' })) },
      false,
    ],
    ['of an order without a fill', { ...order, filled: '0' }, false],
    ['of what an adopted order filled before', { ...order, filledBefore: '0.5' }, false],
  ])('%s are read: %s', (_title, exit, expected) => {
    expect(lacks(exit, ten, 'due')).toBe(expected);
  });

  it('are retried by sweeps for an hour, and always when they are asked for', () => {
    expect(lacks(order, ten + 1, 'due')).toBe(false);
    expect(lacks(order, ten + 1, 'all')).toBe(true);
    expect(lacks({ ...order, updatedAt: ten }, ten + 1, 'due')).toBe(true);
  });

  it('in another coin are read with its price, once for each minute', async () => {
    const asked: number[] = [];
    const exchange = exchangeWith({
      fetchFills: async () => ({
        fees: [bnb, { ...bnb, at: bnb.at + 30_000 }, { ...bnb, at: bnb.at + minute }],
      }),
      fetchPastPrice: async (_market, _coin, at) => {
        asked.push(at);
        return asked.length === 1 ? '600' : '700';
      },
    });
    const { exitOrders } = await readFigures(
      exchange,
      positionWith({ entryOrders: [read], exitOrders: [order] }),
      ten,
      'all',
    );
    expect(exitOrders[0]?.fees).toEqual([{ currency: 'BNB', amount: '0.03', inQuote: '19' }]);
    expect(asked).toEqual([bnb.at, bnb.at + minute]);
  });

  it('of one order that can not be read leave those of the other', async () => {
    const exchange = exchangeWith({
      fetchFills: async (_market, { orderId }) => {
        if (orderId === 'placed') return { fees: [bnb] };
        throw new Error('not yet');
      },
    });
    const exits = [order, { ...order, placedOrderId: 'placed' }];
    const { exitOrders } = await readFigures(exchange, positionWith({ exitOrders: exits }), ten, 'due');
    expect(exitOrders).toMatchObject([order, { fees: [{ currency: 'BNB', amount: '0.01' }] }]);
    expect(exitOrders[1]?.fees?.[0]).not.toHaveProperty('inQuote');
  });
});

describe('funding', () => {
  const perpetual = (differing: Partial<Position> = {}) =>
    positionWith({ market: examplePerpetual, entryOrders: [read], ...differing });
  const closedAt = (at: number): Partial<Position> => ({
    state: 'closed',
    outcome: { ...exampleOutcome, settledAt: new Date(at).toISOString() },
  });

  it.each<[string, Partial<Position>, number, boolean]>([
    ['never before', {}, ten, true],
    ['before this hour', { funding: { at: ten - minute } }, ten + 2 * minute, true],
    ['this hour, before the exchange lists it', { funding: { at: ten + minute } }, ten + 2 * minute, true],
    ['this hour', { funding: { at: ten + 2 * minute } }, ten + hour, false],
    ['before this hour, which has just begun', { funding: { at: ten - minute } }, ten + minute, false],
    [
      'before its end, in the same hour',
      { funding: { at: ten + 3 * minute }, ...closedAt(ten + 9 * minute) },
      ten + hour,
      false,
    ],
    [
      'before its end, an hour before',
      { funding: { at: ten - minute }, ...closedAt(ten + minute) },
      ten + 3 * minute,
      true,
    ],
    ['never, and it ended long ago', closedAt(ten - 3 * hour), ten, false],
    ['never, on spot', { market: examplePosition.market }, ten, false],
    ['never, with a declared size', { declaredSize: { amount: '1' } }, ten, false],
    ['never, without a fill', { entryOrders: [{ ...order, filled: '0' }] }, ten, false],
  ])('of a position that was read %s is due', (_, differing, now, expected) => {
    expect(lacksFigures(perpetual(differing), now, 'due')).toBe(expected);
  });

  it('is read whenever it is asked for, until it can no longer change', () => {
    const funding = { amount: '0', at: ten };
    expect(lacksFigures(perpetual({ funding }), ten + 1, 'all')).toBe(true);
    expect(lacksFigures(perpetual({ funding, ...closedAt(ten - minute) }), ten + hour, 'all')).toBe(true);
    expect(lacksFigures(perpetual({ funding, ...closedAt(ten - 2 * minute) }), ten + hour, 'all')).toBe(
      false,
    );
  });

  it('that can not be read is unknown, and is read again', async () => {
    const position = perpetual({ funding: { amount: '-4', at: ten - hour } });
    const { funding } = await readFigures(exchangeWith({}), position, ten + 3 * minute, 'due');
    expect(funding).toEqual({ at: ten - hour });
    const fetchFunding = async () => [];
    const read = await readFigures(
      exchangeWith({ fetchFunding }),
      { ...position, funding },
      ten + 4 * minute,
      'due',
    );
    expect(read.funding).toEqual({ amount: '0', at: ten + 4 * minute });
  });
});
