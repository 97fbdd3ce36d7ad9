import { Field, TextInput } from './field.tsx';

/** Phones begin a text with a capital letter. */
function toPattern(words: string): string {
  const first = words.charAt(0);
  return `\\s*[${first.toUpperCase()}${first}]${words.slice(1)}\\s*`;
}

export function isTyped(words: string, typed: string): boolean {
  return new RegExp(`^${toPattern(words)}$`).test(typed);
}

/** What is typed names its subject, so that a habit confirms nothing. @param words letters, digits, spaces, - and _. */
export function TypedConfirmation({
  words,
  typed,
  onInput,
}: {
  words: string;
  typed: string;
  onInput: (typed: string) => void;
}) {
  return (
    <Field label={`Type ${words} to confirm`}>
      <TextInput value={typed} required pattern={toPattern(words)} onInput={onInput} />
    </Field>
  );
}
