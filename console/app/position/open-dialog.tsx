import { useState } from 'preact/hooks';
import type { CommandInput } from '../../../lib/admin/contract/commands.ts';
import { ask } from '../api.ts';
import { Dialog } from '../control/dialog.tsx';
import { Field, Select, TextInput, Trouble } from '../control/field.tsx';
import { Segments } from '../control/segments.tsx';
import { say } from '../control/toast.tsx';
import { useTask } from '../control/use-task.ts';
import { baseOf } from '../labels.ts';
import { pathOf } from '../route.ts';
import { accounts, refresh } from '../store.ts';
import { AccountField } from './account-field.tsx';

const decimals = '[0-9]+([.][0-9]+)?';

/** Opens a position with an entry order of Ripcord's own. */
export function OpenDialog({ onClose }: { onClose: () => void }) {
  const stored = accounts.value ?? [];
  const [account, setAccount] = useState(stored[0]?.name ?? '');
  const [symbol, setSymbol] = useState('');
  const [side, setSide] = useState<'long' | 'short'>('long');
  const [type, setType] = useState<'limit' | 'market'>('limit');
  const [price, setPrice] = useState('');
  const [sizedBy, setSizedBy] = useState<'amount' | 'cost'>('amount');
  const [size, setSize] = useState('');
  const [label, setLabel] = useState('');
  // The same for every try of this dialog: whatever becomes of an answer, one position is opened.
  const [requestId] = useState(() => crypto.randomUUID());
  const { busy, trouble, run } = useTask();
  const [base = 'base', quote = 'quote'] = symbol.includes('/')
    ? [baseOf(symbol), symbol.split(/[/:]/)[1]]
    : [];

  const open = () =>
    run(async () => {
      const input: CommandInput<'positions.open'> = {
        requestId,
        account,
        symbol,
        side,
        type,
        ...(type === 'limit' ? { price } : {}),
        ...(sizedBy === 'amount' ? { amount: size } : { cost: size }),
        ...(label.trim() === '' ? {} : { label }),
      };
      const { position } = await ask('positions.open', input);
      onClose();
      say(`Opened: the ${type.toUpperCase()} entry is at the exchange.`);
      await refresh();
      location.hash = pathOf.position(position.positionId);
    });
  return (
    <Dialog title="Open a position" subtitle="An entry order goes to the exchange." onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          open();
        }}
      >
        <div class="dialog-body">
          <div class="fields two">
            <AccountField account={account} onChange={setAccount} />
            <Field label="Market" help="BTC/USDT, or BTC/USDT:USDT for a perpetual">
              <TextInput
                value={symbol}
                required
                placeholder="BTC/USDT"
                onInput={(text) => setSymbol(text.trim().toUpperCase())}
              />
            </Field>
            <div class="field">
              <span class="label">Side</span>
              <Segments
                name="Side"
                value={side}
                onChange={setSide}
                options={[
                  { value: 'long', label: 'Long' },
                  { value: 'short', label: 'Short' },
                ]}
              />
            </div>
            <div class="field">
              <span class="label">Entry order</span>
              <Segments
                name="Entry order"
                value={type}
                onChange={setType}
                options={[
                  { value: 'limit', label: 'Limit' },
                  { value: 'market', label: 'Market' },
                ]}
              />
            </div>
            {type === 'limit' ? (
              <Field label={`Price in ${quote}`}>
                <TextInput value={price} required inputMode="decimal" pattern={decimals} onInput={setPrice} />
              </Field>
            ) : null}
            <Field label="Size in">
              <Select
                value={sizedBy}
                onChange={setSizedBy}
                options={[
                  { value: 'amount', label: `${base}: how much to hold` },
                  { value: 'cost', label: `${quote}: how much to spend` },
                ]}
              />
            </Field>
            <Field label={`Size in ${sizedBy === 'amount' ? base : quote}`}>
              <TextInput value={size} required inputMode="decimal" pattern={decimals} onInput={setSize} />
            </Field>
            <Field label="Name, for your own eyes">
              <TextInput value={label} maxLength={80} onInput={setLabel} />
            </Field>
          </div>
          <Trouble>{trouble}</Trouble>
        </div>
        <footer>
          <button type="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" class="primary" disabled={busy}>
            {busy ? 'Sending…' : `Place ${type.toUpperCase()} ${side === 'long' ? 'buy' : 'sell'}`}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
