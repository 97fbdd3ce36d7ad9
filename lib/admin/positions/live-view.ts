import type { FiguresWanted } from '../../position/figures.ts';
import { orStaleReason } from '../../position/order-sync.ts';
import type { Position } from '../../position/position.ts';
import { type PositionView, toPositionView } from '../../position/position-view.ts';
import type { Services } from '../../services.ts';
import { syncIfActive } from '../sync-if-active.ts';

/**
 * A view of what the exchange reports now, or of what is stored, with the reason why it is stale.
 * @param links how many armed links the position has.
 * @param figures what of the profit is read besides.
 */
export async function toLiveView(
  services: Services,
  position: Position,
  { links, figures }: { links?: number; figures?: FiguresWanted } = {},
): Promise<PositionView> {
  const counted = links === undefined ? {} : { links };
  const current = await orStaleReason(() => syncIfActive(services, position, figures));
  return 'staleReason' in current
    ? toPositionView(position, { ...counted, ...current })
    : toPositionView(current, counted);
}
