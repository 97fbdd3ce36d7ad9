import type { ComponentChildren } from 'preact';

/** A label above what it names, with a word of help below. */
export function Field({
  label,
  help,
  children,
}: {
  label: string;
  help?: string | undefined;
  children: ComponentChildren;
}) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the control is the child.
    <label class="field">
      <span class="label">{label}</span>
      {children}
      {help === undefined ? null : <span class="help">{help}</span>}
    </label>
  );
}

export function TextInput({
  value,
  onInput,
  ...rest
}: {
  value: string;
  onInput: (value: string) => void;
  placeholder?: string;
  inputMode?: 'decimal' | 'numeric' | 'text';
  required?: boolean;
  pattern?: string;
  maxLength?: number;
}) {
  return (
    <input
      type="text"
      autocomplete="off"
      spellcheck={false}
      {...rest}
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

/** What was refused, where it was asked for. Stays in the page when empty, so that it is read out. */
export function Trouble({ children }: { children: string | undefined }) {
  return <div role="alert">{children === undefined ? null : <p class="trouble">{children}</p>}</div>;
}
