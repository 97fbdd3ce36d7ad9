import type { LinkView } from '../../../lib/admin/contract/commands.ts';
import { Pill } from '../control/pill.tsx';
import { now } from '../store.ts';
import { describeLastBeat, describeWatch, toWatchLabel } from './watch-text.ts';

/** The state of a link's watch, and how long ago the last alert arrived. */
export function WatchLine({ link: { watch } }: { link: LinkView }) {
  if (watch === undefined) return null;
  const { word, tone } = toWatchLabel(watch);
  return (
    <span class="sub" title={describeWatch(watch)}>
      <Pill tone={tone}>{`Watch: ${word}`}</Pill> {describeLastBeat(watch, now.value)}
    </span>
  );
}
