import { isFinal, type Position } from '../position/position.ts';
import type { Services } from '../services.ts';
import { syncPosition } from '../sweep/sync-position.ts';

/** @returns the position as the exchange reports it now. A final or claimed one is returned as stored. */
export async function syncIfActive(services: Services, position: Position): Promise<Position> {
  return isFinal(position.state) || position.state === 'claimed'
    ? position
    : await syncPosition(services, position);
}
