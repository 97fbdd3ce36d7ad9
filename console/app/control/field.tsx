import type { ComponentChildren } from 'preact';

/** A label above its control, with help and its error below. */
export function Field({
  label,
  help,
  error,
  children,
}: {
  label: string;
  help?: string | undefined;
  error?: string | undefined;
  children: ComponentChildren;
}) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the control is the child.
    <label class="field">
      <span class="label">{label}</span>
      {children}
      {help === undefined ? null : <span class="help">{help}</span>}
      <FieldError>{error}</FieldError>
    </label>
  );
}

/** What is wrong with one field. Stays in the page when empty, so that screen readers announce it. */
export function FieldError({ children }: { children: string | undefined }) {
  return (
    <span class="field-error" role="alert">
      {children}
    </span>
  );
}

export function TextInput({
  value,
  onInput,
  isWrong,
  ...rest
}: {
  value: string;
  onInput: (value: string) => void;
  placeholder?: string;
  required?: boolean;
  pattern?: string;
  maxLength?: number;
  isWrong?: boolean;
}) {
  return (
    <input
      type="text"
      autocomplete="off"
      spellcheck={false}
      aria-invalid={isWrong === true ? 'true' : undefined}
      {...rest}
      value={value}
      onInput={(event) => onInput(event.currentTarget.value)}
    />
  );
}

/** A secret as it is typed or pasted: browsers neither show nor remember it. */
export function SecretInput({
  value,
  onInput,
  isWrong,
}: {
  value: string;
  onInput: (value: string) => void;
  isWrong: boolean;
}) {
  return (
    <input
      type="password"
      autocomplete="off"
      spellcheck={false}
      aria-invalid={isWrong ? 'true' : undefined}
      value={value}
      onInput={(event) => onInput(event.currentTarget.value)}
    />
  );
}

export function Select<Value extends string>({
  value,
  options,
  onChange,
}: {
  value: Value;
  options: readonly { value: Value; label: string }[];
  onChange: (value: Value) => void;
}) {
  return (
    <select value={value} onChange={(event) => onChange(event.currentTarget.value as Value)}>
      {options.map((option) => (
        <option key={option.value} value={option.value}>
          {option.label}
        </option>
      ))}
    </select>
  );
}

/** An error beside what caused it. Stays in the page when empty, so that screen readers announce a new one. */
export function ErrorText({ children }: { children: string | undefined }) {
  return <div role="alert">{children === undefined ? null : <p class="trouble">{children}</p>}</div>;
}

/** A form that the page handles itself. */
export function Form({ onSubmit, children }: { onSubmit: () => void; children: ComponentChildren }) {
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit();
      }}
    >
      {children}
    </form>
  );
}
