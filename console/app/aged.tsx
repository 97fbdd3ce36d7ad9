import { useComputed } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import type { PositionView } from '../../lib/admin/contract/commands.ts';
import { isOver } from '../state.ts';
import { areAmountsOld, formatAge, isPriceOld, liveMs } from './freshness.ts';
import { now } from './store.ts';
import { formatLocalTime } from './timestamp.tsx';

interface AgedProps {
  position: PositionView;
  /** `price`: also profit. `amounts`: what the exchange reported of its orders. */
  of: 'price' | 'amounts';
  children: ComponentChildren;
}

/** A number with the time at which it was read. An old one looks old. Those of a position that ended are final. */
export function Aged({ position, of, children }: AgedProps) {
  const at = of === 'price' ? position.markPriceAt : position.lastSyncedAt;
  const isOld = of === 'price' ? isPriceOld : areAmountsOld;
  const isStale = useComputed(() => !isOver(position) && isOld(position, now.value));
  if (at === undefined) return <>{children}</>;
  return (
    <span class={isStale.value ? 'stale' : ''} title={`Read at ${formatLocalTime(at)}`}>
      {children}
      {isStale.value ? <span class="unseen"> (from {formatLocalTime(at)})</span> : null}
    </span>
  );
}

/** A value with the age of its reading. It is marked as old after `oldAfterMs`. */
export function ReadAt({
  at,
  oldAfterMs = liveMs,
  children,
}: {
  at: string;
  oldAfterMs?: number;
  children: ComponentChildren;
}) {
  const ageMs = now.value - Date.parse(at);
  return (
    <span class={ageMs > oldAfterMs ? 'stale' : ''} title={`Read at ${formatLocalTime(at)}`}>
      {children} <span class="sub">{describeAge(ageMs)}</span>
    </span>
  );
}

/** Without seconds up to 5 s, so that the text of a current value does not change all the time. */
function describeAge(ageMs: number): string {
  return ageMs < 5_000 ? 'read just now' : `read ${formatAge(ageMs)} ago`;
}
