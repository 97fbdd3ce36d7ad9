import { useState } from 'preact/hooks';
import type { CommandInput, OpenOrderView } from '../../../lib/admin/contract/commands.ts';
import { DialogFooter } from '../control/dialog-footer.tsx';
import { ErrorText, Field, Form, TextInput } from '../control/field.tsx';
import { NumberField } from '../control/number-field.tsx';
import { formatAmount, formatPrice, isPositive } from '../format.ts';
import { toBaseCurrency } from '../labels.ts';
import { type Candidate, suggestAmount, toAdoptInput } from './adoptable.ts';

interface AdoptFormProps {
  candidate: Candidate;
  account: string;
  busy: boolean;
  error: string | undefined;
  onBack: () => void;
  onAdopt: (input: CommandInput<'positions.adopt'>) => void;
}

/** Which orders belong to the position, and its amount if no entry order defines it. */
export function AdoptForm({ candidate, account, busy, error, onBack, onAdopt }: AdoptFormProps) {
  const { entries, exits } = candidate;
  const { ticked, toggle } = useTicked(candidate);
  const [amount, setAmount] = useState(candidate.held?.amount ?? suggestAmount(candidate));
  const [label, setLabel] = useState('');
  const hasEntry = entries.some(({ orderId }) => ticked.has(orderId));
  const adopt = () => {
    const input = toAdoptInput(candidate, account, ticked, amount);
    onAdopt(label.trim() === '' ? input : { ...input, label });
  };
  return (
    <Form onSubmit={adopt}>
      <div class="dialog-body">
        <Orders title="Entry orders" orders={entries} ticked={ticked} onToggle={toggle} />
        <Orders title="Exit orders" orders={exits} ticked={ticked} onToggle={toggle} />
        <div class="fields two">
          {hasEntry ? null : <AmountField candidate={candidate} amount={amount} onInput={setAmount} />}
          <Field label="Label (only you see it)">
            <TextInput value={label} maxLength={80} onInput={setLabel} />
          </Field>
        </div>
        <ErrorText>{error}</ErrorText>
      </div>
      <DialogFooter
        busy={busy}
        secondary={{ label: 'Back', onClick: onBack }}
        primary={{ label: 'Adopt', busyLabel: 'Adopting…' }}
      />
    </Form>
  );
}

function useTicked({ held, entries, exits }: Candidate) {
  // An entry order beside a held position may add to it or open another one: the owner decides.
  const [ticked, setTicked] = useState<ReadonlySet<string>>(
    new Set([...(held === undefined ? entries : []), ...exits].map(({ orderId }) => orderId)),
  );
  const toggle = (orderId: string) => {
    const next = new Set(ticked);
    if (!next.delete(orderId)) next.add(orderId);
    setTicked(next);
  };
  return { ticked, toggle };
}

function Orders({
  title,
  orders,
  ticked,
  onToggle,
}: {
  title: string;
  orders: OpenOrderView[];
  ticked: ReadonlySet<string>;
  onToggle: (orderId: string) => void;
}) {
  if (orders.length === 0) return null;
  return (
    <fieldset class="ticks">
      <legend>{title}</legend>
      {orders.map((order) => (
        <label key={order.orderId} class="tick">
          <input
            type="checkbox"
            checked={ticked.has(order.orderId)}
            onChange={() => onToggle(order.orderId)}
          />
          <OrderText order={order} />
        </label>
      ))}
    </fieldset>
  );
}

function OrderText({ order }: { order: OpenOrderView }) {
  const { side, symbol, amount, filled, amountStep, priceStep, type, orderId } = order;
  const at = order.price ?? order.triggerPrice;
  return (
    <span>
      {side === 'buy' ? 'Buy' : 'Sell'} {formatAmount(amount, amountStep)} {toBaseCurrency(symbol)}
      {at === undefined ? '' : ` at ${formatPrice(at, priceStep)}`}
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
  onInput,
}: {
  candidate: Candidate;
  amount: string;
  onInput: (amount: string) => void;
}) {
  const base = toBaseCurrency(symbol);
  const help =
    held === undefined
      ? 'Enter how much of the balance belongs to this position.'
      : `The account holds ${held.amount} ${base}. Enter how much belongs to this position.`;
  return <NumberField label={`Amount in ${base}`} help={help} value={amount} onInput={onInput} />;
}
