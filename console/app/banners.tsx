import { Icon } from './control/icon.tsx';
import { error, lastUpdatedAt, paused } from './store.ts';
import { formatLocalTime } from './timestamp.tsx';

/** What the owner should know in every view: a failed update, and the pause. */
export function Banners() {
  return (
    <>
      {error.value === undefined ? null : (
        <p class="banner warn" role="alert">
          <Icon name="alert" />
          {error.value.message} {retryNote(error.value.code)}
        </p>
      )}
      {paused.value ? (
        <p class="banner warn" role="status">
          <Icon name="pause" />
          <span>
            <strong>All links are paused.</strong> Hits are refused and recorded. No link closes or cancels
            anything.
          </span>
        </p>
      ) : null}
    </>
  );
}

function retryNote(code: string): string {
  // Without a session the page stops polling.
  if (code === 'locked') return '';
  const updatedAt = lastUpdatedAt.value;
  const age =
    updatedAt === undefined
      ? ''
      : `Showing data from ${formatLocalTime(new Date(updatedAt).toISOString())}. `;
  return `${age}Retrying.`;
}
