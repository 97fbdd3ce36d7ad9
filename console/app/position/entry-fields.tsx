import type { FieldErrors } from '../api.ts';
import { AccountField } from '../control/account-field.tsx';
import { Field, Select, TextInput } from '../control/field.tsx';
import { LabelField } from '../control/label-field.tsx';
import { NumberField } from '../control/number-field.tsx';
import { Segments } from '../control/segments.tsx';
import { toSymbol } from '../control/symbol-text.ts';
import { TagField } from '../control/tag-field.tsx';
import { formatPrice } from '../format.ts';
import { toBaseCurrency } from '../labels.ts';
import type { EntryChoices } from './entry-choices.ts';

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
  errors: FieldErrors;
  /** The market's price now, once it is known. */
  lastPrice: string | undefined;
}

export function EntryFields(props: EntryFieldProps & { marketError: string | undefined; priceStep: string }) {
  const { entry, set, errors, marketError } = props;
  const symbolError = errors.get('symbol') ?? marketError;
  return (
    <div class="fields two">
      <AccountField account={entry.account} onChange={(account) => set({ account })} />
      <Field label="Market" help="BTC/USDT, or BTC/USDT:USDT for a perpetual" error={symbolError}>
        <TextInput
          value={entry.symbol}
          required
          placeholder="BTC/USDT"
          isWrong={symbolError !== undefined}
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
      {entry.type === 'limit' ? <PriceField {...props} /> : null}
      <SizeFields {...props} />
      <LabelField value={entry.label} error={errors.get('label')} onInput={(label) => set({ label })} />
      <TagField value={entry.tag} error={errors.get('tag')} onInput={(tag) => set({ tag })} />
    </div>
  );
}

function toCurrencies(symbol: string): { base: string; quote: string } {
  if (!symbol.includes('/')) return { base: 'base', quote: 'quote' };
  return { base: toBaseCurrency(symbol), quote: symbol.split(/[/:]/)[1] ?? '' };
}

function PriceField({
  entry: { symbol, price },
  set,
  errors,
  lastPrice,
  priceStep,
}: EntryFieldProps & { priceStep: string }) {
  return (
    <NumberField
      label={`Price in ${toCurrencies(symbol).quote}`}
      help={lastPrice === undefined ? undefined : `now ${formatPrice(lastPrice, priceStep)}`}
      value={price}
      error={errors.get('price')}
      onInput={(text) => set({ price: text })}
    />
  );
}

function SizeFields({ entry: { symbol, size }, set, errors }: EntryFieldProps) {
  const { base, quote } = toCurrencies(symbol);
  const names = { amount: `Amount in ${base}`, cost: `Cost in ${quote}`, risk: `Risk in ${quote}` };
  const error = errors.get('amount') ?? errors.get('cost') ?? errors.get('riskAmount');
  return (
    <>
      <Field label="Size by">
        <Select
          value={size.by}
          onChange={(by) => set({ size: { ...size, by } })}
          options={[
            { value: 'amount', label: `Amount (${base})` },
            { value: 'cost', label: `Cost (${quote})` },
            { value: 'risk', label: `Risk at the stop (${quote})` },
          ]}
        />
      </Field>
      <NumberField
        label={names[size.by]}
        help={size.by === 'risk' ? 'What a fill of the stop at its price loses, fees included.' : undefined}
        value={size.value}
        error={error}
        onInput={(value) => set({ size: { ...size, value } })}
      />
    </>
  );
}
