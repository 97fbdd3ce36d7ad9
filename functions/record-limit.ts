import type { Hit } from '../lib/link/hit.ts';
import { maxRecordedAlike, refusalQuietMs } from '../lib/link/refusal.ts';

/** Of a hit that changed nothing, and that its sender can repeat as often as the gateway permits. */
const limited = new Set<Hit['decision']>([
  'refused',
  'duplicate',
  'confirmation-required',
  'nothing-open',
  'heard',
  'rehearsed',
]);

/**
 * Bounds what a flood of hits costs, and keeps it from displacing the refused hits of other links from what a sweep reads:
 * a process records 20 hits of a link, and of each position of a standing one, with the same result in 10 minutes. One that acted, or has requests to the exchange,
 * which may have to be proven, is always recorded. The last record states that the limit is reached, so that no count
 * claims to be complete.
 * @returns what to record of a hit, if anything.
 */
export function createRecordLimit(): (hit: Hit) => Hit | undefined {
  const windows = new Map<string, { since: number; count: number }>();
  return (hit) => {
    const { at, decision, linkId, positionId = '', refusal, status, requests } = hit;
    if (!limited.has(decision) || linkId === undefined || requests.length > 0) return hit;
    const key = `${linkId} ${positionId} ${decision} ${refusal ?? status}`;
    const now = Date.parse(at);
    const known = windows.get(key);
    const isOver = known === undefined || now - known.since >= refusalQuietMs;
    const window = isOver ? { since: now, count: 0 } : known;
    window.count += 1;
    windows.set(key, window);
    if (window.count === maxRecordedAlike) return { ...hit, limitReached: true };
    return window.count < maxRecordedAlike ? hit : undefined;
  };
}
