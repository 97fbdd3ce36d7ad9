/** A choice of a few options, all visible. */
export function Segments<Value extends string>({
  name,
  options,
  value,
  onChange,
}: {
  name: string;
  options: readonly { value: Value; label: string; count?: number }[];
  value: Value;
  onChange: (value: Value) => void;
}) {
  return (
    <fieldset class="segments">
      <legend class="unseen">{name}</legend>
      {options.map((option) => (
        <button
          key={option.value}
          type="button"
          aria-pressed={option.value === value}
          onClick={() => onChange(option.value)}
        >
          {option.label}
          {option.count === undefined ? null : <span class="count">{option.count}</span>}
        </button>
      ))}
    </fieldset>
  );
}
