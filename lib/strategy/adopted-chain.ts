import { createHash } from 'node:crypto';
import type { Position } from '../position/position.ts';
import type { Services } from '../services.ts';
import type { MarketSide, ReservationStore } from '../store/store.ts';
import { newPositionId } from '../sync/new-position.ts';
import { markPosition } from './markers.ts';

/**
 * The chain of a market's adopted positions: each id follows from the one before it. Two adoptions at the same time create the
 * same position, of which the table takes one, so what one has counted the other can't have adopted. The first id is random:
 * client order ids are made of it.
 */
export interface Slot {
  /** The id of the latest adopted position, or the random start. */
  taken: string;
  next: string;
  /** The ids that this call has passed. The index of positions may lack them. */
  passed: string[];
}

/** A call that died between its two writes left a position without its place in the chain. */
const links = 3;

/** Call it before what exists is read: an adoption that comes in between takes the slot. */
export async function findSlot(services: Services, place: MarketSide): Promise<Slot> {
  const { store } = services;
  const key = toKey(place);
  let taken = (await store.readReservation(key)) ?? (await store.reserve(key, newPositionId(services)));
  const passed = [taken];
  for (let count = 0; count < links; count += 1) {
    const slot = { taken, next: follow(taken), passed };
    const position = await store.readPosition(slot.next);
    if (position === undefined) return slot;
    await takeSlot(services, position, slot);
    taken = slot.next;
    passed.push(taken);
  }
  return { taken, next: follow(taken), passed };
}

/**
 * Gives a position that was created in a slot its place. Marked first: who finds the next slot no longer comes across this
 * position, and has to find its marker.
 */
export async function takeSlot(services: Services, position: Position, slot: Slot): Promise<void> {
  await markPosition(services, position);
  await settle(services.store, position, slot);
}

async function settle(
  store: ReservationStore,
  place: MarketSide,
  { taken, next }: Pick<Slot, 'taken' | 'next'>,
): Promise<void> {
  await store.reserve(toKey(place), next, { replacing: taken });
}

function toKey({ account, symbol, side }: MarketSide): string {
  return `held#adopted#${account}#${symbol}#${side}`;
}

function follow(positionId: string): string {
  const digest = createHash('sha256').update(positionId).digest('hex');
  return `pos_${BigInt(`0x${digest}`).toString(36).padStart(50, '0').slice(-12)}`;
}

/**
 * Gives a position that is about to be forgotten its place in the chain, so that no later one gets its id, which its orders
 * carry.
 */
export async function keepAdoptedId(
  store: ReservationStore,
  { positionId, ...place }: MarketSide & Pick<Position, 'positionId'>,
): Promise<void> {
  const taken = await store.readReservation(toKey(place));
  if (taken !== undefined && follow(taken) === positionId)
    await settle(store, place, { taken, next: positionId });
}
