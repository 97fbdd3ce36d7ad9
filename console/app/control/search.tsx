import { query, setQuery } from '../route.ts';
import { Icon } from './icon.tsx';

/** The search of a view. It is in the view's address. */
export function Search({ name, placeholder }: { name: string; placeholder: string }) {
  return (
    <label class="search">
      <Icon name="search" />
      <span class="unseen">{name}</span>
      <input
        type="search"
        placeholder={placeholder}
        value={searchText()}
        onInput={(event) => setQuery('search', event.currentTarget.value)}
      />
    </label>
  );
}

/** @returns what is searched for in this view. */
export function searchText(): string {
  return query.value.get('search') ?? '';
}

/** @returns whether one of the texts contains what is searched for, in any case. */
export function matchesSearch(...texts: (string | undefined)[]): boolean {
  return texts.join(' ').toLowerCase().includes(searchText().trim().toLowerCase());
}
