import type { Hit } from '../../link/hit.ts';
import { isFinal, type Position } from '../../position/position.ts';
import type { HitView } from '../contract/commands.ts';

/** TradingView sends again 5 s after a 5xx, at most three times; a little late still counts. */
const resendGapMs = 8_000;

/**
 * Newest first, each with which try of the same alert it seems to be: TradingView gives alerts no id, so what
 * tells is a POST to the same link from the same place shortly after one that was answered 5xx.
 */
export function countResends(hits: Hit[]): HitView[] {
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
}

/** So many positions are asked for their hits where none is named: each is a Query of its own. */
const positionsAsked = 50;

/** @returns the ids of those that are open, in the order given, then of those that have ended last. */
export function latestOf(positions: Position[]): string[] {
  const open = positions.filter(({ state }) => !isFinal(state));
  const ended = positions
    .filter(({ state }) => isFinal(state))
    .toSorted((a, b) => endOf(b).localeCompare(endOf(a)));
  return [...open, ...ended].slice(0, positionsAsked).map(({ positionId }) => positionId);
}

function endOf({ outcome, createdAt }: Position): string {
  return outcome?.settledAt ?? createdAt;
}
