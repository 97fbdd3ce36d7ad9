import { isFinal, type Position } from '../position/position.ts';
import { type SyncOptions, syncFigures, syncPosition } from '../sync/sync-position.ts';
import type { AdminServices } from './admin-services.ts';

/** Whether a sync may read and change it: no claim holds it, and it has not ended. */
export function isActive({ state }: Position): boolean {
  return state !== 'claimed' && !isFinal(state);
}

/**
 * @returns the position as the exchange reports it now. A claimed one is returned as stored, and so is every one while links
 * are halted: a sync can end a position and cancel its exits.
 */
export async function syncIfActive(
  { services, linksHalted }: Pick<AdminServices, 'services' | 'linksHalted'>,
  position: Position,
  options: SyncOptions = {},
): Promise<Position> {
  if (position.state === 'claimed' || linksHalted === true) return position;
  if (!isFinal(position.state)) return syncPosition(services, position, options);
  const { figures } = options;
  return figures === 'none' ? position : syncFigures(services, position, figures);
}
