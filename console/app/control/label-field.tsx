import { Field, TextInput } from './field.tsx';

/** The owner's name for a position or a link. */
export function LabelField({
  value,
  error,
  onInput,
}: {
  value: string;
  error: string | undefined;
  onInput: (label: string) => void;
}) {
  return (
    <Field label="Label (only you see it)" error={error}>
      <TextInput value={value} maxLength={80} isWrong={error !== undefined} onInput={onInput} />
    </Field>
  );
}
