import type { LinkView } from '../../../lib/admin/contract/commands.ts';
import { formatAge } from '../freshness.ts';
import type { Label } from '../labels.ts';

type WatchView = NonNullable<LinkView['watch']>;

const states: Record<WatchView['state'], Label> = {
  waiting: { word: 'Waiting', tone: 'plain' },
  alive: { word: 'Alive', tone: 'gain' },
  late: { word: 'Late', tone: 'warn' },
  silent: { word: 'Silent', tone: 'warn' },
  tripped: { word: 'Tripped', tone: 'warn' },
};

/** @returns the state of a watch as one word. One without an open position in its scope does nothing. */
export function toWatchLabel({ state, asleep }: WatchView): Label {
  return asleep === true && state !== 'tripped' ? { word: 'Asleep', tone: 'plain' } : states[state];
}

/** @returns "last alert 4 min ago". */
export function describeLastBeat({ lastBeatAt }: WatchView, now: number): string {
  return lastBeatAt === undefined
    ? 'no alert yet'
    : `last alert ${formatAge(Math.max(0, now - Date.parse(lastBeatAt)))} ago`;
}

export const reactions = [
  { value: 'tell', label: 'Notify me' },
  { value: 'stop-break-even', label: 'Stop to break-even' },
  { value: 'close', label: 'Close the positions' },
] as const satisfies { value: WatchView['then']; label: string }[];

/** @returns "an alert every 5m; after 2 missed: notify me". */
export function describeWatch({ every, missed, then }: Pick<WatchView, 'every' | 'missed' | 'then'>): string {
  const reaction = reactions.find(({ value }) => value === then)?.label ?? then;
  return `an alert every ${every}; after ${missed} missed: ${reaction.toLowerCase()}`;
}

/** @returns how many alerts arrived, since when, and the longest pause between two. */
export function describeBeats(
  { beats = 0, beatsSince, longestGapMs }: WatchView,
  formatTime: (iso: string) => string,
): string {
  if (beatsSince === undefined || beats === 0) return 'No alert has arrived yet.';
  const count = beats === 1 ? '1 alert' : `${beats} alerts`;
  const gap = longestGapMs === undefined ? '' : `; longest pause ${formatAge(longestGapMs)}`;
  return `${count} since ${formatTime(beatsSince)}${gap}.`;
}
