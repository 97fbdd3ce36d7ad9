import { z } from 'zod';
import type { Hit } from '../link/hit.ts';
import { type RefusalCause, refusalQuietMs } from '../link/refusal.ts';

/** By link and cause: what the owner was last notified of. */
export const refusalsSchema = z.record(
  z.string(),
  z.object({
    /** When the notice was stored, epoch milliseconds. */
    reportedAt: z.number(),
    /** The time of its last hit, ISO 8601. */
    until: z.string(),
  }),
);
type Refusals = z.infer<typeof refusalsSchema>;

/** Refused hits of one link and cause that its owner does not know of yet. */
export interface Unreported {
  linkId: string;
  cause: RefusalCause;
  /** Oldest first. */
  hits: Hit[];
  /** Whether these are all that the link refused. */
  isComplete: boolean;
}

/** As many hits as one sweep reads, the latest ones. Sweeps that run every minute leave none out below 3 hits a second. */
export const maxReadHits = 200;

const minuteMs = 60_000;
/** A record may reach the table late, and the list of records even later. Must exceed the time between two notices. */
const lookBackMs = 15 * minuteMs;
/** How far the clocks of two processes may differ. */
const skewMs = minuteMs;
/** An older refusal gets no notice: its position has changed since. */
const maxLookBackMs = 24 * 60 * minuteMs;

/**
 * @param readAt when a sweep last read the refused hits, epoch milliseconds.
 * @returns from when on a sweep reads them, epoch milliseconds.
 */
export function computeLookBack(readAt: number, now: number): number {
  return Math.max(Math.min(readAt, now) - lookBackMs, now - maxLookBackMs);
}

/** @returns the refusals that a notice is due for now: at most one in 10 minutes per link and cause. */
export function findUnreported(refusals: Refusals, hits: Hit[], now: number): Unreported[] {
  const groups = Map.groupBy(hits.filter(isRefused), ({ linkId, refusal }) => toKey(linkId, refusal));
  return [...groups].flatMap(([key, ofKey]) => {
    const reported = Object.hasOwn(refusals, key) ? refusals[key] : undefined;
    if (reported !== undefined && now - reported.reportedAt < refusalQuietMs) return [];
    const fresh = ofKey.filter(({ at }) => reported === undefined || at > reported.until);
    const [first] = fresh;
    if (first === undefined) return [];
    const oldestFirst = fresh.toSorted((a, b) => a.at.localeCompare(b.at));
    const isComplete =
      hits.length < maxReadHits && fresh.every(({ limitReached }) => limitReached === undefined);
    return [{ linkId: first.linkId, cause: first.refusal, hits: oldestFirst, isComplete }];
  });
}

/** @param since older hits are not read again, so their entries are dropped; epoch milliseconds. */
export function noteReported(
  refusals: Refusals,
  unreported: Unreported[],
  since: number,
  now: number,
): Refusals {
  const isRead = ({ reportedAt, until }: Refusals[string]) =>
    Math.max(reportedAt, Date.parse(until)) >= since - skewMs;
  const kept = Object.entries(refusals).filter(([, each]) => isRead(each));
  const reported = unreported.map(({ linkId, cause, hits }): [string, Refusals[string]] => {
    const until = hits.at(-1)?.at ?? new Date(now).toISOString();
    return [toKey(linkId, cause), { reportedAt: now, until }];
  });
  return Object.fromEntries([...kept, ...reported]);
}

type RefusedHit = Hit & { linkId: string; refusal: RefusalCause };

function isRefused(hit: Hit): hit is RefusedHit {
  return hit.linkId !== undefined && hit.refusal !== undefined;
}

function toKey(linkId: string, cause: RefusalCause): string {
  return `${linkId} ${cause}`;
}
