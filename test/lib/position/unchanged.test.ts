import { expect, it } from 'vitest';
import type { ExchangeOrder, OpenExchangePosition } from '../../../lib/exchange/exchange.ts';
import type { OrderRecord, Position } from '../../../lib/position/position.ts';
import { type Snapshot, toHoldingKey, toOrderKey } from '../../../lib/position/snapshot.ts';
import { toOrderRecord } from '../../../lib/position/totals.ts';
import { showFlat, showUnchanged } from '../../../lib/position/unchanged.ts';
import { exampleFailure, exampleOrder, examplePerpetual, examplePosition } from './example-position.ts';

const at = 1_760_000_060_000;
const { symbol } = examplePerpetual;
const stop: ExchangeOrder = {
  ...{ orderId: '1', symbol, side: 'sell', type: 'stop_market', status: 'live', conditional: true },
  ...{ amount: '0.5', filled: '0', triggerPrice: '50000', updatedAt: 1_760_000_000_000 },
};
const entry: ExchangeOrder = {
  ...{ orderId: '2', symbol, side: 'buy', type: 'limit', status: 'live', conditional: false },
  ...{ amount: '0.5', filled: '0.2', price: '60000', average: '59999.5', updatedAt: 1_760_000_000_000 },
};
const held: OpenExchangePosition = { symbol, side: 'long', amount: '0.5', averagePrice: '59999.5' };

const known: Position = {
  ...examplePosition,
  market: examplePerpetual,
  symbol,
  exitOrders: [toOrderRecord(stop)],
  entryOrders: [exampleOrder],
  lastSync: { at: 1, price: '60000', held: { at: 1, amount: '0.5', averagePrice: '59999.5' } },
};

function snapshotOf(orders: ExchangeOrder[], positions: OpenExchangePosition[]): Snapshot {
  return {
    at,
    orders: new Map(orders.map((order) => [toOrderKey(symbol, order), order])),
    positions: new Map(positions.map((each) => [toHoldingKey(each, each.side), each])),
    prices: new Map([[symbol, '61000']]),
  };
}

function withStop(change: Partial<OrderRecord>): Position {
  return { ...known, exitOrders: known.exitOrders.map((order) => ({ ...order, ...change })) };
}

function withEntry(change: Partial<OrderRecord>): Position {
  return { ...known, entryOrders: [{ ...exampleOrder, ...change }] };
}

it('A snapshot that shows order and holding as they were proves that nothing changed', () => {
  const shown = showUnchanged(known, snapshotOf([stop], [held]));
  expect(shown).toMatchObject({
    exitOrders: known.exitOrders,
    lastSync: { at, price: '61000', held: { at: 1 }, margin: { at, amount: '0.5' } },
  });
});

it('A snapshot tells a conditional order from another one of the same id', () => {
  const other = { ...stop, conditional: false, amount: '0.1', filled: '0.05' };
  expect(showUnchanged(known, snapshotOf([stop, other], [held]))).toBeDefined();
  expect(showUnchanged(known, snapshotOf([other, stop], [held]))).toBeDefined();
});

it.each<[string, Position, OpenExchangePosition[]]>([
  [
    'a spot position holds no exchange position',
    { ...known, market: { ...examplePerpetual, kind: 'spot' } },
    [],
  ],
  ['an entry may still fill', { ...known, entryOrders: [toOrderRecord(entry)] }, []],
  ['exits have taken all', { ...known, exitOrders: [{ ...exampleOrder, orderId: '2' }] }, []],
  ['links keep the position', { ...known, state: 'kept' }, [held]],
  ['a close failed', { ...known, state: 'failed', failure: exampleFailure }, [held]],
])('A snapshot proves that nothing changed if its orders did not, and %s', (_case, position, positions) => {
  const shown = showUnchanged(position, snapshotOf([entry, stop], positions));
  const margin = positions.length === 0 ? undefined : { at, amount: '0.5' };
  expect(shown?.lastSync).toMatchObject({ at, price: '61000' });
  expect(shown?.lastSync?.margin).toEqual(margin);
});

const mine = { ...known.lastSync, at: 1, held: known.lastSync?.held };

it.each<[string, Position, ExchangeOrder[], OpenExchangePosition[]]>([
  ['an order is missing', known, [], [held]],
  ['an order has filled in part', known, [{ ...stop, filled: '0.1' }], [held]],
  ['an order has another price', known, [{ ...stop, triggerPrice: '51000' }], [held]],
  ['an order has another amount', known, [{ ...stop, amount: '0.4' }], [held]],
  ['an order has triggered', known, [{ ...stop, placedOrderId: '9' }], [held]],
  ['an order had triggered', withStop({ placedOrderId: '9' }), [stop], [held]],
  [
    'an order had triggered and is still listed so',
    withStop({ placedOrderId: '9' }),
    [{ ...stop, placedOrderId: '9' }],
    [held],
  ],
  ['an order has ended', known, [{ ...stop, status: 'done' }], [held]],
  ['an entry order is missing', withEntry({ status: 'live' }), [stop], [held]],
  ['an order is in the other book', known, [{ ...stop, conditional: false }], [held]],
  ['an order was sent without a response', withStop({ status: 'unconfirmed' }), [stop], [held]],
  ['look-ups missed an order', withStop({ missedSince: 1 }), [stop], [held]],
  ['the exchange position is missing', known, [stop], []],
  ['the exchange position has another amount', known, [stop], [{ ...held, amount: '0.7' }]],
  ['the exchange position has another average price', known, [stop], [{ ...held, averagePrice: '1' }]],
  ['the exchange position is of the other side', known, [stop], [{ ...held, side: 'short' }]],
  ['a check found the account flat', { ...known, lastSync: { ...mine, flatSince: 1 } }, [stop], [held]],
  [
    'a check found the account flat, and it still is',
    { ...known, lastSync: { at: 1, flatSince: 1 } },
    [stop],
    [],
  ],
  ['no check has seen the exchange position', { ...known, lastSync: { at: 1 } }, [stop], [held]],
  ['the exchange position lists no average price', known, [stop], [{ ...held, averagePrice: undefined }]],
  [
    'the fee of an entry is unknown',
    { ...examplePosition, entryOrders: [{ ...exampleOrder, baseFee: undefined }] },
    [],
    [],
  ],
  [
    'the fee of what a live entry has filled is unknown',
    { ...known, market: { ...examplePerpetual, kind: 'spot' }, entryOrders: [toOrderRecord(entry)] },
    [stop, entry],
    [],
  ],
  [
    'the fee of an exit is unknown',
    { ...examplePosition, exitOrders: [{ ...exampleOrder, baseFee: undefined, filled: '0.1' }] },
    [],
    [],
  ],
  [
    'the exits that came with an entry were not found yet',
    withEntry({ attached: { stopLoss: { triggerPrice: '50000' } } }),
    [stop],
    [held],
  ],
  [
    'it waits for its owner',
    { ...known, state: 'needs-attention', attentionReason: 'x' } as Position,
    [stop],
    [held],
  ],
])('A snapshot proves nothing if %s', (_case, position, orders, positions) => {
  expect(showUnchanged(position, snapshotOf(orders, positions))).toBeUndefined();
});

it('A list that lacks the position is a check only once it can no longer be older than the last fill', () => {
  const filledAt = (updatedAt: number) => showFlat(withEntry({ updatedAt }), snapshotOf([stop], []));
  expect(filledAt(at - 64_000)).toBeUndefined();
  expect(filledAt(at - 65_000)).toMatchObject({ flatSince: at });
});
