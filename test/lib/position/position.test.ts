import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatClientOrderId } from '../../../lib/position/client-order-id.ts';
import {
  isFinal,
  positionIdSchema,
  positionSchema,
  stateSchema,
  toStatus,
} from '../../../lib/position/position.ts';
import { examplePosition, examplePositionIn, fullPosition, positionIdAt } from './example-position.ts';

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
    expect(() => formatClientOrderId('pos_0123456789ab', 'close', 36 ** 3)).toThrow(RangeError);
  });
});

describe('A position id', () => {
  it.each([
    'pos_0123456789a',
    'pos_0123456789abc',
    'pos_0123456789AB',
    'lnk_0123456789ab',
    '0123456789ab',
    '',
  ])('is not %j', (text) => {
    expect(positionIdSchema.safeParse(text).success).toBe(false);
  });

  it('is pos_ and 12 letters or digits', () => {
    expect(positionIdSchema.parse(positionIdAt(1_000_000))).toBe('pos_00000000lfls');
  });
});

describe('A position', () => {
  it.each([
    ['with all it needs', examplePosition],
    ['with all it can have', fullPosition],
  ])('is taken as it is: one %s', (_, position) => {
    expect(positionSchema.parse(position)).toStrictEqual(position);
  });

  it('is final once it is closed or canceled, and only then', () => {
    expect(stateSchema.options.filter(isFinal)).toEqual(['closed', 'canceled']);
  });

  it.each([
    ['open', 'open'],
    ['kept', 'open'],
    ['failed', 'open'],
    ['claimed', 'closing'],
    ['closed', 'closed'],
    ['canceled', 'canceled'],
    ['needs-attention', 'needs-attention'],
  ] as const)('that is %s inside is %s to the outside', (state, status) => {
    expect(toStatus(examplePositionIn(state))).toBe(status);
  });
});
