import { useComputed } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import type { PositionView } from '../../lib/admin/contract/commands.ts';
import { areAmountsOld, isPriceOld } from './freshness.ts';
import { now } from './store.ts';
import { formatLocalTime } from './timestamp.tsx';

interface AgedProps {
  position: PositionView;
  /** `price`: also profit. `amounts`: what the exchange reported of its orders. */
  of: 'price' | 'amounts';
  children: ComponentChildren;
}

/** A number with the time at which it was read. An old one looks old. */
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

/** Numbers of a position that ended are final. */
function isOver({ status }: PositionView): boolean {
  return status === 'closed' || status === 'canceled';
}
