import type { Hit } from '../../link/hit.ts';
import { toHitPlace } from '../../store/store.ts';
import type { HitView } from '../contract/commands.ts';

/** TradingView resends 5 s after a 5xx, at most three times. A resend that is a little late still counts. */
const resendGapMs = 8_000;

/**
 * Numbers the resends of each alert. TradingView gives alerts no id, so a resend is recognized by its POST to the
 * same link from the same source shortly after a 5xx. @returns the hits, newest first.
 */
export function countResends(hits: Hit[]): HitView[] {
  const oldestFirst = hits.toSorted((a, b) => (toHitPlace(a) < toHitPlace(b) ? -1 : 1));
  const lastBySource = new Map<string, HitView>();
  const views = oldestFirst.map((hit): HitView => {
    const source = `${hit.linkId} ${hit.method} ${hit.sourceIp ?? ''} ${hit.userAgent ?? ''}`;
    const before = lastBySource.get(source);
    const view = { ...hit, resend: before !== undefined && isResend(hit, before) ? before.resend + 1 : 0 };
    lastBySource.set(source, view);
    return view;
  });
  return views.reverse();
}

function isResend(hit: Hit, before: Hit): boolean {
  return (
    hit.method === 'POST' && before.status >= 500 && Date.parse(hit.at) - Date.parse(before.at) <= resendGapMs
  );
}
