import type { FiguresWanted } from '../../position/figures.ts';
import { orStaleReason } from '../../position/order-sync.ts';
import type { Position } from '../../position/position.ts';
import { type PositionView, toPositionView } from '../../position/position-view.ts';
import type { Snapshot } from '../../position/snapshot.ts';
import type { AdminServices } from '../admin-services.ts';
import { isActive, syncIfActive } from '../sync-if-active.ts';

interface LiveOptions {
  links?: number;
  figures?: FiguresWanted;
  snapshot?: Snapshot | { staleReason: string } | undefined;
}

const halted = 'Links are halted while a backup is restored, so the exchange is not read.';

/**
 * A view of what the exchange reports now, or of what is stored, with the reason why it is stale.
 * @param links how many armed links the position has.
 * @param figures what of the profit is read besides.
 * @param snapshot of the position's account, or why it could not be read. What it proves is not read again.
 */
export async function toLiveView(
  admin: Pick<AdminServices, 'services' | 'linksHalted'>,
  position: Position,
  { links, figures, snapshot }: LiveOptions = {},
): Promise<PositionView> {
  const counted = links === undefined ? {} : { links };
  if (admin.linksHalted === true) return toPositionView(position, { ...counted, staleReason: halted });
  if (snapshot !== undefined && 'staleReason' in snapshot && isActive(position))
    return toPositionView(position, { ...counted, ...snapshot });
  const taken = snapshot !== undefined && 'at' in snapshot ? snapshot : undefined;
  const startedAt = taken?.at ?? admin.services.now();
  const current = await orStaleReason(() =>
    syncIfActive(admin, position, toSyncOptions(position, figures, taken)),
  );
  if ('staleReason' in current) return toPositionView(position, { ...counted, ...current });
  const view = toPositionView(current, counted);
  // The orders were read, so everything but the price and the profit is of now.
  return isActive(current) && !hasPriceSince(current, startedAt)
    ? { ...view, staleReason: 'The current price could not be read.' }
    : view;
}

/** Only the sweep reads the figures of an account with many positions, because it counts their request weight. */
function toSyncOptions(
  position: Position,
  figures: FiguresWanted | undefined,
  snapshot: Snapshot | undefined,
) {
  return snapshot !== undefined && isActive(position) ? { figures: 'none' as const, snapshot } : { figures };
}

/** A sync that reads no price leaves the last one and its time. */
function hasPriceSince({ lastSync }: Position, startedAt: number): boolean {
  return lastSync?.price !== undefined && lastSync.at >= startedAt;
}
