import { Field, TextInput } from './field.tsx';

/** What groups positions, such as those of one strategy. */
export function TagField({
  value,
  error,
  isRequired = false,
  onInput,
}: {
  value: string;
  error: string | undefined;
  isRequired?: boolean;
  onInput: (tag: string) => void;
}) {
  return (
    <Field label="Tag" help="1 to 32 letters, digits, - _ ." error={error}>
      <TextInput
        value={value}
        required={isRequired}
        maxLength={32}
        isWrong={error !== undefined}
        onInput={onInput}
      />
    </Field>
  );
}
