import { type FieldErrors, findError } from '../api.ts';
import { AccountField } from '../control/account-field.tsx';
import { Check } from '../control/check.tsx';
import { Field, TextInput } from '../control/field.tsx';
import { LabelField } from '../control/label-field.tsx';
import { NumberField } from '../control/number-field.tsx';
import { Segments } from '../control/segments.tsx';
import { toSymbol } from '../control/symbol-text.ts';
import { TagField } from '../control/tag-field.tsx';
import { AllowedSources, Expiry, standingExpiries } from '../link/link-options.tsx';
import { WatchFields } from '../link/watch-fields.tsx';
import { canAdopt, canFollow, canRehearse, canWatch, type StrategyChoices } from './strategy-input.ts';

export interface StrategyFieldProps {
  choices: StrategyChoices;
  errors: FieldErrors;
  set: (change: Partial<StrategyChoices>) => void;
}

const kinds = [
  { value: 'market', label: 'Market' },
  { value: 'tag', label: 'Tag' },
  { value: 'account', label: 'Account' },
] as const;

const kindHelp = {
  market: 'Every open position of this market and side on the account.',
  tag: 'Every open position with this tag, on any account.',
  account:
    'Every position that Ripcord knows on the account: a panic link. What you opened elsewhere and did not adopt stays open.',
} as const;

const sides = [
  { value: 'long', label: 'Long' },
  { value: 'short', label: 'Short' },
] as const;

/** Which positions the link is for. */
export function ScopeFields({ choices, errors, set }: StrategyFieldProps) {
  const { kind, account, symbol, side, tag } = choices;
  return (
    <>
      <div class="field">
        <span class="label">For</span>
        <Segments name="For" value={kind} onChange={(next) => set({ kind: next })} options={kinds} />
        <span class="help">{kindHelp[kind]}</span>
      </div>
      <div class="fields two">
        {kind === 'tag' ? (
          <TagField value={tag} error={errors.get('tag')} isRequired onInput={(text) => set({ tag: text })} />
        ) : (
          <AccountField account={account} onChange={(next) => set({ account: next })} />
        )}
        {kind === 'market' ? (
          <>
            <Field
              label="Market"
              help="BTC/USDT, or BTC/USDT:USDT for a perpetual"
              error={errors.get('symbol')}
            >
              <TextInput
                value={symbol}
                required
                placeholder="BTC/USDT"
                isWrong={errors.has('symbol')}
                onInput={(text) => set({ symbol: toSymbol(text) })}
              />
            </Field>
            <div class="field">
              <span class="label">Side</span>
              <Segments name="Side" value={side} onChange={(next) => set({ side: next })} options={sides} />
            </div>
          </>
        ) : null}
      </div>
    </>
  );
}

const actions = [
  { value: 'close', label: 'Close' },
  { value: 'keep', label: 'Keep' },
  { value: 'reduce', label: 'Reduce' },
  { value: 'stop', label: 'Move stop' },
  { value: 'heartbeat', label: 'Heartbeat' },
] as const;

const actionHelp = {
  close: 'Closes what has filled with a MARKET order, and cancels the rest of the entry.',
  keep: 'Cancels the rest of the entry, and leaves what has filled.',
  reduce: 'Closes a part with a MARKET order, and cancels the rest of the entry.',
  stop: 'Only tightens the stop: the better of the present stop and the new one counts.',
  heartbeat: 'Does nothing to positions. It shows that alerts arrive.',
} as const;

const reductions = [
  { value: 'toPercent', label: 'To %' },
  { value: 'byPercent', label: 'By %' },
] as const;

const stops = [
  { value: 'breakEven', label: 'Break-even' },
  { value: 'price', label: 'Price' },
  { value: 'trailPercent', label: 'Trail %' },
] as const;

/** What an alert does to each position. */
export function ActionFields(props: StrategyFieldProps) {
  const { choices, set } = props;
  const { action } = choices;
  return (
    <>
      <div class="field">
        <span class="label">Action</span>
        <Segments name="Action" value={action} onChange={(next) => set({ action: next })} options={actions} />
        <span class="help">{actionHelp[action]}</span>
      </div>
      {action === 'reduce' ? <ReduceFields {...props} /> : null}
      {action === 'stop' ? <StopFields {...props} /> : null}
    </>
  );
}

const reduceHelp = {
  toPercent: 'At most this part of what filled is left. A repeat changes nothing.',
  byPercent: 'This part of what is left is closed, once per position.',
} as const;

function ReduceFields({ choices: { reduce, reducePercent }, errors, set }: StrategyFieldProps) {
  return (
    <div class="fields two">
      <div class="field">
        <span class="label">Reduce</span>
        <Segments
          name="Reduce"
          value={reduce}
          onChange={(next) => set({ reduce: next })}
          options={reductions}
        />
      </div>
      <NumberField
        label="Percent"
        help={reduceHelp[reduce]}
        value={reducePercent}
        error={errors.get(reduce)}
        onInput={(text) => set({ reducePercent: text })}
      />
    </div>
  );
}

function StopFields({ choices: { stop, stopPrice, trailPercent }, errors, set }: StrategyFieldProps) {
  return (
    <div class="fields two">
      <div class="field">
        <span class="label">New stop</span>
        <Segments name="New stop" value={stop} onChange={(next) => set({ stop: next })} options={stops} />
      </div>
      {stop === 'price' ? (
        <NumberField
          label="Stop price"
          value={stopPrice}
          error={findError(errors, 'stop')}
          onInput={(text) => set({ stopPrice: text })}
        />
      ) : null}
      {stop === 'trailPercent' ? (
        <NumberField
          label="Trail by %"
          help="From the mark price at the alert."
          value={trailPercent}
          error={findError(errors, 'stop')}
          onInput={(text) => set({ trailPercent: text })}
        />
      ) : null}
    </div>
  );
}

interface Option {
  name: 'rehearsal' | 'follows' | 'adopt' | 'isWatched';
  label: string;
  help: string;
  isOffered: (choices: StrategyChoices) => boolean;
}

const behaviors: readonly Option[] = [
  {
    name: 'rehearsal',
    label: 'Rehearsal first',
    help: 'Alerts show what they would do, and do nothing until you arm the link.',
    isOffered: canRehearse,
  },
  {
    name: 'follows',
    label: "Follow the strategy's state",
    help: 'The message states long, short or flat once per bar. The link acts on flat or the other side.',
    isOffered: canFollow,
  },
  {
    name: 'adopt',
    label: 'Adopt positions opened elsewhere',
    help: "An alert first adopts what the exchange shows beyond Ripcord's own positions.",
    isOffered: canAdopt,
  },
  {
    name: 'isWatched',
    label: 'Watch for missing alerts',
    help: 'Acts once when alerts stop while a position is open.',
    isOffered: canWatch,
  },
];

/** How alerts are understood, and whether they act at once. */
export function BehaviorFields({ choices, errors, set }: StrategyFieldProps) {
  const { isWatched, watch } = choices;
  return (
    <div class="checks">
      {behaviors
        .filter(({ isOffered }) => isOffered(choices))
        .map(({ name, label, help }) => (
          <Check
            key={name}
            isChecked={choices[name]}
            help={help}
            onChange={(isChecked) => set({ [name]: isChecked })}
          >
            {label}
          </Check>
        ))}
      {canWatch(choices) && isWatched ? (
        <WatchFields
          watch={watch}
          errors={errors}
          mayClose={false}
          set={(change) => set({ watch: { ...watch, ...change } })}
        />
      ) : null}
    </div>
  );
}

export function StrategyOptions({ choices, errors, set }: StrategyFieldProps) {
  return (
    <details class="options">
      <summary>Options: label, expiry, allowed IPs</summary>
      <div class="fields two">
        <LabelField value={choices.label} error={errors.get('label')} onInput={(label) => set({ label })} />
        <Expiry
          options={standingExpiries}
          value={choices.expiresIn}
          duration={choices.customDuration}
          error={errors.get('expiresIn')}
          onChange={(expiresIn) => set({ expiresIn })}
          onDuration={(customDuration) => set({ customDuration })}
        />
        <AllowedSources choices={choices} errors={errors} set={set} />
      </div>
    </details>
  );
}
