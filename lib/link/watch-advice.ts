import type { Watch } from './link.ts';

/** What is known of a link's alerts. */
interface Beats {
  /** Since when they are counted, ISO 8601. */
  beatsSince?: string | undefined;
  longestGapMs?: number | undefined;
}

/** It has a weekend, and shows how long the pauses between alerts are. */
const weekMs = 7 * 86_400_000;

/** Whether alerts have arrived for a week: the console offers to close on silence from then on. */
export function hasBeenHeardForAWeek({ beatsSince }: Beats, now: number): boolean {
  return beatsSince !== undefined && now - Date.parse(beatsSince) >= weekMs;
}

/** @returns what the owner of a watch that closes may not have meant. The admin API accepts it in any case. */
export function warnOfClosing(watch: Watch | null | undefined, beats: Beats, now: number): string[] {
  if (watch?.then !== 'close' || hasBeenHeardForAWeek(beats, now)) return [];
  return [
    'The watch closes positions when alerts stop, and 7 days of alerts have not shown yet how long their pauses are. A watch that only notifies shows that first.',
  ];
}
