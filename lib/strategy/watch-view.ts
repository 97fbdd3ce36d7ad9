import type { Link, Watch } from '../link/link.ts';
import { type LinkState, unknownLinkState } from '../link/link-state.ts';

/** @returns what a standing link starts with. A watch is awake, and waits for a first beat, until a sweep finds nothing open. */
export function newLinkState({ linkId, watch }: Link, now: number): LinkState {
  return {
    ...unknownLinkState(linkId),
    ...(watch === undefined ? {} : { watch: { state: 'waiting', since: now, awakeSince: now } }),
  };
}

/** A watch as lists show it. */
export interface WatchView extends Watch {
  state: NonNullable<LinkState['watch']>['state'];
  asleep?: true;
  lastBeatAt?: string;
  beatsSince?: string;
  beats?: number;
  longestGapMs?: number;
}

export function toWatchView({ watch }: { watch: Watch }, state: LinkState | undefined): WatchView {
  const { beats, watch: watched } = state ?? {};
  return {
    ...watch,
    state: watched?.state ?? 'waiting',
    ...(watched !== undefined && watched.awakeSince === undefined ? { asleep: true } : {}),
    ...(beats === undefined
      ? {}
      : {
          lastBeatAt: new Date(beats.lastAt).toISOString(),
          beatsSince: new Date(beats.firstAt).toISOString(),
          beats: beats.count,
        }),
    ...(beats?.longestGap === undefined ? {} : { longestGapMs: beats.longestGap.ms }),
  };
}
