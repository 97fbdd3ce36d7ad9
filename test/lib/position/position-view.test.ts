import { expect, test } from 'vitest';
import type { OrderRecord, Position, State } from '../../../lib/position/position.ts';
import { positionViewSchema, toPositionView } from '../../../lib/position/position-view.ts';
import {
  exampleFailure,
  exampleOrder,
  exampleOutcome,
  examplePerpetual,
  examplePosition,
  examplePositionIn,
  fullPosition,
} from './example-position.ts';

const { average: _, ...unpricedOrder } = exampleOrder;
const liveEntry: OrderRecord = { ...exampleOrder, status: 'live' };
const emptyEntry: OrderRecord = { ...exampleOrder, filled: '0' };
/** An exit order that closed all that the entry bought, less its fee. */
const fullExit: OrderRecord = { ...unpricedOrder, orderId: '4713', amount: '0.4995', filled: '0.4995' };

function viewOf(differing: Partial<Position>, state: State = 'open') {
  return toPositionView(examplePositionIn(state, differing));
}

test('A view shows the position, its amounts, its profit and the time of its last sync.', () => {
  expect(toPositionView(examplePosition)).toEqual({
    positionId: 'pos_0123456789ab',
    account: 'main',
    exchange: 'binance',
    symbol: 'BTC/USDT',
    side: 'long',
    status: 'open',
    fillStatus: 'filled',
    createdAt: '2026-10-09T08:53:20.000Z',
    amount: '0.5',
    filled: '0.5',
    remaining: '0.4995',
    averageEntry: '59999.5',
    markPrice: '60100',
    markPriceAt: '2025-10-09T08:53:20.000Z',
    marketId: 'BTCUSDT',
    realizedProfit: '0',
    fees: null,
    funding: null,
    netProfit: null,
    unrealizedProfit: '50.19975',
    unrealizedProfitPercent: '0.17',
    quote: 'USDT',
    priceStep: '0.01',
    amountStep: '0.00001',
    entryOrders: [exampleOrder],
    exitOrders: [],
    openExitOrders: 0,
    protection: 'none',
    takeProfits: [],
    stopLoss: null,
    lastSyncedAt: '2025-10-09T08:53:20.000Z',
  });
});

test('A view shows the label, the outcome, the failure and why the position needs attention.', () => {
  expect(toPositionView(fullPosition)).toMatchObject({
    label: 'swing',
    outcome: exampleOutcome,
    failure: exampleFailure,
    attentionReason: 'Two orders under one client order id.',
  });
});

test('A view shows what the caller adds: the number of links and why it is stale.', () => {
  expect(
    toPositionView(examplePosition, { links: 2, staleReason: 'Binance did not respond.' }),
  ).toMatchObject({ links: 2, staleReason: 'Binance did not respond.' });
});

test('A view of a position that was never synced shows no time and no price.', () => {
  const view = viewOf({ lastSync: undefined });
  expect(view).toMatchObject({ positionId: 'pos_0123456789ab', averageEntry: '59999.5' });
  expect(view.lastSyncedAt).toBeUndefined();
  expect(view.markPrice).toBeUndefined();
});

test.each<[string, Partial<Position>, string]>([
  ['the quote of a spot market', {}, 'USDT'],
  ['the settle currency of a perpetual', { market: { ...examplePerpetual, settle: 'USDC' } }, 'USDC'],
])('A view counts profit in %s.', (_, differing, quote) => {
  expect(viewOf(differing).quote).toBe(quote);
});

test.each<[string, Partial<Position>, string]>([
  ['unfilled, nothing filled', { entryOrders: [emptyEntry] }, 'unfilled'],
  [
    'partly filled, less filled than ordered',
    { entryOrders: [{ ...liveEntry, amount: '0.6' }] },
    'partly-filled',
  ],
  ['filled, all that was ordered filled', { entryOrders: [liveEntry] }, 'filled'],
  ['closed, exit orders closed all of it', { exitOrders: [fullExit] }, 'closed'],
])('A position is shown as %s.', (_, differing, fillStatus) => {
  expect(viewOf(differing).fillStatus).toBe(fillStatus);
});

test.each<[State, Partial<Position>, string]>([
  ['open', { entryOrders: [exampleOrder] }, 'open'],
  ['kept', { entryOrders: [exampleOrder] }, 'open'],
  ['claimed', { entryOrders: [exampleOrder] }, 'closing'],
  ['closed', { entryOrders: [exampleOrder] }, 'closed'],
  ['canceled', { entryOrders: [exampleOrder] }, 'canceled'],
  ['needs-attention', { entryOrders: [exampleOrder] }, 'needs-attention'],
  ['open', { entryOrders: [emptyEntry] }, 'canceled'],
  ['failed', { entryOrders: [emptyEntry] }, 'canceled'],
  ['claimed', { entryOrders: [emptyEntry] }, 'closing'],
  ['open', { entryOrders: [{ ...liveEntry, filled: '0' }] }, 'open'],
  ['open', { exitOrders: [fullExit] }, 'closed'],
  ['open', { entryOrders: [liveEntry], exitOrders: [{ ...fullExit, filled: '0.5' }] }, 'open'],
  ['needs-attention', { exitOrders: [fullExit] }, 'needs-attention'],
])('A position stored as %s with the orders %j has the status %s.', (state, differing, status) => {
  expect(viewOf(differing, state).status).toBe(status);
});

test.each<[string, Partial<Position>, string, string]>([
  ['A long gains when the price rises', { side: 'long', market: examplePerpetual }, '50', '0.17'],
  ['A short loses when the price rises', { side: 'short', market: examplePerpetual }, '-50', '-0.17'],
  [
    'A profit is rounded to 8 decimals',
    { declaredSize: { amount: '0.3', averagePrice: '60099.111111111111' }, market: examplePerpetual },
    '0.26666667',
    '0',
  ],
])('%s.', (_, differing, unrealizedProfit, unrealizedProfitPercent) => {
  const entryOrders = [{ ...exampleOrder, average: '60000' }];
  expect(viewOf({ entryOrders, ...differing })).toMatchObject({ unrealizedProfit, unrealizedProfitPercent });
});

test.each<[string, Partial<Position>, State, string | null]>([
  ['an unknown profit when the price is unknown', { lastSync: undefined }, 'open', null],
  ['an unknown profit when an average entry is unknown', { entryOrders: [unpricedOrder] }, 'open', null],
  ['no profit when nothing remains', { exitOrders: [fullExit] }, 'open', '0'],
  ['no profit when the position is closed', {}, 'closed', '0'],
])('A view shows %s.', (_, differing, state, expected) => {
  const view = viewOf(differing, state);
  expect(view.unrealizedProfit).toBe(expected);
  expect(view.unrealizedProfitPercent).toBeUndefined();
});

test('A closed position shows what its outcome left, however much of the entry its exit orders left.', () => {
  const outcome = { ...exampleOutcome, remaining: '0.0003' };
  expect(viewOf({ outcome }, 'closed')).toMatchObject({ remaining: '0.0003', fillStatus: 'closed' });
  expect(viewOf({ outcome: undefined }, 'closed')).toMatchObject({ remaining: '0', fillStatus: 'closed' });
  expect(viewOf({ outcome }, 'kept')).toMatchObject({ remaining: '0.4995', fillStatus: 'filled' });
});

test('A view counts the exit orders that are live.', () => {
  const exitOrders = (['live', 'done', 'unconfirmed', 'live', 'live'] as const).map((status) => ({
    ...emptyEntry,
    status,
  }));
  expect(viewOf({ exitOrders }).openExitOrders).toBe(3);
});

test.each<[string, Position]>([
  ['only what it must have', examplePosition],
  ['all that it can have', fullPosition],
  ['an unfilled entry', { ...examplePosition, entryOrders: [emptyEntry] }],
  ['a partly filled entry', { ...examplePosition, entryOrders: [{ ...liveEntry, amount: '0.6' }] }],
  ['exit orders that closed it', { ...examplePosition, exitOrders: [fullExit] }],
])('The schema of a view accepts the view of a position with %s.', (_, position) => {
  const view = toPositionView(position, { links: 1, staleReason: 'Binance did not respond.' });
  expect(positionViewSchema.parse(view)).toEqual(view);
});

test.each<[string, object]>([
  ['an unknown fill status', { fillStatus: '' }],
  ['an unknown status', { status: 'kept' }],
  ['a price that is a number', { markPrice: 60100 }],
  ['no quote', { quote: undefined }],
])('The schema of a view refuses %s.', (_, differing) => {
  expect(positionViewSchema.safeParse({ ...toPositionView(examplePosition), ...differing }).success).toBe(
    false,
  );
});
