import type { PositionView } from '../../../lib/admin/contract/commands.ts';
import { isOver, type MarketKind, marketKind } from '../../state.ts';

/** When an account's exchange was asked for what. Epoch milliseconds. */
export interface AccountClock {
  /** Before this, no position is read: the requests so far count for one second each. */
  freeAt: number;
  /** Requests that no read has waited for yet. */
  owed: number;
  pricesAt: Partial<Record<MarketKind, number>>;
  keyAt: number;
  positionAt: Map<string, number>;
}

export type NextRead =
  | { kind: 'prices'; of: MarketKind; requests: number }
  | { kind: 'key'; requests: number }
  | { kind: 'position'; positionId: string; requests: number }
  | { kind: 'wait' };

const pricesEveryMs = 2_000;
export const keyEveryMs = 60_000;
/** Its balance, and what it may do. */
const keyRequests = 2;
/** The exchange's answer about one position can't change much sooner. */
const positionEveryMs = 4_000;

export function newClock(): AccountClock {
  return { freeAt: 0, owed: 0, pricesAt: {}, keyAt: 0, positionAt: new Map() };
}

/**
 * What to ask an account's exchange next, so that it gets no more than one request a second on average: the prices of
 * all markets every two seconds, one kind of market at a time, and in between the key and single positions. A position
 * is read at once, because a sync that reads its orders and its holding at different times could misjudge them; what it
 * costs is waited for afterwards. The sweep reads all positions every minute, so this only makes the changes of a few
 * visible sooner.
 * @param watched ids of positions that a page shows in detail.
 * @param kinds kinds of markets whose prices a page shows.
 */
export function chooseRead(
  now: number,
  clock: AccountClock,
  positions: readonly PositionView[],
  { watched, kinds: shownKinds }: { watched: ReadonlySet<string>; kinds: readonly MarketKind[] },
): NextRead {
  const open = positions.filter((position) => !isOver(position));
  const kinds = [...new Set([...open.map(marketKind), ...shownKinds])];
  const lastPricesAt = Math.max(0, ...Object.values(clock.pricesAt));
  const [of] = kinds.toSorted((a, b) => (clock.pricesAt[a] ?? 0) - (clock.pricesAt[b] ?? 0));
  if (of !== undefined && now - lastPricesAt >= pricesEveryMs) return { kind: 'prices', of, requests: 1 };
  if (now < clock.freeAt) return { kind: 'wait' };
  if (open.length > 0 && now - clock.keyAt >= keyEveryMs) return { kind: 'key', requests: keyRequests };
  const at = ({ positionId }: PositionView): number => clock.positionAt.get(positionId) ?? 0;
  const rank = ({ positionId }: PositionView): number => (watched.has(positionId) ? 0 : 1);
  const [next] = open
    .filter(
      (position) => mayChange(position) || (watched.has(position.positionId) && position.status === 'open'),
    )
    .filter((position) => now - at(position) >= positionEveryMs)
    .toSorted((a, b) => rank(a) - rank(b) || at(a) - at(b));
  if (next === undefined) return { kind: 'wait' };
  return { kind: 'position', positionId: next.positionId, requests: countRequests(next) };
}

/**
 * Without orders, only Ripcord itself or a trade by hand changes a position, and the sweep finds the latter; one that
 * could not be read is due.
 */
function mayChange(position: PositionView): boolean {
  if (position.status === 'closing') return false;
  return countLiveOrders(position) > 0 || position.staleReason !== undefined;
}

function countLiveOrders({ entryOrders, exitOrders }: PositionView): number {
  return [...entryOrders, ...exitOrders].filter(({ status }) => status !== 'done').length;
}

/** As measured: of a perpetual also its exchange position, trades and what caused them, and funding. */
const requestsOf: Record<MarketKind, number> = { spot: 1, perpetual: 7 };

/** At most: each live order, and what is read besides. */
function countRequests(position: PositionView): number {
  return countLiveOrders(position) + requestsOf[marketKind(position)];
}

/** Notes requests that a page has caused: the next reads of positions wait longer for them. */
export function noteRequests(clock: AccountClock, requests: number): void {
  clock.owed += requests;
}

/** Notes that a read starts. */
export function noteRead(now: number, clock: AccountClock, read: NextRead): void {
  if (read.kind === 'wait') return;
  const paid = read.kind === 'position' ? Math.min(clock.owed, read.requests) : 0;
  clock.owed -= paid;
  clock.freeAt = Math.max(now, clock.freeAt) + (read.requests + paid) * 1_000;
  if (read.kind === 'prices') clock.pricesAt[read.of] = now;
  if (read.kind === 'key') clock.keyAt = now;
  if (read.kind === 'position') clock.positionAt.set(read.positionId, now);
}
