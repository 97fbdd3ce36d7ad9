import { describe, expect, it } from 'vitest';
import type { ExchangePosition, Side, Trade } from '../../../lib/exchange/exchange.ts';
import { attributeFunding } from '../../../lib/position/funding.ts';
import type { Position } from '../../../lib/position/position.ts';
import { exampleOrder, examplePerpetual, examplePosition } from './example-position.ts';

/** A long of 2 that closed 1 at `soldAt`, so 1 remains. */
const position: Position = {
  ...examplePosition,
  market: examplePerpetual,
  entryOrders: [{ ...exampleOrder, orderId: 'entry', filled: '2' }],
  exitOrders: [{ ...exampleOrder, orderId: 'algo', placedOrderId: 'exit', filled: '1' }],
};
const [boughtAt, soldAt] = [1_000, 5_000];

function tradeOf(
  orderId: string,
  side: 'buy' | 'sell',
  amount: string,
  at: number,
  positionSide?: Side,
): Trade {
  return { orderId, side, amount, price: '60000', cause: 'trade', at, positionSide };
}
const own = [tradeOf('entry', 'buy', '2', boughtAt, 'long'), tradeOf('exit', 'sell', '1', soldAt, 'long')];

function holding(side: Side | undefined, amount: string, hedged = false): ExchangePosition {
  return { side, amount, hedged };
}
const alone = { held: holding('long', '1') };
const fundings = [
  { at: 2_000, amount: '-4' },
  { at: 6_000, amount: '-1.5' },
];

describe('funding of a perpetual', () => {
  it('is all that was charged while the exchange position was this position alone', () => {
    expect(attributeFunding(position, fundings, own, alone)).toBe('-5.5');
    expect(attributeFunding(position, [{ at: 6_000, amount: '0.25' }], own, alone)).toBe('0.25');
  });

  it('leaves out what was charged before the entry or after the end, when only others were held', () => {
    const others = [tradeOf('x', 'sell', '3', 100), tradeOf('x', 'buy', '3', 700)];
    const earlier = [{ at: 500, amount: '-9' }, ...fundings];
    expect(attributeFunding(position, earlier, [...others, ...own], alone)).toBe('-5.5');
    const closed: Position = {
      ...position,
      exitOrders: [...position.exitOrders, { ...exampleOrder, orderId: 'close', filled: '1' }],
    };
    const later = [...own, tradeOf('close', 'sell', '1', 7_000), tradeOf('y', 'buy', '5', 8_000)];
    const held = holding('long', '5');
    expect(attributeFunding(closed, [...fundings, { at: 9_000, amount: '-7' }], later, { held })).toBe(
      '-5.5',
    );
  });

  it.each([
    ['the account holds more', own, holding('long', '1.5')],
    ['the account holds less', own, holding('long', '0.5')],
    ['the account holds the other side', own, holding('short', '1')],
    ['the account holds nothing', own, holding(undefined, '0')],
    [
      'the account held more for a while',
      [...own, tradeOf('x', 'buy', '1', 1_500), tradeOf('x', 'sell', '1', 2_500)],
      holding('long', '1'),
    ],
  ])('is unknown if %s', (_, trades, held) => {
    expect(attributeFunding(position, fundings, trades, { held })).toBeUndefined();
  });

  it('is unknown if nothing was held, as then the time of a fill and of the funding contradict each other', () => {
    expect(attributeFunding(position, [{ at: 500, amount: '-1' }], own, alone)).toBeUndefined();
  });

  it('does not depend on trades between two fundings, nor on executions that move no position', () => {
    const others = [tradeOf('x', 'buy', '1', 2_500), tradeOf('x', 'sell', '1', 3_500)];
    const paid: Trade = { ...tradeOf('none', 'sell', '2', 6_000), cause: 'funding' };
    expect(attributeFunding(position, fundings, [...own, ...others, paid], alone)).toBe('-5.5');
  });

  it('of a hedged account is known only while the other side is empty', () => {
    const hedged = { ...position, hedged: true };
    const held = holding('long', '1', true);
    const none = holding(undefined, '0', true);
    expect(attributeFunding(hedged, fundings, own, { held, opposite: none })).toBe('-5.5');
    const opposite = holding('short', '3', true);
    const short = tradeOf('x', 'sell', '3', 1_500, 'short');
    expect(attributeFunding(hedged, fundings, [...own, short], { held, opposite })).toBeUndefined();
    const late = tradeOf('x', 'sell', '3', 7_000, 'short');
    expect(attributeFunding(hedged, fundings, [...own, late], { held, opposite })).toBe('-5.5');
    const unnamed = tradeOf('x', 'sell', '3', 7_000);
    expect(attributeFunding(hedged, fundings, [...own, unnamed], { held, opposite })).toBeUndefined();
  });
});
