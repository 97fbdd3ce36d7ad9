import { expect, it, test } from 'vitest';
import { assess } from '../../../../lib/admin/positions/assess.ts';
import type { ResolveFacts } from '../../../../lib/admin/positions/resolve-facts.ts';
import { formatClientOrderId } from '../../../../lib/position/client-order-id.ts';
import type { OrderRecord, Position } from '../../../../lib/position/position.ts';
import { examplePosition, examplePositionIn } from '../../position/example-position.ts';

const { positionId } = examplePosition;
const entry: OrderRecord = { orderId: '1', type: 'limit', status: 'done', amount: '0.01', filled: '0.01' };

function closeOrder(orderId: string, filled: string, status: OrderRecord['status'] = 'done'): OrderRecord {
  const clientOrderId = formatClientOrderId(positionId, 'close', 1);
  return { orderId, clientOrderId, type: 'market', status, amount: '0.01', filled };
}

/** Facts about a spot short, which pays no fee in base currency. */
function factsWith(
  over: Partial<Pick<Position, 'entryOrders' | 'exitOrders'>>,
  rest: Partial<Omit<ResolveFacts, 'position'>> & { state?: Position['state'] } = {},
): ResolveFacts {
  const { state = 'open', ...found } = rest;
  const position = {
    ...examplePositionIn(state),
    side: 'short',
    entryOrders: [entry],
    exitOrders: [],
    ...over,
  };
  return {
    position: position as Position,
    lostOrderIds: [],
    unknownFills: [],
    external: undefined,
    ...found,
  };
}

test.each<{ title: string; facts: ResolveFacts; verdict: string; reason: string }>([
  {
    title: 'a partial fill of the close order leaves the rest open',
    facts: factsWith({ exitOrders: [closeOrder('1023', '0.003')] }),
    verdict: 'open',
    reason: 'Close order 1023 filled 0.003 BTC; 0.007 BTC is still open. Its links still work.',
  },
  {
    title: 'a position that needs attention gets its links back only by the result',
    facts: factsWith({ exitOrders: [closeOrder('1023', '0.003')] }, { state: 'needs-attention' }),
    verdict: 'open',
    reason:
      'Close order 1023 filled 0.003 BTC; 0.007 BTC is still open. Apply this result so that its links work again.',
  },
  {
    title: 'a position without a close order is open',
    facts: factsWith({}),
    verdict: 'open',
    reason: 'The exchange has no close order from Ripcord; 0.01 BTC is still open. Its links still work.',
  },
  {
    title: 'a filled close order closes the position',
    facts: factsWith({ exitOrders: [closeOrder('7', '0.004'), closeOrder('8', '0.006')] }),
    verdict: 'closed',
    reason:
      'The entry filled 0.01 BTC, and all of it is closed. Close order 7 filled 0.004 BTC, close order 8 filled 0.006 BTC.',
  },
  {
    title: 'a live close order allows no conclusion',
    facts: factsWith({ exitOrders: [closeOrder('7', '0.004', 'live')] }),
    verdict: 'unknown',
    reason: 'Close order 7 is not known to have ended. Check again in a moment.',
  },
  {
    title: 'an entry that ended unfilled cancels the position',
    facts: factsWith({ entryOrders: [{ ...entry, filled: '0' }] }),
    verdict: 'canceled',
    reason: 'The entry ended without a fill. The exchange has no close order from Ripcord.',
  },
  {
    title: 'a perpetual that the exchange no longer holds is closed',
    facts: factsWith({}, { external: { detail: 'The position was closed outside Ripcord.', at: undefined } }),
    verdict: 'closed',
    reason: 'The position was closed outside Ripcord. The exchange has no close order from Ripcord.',
  },
  {
    title: 'an absent order whose fill nothing shows allows no conclusion',
    facts: factsWith({}, { unknownFills: ["Order 3 has ended, and its trades don't show what it filled"] }),
    verdict: 'unknown',
    reason: "Order 3 has ended, and its trades don't show what it filled. Check it at the exchange.",
  },
])('$title', ({ facts, verdict, reason }) => {
  expect(assess(facts)).toEqual({ verdict, reason });
});

it('names live exit orders and orders that the exchange no longer finds', () => {
  const stop: OrderRecord = {
    orderId: '5',
    type: 'stop_market',
    status: 'live',
    amount: '0.01',
    filled: '0',
  };
  const { reason } = assess(factsWith({ exitOrders: [stop] }, { lostOrderIds: ['3', '4'] }));
  expect(reason).toContain('Not found at the exchange and counted as ended: 3, 4.');
  expect(reason).toContain('Exit orders that are still live: 5.');
});

it.each(['closed', 'canceled'] as const)('has nothing to resolve for a position that is %s', (state) => {
  expect(assess(factsWith({}, { state }))).toEqual({
    verdict: 'unknown',
    reason: `The position is already ${state}. There is nothing to resolve.`,
  });
});
