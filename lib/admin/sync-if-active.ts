import type { FiguresWanted } from '../position/figures.ts';
import { isFinal, type Position } from '../position/position.ts';
import type { Services } from '../services.ts';
import { syncFigures, syncPosition } from '../sweep/sync-position.ts';

/** @returns the position as the exchange reports it now. A claimed one is returned as stored. */
export async function syncIfActive(
  services: Services,
  position: Position,
  figures: FiguresWanted = 'due',
): Promise<Position> {
  if (position.state === 'claimed') return position;
  return isFinal(position.state)
    ? await syncFigures(services, position, figures)
    : await syncPosition(services, position, figures);
}
