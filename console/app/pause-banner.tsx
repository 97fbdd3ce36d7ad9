import { describePauseEffect } from '../pause-text.ts';
import { call, errorMessage } from './api.ts';
import { Icon } from './control/icon.tsx';
import { Menu } from './control/menu.tsx';
import { showToast } from './control/toast.tsx';
import { links, pausedUntil, refresh } from './store.ts';
import { formatLocalTime } from './timestamp.tsx';

const ends = [
  { name: 'In 1 hour', hours: 1 },
  { name: 'In 4 hours', hours: 4 },
  { name: 'In 24 hours', hours: 24 },
] as const;

/** What the pause costs, and when it ends. Links are paused by one click, so the end is chosen afterwards. */
export function PauseBanner() {
  const until = pausedUntil.value;
  const end = until === undefined ? 'until you resume links' : `until ${formatLocalTime(until)}`;
  return (
    <div class="banner warn" role="status">
      <Icon name="pause" />
      <span>
        <strong>All links are paused.</strong> {describePauseEffect(links.value, end)} Hits are refused and
        recorded. No link closes or cancels anything. Exit orders that rest at the exchange still work, and
        you can still close positions here.
      </span>
      <Menu
        name="When the pause ends"
        items={[
          ...ends.map(({ name, hours }) => ({ name, run: () => void endPause(hours) })),
          { name: 'Only when I resume', run: () => void endPause(undefined) },
        ]}
      />
    </div>
  );
}

async function endPause(hours: number | undefined): Promise<void> {
  const until = hours === undefined ? undefined : new Date(Date.now() + hours * 3_600_000).toISOString();
  try {
    await call('links.pause', { until });
    showToast(
      until === undefined
        ? 'Links stay paused until you resume them.'
        : `Links work again at ${formatLocalTime(until)}.`,
    );
  } catch (thrown) {
    showToast(errorMessage(thrown), 'bad');
  }
  await refresh();
}
