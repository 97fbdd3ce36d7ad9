import { type FieldErrors, findError } from '../api.ts';
import { parseWholeText } from '../control/decimal-text.ts';
import { Field, Select } from '../control/field.tsx';
import { NumberField } from '../control/number-field.tsx';
import type { WatchChoices } from './watch-input.ts';
import { reactions } from './watch-text.ts';

const intervals: Record<string, string> = {
  '5m': '5 minutes',
  '15m': '15 minutes',
  '30m': '30 minutes',
  '1h': '1 hour',
  '4h': '4 hours',
  '1d': '1 day',
};

interface WatchFieldProps {
  watch: WatchChoices;
  errors: FieldErrors;
  /** Closing on silence takes a week of alerts. */
  mayClose: boolean;
  set: (change: Partial<WatchChoices>) => void;
}

/** How often an alert is due, and what happens without it. */
export function WatchFields(props: WatchFieldProps) {
  const { watch, errors, set } = props;
  const { every, missed } = watch;
  const known = Object.keys(intervals).includes(every) ? intervals : { [every]: every, ...intervals };
  return (
    <div class="fields two">
      <Field label="An alert is due every" error={findError(errors, 'watch.every')}>
        <Select
          value={every}
          onChange={(next) => set({ every: next })}
          options={Object.entries(known).map(([value, label]) => ({ value, label }))}
        />
      </Field>
      <NumberField
        label="Missed alerts"
        help="In a row, before it acts. At most 100."
        value={missed}
        error={findError(errors, 'watch.missed')}
        isWhole
        parse={(text) => parseWholeText(text, 1, 100)}
        onInput={(next) => set({ missed: next })}
      />
      <Reaction {...props} />
    </div>
  );
}

function Reaction({ watch: { then }, errors, mayClose, set }: WatchFieldProps) {
  const offered = reactions.filter(({ value }) => value !== 'close' || mayClose || then === 'close');
  return (
    <Field
      label="If alerts stop"
      help={mayClose ? undefined : 'Close can be chosen later, after 7 days of alerts.'}
      error={findError(errors, 'watch.then')}
    >
      <Select<WatchChoices['then']> value={then} onChange={(next) => set({ then: next })} options={offered} />
    </Field>
  );
}
