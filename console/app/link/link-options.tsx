import { type FieldErrors, findError } from '../api.ts';
import { parseWholeText } from '../control/decimal-text.ts';
import { Field, Select, TextInput } from '../control/field.tsx';
import { LabelField } from '../control/label-field.tsx';
import { NumberField } from '../control/number-field.tsx';
import type { LinkChoices, SharedChoices } from './link-input.ts';

interface OptionProps {
  choices: LinkChoices;
  errors: FieldErrors;
  set: (change: Partial<LinkChoices>) => void;
}

export function LinkOptions({
  choices,
  errors,
  onChange,
}: {
  choices: LinkChoices;
  errors: FieldErrors;
  onChange: (choices: LinkChoices) => void;
}) {
  const option = {
    choices,
    errors,
    set: (change: Partial<LinkChoices>) => onChange({ ...choices, ...change }),
  };
  return (
    <details class="options">
      <summary>Options: expiry, limits, confirmation, allowed IPs, partial close</summary>
      <div class="fields two">
        <LabelField
          value={choices.label}
          error={errors.get('label')}
          onInput={(label) => option.set({ label })}
        />
        <Expiry
          options={expiries}
          value={choices.expiresIn}
          duration={choices.customDuration}
          error={errors.get('expiresIn')}
          onChange={(expiresIn) => option.set({ expiresIn })}
          onDuration={(customDuration) => option.set({ customDuration })}
        />
        <Part {...option} />
        <Uses {...option} />
        <BrowserUse {...option} />
        <AllowedSources {...option} />
      </div>
    </details>
  );
}

export const expiries = [
  { value: '', label: 'When the position closes' },
  { value: '1h', label: '1 hour from now' },
  { value: '12h', label: '12 hours from now' },
  { value: '1d', label: '1 day from now' },
  { value: '7d', label: '7 days from now' },
  { value: '30d', label: '30 days from now' },
  { value: 'custom', label: 'Custom' },
] as const;

/** A standing link has no position that ends it. */
export const standingExpiries = expiries.map(({ value, label }) => ({
  value,
  label: value === '' ? 'Never' : label,
}));

/** When a link expires. */
export function Expiry<Value extends string>({
  options,
  value,
  duration,
  error,
  onChange,
  onDuration,
}: {
  options: readonly { value: Value | 'custom'; label: string }[];
  value: Value | 'custom';
  /** As typed, for `custom`. */
  duration: string;
  error: string | undefined;
  onChange: (value: Value | 'custom') => void;
  onDuration: (duration: string) => void;
}) {
  return (
    <>
      <Field label="Expires">
        <Select value={value} onChange={onChange} options={options} />
      </Field>
      {value === 'custom' ? (
        <Field
          label="Duration"
          help="For example 90m, 36h or 7d. A number alone is in seconds."
          error={error}
        >
          <TextInput
            isWrong={error !== undefined}
            value={duration}
            placeholder="36h"
            required
            onInput={onDuration}
          />
        </Field>
      ) : null}
    </>
  );
}

function Part({ choices, errors, set }: OptionProps) {
  return (
    <NumberField
      label="Close part (%)"
      help="1 to 99, for a close link. The rest stays open."
      value={choices.percent}
      error={errors.get('percent')}
      isOptional
      isWhole
      placeholder="all"
      parse={(text) => parseWholeText(text, 1, 99)}
      onInput={(percent) => set({ percent })}
    />
  );
}

function Uses({ choices, errors, set }: OptionProps) {
  const isPart = choices.percent !== '';
  return (
    <NumberField
      label="Maximum uses"
      help={isPart ? 'Default for a partial close: 1.' : undefined}
      value={choices.maxUses}
      error={errors.get('maxUses')}
      isOptional
      isWhole
      placeholder={isPart ? '1' : 'no limit'}
      parse={(text) => parseWholeText(text, 1, 1_000)}
      onInput={(maxUses) => set({ maxUses })}
    />
  );
}

const browserUses = [
  { value: '', label: 'Acts immediately' },
  { value: 'confirm', label: 'Asks for confirmation' },
  { value: 'post-only', label: 'Alerts only' },
] as const;

function BrowserUse({ choices, set }: OptionProps) {
  const help = choices.browser === 'post-only' ? 'Browsers see a confirm button.' : undefined;
  return (
    <Field label="Opened in a browser" help={help}>
      <Select value={choices.browser} onChange={(browser) => set({ browser })} options={browserUses} />
    </Field>
  );
}

const allowedSources = [
  { value: '', label: 'Any' },
  { value: 'tradingview', label: 'TradingView only' },
  { value: 'listed', label: 'Specific IP addresses' },
] as const;

export function AllowedSources({
  choices,
  errors,
  set,
}: {
  choices: SharedChoices;
  errors: FieldErrors;
  set: (change: Partial<SharedChoices>) => void;
}) {
  const error = findError(errors, 'sources');
  return (
    <>
      <Field label="Allowed sources">
        <Select value={choices.sources} onChange={(sources) => set({ sources })} options={allowedSources} />
      </Field>
      {choices.sources === 'listed' ? (
        <Field
          label="IP addresses or ranges"
          help="For example 203.0.113.7 or 203.0.113.0/24, separated by commas."
          error={error}
        >
          <TextInput
            isWrong={error !== undefined}
            value={choices.addresses}
            required
            onInput={(addresses) => set({ addresses })}
          />
        </Field>
      ) : null}
    </>
  );
}
