import { effect } from '@preact/signals';
import { render } from 'preact';
import { alertOf } from './alerts.ts';
import { startOutcomes } from './outcomes.ts';
import { route } from './route.ts';
import { Shell } from './shell.tsx';
import { refresh, startFollowing, watch } from './store.ts';

const watchEveryMs = 5_000;

function watchShown(): void {
  if (route.value.view === 'position' && !document.hidden) void watch(route.value.positionId);
}

const app = document.getElementById('app');
if (app !== null) render(<Shell />, app);
startFollowing({
  onFirst(state) {
    startOutcomes(state);
    alertOf(state.hits, 'at-first');
  },
  onHits: (hits) => alertOf(hits, 'since'),
});
effect(watchShown);
setInterval(watchShown, watchEveryMs);
document.addEventListener('visibilitychange', () => {
  if (!document.hidden) void refresh();
});
