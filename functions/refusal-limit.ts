import type { Hit } from '../lib/link/hit.ts';
import { maxRecordedRefusals, refusalQuietMs } from '../lib/link/refusal.ts';

/**
 * Bounds what a flood of refused hits costs: a process records 20 of a link and cause in 10 minutes. A refusal that has
 * requests to the exchange, which may have to be proven, is always recorded. The last record states that the limit is
 * reached, so that no count claims to be complete.
 * @returns what to record of a hit, if anything.
 */
export function createRefusalLimit(): (hit: Hit) => Hit | undefined {
  const windows = new Map<string, { since: number; count: number }>();
  return (hit) => {
    const { at, decision, linkId, refusal, status, requests } = hit;
    if (decision !== 'refused' || linkId === undefined || requests.length > 0) return hit;
    const key = `${linkId} ${refusal ?? status}`;
    const now = Date.parse(at);
    const known = windows.get(key);
    const isOver = known === undefined || now - known.since >= refusalQuietMs;
    const window = isOver ? { since: now, count: 0 } : known;
    window.count += 1;
    windows.set(key, window);
    if (window.count === maxRecordedRefusals) return { ...hit, limitReached: true };
    return window.count < maxRecordedRefusals ? hit : undefined;
  };
}
