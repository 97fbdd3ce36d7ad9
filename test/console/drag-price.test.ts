import { describe, expect, it } from 'vitest';
import { moveByKey, snapToStep } from '../../console/app/chart/drag-price.ts';

describe('a line that is moved', () => {
  it.each([
    ['59999.9499999', '0.1', '59999.9'],
    ['59999.95', '0.1', '60000'],
    ['0.0000012345', '0.00000001', '0.00000123'],
    ['7', '5', '5'],
    ['-3', '0.5', '0.5'],
  ])('takes %s to the nearest multiple of %s, at least one', (price, step, snapped) => {
    expect(snapToStep(price, step)).toBe(snapped);
  });

  it.each([
    ['ArrowUp', '60000.1'],
    ['ArrowDown', '59999.9'],
    ['PageUp', '60600'],
    ['PageDown', '59400'],
    ['Home', undefined],
  ])('goes with the key %s from 60000 to %s', (key, price) => {
    expect(moveByKey('60000', key, '0.1')).toBe(price);
  });

  it('is on a multiple of the step after a key, also if it was typed between two', () => {
    expect(moveByKey('60000.04', 'ArrowUp', '0.1')).toBe('60000.1');
  });
});
