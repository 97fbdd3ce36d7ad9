import { marshall } from '@aws-sdk/util-dynamodb';
import { describe, expect, it } from 'vitest';
import type { Position } from '../../../lib/position/position.ts';
import { itemOf, positionOf } from '../../../lib/store/position-item.ts';
import { exampleClaim, exampleOrder, exampleOutcome, fullPosition } from '../position/example-position.ts';

/** As an item of DynamoDB's counts: names and values in UTF-8, numbers at half their digits. */
function upperBoundOfSize(item: Record<string, unknown>): number {
  return Object.entries(marshall(item, { removeUndefinedValues: true })).reduce(
    (sum, [name, value]) => sum + name.length + (value.B?.length ?? JSON.stringify(value).length),
    0,
  );
}

/** The body of `fullPosition`, as the first version wrote it. */
const firstBody = [
  'tZZNb4MwDED/SsS5QzYQaDju49pOGsdKE6NURavKVFqxS//7lASoSUKlrSvHkIDj+DnPgQdgEEY8TuYi/7g7KggPIDKYpzxMA4sX',
  'vbW742Lh4QYEHDw4gDHh+yc+MAAXf5O4RAmiozgPBT3fEn+BEPicUBQrWml9qtcXmrgQQqgx6hQAwIdCjmF4pviKEgyvAkV94Apb',
  'OjoDLz639oCeJUVy0AaKxE6TgrqF9V7UtJUqfIc9jfL1OsrqmNCbrn562sW63FAVeKt3awZ+JARnj9mTVBW1Aek0XVy+5Qk6bEMV',
  '9Edc20GV4GlriBIMps2BRv+Nf/IIXUEum7j0Hk7u6rFgGHOwn2M4hzEtkNPOssp7iUy9rK21EjbstJdmWO9LpunsVLFay2xTdTFU',
  'lmbjPTEoEroSe83tZHbW6+timbHn5eIlZaPeqR12pet05cmTl23eZ9m2ZH2nZ4dyc5LSeKyZOihWHS2dPdZfVTGpsypG7GgZzHbm',
  'Nbu8+KSrhrin14Uzr91KAPJ908rfMw6hJzX5/AM=',
].join('');

/** The keys, the place on the list, the marks of writers. */
const keysAndMarks = 240;

function uuid(index: number): string {
  return `6c1d4f0e-5b7a-4c3e-9f2d-0a1b2c3d${4000 + index * 1717}`;
}

/** Four exitOrders, and ids as long as Bybit's. */
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
};

describe("A position's item", () => {
  it.each([
    [
      'claimed',
      { ...large, claim: exampleClaim, failure: undefined, outcome: undefined, notices: undefined },
    ],
    [
      'closed',
      {
        ...large,
        claim: undefined,
        failure: undefined,
        outcome: { ...exampleOutcome, closeOrderId: uuid(9), canceledExitOrderIds: [1, 2, 3, 4].map(uuid) },
      },
    ],
  ])('is one write unit, four exitOrders and all, %s', (_, position) => {
    expect(upperBoundOfSize({ ...itemOf(position as Position) }) + keysAndMarks).toBeLessThan(1_024);
  });

  it('is read by every later version', () => {
    const written = { ...itemOf(fullPosition), body: Buffer.from(firstBody, 'base64') };
    expect(positionOf(written)).toStrictEqual(fullPosition);
  });

  it('is refused, not guessed at, where its body is missing or cut off', () => {
    const { body, ...rest } = itemOf(fullPosition);
    expect(() => positionOf(rest)).toThrow();
    expect(() => positionOf({ ...rest, body: body.subarray(0, -9) })).toThrow();
  });

  it('of before there were bodies is read too, and once it has one only that counts', () => {
    const flat = { ...fullPosition, pk: 'position#pos_0123456789ab', sk: 'position' };
    expect(positionOf(flat)).toStrictEqual(fullPosition);
    const { attentionReason: _, ...settled } = fullPosition;
    expect(positionOf({ ...flat, ...itemOf(settled as Position) })).toStrictEqual(settled);
  });
});
