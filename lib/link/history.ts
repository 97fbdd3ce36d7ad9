import type { HitView } from '../admin/commands.ts';
import type { Hit } from './hit.ts';

/** TradingView sends again 5 s after a 5xx, at most three times; a little late still counts. */
const resendGapMs = 8_000;

/**
 * Newest first, each with which try of the same alert it seems to be: TradingView gives alerts no id, so what
 * tells is a POST to the same link from the same place shortly after one that was answered 5xx.
 */
export const countResends = (hits: Hit[]): HitView[] => {
  const oldestFirst = [...hits].sort((a, b) => a.at.localeCompare(b.at));
  const last = new Map<string, HitView>();
  const views = oldestFirst.map((hit): HitView => {
    const place = `${hit.linkId} ${hit.method} ${hit.sourceIp ?? ''} ${hit.userAgent ?? ''}`;
    const before = last.get(place);
    const isResend =
      hit.method === 'POST' &&
      before !== undefined &&
      before.status >= 500 &&
      Date.parse(hit.at) - Date.parse(before.at) <= resendGapMs;
    const view = { ...hit, resend: isResend ? before.resend + 1 : 0 };
    last.set(place, view);
    return view;
  });
  return views.reverse();
};
