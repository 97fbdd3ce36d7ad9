import { expect, it } from 'vitest';
import type { Trade } from '../../../lib/exchange/exchange.ts';
import { findEarlierEnd } from '../../../lib/position/ending.ts';
import type { Position } from '../../../lib/position/position.ts';
import { closePosition, filled, perpetual } from '../close/close-position.ts';

const openedAt = 1_760_000_000_000;

function trade(differing: Partial<Trade>): Trade {
  return { orderId: '9', side: 'sell', amount: '1', price: '2', at: openedAt, cause: 'trade', ...differing };
}

const position: Position = closePosition({
  market: perpetual,
  entries: [{ ...filled, updatedAt: openedAt }],
});
const next = trade({ side: 'buy', orderId: '10', at: openedAt + 27_000 });

it.each([0, 41, 5_000])('a liquidation %i ms after the entry ended the position', (ms) => {
  const end = trade({ at: openedAt + ms, cause: 'liquidation' });
  expect(findEarlierEnd(position, { amount: '1' }, [end, next])).toEqual(end);
});

it('an exit before the entry did not end the position', () => {
  const earlier = trade({ at: openedAt - 1 });
  expect(findEarlierEnd(position, { amount: '1' }, [earlier, next])).toBe('continues');
});

it("the entry's own trade a moment later opened the position, and none after it", () => {
  const own = trade({ side: 'buy', orderId: 'e0', at: openedAt + 500 });
  expect(findEarlierEnd(position, { amount: '1' }, [own])).toBe('continues');
});
