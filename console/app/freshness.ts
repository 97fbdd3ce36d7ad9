import type { PositionView } from '../../lib/admin/contract/commands.ts';
import { type ConsoleState, isOver, marketKey, marketKind } from '../state.ts';

/** Prices are read every two seconds, or four if an account has two kinds of market. */
export const liveMs = 8_000;
/** The table is read twice a second. */
const offlineMs = 8_000;
/** The sweep runs every minute, and a run takes up to a minute. */
const sweepLateMs = 180_000;
/** The sweep saves what it read of a position at least every five minutes. */
const amountsOldMs = 7 * 60_000;

export type Freshness =
  | { kind: 'loading' }
  | { kind: 'live' }
  /** `ageMs`: of the oldest price of an open position, or of its amounts if they can't be read. */
  | { kind: 'delayed'; of: 'prices' | 'amounts'; ageMs: number }
  /** `ageMs`: of the newest data. */
  | { kind: 'offline'; ageMs: number };

/** @returns how current the page is, by the age of its data. What is not read any more makes it old. */
export function computeFreshness(state: ConsoleState | undefined, now: number): Freshness {
  if (state === undefined) return { kind: 'loading' };
  const tableAt = state.table.readAt ?? 0;
  const priceAges = listPriceTimes(state).map((at) => now - at);
  if (now - tableAt > offlineMs) return { kind: 'offline', ageMs: now - tableAt };
  const pricesMs = Math.max(0, ...priceAges);
  const amountsMs = Math.max(0, ...listOldAmounts(state, now));
  if (amountsMs > Math.max(pricesMs, liveMs)) return { kind: 'delayed', of: 'amounts', ageMs: amountsMs };
  return pricesMs > liveMs ? { kind: 'delayed', of: 'prices', ageMs: pricesMs } : { kind: 'live' };
}

/** @returns ages of amounts that should be newer. While a position closes or needs attention, nothing reads them. */
function listOldAmounts({ positions }: ConsoleState, now: number): number[] {
  return positions
    .filter((position) => position.status === 'open' && areAmountsOld(position, now))
    .map(({ lastSyncedAt, createdAt }) => now - Date.parse(lastSyncedAt ?? createdAt));
}

/** Of the markets of open positions. One that was never read is as old as what the table holds. */
function listPriceTimes(state: ConsoleState): number[] {
  const read = new Map(state.prices.map((price) => [marketKey(price), price.at]));
  return state.positions
    .filter((position) => !isOver(position))
    .map((position) => {
      const key = marketKey({ ...position, kind: marketKind(position) });
      return read.get(key) ?? Date.parse(position.markPriceAt ?? position.createdAt);
    });
}

export function isPriceOld({ markPriceAt }: PositionView, now: number): boolean {
  return markPriceAt !== undefined && now - Date.parse(markPriceAt) > liveMs;
}

export function areAmountsOld({ staleReason, lastSyncedAt }: PositionView, now: number): boolean {
  if (staleReason !== undefined) return true;
  return lastSyncedAt !== undefined && now - Date.parse(lastSyncedAt) > amountsOldMs;
}

/**
 * @returns since when the sweep is late, or undefined if it is not. Before its first run it counts from `openedAt`. While
 * links are halted, no sweep acts, and the halt has a banner of its own.
 */
export function findSweepDelay(
  { sweptAt, halted }: ConsoleState,
  openedAt: number,
  now: number,
): number | undefined {
  if (halted === true) return undefined;
  const last = sweptAt === undefined ? openedAt : Date.parse(sweptAt);
  return now - last > sweepLateMs ? last : undefined;
}

/** @returns an age in its largest unit: "12 s", "3 min", "2 h", "5 d". */
export function formatAge(ageMs: number): string {
  const seconds = Math.round(ageMs / 1_000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} d`;
}
