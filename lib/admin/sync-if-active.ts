import type { FiguresWanted } from '../position/figures.ts';
import { isFinal, type Position } from '../position/position.ts';
import { syncFigures, syncPosition } from '../sweep/sync-position.ts';
import type { AdminServices } from './admin-services.ts';

/**
 * @returns the position as the exchange reports it now. A claimed one is returned as stored, and so is every one while links
 * are halted: a sync can end a position and cancel its exits.
 */
export async function syncIfActive(
  { services, linksHalted }: Pick<AdminServices, 'services' | 'linksHalted'>,
  position: Position,
  figures: FiguresWanted = 'due',
): Promise<Position> {
  if (position.state === 'claimed' || linksHalted === true) return position;
  return isFinal(position.state)
    ? await syncFigures(services, position, figures)
    : await syncPosition(services, position, figures);
}
