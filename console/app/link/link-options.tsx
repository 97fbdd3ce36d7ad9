import type { Asked } from '../api.ts';
import { Field, Select, TextInput } from '../control/field.tsx';
import type { Action } from '../labels.ts';

/** The options as a person has entered them; empty where left alone. */
export interface LinkChoices {
  label: string;
  expiresIn: '' | '1h' | '12h' | '1d' | '7d' | '30d' | 'own';
  /** As it was typed, where none of those is meant. */
  ownTime: string;
  maxUses: string;
  percent: string;
  browser: '' | 'confirm' | 'post-only';
  sources: '' | 'tradingview' | 'listed';
  addresses: string;
}

export const noChoices: LinkChoices = {
  label: '',
  expiresIn: '',
  ownTime: '',
  maxUses: '',
  percent: '',
  browser: '',
  sources: '',
  addresses: '',
};

/** Whole numbers only; what is no number goes out as it is, for the admin function to refuse in words. */
function whole(text: string): number | undefined {
  return text.trim() === '' ? undefined : Number(text);
}

/** @returns the options as the command takes them, without those left alone. */
export function optionsOf(
  { label, expiresIn, ownTime, maxUses, percent, browser, sources, addresses }: LinkChoices,
  action: Action,
): Partial<Asked<'links.create'>> {
  const uses = whole(maxUses);
  const part = action === 'close' ? whole(percent) : undefined;
  return {
    ...(label.trim() === '' ? {} : { label }),
    ...(expiresIn === '' ? {} : { expiresIn: expiresIn === 'own' ? ownTime.trim() : expiresIn }),
    ...(uses === undefined ? {} : { maxUses: uses }),
    ...(part === undefined ? {} : { percent: part }),
    ...(browser === 'confirm' ? { confirm: true } : {}),
    ...(browser === 'post-only' ? { methods: browser } : {}),
    ...(sources === '' ? {} : { sources: sources === 'tradingview' ? sources : addresses.split(/[\s,]+/) }),
  };
}

export function LinkOptions({
  choices,
  action,
  onChange,
}: {
  choices: LinkChoices;
  action: Action;
  onChange: (choices: LinkChoices) => void;
}) {
  const set = (change: Partial<LinkChoices>) => onChange({ ...choices, ...change });
  return (
    <details class="options">
      <summary>Options: expiry, uses, confirmation, sources{action === 'close' ? ', a part' : ''}</summary>
      <div class="fields two">
        <Field label="Name, for your own eyes">
          <TextInput value={choices.label} maxLength={80} onInput={(label) => set({ label })} />
        </Field>
        <Field label="Works until">
          <Select
            value={choices.expiresIn}
            onChange={(expiresIn) => set({ expiresIn })}
            options={[
              { value: '', label: 'The position is over' },
              { value: '1h', label: '1 hour from now' },
              { value: '12h', label: '12 hours from now' },
              { value: '1d', label: '1 day from now' },
              { value: '7d', label: '7 days from now' },
              { value: '30d', label: '30 days from now' },
              { value: 'own', label: 'A time of my own' },
            ]}
          />
        </Field>
        {choices.expiresIn === 'own' ? (
          <Field label="For how long" help="Such as 90m, 36h or 7d; a number alone is seconds.">
            <TextInput
              value={choices.ownTime}
              placeholder="36h"
              required
              onInput={(ownTime) => set({ ownTime })}
            />
          </Field>
        ) : null}
        {action === 'close' ? (
          <Field label="Close only a part, in %" help="1 to 99. The position stays open with the rest.">
            <TextInput
              value={choices.percent}
              inputMode="numeric"
              placeholder="all"
              pattern="[1-9][0-9]?"
              onInput={(percent) => set({ percent })}
            />
          </Field>
        ) : null}
        <Field
          label="How often it may act"
          help={choices.percent === '' ? undefined : 'Once, unless you say otherwise.'}
        >
          <TextInput
            value={choices.maxUses}
            inputMode="numeric"
            placeholder={choices.percent === '' ? 'no limit' : '1'}
            pattern="[1-9][0-9]{0,2}|1000"
            onInput={(maxUses) => set({ maxUses })}
          />
        </Field>
        <Field
          label="Opened in a browser"
          help={choices.browser === 'post-only' ? 'A browser shows a button that sends one.' : undefined}
        >
          <Select
            value={choices.browser}
            onChange={(browser) => set({ browser })}
            options={[
              { value: '', label: 'Acts at once' },
              { value: 'confirm', label: 'Shows a button first' },
              { value: 'post-only', label: 'Only alerts (POST)' },
            ]}
          />
        </Field>
        <Field label="May be fired from">
          <Select
            value={choices.sources}
            onChange={(sources) => set({ sources })}
            options={[
              { value: '', label: 'Anywhere' },
              { value: 'tradingview', label: "TradingView's addresses" },
              { value: 'listed', label: 'Addresses I list' },
            ]}
          />
        </Field>
        {choices.sources === 'listed' ? (
          <Field
            label="Addresses or ranges"
            help="Such as 203.0.113.7 or 203.0.113.0/24, with commas between."
          >
            <TextInput value={choices.addresses} required onInput={(addresses) => set({ addresses })} />
          </Field>
        ) : null}
      </div>
    </details>
  );
}
