import { shrinkExits } from '../close/shrink-exits.ts';
import { planReductions } from '../position/larger-exits.ts';
import type { Position } from '../position/position.ts';
import { sendWindowMs } from '../position/timing.ts';
import type { Services } from '../services.ts';

/**
 * Reduces the exits of a perpetual that are larger than what remains. The process of a partial close may have died before
 * it did so, or another exit filled in part. A hit may claim the position meanwhile: then nothing is saved, and the next
 * sweep reads the exits again.
 * @returns the position as stored.
 */
export async function reduceExits(services: Services, synced: Position): Promise<Position> {
  if (planReductions(synced).length === 0) return synced;
  const position = await services.store.readPosition(synced.positionId);
  const isActive = position?.state === 'open' || position?.state === 'kept' || position?.state === 'failed';
  if (!isActive) return position ?? synced;
  const exchange = await services.exchanges.of(position.account, position.exchange);
  const { now, sleep, until = now() + sendWindowMs } = services;
  const shrunk = await shrinkExits({ exchange, now, sleep }, position, until);
  const { exitOrders } = shrunk.position;
  if (JSON.stringify(exitOrders) === JSON.stringify(position.exitOrders)) return position;
  return (await services.store.savePosition(position, { exitOrders })) ?? position;
}
