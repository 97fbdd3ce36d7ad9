import type { FieldErrors } from '../api.ts';
import { FieldError } from '../control/field.tsx';
import { Icon } from '../control/icon.tsx';
import { NumberField } from '../control/number-field.tsx';
import {
  addTarget,
  breakEven,
  changeTarget,
  type ExitChoices,
  maxTargets,
  type Side,
  type StopChoice,
  suggestPrice,
  type TargetChoice,
} from './exit-choices.ts';

interface ExitFieldsProps {
  choices: ExitChoices;
  onChange: (choices: ExitChoices) => void;
  /** What new lines start from. */
  from: { side: Side; price: string | undefined; priceStep: string };
  /** Only something that has filled has a break-even price. */
  canBreakEven: boolean;
  errors: FieldErrors;
}

/** Targets and the stop. */
export function ExitFields(props: ExitFieldsProps) {
  return (
    <>
      <Targets {...props} />
      <Stop {...props} />
    </>
  );
}

function Targets({ choices, onChange, from, errors }: ExitFieldsProps) {
  const { targets } = choices;
  const remove = (at: number) =>
    onChange({ ...choices, targets: targets.filter((_, index) => index !== at) });
  return (
    <fieldset class="exits">
      <legend>Targets</legend>
      {targets.map((target, index) => (
        <TargetRow
          key={index}
          target={target}
          index={index}
          errors={errors}
          onChange={(change) => onChange(changeTarget(choices, index, change))}
          onRemove={() => remove(index)}
        />
      ))}
      <FieldError>{errors.get('takeProfits')}</FieldError>
      <button
        type="button"
        class="small add"
        disabled={targets.length >= maxTargets}
        onClick={() => onChange(addTarget(choices, from))}
      >
        <Icon name="plus" /> Add target
      </button>
    </fieldset>
  );
}

function TargetRow({
  target,
  index,
  errors,
  onChange,
  onRemove,
}: {
  target: TargetChoice;
  index: number;
  errors: FieldErrors;
  onChange: (change: Partial<TargetChoice>) => void;
  onRemove: () => void;
}) {
  const name = `Target ${index + 1}`;
  return (
    <div class="exit-row">
      <NumberField
        label={`${name} price`}
        value={target.price}
        error={errors.get(`takeProfits.${index}.price`)}
        onInput={(price) => onChange({ price })}
      />
      <NumberField
        label={`${name} part in %`}
        value={target.percent}
        error={errors.get(`takeProfits.${index}.percent`)}
        onInput={(percent) => onChange({ percent })}
      />
      <RemoveButton name={name} onRemove={onRemove} />
    </div>
  );
}

function RemoveButton({ name, onRemove }: { name: string; onRemove: () => void }) {
  return (
    <button type="button" class="icon-button" aria-label={`Remove ${name.toLowerCase()}`} onClick={onRemove}>
      <Icon name="close" />
    </button>
  );
}

function Stop({ choices, onChange, from, canBreakEven, errors }: ExitFieldsProps) {
  const { stop } = choices;
  const { side, price, priceStep } = from;
  const set = (next: StopChoice | undefined) => onChange({ ...choices, stop: next });
  const add = () =>
    set({ price: price === undefined ? '' : suggestPrice('stop', side, price, priceStep), limitPrice: '' });
  return (
    <fieldset class="exits">
      <legend>Stop</legend>
      {stop === undefined ? null : <StopRow stop={stop} side={side} errors={errors} onChange={set} />}
      <FieldError>{errors.get('stopLoss')}</FieldError>
      <div class="actions">
        {stop === undefined ? (
          <button type="button" class="small add" onClick={add}>
            <Icon name="plus" /> Add stop
          </button>
        ) : null}
        {canBreakEven && stop?.price !== breakEven ? (
          <button type="button" class="small" onClick={() => set({ price: breakEven, limitPrice: '' })}>
            Stop at break-even
          </button>
        ) : null}
      </div>
    </fieldset>
  );
}

function StopRow({
  stop,
  side,
  errors,
  onChange,
}: {
  stop: StopChoice;
  side: Side;
  errors: FieldErrors;
  onChange: (stop: StopChoice | undefined) => void;
}) {
  return (
    <div class="exit-row">
      <StopPrice stop={stop} error={errors.get('stopLoss.price')} onChange={onChange} />
      <NumberField
        label="LIMIT price (optional)"
        value={stop.limitPrice}
        isOptional
        placeholder="at market"
        error={errors.get('stopLoss.limitPrice')}
        onInput={(limitPrice) => onChange({ ...stop, limitPrice })}
      />
      <RemoveButton name="stop" onRemove={() => onChange(undefined)} />
      <p class="help">
        {`Triggers at the last price, then ${side === 'long' ? 'sells' : 'buys back'} `}
        {stop.limitPrice.trim() === '' ? 'at market.' : 'with a LIMIT order, which may never fill.'}
      </p>
    </div>
  );
}

function StopPrice({
  stop,
  error,
  onChange,
}: {
  stop: StopChoice;
  error: string | undefined;
  onChange: (stop: StopChoice) => void;
}) {
  if (stop.price === breakEven)
    return (
      <div class="field">
        <span class="label">Stop price</span>
        <button type="button" onClick={() => onChange({ ...stop, price: '' })}>
          Break-even · enter a price instead
        </button>
        <FieldError>{error}</FieldError>
      </div>
    );
  return (
    <NumberField
      label="Stop price"
      value={stop.price}
      error={error}
      onInput={(price) => onChange({ ...stop, price })}
    />
  );
}
