import type { LinkView } from '../../../lib/admin/contract/commands.ts';
import { hasBeenHeardForAWeek } from '../../../lib/link/watch-advice.ts';
import type { CommandRequest, FieldErrors } from '../api.ts';
import { Check } from '../control/check.tsx';
import { now } from '../store.ts';
import { formatLocalTime } from '../timestamp.tsx';
import { WatchFields } from './watch-fields.tsx';
import { defaultWatch, toWatch, type WatchChoices } from './watch-input.ts';
import { describeBeats } from './watch-text.ts';

/** The watch of a link as it is, or undefined for none. */
export function toWatchChoices({ watch }: LinkView): WatchChoices | undefined {
  if (watch === undefined) return undefined;
  const { every, missed, then } = watch;
  return { every, missed: String(missed), then };
}

/** @returns what changes about the watch; nothing if it is left alone. */
export function toWatchChange(
  link: LinkView,
  chosen: WatchChoices | undefined,
): Pick<CommandRequest<'links.update'>, 'watch'> {
  const before = toWatchChoices(link);
  if (JSON.stringify(before) === JSON.stringify(chosen)) return {};
  return { watch: chosen === undefined ? null : toWatch(chosen) };
}

/** The watch of a link that has regular alerts, with what is known of them. */
export function EditWatch({
  link,
  watch,
  errors,
  onChange,
}: {
  link: LinkView;
  watch: WatchChoices | undefined;
  errors: FieldErrors;
  onChange: (watch: WatchChoices | undefined) => void;
}) {
  if (link.state === 'revoked' || (link.action !== 'heartbeat' && link.follows === undefined)) return null;
  const stored = link.watch;
  return (
    <div class="checks">
      <Check
        isChecked={watch !== undefined}
        help="Acts once when alerts stop while a position is open."
        onChange={(isWatched) => onChange(isWatched ? (toWatchChoices(link) ?? defaultWatch) : undefined)}
      >
        Watch for missing alerts
      </Check>
      {watch === undefined ? null : (
        <>
          {stored === undefined ? null : <p class="muted">{describeBeats(stored, formatLocalTime)}</p>}
          <WatchFields
            watch={watch}
            errors={errors}
            mayClose={stored !== undefined && hasBeenHeardForAWeek(stored, now.value)}
            set={(change) => onChange({ ...watch, ...change })}
          />
        </>
      )}
    </div>
  );
}
