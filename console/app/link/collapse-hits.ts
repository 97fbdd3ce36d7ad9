import type { HitView } from '../../../lib/admin/contract/commands.ts';

/** Hits in a row of one link that found nothing to do, as one; any other hit alone. */
export interface HitGroup {
  /** The newest one. */
  hit: HitView;
  count: number;
  /** When the oldest one arrived. */
  since: string;
}

/** @param hits newest first. */
export function collapseHits(hits: readonly HitView[]): HitGroup[] {
  const groups: HitGroup[] = [];
  for (const hit of hits) {
    const last = groups.at(-1);
    if (last !== undefined && isRepeat(last.hit, hit)) {
      last.count += 1;
      last.since = hit.at;
    } else groups.push({ hit, count: 1, since: hit.at });
  }
  return groups;
}

function isRepeat(newer: HitView, { decision, linkId, why }: HitView): boolean {
  return (
    decision === 'nothing-open' && newer.decision === decision && newer.linkId === linkId && newer.why === why
  );
}
