import { useComputed } from '@preact/signals';
import { formatAge } from '../freshness.ts';
import { now } from '../store.ts';
import { Timestamp } from '../timestamp.tsx';

/** How long something has lasted. @param since epoch milliseconds. */
export function Age({ since }: { since: number }) {
  const age = useComputed(() => formatAge(Math.max(0, now.value - since)));
  return (
    <span>
      {age}{' '}
      <span class="unseen">
        since <Timestamp at={new Date(since).toISOString()} />
      </span>
    </span>
  );
}
