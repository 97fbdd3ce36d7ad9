import { useState } from 'preact/hooks';
import type { CommandInput, OpenOrderView } from '../../../lib/admin/contract/commands.ts';
import { Field, TextInput, Trouble } from '../control/field.tsx';
import { amount, isPositive, price } from '../format.ts';
import { baseOf } from '../labels.ts';
import { adoptionOf, type Candidate, suggestedAmount } from './adoptable.ts';

function OrderTick({
  order,
  ticked,
  onToggle,
}: {
  order: OpenOrderView;
  ticked: boolean;
  onToggle: () => void;
}) {
  const at = order.price ?? order.triggerPrice;
  return (
    <label class="tick">
      <input type="checkbox" checked={ticked} onChange={onToggle} />
      <span>
        {order.side === 'buy' ? 'Buy' : 'Sell'} {amount(order.amount, order.amountStep)}{' '}
        {baseOf(order.symbol)}
        {at === undefined ? '' : ` at ${price(at, order.priceStep)}`}
        <span class="sub">
          {order.type.replaceAll('_', ' ')} · {order.orderId}
          {isPositive(order.filled) ? ` · ${amount(order.filled, order.amountStep)} filled` : ''}
        </span>
      </span>
    </label>
  );
}

/** Which orders belong to the position, and how much it is where no entry order says so. */
export function AdoptForm({
  candidate,
  account,
  busy,
  trouble,
  onBack,
  onAdopt,
}: {
  candidate: Candidate;
  account: string;
  busy: boolean;
  trouble: string | undefined;
  onBack: () => void;
  onAdopt: (input: CommandInput<'positions.adopt'>) => void;
}) {
  const { entries, exits, holding, symbol } = candidate;
  const [ticked, setTicked] = useState<ReadonlySet<string>>(
    // An order that waits beside a holding may add to it or be another position: its owner says so.
    new Set([...(holding === undefined ? entries : []), ...exits].map(({ orderId }) => orderId)),
  );
  const [stated, setStated] = useState(holding?.amount ?? suggestedAmount(candidate));
  const [label, setLabel] = useState('');
  const byEntries = entries.some(({ orderId }) => ticked.has(orderId));
  const toggle = (orderId: string) => {
    const next = new Set(ticked);
    if (!next.delete(orderId)) next.add(orderId);
    setTicked(next);
  };
  const ticks = (title: string, orders: OpenOrderView[]) =>
    orders.length === 0 ? null : (
      <fieldset class="ticks">
        <legend>{title}</legend>
        {orders.map((order) => (
          <OrderTick
            key={order.orderId}
            order={order}
            ticked={ticked.has(order.orderId)}
            onToggle={() => toggle(order.orderId)}
          />
        ))}
      </fieldset>
    );
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        const input = adoptionOf(candidate, account, ticked, stated);
        onAdopt(label.trim() === '' ? input : { ...input, label });
      }}
    >
      <div class="dialog-body">
        {ticks('Entry orders', entries)}
        {ticks('Exit orders', exits)}
        <div class="fields two">
          {byEntries ? null : (
            <Field
              label={`Amount in ${baseOf(symbol)}`}
              help={
                holding === undefined
                  ? 'How much of the balance belongs to this position.'
                  : `The account holds ${holding.amount}; a part of it may be the position.`
              }
            >
              <TextInput
                value={stated}
                required
                inputMode="decimal"
                pattern="[0-9]+([.][0-9]+)?"
                onInput={setStated}
              />
            </Field>
          )}
          <Field label="Name, for your own eyes">
            <TextInput value={label} maxLength={80} onInput={setLabel} />
          </Field>
        </div>
        <Trouble>{trouble}</Trouble>
      </div>
      <footer>
        <button type="button" onClick={onBack}>
          Back
        </button>
        <button type="submit" class="primary" disabled={busy}>
          {busy ? 'Adopting…' : 'Adopt'}
        </button>
      </footer>
    </form>
  );
}
