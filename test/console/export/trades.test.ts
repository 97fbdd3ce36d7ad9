import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeEnd, sumTrades, toTrades } from '../../../console/export/trades.ts';
import type { PositionView } from '../../../lib/admin/contract/commands.ts';
import { sum } from '../../../lib/amount.ts';
import { armedLink } from '../../bin/examples.ts';
import { entryOrder, filled } from '../example-views.ts';

const at = '2026-11-27T12:00:00.000Z';
const noon = Date.parse(at);

const outcome: NonNullable<PositionView['outcome']> = {
  outcome: 'closed',
  closedBy: 'ripcord',
  action: 'close',
  actor: 'link',
  linkId: armedLink.linkId,
  detail: 'Closed 2 ETH with MARKET order 3.',
  entryFilled: '2',
  closedAmount: '2',
  remaining: '0',
  canceledEntryOrderIds: [],
  canceledExitOrderIds: [],
  claimedAt: at,
  settledAt: at,
};
const exit: PositionView['exitOrders'][number] = {
  ...entryOrder,
  ...{ orderId: '3', type: 'market', average: '3100', updatedAt: noon },
};
/** A long of 2 ETH from 3000 to 3100, with 10 USDT of fees. */
const closed: PositionView = {
  ...filled,
  ...{ status: 'closed', fillStatus: 'closed', remaining: '0', averageEntry: '3000' },
  ...{ realizedProfit: '200', netProfit: '190', fees: [{ currency: 'USDT', amount: '10' }] },
  entryOrders: [{ ...entryOrder, average: '3000', createdAt: noon - 9_000, updatedAt: noon - 5_000 }],
  exitOrders: [exit],
  outcome,
};
const stop = { ...exit, isStop: true as const, conditional: true, filled: '0', triggerPrice: '2950' };

function first(over: Partial<PositionView>) {
  const [trade] = toTrades([{ ...closed, ...over }], [armedLink]);
  if (trade === undefined) throw new Error('no trade');
  return trade;
}

describe('A trade', () => {
  it('has its size, average exit, times and fees, and the link that closed it', () => {
    expect(first({})).toMatchObject({
      size: '2',
      averageExit: '3100',
      openedAt: '2026-11-27T11:59:55.000Z',
      closedAt: at,
      feesInQuote: '10',
    });
    expect(describeEnd(first({}).end)).toBe('Link …a1B2');
    const [named] = toTrades([closed], [{ ...armedLink, label: 'weekly' }]);
    expect(named && describeEnd(named.end)).toBe('Link …a1B2 (weekly)');
    const [forgotten] = toTrades([closed], []);
    expect(forgotten && describeEnd(forgotten.end)).toBe(`Link ${armedLink.linkId}`);
  });

  it('averages its exits by their amounts', () => {
    const part = { ...exit, filled: '0.5', average: '3200' };
    expect(first({ exitOrders: [part, { ...exit, filled: '1.5', average: '3000' }] }).averageExit).toBe(
      '3050',
    );
  });

  it.each([
    ['Stop loss', { exitOrders: [{ ...exit, isStop: true as const }] }],
    ['Take profit', { exitOrders: [{ ...exit, rung: 1 }] }],
    ['Take profit', { exitOrders: [{ ...exit, price: '3200' }] }],
    // An order without a trigger price is no stop, wherever it filled.
    ['Exit order', { side: 'short' as const, exitOrders: [{ ...exit, price: '3200' }] }],
    ['Stop loss', { side: 'short' as const, exitOrders: [{ ...exit, type: 'Stop', triggerPrice: '3200' }] }],
  ])('ended by an exit order is named %s', (name, over) => {
    const ended = { ...outcome, closedBy: 'exit-order' as const, actor: 'sweep' as const };
    expect(describeEnd(first({ ...over, outcome: ended }).end)).toBe(name);
  });

  it('distinguishes a manual close here from one at the exchange, whose average exit is not known', () => {
    expect(describeEnd(first({ outcome: { ...outcome, actor: 'operator' } }).end)).toBe('Manual close');
    const external = first({
      outcome: { ...outcome, closedBy: 'external' },
      ...{ realizedProfit: null, netProfit: null, exitOrders: [{ ...exit, filled: '1' }] },
    });
    expect(describeEnd(external.end)).toBe('At the exchange');
    expect(external).toMatchObject({ averageExit: undefined, feesInQuote: undefined, r: undefined });
  });

  it('is no canceled entry and no open position', () => {
    const canceled = { ...closed, status: 'canceled' as const };
    expect(toTrades([filled, canceled, { ...closed, filled: '0' }], [])).toEqual([]);
  });

  it('measures R by its first stop, so that a stop filled at its price is -1', () => {
    const moved = { ...stop, createdAt: 2, triggerPrice: '3001' };
    const exitOrders = [exit, moved, { ...stop, createdAt: 1 }];
    expect(Number(first({ exitOrders }).r)).toBeGreaterThan(1.7);
    const stopped = { ...exit, average: '2950' };
    expect(
      first({ exitOrders: [stopped, { ...stop, createdAt: 1 }], realizedProfit: '-100', netProfit: '-110' })
        .r,
    ).toBe('-1');
    expect(first({ exitOrders: [exit, moved] }).r).toBeUndefined();
  });
});

describe('The totals', () => {
  it('add the net profits of each currency by itself, in any order', () => {
    const amount = fc.integer({ min: -1_000_000, max: 1_000_000 }).map((cents) => (cents / 100).toFixed(2));
    const result = fc.record({
      quote: fc.constantFrom('USDT', 'USDC', 'BTC'),
      netProfit: fc.option(amount),
    });
    fc.assert(
      fc.property(fc.array(result), (results) => {
        const trades = toTrades(
          results.map((over) => ({ ...closed, ...over })),
          [],
        );
        const totals = sumTrades(trades);
        const known = results.filter(({ netProfit }) => netProfit !== null);
        expect(totals.count).toBe(results.length);
        expect(totals.unknown).toBe(results.length - known.length);
        expect(totals.wins).toBe(known.filter(({ netProfit }) => Number(netProfit) > 0).length);
        for (const { quote, net, count } of totals.quotes) {
          const own = known.filter((each) => each.quote === quote);
          expect(count).toBe(own.length);
          expect(net).toBe(sum(own.map(({ netProfit }) => netProfit ?? '0')));
        }
        expect(totals.quotes.map(({ quote }) => quote)).toEqual(
          [...new Set(known.map(({ quote }) => quote))].toSorted(),
        );
      }),
    );
  });

  it('round a win rate to 0 or 100 % only if it is exactly that', () => {
    const of = (wins: number, losses: number) =>
      sumTrades(
        toTrades(
          [
            ...Array.from({ length: wins }, () => closed),
            ...Array.from({ length: losses }, () => ({ ...closed, netProfit: '-1' })),
          ],
          [],
        ),
      ).winRate;
    expect([of(0, 3), of(1, 2), of(3, 0), of(0, 0)]).toEqual(['0', '33.3', '100', undefined]);
    expect([of(1, 2_999), of(2_999, 1)]).toEqual(['0.1', '99.9']);
  });
});
