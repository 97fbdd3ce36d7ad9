import { computed, effect, signal } from '@preact/signals';

export type Route =
  | { view: 'dashboard' }
  | { view: 'positions' }
  | { view: 'position'; positionId: string }
  | { view: 'trades' }
  | { view: 'history' }
  | { view: 'links' };

const hash = signal(location.hash);
addEventListener('hashchange', () => {
  hash.value = location.hash;
});

export const route = computed<Route>(() => {
  const [path = ''] = hash.value.replace(/^#\/?/, '').split('?');
  const [noun, id] = path.split('/');
  if (noun === 'positions') return id ? { view: 'position', positionId: id } : { view: 'positions' };
  if (noun === 'trades' || noun === 'history' || noun === 'links') return { view: noun };
  return { view: 'dashboard' };
});

export const paths = {
  dashboard: '#/',
  positions: '#/positions',
  trades: '#/trades',
  history: '#/history',
  links: '#/links',
  position: (positionId: string) => `#/positions/${positionId}`,
} as const;

/** My Positions as it was left, with its filter, search and sorting. */
export const lastPositions = signal<string>(paths.positions);
effect(() => {
  if (route.value.view === 'positions') lastPositions.value = hash.value;
});

/** What the owner chose in a view is in its address, so that Back and a reload keep it. */
export const query = computed(() => new URLSearchParams(hash.value.split('?')[1] ?? ''));

/** Replaces the entry of the browser's history: a letter typed is no step to go back to. */
export function setQuery(name: string, value: string | undefined): void {
  const changed = new URLSearchParams(query.value);
  if (value === undefined || value === '') changed.delete(name);
  else changed.set(name, value);
  const [path = ''] = hash.value.split('?');
  const search = changed.size === 0 ? '' : `?${changed.toString()}`;
  history.replaceState(history.state, '', `${path}${search}`);
  hash.value = `${path}${search}`;
}
