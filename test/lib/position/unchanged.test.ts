import { expect, it } from 'vitest';
import type { ExchangeOrder, OpenExchangePosition } from '../../../lib/exchange/exchange.ts';
import type { OrderRecord, Position } from '../../../lib/position/position.ts';
import { type Snapshot, toHoldingKey, toOrderKey } from '../../../lib/position/snapshot.ts';
import { toOrderRecord } from '../../../lib/position/totals.ts';
import { showUnchanged } from '../../../lib/position/unchanged.ts';
import { exampleOrder, examplePerpetual, examplePosition } from './example-position.ts';

const at = 1_760_000_060_000;
const { symbol } = examplePerpetual;
const stop: ExchangeOrder = {
  ...{ orderId: '1', symbol, side: 'sell', type: 'stop_market', status: 'live', conditional: true },
  ...{ amount: '0.5', filled: '0', triggerPrice: '50000', updatedAt: 1_760_000_000_000 },
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

it('A snapshot that shows order and holding as they were proves that nothing changed', () => {
  const shown = showUnchanged(known, snapshotOf([stop], [held]));
  expect(shown).toMatchObject({
    exitOrders: known.exitOrders,
    lastSync: { at, price: '61000', held: { at: 1 }, margin: { at, amount: '0.5' } },
  });
});

it.each<[string, Position, ExchangeOrder[], OpenExchangePosition[]]>([
  ['an order is missing', known, [], [held]],
  ['an order has filled in part', known, [{ ...stop, filled: '0.1' }], [held]],
  ['an order has another price', known, [{ ...stop, triggerPrice: '51000' }], [held]],
  ['an order has another amount', known, [{ ...stop, amount: '0.4' }], [held]],
  ['an order has triggered', known, [{ ...stop, placedOrderId: '9' }], [held]],
  ['an order is in the other book', known, [{ ...stop, conditional: false }], [held]],
  [
    'an order was sent without a response',
    withStop({ status: 'unconfirmed', orderId: undefined }),
    [stop],
    [held],
  ],
  ['look-ups missed an order', withStop({ missedSince: 1 }), [stop], [held]],
  ['the exchange position is missing', known, [stop], []],
  ['the exchange position has another amount', known, [stop], [{ ...held, amount: '0.7' }]],
  ['the exchange position has another average price', known, [stop], [{ ...held, averagePrice: '1' }]],
  ['the exchange position is of the other side', known, [stop], [{ ...held, side: 'short' }]],
  ['a check found the account flat', { ...known, lastSync: { at: 1, flatSince: 1 } }, [stop], [held]],
  [
    'it waits for its owner',
    { ...known, state: 'needs-attention', attentionReason: 'x' } as Position,
    [stop],
    [held],
  ],
])('A snapshot proves nothing if %s', (_case, position, orders, positions) => {
  expect(showUnchanged(position, snapshotOf(orders, positions))).toBeUndefined();
});
