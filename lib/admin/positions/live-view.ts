import type { FiguresWanted } from '../../position/figures.ts';
import { orStaleReason } from '../../position/order-sync.ts';
import { isFinal, type Position } from '../../position/position.ts';
import { type PositionView, toPositionView } from '../../position/position-view.ts';
import type { AdminServices } from '../admin-services.ts';
import { syncIfActive } from '../sync-if-active.ts';

const halted = 'Links are halted while a backup is restored, so the exchange is not read.';

/**
 * A view of what the exchange reports now, or of what is stored, with the reason why it is stale.
 * @param links how many armed links the position has.
 * @param figures what of the profit is read besides.
 */
export async function toLiveView(
  admin: Pick<AdminServices, 'services' | 'linksHalted'>,
  position: Position,
  { links, figures }: { links?: number; figures?: FiguresWanted } = {},
): Promise<PositionView> {
  const counted = links === undefined ? {} : { links };
  if (admin.linksHalted === true) return toPositionView(position, { ...counted, staleReason: halted });
  const startedAt = admin.services.now();
  const current = await orStaleReason(() => syncIfActive(admin, position, { figures }));
  if ('staleReason' in current) return toPositionView(position, { ...counted, ...current });
  const view = toPositionView(current, counted);
  // The orders were read, so everything but the price and the profit is of now.
  const isActive = current.state !== 'claimed' && !isFinal(current.state);
  return isActive && !hasPriceSince(current, startedAt)
    ? { ...view, staleReason: 'The current price could not be read.' }
    : view;
}

/** A sync that reads no price leaves the last one and its time. */
function hasPriceSince({ lastSync }: Position, startedAt: number): boolean {
  return lastSync?.price !== undefined && lastSync.at >= startedAt;
}
