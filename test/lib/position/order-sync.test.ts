import { expect, test } from 'vitest';
import type { Exchange, ExchangeOrder, OrderRef } from '../../../lib/exchange/exchange.ts';
import { Fault } from '../../../lib/fault.ts';
import { addFees, isProvenNotPlaced, orStaleReason, syncOrders } from '../../../lib/position/order-sync.ts';
import type { OrderRecord, Position } from '../../../lib/position/position.ts';
import { exampleOrder, examplePerpetual, examplePosition } from './example-position.ts';

const unreachable = new Fault('exchange-unreachable', 'Binance did not respond.');
const sendDeadline = 1_760_000_000_000;
/** Receive window and clock margin of the exchange below, then its look-up lag as well. */
const arrivableMs = 5_000 + 2_000;
const provenAfterMs = arrivableMs + 60_000;
const { baseFee: _, ...feelessEntry } = exampleOrder;

/** An exchange that has the given orders and fees, and no other. */
function exchangeWith(orders: ExchangeOrder[], fees: Record<string, string> = {}): Exchange {
  return {
    recvWindowMs: 5_000,
    lookupLagMs: 60_000,
    retention: { order: { unfilledMs: 86_400_000 }, conditional: { unfilledMs: 86_400_000 } },
    fetchOrder: async (_: unknown, { orderId, clientOrderId }: OrderRef) =>
      orders.find((order) => order.orderId === orderId || order.clientOrderId === clientOrderId),
    fetchOpenOrders: async () => [],
    fetchFills: async (_: unknown, { orderId }: OrderRef) => {
      const fee = fees[orderId ?? ''];
      if (fee === undefined) throw unreachable;
      return { cost: '15000', fees: [{ currency: 'BTC', amount: fee }] };
    },
  } as Partial<Exchange> as Exchange;
}

function exchangeOrder(differing: Partial<ExchangeOrder>): ExchangeOrder {
  return {
    orderId: '4711',
    symbol: 'BTC/USDT',
    side: 'buy',
    type: 'limit',
    status: 'live',
    amount: '0.5',
    filled: '0.2',
    conditional: false,
    ...differing,
  };
}

function sentOrder(differing: Partial<OrderRecord> = {}): OrderRecord {
  return {
    clientOrderId: 'rc0123456789abe1',
    type: 'market',
    status: 'unconfirmed',
    amount: '0.5',
    filled: '0',
    sendDeadline,
    ...differing,
  };
}

function positionWith(differing: Partial<Position>): Position {
  return { ...examplePosition, ...differing } as Position;
}

test('A sync reads entry and exit orders that are not done.', async () => {
  const entry: OrderRecord = { ...feelessEntry, status: 'live', filled: '0' };
  const exit: OrderRecord = { ...entry, orderId: '4713' };
  const position = positionWith({ entryOrders: [entry], exitOrders: [exit] });
  const exchange = exchangeWith([
    exchangeOrder({ filled: '0.2' }),
    exchangeOrder({ orderId: '4713', filled: '0.1' }),
  ]);
  expect(await syncOrders(exchange, position, sendDeadline)).toMatchObject({
    entryOrders: [{ orderId: '4711', filled: '0.2' }],
    exitOrders: [{ orderId: '4713', filled: '0.1' }],
  });
});

test('A sync does not read an order that is done.', async () => {
  const exchange = { ...exchangeWith([]), fetchOrder: () => Promise.reject(unreachable) };
  expect(await syncOrders(exchange, examplePosition, sendDeadline)).toEqual({
    entryOrders: [exampleOrder],
    exitOrders: [],
  });
});

const dayMs = 86_400_000;
const createdAt = sendDeadline;
/** Two look-ups, this long apart. */
const apartMs = 60_000;

interface AbsentCase {
  ageMs: number;
  order?: Partial<OrderRecord>;
  missedForMs?: number;
  trades?: string[] | Fault;
}

/** Syncs an order that was live, and that the exchange does not find at this age. */
async function syncAbsent({ ageMs, order = {}, missedForMs, trades = [] }: AbsentCase) {
  const now = createdAt + ageMs;
  const missed = missedForMs === undefined ? {} : { missedSince: now - missedForMs };
  const live: OrderRecord = { ...feelessEntry, status: 'live', filled: '0', createdAt, ...order, ...missed };
  const exchange: Exchange = {
    ...exchangeWith([]),
    fetchTrades: async () => {
      if (trades instanceof Fault) throw trades;
      return trades.map((amount) => ({
        orderId: '4711',
        side: 'buy',
        amount,
        price: '60000',
        cause: 'trade',
        at: now - 1,
      }));
    },
  };
  const synced = await syncOrders(exchange, positionWith({ entryOrders: [live] }), now);
  return { order: synced.entryOrders[0], live, now };
}

test.each<[string, AbsentCase]>([
  ['is too young to be found', { ageMs: provenAfterMs }],
  ['has no time', { ageMs: dayMs * 2, order: { createdAt: undefined, updatedAt: undefined } }],
])('A look-up that misses a live order which %s leaves it as it is.', async (_, absent) => {
  const { order, live } = await syncAbsent(absent);
  expect(order).toEqual(live);
});

test.each<[string, AbsentCase]>([
  ['for the first time', { ageMs: dayMs * 2 }],
  ['again at once', { ageMs: dayMs * 2, missedForMs: apartMs / 2 }],
  ['while an unfilled one would be found', { ageMs: dayMs / 2, missedForMs: apartMs }],
  ['after a fill', { ageMs: dayMs * 2, missedForMs: apartMs, order: { filled: '0.2' }, trades: ['0.2'] }],
  ['with a trade of it', { ageMs: dayMs * 2, missedForMs: apartMs, trades: ['0.2'] }],
  ['with trades that cannot be read', { ageMs: dayMs * 2, missedForMs: apartMs, trades: unreachable }],
])('A look-up alone that misses a live order %s ends nothing.', async (_, absent) => {
  const { order, live, now } = await syncAbsent(absent);
  expect(order).toEqual({ ...live, missedSince: live.missedSince ?? now });
});

test('A second look-up ends an unfilled order that the exchange forgets by then and that has no trade.', async () => {
  const { order } = await syncAbsent({ ageMs: dayMs * 2, missedForMs: apartMs });
  expect(order).toMatchObject({ status: 'done', filled: '0' });
});

test('A second look-up ends an order whose trades come to all of it.', async () => {
  const { order } = await syncAbsent({ ageMs: dayMs / 2, missedForMs: apartMs, trades: ['0.2', '0.3'] });
  expect(order).toMatchObject({ status: 'done', filled: '0.5', average: '60000' });
});

test('A look-up that finds the order again forgets that it was missed.', async () => {
  const live: OrderRecord = { ...feelessEntry, status: 'live', filled: '0', missedSince: 1 };
  const exchange = exchangeWith([exchangeOrder({})]);
  const synced = await syncOrders(exchange, positionWith({ entryOrders: [live] }), sendDeadline);
  expect(synced.entryOrders[0]?.missedSince).toBeUndefined();
});

/** Misses that were counted before, in milliseconds after the send deadline. */
type Counted = { count: number; lastMs: number } | undefined;

test.each<[string, number, Counted, 'unconfirmed' | 'done', number | undefined]>([
  ['not counted while it may still arrive', arrivableMs, undefined, 'unconfirmed', undefined],
  ['counted once it can no longer arrive', arrivableMs + 1, undefined, 'unconfirmed', 1],
  ['counted again', arrivableMs + 12_001, { count: 1, lastMs: arrivableMs + 1 }, 'unconfirmed', 2],
  [
    'not counted again too soon',
    arrivableMs + 12_000,
    { count: 1, lastMs: arrivableMs + 1 },
    'unconfirmed',
    1,
  ],
  ['not absent while look-ups lag', provenAfterMs - 1, { count: 4, lastMs: 50_000 }, 'unconfirmed', 5],
  ['not absent at the second miss', provenAfterMs, { count: 1, lastMs: 50_000 }, 'unconfirmed', 2],
  ['absent at the third miss after the lag', provenAfterMs, { count: 2, lastMs: 50_000 }, 'done', 3],
  ['absent once the lag has passed', provenAfterMs, { count: 3, lastMs: provenAfterMs - 1 }, 'done', 3],
])('A sent order that the exchange does not find is %s.', async (_, elapsedMs, counted, status, count) => {
  const order = sentOrder({
    notFoundCount: counted?.count,
    lastMissAt: counted && sendDeadline + counted.lastMs,
  });
  const position = positionWith({ exitOrders: [order] });
  const synced = await syncOrders(exchangeWith([]), position, sendDeadline + elapsedMs);
  expect(synced.exitOrders[0]).toMatchObject({ status, notFoundCount: count });
});

test('A sent order that only the list of open orders shows is found at once.', async () => {
  const order = sentOrder({ notFoundCount: 2, isStop: true });
  const view = exchangeOrder({ clientOrderId: order.clientOrderId, filled: '0' });
  const listed = async () => [{ market: examplePosition.market, order: view }];
  const exchange = { ...exchangeWith([]), fetchOpenOrders: listed };
  const synced = await syncOrders(exchange, positionWith({ exitOrders: [order] }), sendDeadline);
  expect(synced.exitOrders).toMatchObject([{ orderId: '4711', status: 'live', isStop: true }]);
  expect(synced.exitOrders[0]?.notFoundCount).toBeUndefined();
});

test('A miss counts for nothing if the open orders can not be read.', async () => {
  const order = sentOrder({ notFoundCount: 2 });
  const exchange = { ...exchangeWith([]), fetchOpenOrders: () => Promise.reject(unreachable) };
  const synced = await syncOrders(exchange, positionWith({ exitOrders: [order] }), sendDeadline + 600_000);
  expect(synced.exitOrders).toEqual([order]);
});

test('The open orders are read once for all orders that a look-up misses, and not without one.', async () => {
  let reads = 0;
  const fetchOpenOrders = async () => {
    reads += 1;
    return [];
  };
  const exchange = { ...exchangeWith([exchangeOrder({ orderId: '4711' })]), fetchOpenOrders };
  const live: OrderRecord = { ...feelessEntry, status: 'live' };
  await syncOrders(exchange, positionWith({ entryOrders: [live], exitOrders: [] }), sendDeadline);
  expect(reads).toBe(0);
  const lost = ['a', 'b'].map((clientOrderId) => sentOrder({ clientOrderId }));
  await syncOrders(exchange, positionWith({ entryOrders: [], exitOrders: lost }), sendDeadline);
  expect(reads).toBe(1);
});

test.each<[string, Partial<OrderRecord>, boolean]>([
  ['is unconfirmed and late', {}, true],
  ['is live', { status: 'live' }, false],
  ['is done', { status: 'done' }, false],
  ['has no send deadline', { sendDeadline: undefined }, false],
  ['may still arrive', { sendDeadline: sendDeadline + 1 }, false],
])('Whether an order that %s is proven not placed: %3$s.', (_, differing, expected) => {
  const now = sendDeadline + provenAfterMs + 1;
  expect(isProvenNotPlaced(exchangeWith([]), sentOrder(differing), now)).toBe(expected);
});

test('A sync adds the fee of an entry that just became done.', async () => {
  const position = positionWith({ entryOrders: [{ ...feelessEntry, status: 'live' }] });
  const exchange = exchangeWith([exchangeOrder({ status: 'done', filled: '0.5' })], { 4711: '0.0005' });
  expect((await syncOrders(exchange, position, sendDeadline)).entryOrders).toMatchObject([
    { status: 'done', filled: '0.5', baseFee: '0.0005' },
  ]);
});

test('A sync reports the fill even when the fee cannot be read.', async () => {
  const position = positionWith({ entryOrders: [{ ...feelessEntry, status: 'live' }] });
  const exchange = exchangeWith([exchangeOrder({ status: 'done', filled: '0.5' })]);
  const [entry] = (await syncOrders(exchange, position, sendDeadline)).entryOrders;
  expect(entry).toMatchObject({ status: 'done', filled: '0.5' });
  expect(entry?.baseFee).toBeUndefined();
});

test('A sync reports a failure to read an order.', async () => {
  const exchange = { ...exchangeWith([]), fetchOrder: () => Promise.reject(unreachable) };
  const position = positionWith({ entryOrders: [sentOrder()] });
  await expect(syncOrders(exchange, position, sendDeadline)).rejects.toBe(unreachable);
});

test.each<[string, OrderRecord, Partial<Position>, string | undefined]>([
  ['reads a fee that is missing', feelessEntry, {}, '0.0007'],
  ['keeps a fee that is known', { ...exampleOrder, baseFee: '0.0001' }, {}, '0.0001'],
  ['reads no fee of an unknown order', { ...feelessEntry, orderId: undefined }, {}, undefined],
  ['reads no fee of a perpetual', feelessEntry, { market: examplePerpetual }, undefined],
])('Adding fees %s.', async (_, entry, differing, baseFee) => {
  const exchange = exchangeWith([], { 4711: '0.0007' });
  const [read] = await addFees(exchange, positionWith(differing), [entry]);
  expect(read).toMatchObject(entry);
  expect(read?.baseFee).toBe(baseFee);
});

test('Adding fees reports that the exchange is unreachable.', async () => {
  await expect(addFees(exchangeWith([]), examplePosition, [feelessEntry])).rejects.toBe(unreachable);
});

test('A read that succeeds returns its result.', async () => {
  expect(await orStaleReason(async () => 7)).toBe(7);
});

test('A read that the exchange fails returns the reason.', async () => {
  expect(await orStaleReason(() => Promise.reject(unreachable))).toEqual({
    staleReason: 'Binance did not respond.',
  });
});

test.each<[string, Error]>([
  ['an internal fault', new Fault('internal', 'Unexpected error in Ripcord.')],
  ['any other error', new TypeError('x is not a function')],
])('A read that fails with %s throws it, because stale data would hide a bug.', async (_, thrown) => {
  await expect(orStaleReason(() => Promise.reject(thrown))).rejects.toBe(thrown);
});
