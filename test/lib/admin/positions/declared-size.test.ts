import { expect, test } from 'vitest';
import { computeDeclaredSize } from '../../../../lib/admin/positions/declared-size.ts';
import { nothingOwned } from '../../../../lib/strategy/excess.ts';
import { examplePerpetual, examplePosition } from '../../position/example-position.ts';

function owned(known: string) {
  return { ...nothingOwned, known };
}

const spot = examplePosition.market;
const none = { side: undefined, amount: '0', hedged: false };
const long = { side: 'long', amount: '2', averagePrice: '100', hedged: false } as const;

test('a spot position has the declared amount', () => {
  expect(computeDeclaredSize({ side: 'long', amount: '0.5' }, spot, none, owned('0'))).toEqual({
    amount: '0.5',
  });
});

test('a perpetual position has by default what no other position owns', () => {
  expect(computeDeclaredSize({ side: 'long' }, examplePerpetual, long, owned('0.5'))).toEqual({
    amount: '1.5',
    averagePrice: '100',
  });
});

test.each([
  {
    title: 'a spot position without an amount',
    size: () => computeDeclaredSize({ side: 'long' }, spot, none, owned('0')),
    code: 'invalid-input',
    message:
      'The size of the position is missing. Give its entry orders, or the amount of BTC that belongs to it.',
  },
  {
    title: 'a perpetual position that the account does not hold',
    size: () => computeDeclaredSize({ side: 'long' }, examplePerpetual, none, owned('0')),
    code: 'invalid-input',
    message:
      'The account holds no BTC/USDT:USDT position. Give entry orders, or adopt a position that exists.',
  },
  {
    title: 'a perpetual position of the other side',
    size: () => computeDeclaredSize({ side: 'short' }, examplePerpetual, long, owned('0')),
    code: 'invalid-input',
    message: "The account's BTC/USDT:USDT position is a long of 2 BTC, not a short. Check the side.",
  },
  {
    title: 'a perpetual position that other positions own',
    size: () => computeDeclaredSize({ side: 'long' }, examplePerpetual, long, owned('2')),
    code: 'conflict',
    message:
      "Other positions already own all of the account's BTC/USDT:USDT position (2 BTC). Create links for those positions, or forget them first.",
  },
  {
    title: 'an amount above the exchange position',
    size: () => computeDeclaredSize({ side: 'long', amount: '3' }, examplePerpetual, long, owned('0')),
    code: 'invalid-input',
    message: "The account's BTC/USDT:USDT position is 2 BTC, less than the amount 3. Give at most 2 BTC.",
  },
  {
    title: 'an amount that other positions own in part',
    size: () => computeDeclaredSize({ side: 'long', amount: '2' }, examplePerpetual, long, owned('0.5')),
    code: 'invalid-input',
    message:
      "The account's BTC/USDT:USDT position is 2 BTC. Only 1.5 BTC belongs to no other position, less than the amount 2. Give at most 1.5 BTC.",
  },
])('$title is refused', ({ size, code, message }) => {
  expect(size).toThrow(expect.objectContaining({ code, message }));
});
