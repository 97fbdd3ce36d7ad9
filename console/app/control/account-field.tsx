import { exchangeName } from '../labels.ts';
import { tradingAccounts } from '../store.ts';
import { Field, Select } from './field.tsx';

/** Selects a stored account. */
export function AccountField({
  account,
  onChange,
}: {
  account: string;
  onChange: (account: string) => void;
}) {
  return (
    <Field label="Account">
      <Select
        value={account}
        onChange={onChange}
        options={(tradingAccounts.value ?? []).map(({ name, exchange }) => ({
          value: name,
          label: `${name} (${exchange === undefined ? 'not usable' : exchangeName(exchange)})`,
        }))}
      />
    </Field>
  );
}
