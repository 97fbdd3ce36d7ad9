import { computed, signal } from '@preact/signals';

export type Route =
  | { view: 'dashboard' }
  | { view: 'positions' }
  | { view: 'position'; positionId: string }
  | { view: 'links' };

const hash = signal(location.hash);
addEventListener('hashchange', () => {
  hash.value = location.hash;
});

export const route = computed<Route>(() => {
  const [noun, id] = hash.value.replace(/^#\/?/, '').split('/');
  if (noun === 'positions') return id ? { view: 'position', positionId: id } : { view: 'positions' };
  return noun === 'links' ? { view: 'links' } : { view: 'dashboard' };
});

export const paths = {
  dashboard: '#/',
  positions: '#/positions',
  links: '#/links',
  position: (positionId: string) => `#/positions/${positionId}`,
} as const;
