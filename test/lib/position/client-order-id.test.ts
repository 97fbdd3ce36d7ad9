import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import {
  formatClientOrderId,
  isCloseOrderOf,
  parseEntryClientOrderId,
} from '../../../lib/position/client-order-id.ts';
import { exampleOrder, examplePosition } from './example-position.ts';

const positionId = fc.stringMatching(/^pos_[0-9a-z]{12}$/);
const purpose = fc.constantFrom('entry' as const, 'close' as const);
const attempt = fc.nat({ max: 36 ** 3 - 1 });
const order = fc.record({ positionId, purpose, attempt });
function idOf(given: { positionId: string; purpose: 'entry' | 'close'; attempt: number }) {
  return formatClientOrderId(given.positionId, given.purpose, given.attempt);
}

describe('A client order id', () => {
  it('is at most 18 letters and digits', () => {
    fc.assert(
      fc.property(order, (given) => {
        expect(idOf(given)).toMatch(/^[0-9a-z]{1,18}$/);
      }),
    );
  });

  it('is the same for the same order', () => {
    expect(formatClientOrderId('pos_0123456789ab', 'close', 1)).toBe('rc0123456789abx1');
    expect(formatClientOrderId('pos_0123456789ab', 'entry', 36)).toBe('rc0123456789abe10');
  });

  it('is another for another position, purpose or attempt', () => {
    fc.assert(
      fc.property(order, order, (a, b) => {
        const isSame = a.positionId === b.positionId && a.purpose === b.purpose && a.attempt === b.attempt;
        expect(idOf(a) === idOf(b)).toBe(isSame);
      }),
    );
  });

  it('is another for each of the attempts that one position can have', () => {
    const ids = Array.from({ length: 36 ** 3 }, (_, index) => [
      formatClientOrderId('pos_0123456789ab', 'close', index),
      formatClientOrderId('pos_0123456789ab', 'entry', index),
    ]).flat();
    expect(new Set(ids).size).toBe(2 * 36 ** 3);
  });

  it('can be read backwards: position, purpose and attempt are in it', () => {
    fc.assert(
      fc.property(order, (given) => {
        const [, id, letter, count = ''] = /^rc([0-9a-z]{12})([ex])([0-9a-z]+)$/.exec(idOf(given)) ?? [];
        expect(`pos_${id}`).toBe(given.positionId);
        expect(letter).toBe(given.purpose === 'entry' ? 'e' : 'x');
        expect(Number.parseInt(count, 36)).toBe(given.attempt);
      }),
    );
  });

  it('is refused for an attempt that would make it too long', () => {
    expect(() => formatClientOrderId('pos_0123456789ab', 'close', 36 ** 3)).toThrow(
      new RangeError('attempt 46656 does not fit a client order id'),
    );
  });
});

test('The client order id of an entry leads back to its position.', () => {
  fc.assert(
    fc.property(positionId, attempt, (positionId, attempt) => {
      expect(parseEntryClientOrderId(formatClientOrderId(positionId, 'entry', attempt))).toBe(positionId);
    }),
  );
});

test.each([
  ['a close order', 'rc0123456789abx1'],
  ['an entry without an attempt', 'rc0123456789abe'],
  ['an entry with too long an attempt', 'rc0123456789abe1000'],
  ['a position of 11 characters', 'rc0123456789ae1'],
  ['a position of 13 characters', 'rc0123456789abce1'],
  ['a capital letter', 'rc0123456789aBe1'],
  ['another prefix', 'xx0123456789abe1'],
  ['text before it', 'xrc0123456789abe1'],
  ['text after it', 'rc0123456789abe1-'],
  ['nothing', ''],
])('A client order id with %s is not one of an entry: %j', (_, clientOrderId) => {
  expect(parseEntryClientOrderId(clientOrderId)).toBeUndefined();
});

test.each<[string, string | undefined, boolean]>([
  ['its close order', 'rc0123456789abx1', true],
  ['its entry order', 'rc0123456789abe1', false],
  ['the close order of another position', 'rc0123456789acx1', false],
  ['an order with text before the id', 'xrc0123456789abx1', false],
  ['an order with no client order id', undefined, false],
])('Of a position, %s is a close order: %3$s.', (_, clientOrderId, expected) => {
  expect(isCloseOrderOf(examplePosition, { ...exampleOrder, clientOrderId })).toBe(expected);
});
