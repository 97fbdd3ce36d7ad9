import type { Position } from '../position/position.ts';
import type { Snapshot } from '../position/snapshot.ts';
import { isHoldingShown } from '../position/unchanged.ts';

/** What comes first within the limits of a run. */
export const ranks = {
  urgent: 0,
  snapshot: 1,
  /** A first check found the account flat: the second one ends the position. */
  flat: 2,
  holding: 3,
  order: 4,
  figures: 5,
  attention: 6,
} as const;

/** How a position that the snapshot does not prove unchanged ranks. Without a snapshot, only the record counts. */
export function rankChanged(position: Position, snapshot?: Snapshot): number {
  if (position.state === 'needs-attention') return ranks.attention;
  if (position.lastSync?.flatSince !== undefined) return ranks.flat;
  return snapshot === undefined || isHoldingShown(position, snapshot) ? ranks.order : ranks.holding;
}

const minuteMs = 60_000;
/** Multiples of it, less their whole part, come close to every number between 0 and 1, and to none twice in a row. */
const goldenRatio = 0.618_034;

interface Ranked {
  position: Pick<Position, 'positionId'>;
  rank: number;
}

/** @returns the items in a fixed order that starts at another one in each minute: a position that keeps failing blocks no other. */
function rotate<Item extends Ranked>(items: readonly Item[], now: number): Item[] {
  const sorted = items.toSorted((a, b) => (a.position.positionId < b.position.positionId ? -1 : 1));
  const start = Math.floor(((Math.floor(now / minuteMs) * goldenRatio) % 1) * sorted.length);
  return [...sorted.slice(start), ...sorted.slice(0, start)];
}

/** Every fourth turn goes by rotation alone, so that one rank does not starve another. */
const rotatedTurn = 4;

/** @returns the items with the lowest rank first, and in every fourth place the next one by rotation. */
export function orderByRank<Item extends Ranked>(items: readonly Item[], now: number): Item[] {
  const rotated = rotate(items, now);
  const ranked = rotated.toSorted((a, b) => a.rank - b.rank);
  const order = new Set<Item>();
  while (order.size < rotated.length) {
    const source = order.size % rotatedTurn === rotatedTurn - 1 ? rotated : ranked;
    const next = source.find((each) => !order.has(each));
    if (next !== undefined) order.add(next);
  }
  return [...order];
}
