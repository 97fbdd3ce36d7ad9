import { query, setQuery } from '../route.ts';

export interface FilterOption {
  value: string;
  label: string;
}

/** A choice that narrows down a view, kept in the view's address. The first option, without a value, is everything. */
export function FilterSelect({
  name,
  param,
  options,
}: {
  name: string;
  param: string;
  options: readonly FilterOption[];
}) {
  const value = filterOf(param);
  // What an address chooses stays chosen, also if nothing matches it any more.
  const shown = options.some((option) => option.value === value)
    ? options
    : [...options, { value, label: value }];
  return (
    <label class="filter">
      <span class="unseen">{name}</span>
      <select value={value} onChange={(event) => setQuery(param, event.currentTarget.value)}>
        {shown.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
    </label>
  );
}

export function filterOf(param: string): string {
  return query.value.get(param) ?? '';
}

/** @returns "All accounts" and each value once, in order. */
export function toOptions(
  all: string,
  values: readonly string[],
  toLabel = (value: string) => value,
): FilterOption[] {
  const listed = [...new Set(values)].map((value) => ({ value, label: toLabel(value) }));
  return [{ value: '', label: all }, ...listed.toSorted((a, b) => a.label.localeCompare(b.label))];
}
