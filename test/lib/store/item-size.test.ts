import { expect, it } from 'vitest';
import type { Position } from '../../../lib/position/position.ts';
import { toPositionItem } from '../../../lib/store/dynamo-positions.ts';
import { exampleOrder, exampleOutcome, fullPosition } from '../position/example-position.ts';

/**
 * A value's size as DynamoDB documents it: UTF-8 bytes, two digits of a number per byte, 3 bytes for a list or map and
 * 1 for each of its elements.
 */
function toSize(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (typeof value === 'number') return Math.ceil(String(value).length / 2) + 1;
  if (typeof value !== 'object' || value === null) return 1;
  const elements = Object.entries(value).filter(([, element]) => element !== undefined);
  return elements.reduce(
    (sum, [name, element]) =>
      sum + 1 + (Array.isArray(value) ? 0 : Buffer.byteLength(name)) + toSize(element),
    3,
  );
}

function uuid(index: number): string {
  return `6c1d4f0e-5b7a-4c3e-9f2d-0a1b2c3d${4000 + index * 1717}`;
}

/** Four exit orders, and ids as long as Bybit's. */
const large: Position = {
  ...fullPosition,
  entryOrders: [{ ...exampleOrder, orderId: uuid(0) }],
  exitOrders: [1, 2, 3, 4].map((index) => ({
    ...exampleOrder,
    orderId: uuid(index),
    clientOrderId: `x-${uuid(index).slice(0, 20)}`,
    conditional: true,
    type: 'take_profit_market',
    triggerPrice: `${65_000 + index}.5`,
    canceledByClaimAt: 1_760_000_100_000,
    reduceOnly: true,
  })),
  outcome: { ...exampleOutcome, closeOrderId: uuid(9), canceledExitOrderIds: [1, 2, 3, 4].map(uuid) },
};

/** The write token, the last lease token and a few revoked links. */
const storeAttributes = 240;

it.each([
  ['with every attribute', fullPosition],
  ['with four exit orders and long order ids', large],
])('a position %s is read with one read unit', (_, position) => {
  expect(toSize(toPositionItem(position)) + storeAttributes).toBeLessThan(4_096);
});
