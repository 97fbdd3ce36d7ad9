import { describe, expect, it } from 'vitest';
import { chooseRead, newClock, noteRead, noteRequests } from '../../console/server/follow/next-read.ts';
import type { PositionView } from '../../lib/admin/contract/commands.ts';
import { filled, unfilled } from './example-views.ts';

/** Runs the choice for so long, in steps of a quarter second. @returns what was read, second by second. */
function run(
  positions: PositionView[],
  seconds: number,
  watched = new Set<string>(),
  { kinds = [], chargedEveryMs }: { kinds?: ('spot' | 'perpetual')[]; chargedEveryMs?: number } = {},
) {
  const clock = newClock();
  const reads: { at: number; kind: string; requests: number; positionId?: string }[] = [];
  for (let at = 1_000_000; at < 1_000_000 + seconds * 1_000; at += 250) {
    if (chargedEveryMs !== undefined && at % chargedEveryMs === 0) noteRequests(clock, 6);
    const next = chooseRead(at, clock, positions, { watched, kinds });
    noteRead(at, clock, next);
    if (next.kind !== 'wait') reads.push({ at, ...next });
  }
  return reads;
}

function many(count: number, one: PositionView): PositionView[] {
  return Array.from({ length: count }, (_, index) => ({
    ...one,
    positionId: `pos_${index}`,
    marketId: `M${index}`,
  }));
}

const perpetual = { ...filled, symbol: 'ETH/USDT:USDT' };
const sumOf = (reads: { requests: number }[]) => reads.reduce((total, { requests }) => total + requests, 0);

describe('what an account is asked for', () => {
  it.each([
    ['300 filled spot positions', many(300, filled)],
    ['300 unfilled spot positions', many(300, unfilled)],
    ['300 perpetuals', many(300, perpetual)],
    ['300 of two kinds', [...many(150, perpetual), ...many(150, unfilled)]],
    ['one perpetual', [perpetual]],
  ])('is at most one request a second on average, for %s', (_what, positions) => {
    const first = positions[0]?.positionId ?? '';
    expect(sumOf(run(positions, 600, new Set([first])))).toBeLessThanOrEqual(605);
  });

  it('includes prices every two seconds, of one kind of market at a time', () => {
    const reads = run([...many(150, perpetual), ...many(150, unfilled)], 60);
    const prices = reads.filter(({ kind }) => kind === 'prices');
    expect(prices).toHaveLength(30);
    expect(prices[0]).not.toMatchObject({ of: (prices[1] as { of?: string }).of });
  });

  it('is one request in any second while no position has an order at the exchange, and two for the key', () => {
    const reads = run([...many(150, perpetual), ...many(150, filled)], 120);
    const inSecond = (from: number) => reads.filter(({ at }) => at >= from && at < from + 1_000);
    for (const { at, kind } of reads) expect(sumOf(inSecond(at))).toBeLessThanOrEqual(kind === 'key' ? 2 : 1);
    expect(reads.filter(({ kind }) => kind === 'key')).toHaveLength(2);
  });

  it('leaves out positions that only Ripcord itself changes, until a page shows them or they could not be read', () => {
    const ids = (reads: ReturnType<typeof run>) => reads.flatMap(({ positionId }) => positionId ?? []);
    expect(ids(run([filled, perpetual], 60))).toEqual([]);
    expect(ids(run([filled], 60, new Set([filled.positionId]))).length).toBeGreaterThan(5);
    expect(ids(run([{ ...filled, staleReason: 'No connection.' }], 60)).length).toBeGreaterThan(5);
    expect(ids(run([{ ...unfilled, status: 'closing' }], 60))).toEqual([]);
  });

  it('reads the position that a page shows more often than the others', () => {
    const reads = run(many(20, unfilled), 120, new Set(['pos_7']));
    const counts = Map.groupBy(reads, ({ positionId }) => positionId);
    expect(counts.get('pos_7')?.length ?? 0).toBeGreaterThan(5 * (counts.get('pos_3')?.length ?? 0));
  });

  it('includes the price of a market that a page shows, without an open position', () => {
    const reads = run([], 60, new Set(), { kinds: ['spot'] });
    expect(reads).toHaveLength(30);
    expect(reads[0]).toMatchObject({ kind: 'prices', of: 'spot' });
  });

  it('is less while a page itself has the exchange answer requests', () => {
    const reads = run(many(300, unfilled), 600, new Set(), { chargedEveryMs: 30_000 });
    expect(sumOf(reads) + 6 * 20).toBeLessThanOrEqual(605);
  });

  it('is nothing without an open position', () => {
    expect(run([{ ...filled, status: 'closed' }], 60)).toEqual([]);
  });
});
