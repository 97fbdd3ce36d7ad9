import { useState } from 'preact/hooks';
import type { CommandInput, OpenOrderView } from '../../../lib/admin/contract/commands.ts';
import type { FieldErrors } from '../api.ts';
import { DialogFooter } from '../control/dialog-footer.tsx';
import { ErrorText, FieldError, Form } from '../control/field.tsx';
import { LabelField } from '../control/label-field.tsx';
import { NumberField } from '../control/number-field.tsx';
import { TagField } from '../control/tag-field.tsx';
import { formatAmount, isPositive } from '../format.ts';
import { toBaseCurrency } from '../labels.ts';
import {
  type Adoption,
  type Candidate,
  describeAdoption,
  describeOrder,
  suggestAmount,
  toAdoptInput,
  toCertainOrders,
  totalAmount,
} from './adoptable.ts';

interface AdoptFormProps {
  candidate: Candidate;
  account: string;
  busy: boolean;
  error: string | undefined;
  fieldErrors: FieldErrors;
  onBack: () => void;
  onAdopt: (input: CommandInput<'positions.adopt'>) => void;
}

/** Which orders belong to the position, its amount if no entry order defines it, and what it would be. */
export function AdoptForm({ candidate, account, busy, error, fieldErrors, onBack, onAdopt }: AdoptFormProps) {
  const { entries, exits, held } = candidate;
  const ticks = useTicked(candidate);
  const [amount, setAmount] = useState(held?.amount ?? suggestAmount(candidate));
  const [label, setLabel] = useState('');
  const [tag, setTag] = useState('');
  const hasEntry = entries.some(({ orderId }) => ticks.ticked.has(orderId));
  const adoption = describeAdoption(candidate, ticks.ticked, amount);
  const adopt = () => {
    const input = toAdoptInput(candidate, account, ticks.ticked, amount);
    onAdopt({ ...input, ...toNames(label, tag) });
  };
  return (
    <Form onSubmit={adopt}>
      <div class="dialog-body">
        <Orders title="Entry orders" orders={entries} error={fieldErrors.get('entryOrderIds')} {...ticks} />
        <Orders title="Exit orders" orders={exits} error={fieldErrors.get('exitOrderIds')} {...ticks} />
        <div class="fields two">
          {hasEntry ? null : (
            <AmountField
              candidate={candidate}
              amount={amount}
              error={fieldErrors.get('amount')}
              onInput={setAmount}
            />
          )}
          <LabelField value={label} error={fieldErrors.get('label')} onInput={setLabel} />
          <TagField value={tag} error={fieldErrors.get('tag')} onInput={setTag} />
        </div>
        <Summary adoption={adoption} />
        <ErrorText>{error}</ErrorText>
      </div>
      <DialogFooter
        busy={busy}
        secondary={{ label: 'Back', onClick: onBack }}
        primary={{ label: 'Adopt', busyLabel: 'Adopting…', disabled: !adoption.isComplete }}
      />
    </Form>
  );
}

/** @returns what was typed, without what was left empty. */
function toNames(label: string, tag: string): { label?: string; tag?: string } {
  return {
    ...(label.trim() === '' ? {} : { label }),
    ...(tag.trim() === '' ? {} : { tag: tag.trim() }),
  };
}

function Summary({ adoption: { sentences, warnings } }: { adoption: Adoption }) {
  return (
    <section class="outline" aria-label="The position" aria-live="polite">
      {sentences.map((sentence) => (
        <p key={sentence}>{sentence}</p>
      ))}
      {warnings.map((warning) => (
        <p key={warning} class="hint">
          {warning}
        </p>
      ))}
    </section>
  );
}

function useTicked(candidate: Candidate) {
  const [ticked, setTicked] = useState<ReadonlySet<string>>(() => new Set(toCertainOrders(candidate)));
  const onTick = (orders: readonly OpenOrderView[], isTicked: boolean) => {
    const ids = orders.map(({ orderId }) => orderId);
    setTicked((before) => new Set([...before, ...ids].filter((id) => isTicked || !ids.includes(id))));
  };
  return { ticked, onTick };
}

interface OrdersProps {
  title: string;
  orders: OpenOrderView[];
  ticked: ReadonlySet<string>;
  onTick: (orders: readonly OpenOrderView[], isTicked: boolean) => void;
}

function Orders({ error, ...ticks }: OrdersProps & { error: string | undefined }) {
  const { title, orders, ticked, onTick } = ticks;
  if (orders.length === 0) return null;
  return (
    <fieldset class="ticks">
      <legend>{title}</legend>
      {orders.map((order) => (
        <label key={order.orderId} class="tick">
          <input
            type="checkbox"
            checked={ticked.has(order.orderId)}
            onChange={({ currentTarget }) => onTick([order], currentTarget.checked)}
          />
          <OrderText order={order} />
        </label>
      ))}
      <TickAll {...ticks} />
      <FieldError>{error}</FieldError>
    </fieldset>
  );
}

/** Ticks all orders or none, and shows the total of those that are ticked. */
function TickAll({ title, orders, ticked, onTick }: OrdersProps) {
  const chosen = orders.filter(({ orderId }) => ticked.has(orderId));
  const [{ symbol = '', amountStep = '1' } = {}] = orders;
  const name = title.toLowerCase();
  return (
    <div class="actions">
      <button type="button" class="small" aria-label={`All ${name}`} onClick={() => onTick(orders, true)}>
        All
      </button>
      <button
        type="button"
        class="small"
        aria-label={`None of the ${name}`}
        onClick={() => onTick(orders, false)}
      >
        None
      </button>
      <span class="muted">
        {chosen.length} of {orders.length} ticked, {formatAmount(totalAmount(chosen), amountStep)}{' '}
        {toBaseCurrency(symbol)} in total
      </span>
    </div>
  );
}

function OrderText({ order }: { order: OpenOrderView }) {
  const { filled, amountStep, type, orderId } = order;
  const text = describeOrder(order);
  return (
    <span>
      {text.charAt(0).toUpperCase() + text.slice(1)}
      <span class="sub">
        {type.replaceAll('_', ' ')} · {orderId}
        {isPositive(filled) ? ` · ${formatAmount(filled, amountStep)} filled` : ''}
      </span>
    </span>
  );
}

function AmountField({
  candidate: { held, symbol },
  amount,
  error,
  onInput,
}: {
  candidate: Candidate;
  amount: string;
  error: string | undefined;
  onInput: (amount: string) => void;
}) {
  const base = toBaseCurrency(symbol);
  const help =
    held === undefined
      ? 'Enter how much of the balance belongs to this position.'
      : `The account holds ${held.amount} ${base}. Enter how much belongs to this position.`;
  return (
    <NumberField label={`Amount in ${base}`} help={help} value={amount} error={error} onInput={onInput} />
  );
}
