import type { CommandInput } from '../../../lib/admin/contract/commands.ts';
import { Field, Select, TextInput } from '../control/field.tsx';
import { Segments } from '../control/segments.tsx';
import { toBaseCurrency } from '../labels.ts';
import { AccountField } from './account-field.tsx';

/** An entry order as entered. */
export interface EntryChoices {
  account: string;
  symbol: string;
  side: 'long' | 'short';
  type: 'limit' | 'market';
  price: string;
  sizedBy: 'amount' | 'cost';
  size: string;
  label: string;
}

export const noEntry: EntryChoices = {
  account: '',
  symbol: '',
  side: 'long',
  type: 'limit',
  price: '',
  sizedBy: 'amount',
  size: '',
  label: '',
};

/** @returns the order as the command takes it. */
export function toOpenInput(entry: EntryChoices): Omit<CommandInput<'positions.open'>, 'requestId'> {
  const { account, symbol, side, type, price, sizedBy, size, label } = entry;
  return {
    account,
    symbol,
    side,
    type,
    ...(type === 'limit' ? { price } : {}),
    ...(sizedBy === 'amount' ? { amount: size } : { cost: size }),
    ...(label.trim() === '' ? {} : { label }),
  };
}

const decimalPattern = '[0-9]+([.][0-9]+)?';
const sides = [
  { value: 'long', label: 'Long' },
  { value: 'short', label: 'Short' },
] as const;
const types = [
  { value: 'limit', label: 'Limit' },
  { value: 'market', label: 'Market' },
] as const;

interface EntryFieldProps {
  entry: EntryChoices;
  set: (change: Partial<EntryChoices>) => void;
}

export function EntryFields({
  entry,
  onChange,
}: {
  entry: EntryChoices;
  onChange: (entry: EntryChoices) => void;
}) {
  const set = (change: Partial<EntryChoices>) => onChange({ ...entry, ...change });
  return (
    <div class="fields two">
      <AccountField account={entry.account} onChange={(account) => set({ account })} />
      <Field label="Market" help="BTC/USDT, or BTC/USDT:USDT for a perpetual">
        <TextInput
          value={entry.symbol}
          required
          placeholder="BTC/USDT"
          onInput={(text) => set({ symbol: toSymbol(text) })}
        />
      </Field>
      <div class="field">
        <span class="label">Side</span>
        <Segments name="Side" value={entry.side} onChange={(side) => set({ side })} options={sides} />
      </div>
      <div class="field">
        <span class="label">Entry order</span>
        <Segments name="Entry order" value={entry.type} onChange={(type) => set({ type })} options={types} />
      </div>
      <PriceAndSize entry={entry} set={set} />
      <Field label="Label (only you see it)">
        <TextInput value={entry.label} maxLength={80} onInput={(label) => set({ label })} />
      </Field>
    </div>
  );
}

/** Only Latin letters become capitals: a symbol of another script is kept as the exchange writes it. */
function toSymbol(text: string): string {
  return text.trim().replace(/[a-z]/g, (letter) => letter.toUpperCase());
}

function PriceAndSize({ entry: { symbol, type, price, sizedBy, size }, set }: EntryFieldProps) {
  const [base = 'base', quote = 'quote'] = symbol.includes('/')
    ? [toBaseCurrency(symbol), symbol.split(/[/:]/)[1]]
    : [];
  const number = { required: true, inputMode: 'decimal', pattern: decimalPattern } as const;
  return (
    <>
      {type === 'limit' ? (
        <Field label={`Price in ${quote}`}>
          <TextInput value={price} {...number} onInput={(text) => set({ price: text })} />
        </Field>
      ) : null}
      <Field label="Size by">
        <Select
          value={sizedBy}
          onChange={(value) => set({ sizedBy: value })}
          options={[
            { value: 'amount', label: `Amount (${base})` },
            { value: 'cost', label: `Cost (${quote})` },
          ]}
        />
      </Field>
      <Field label={sizedBy === 'amount' ? `Amount in ${base}` : `Cost in ${quote}`}>
        <TextInput value={size} {...number} onInput={(text) => set({ size: text })} />
      </Field>
    </>
  );
}
