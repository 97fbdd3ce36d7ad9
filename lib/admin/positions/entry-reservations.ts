import { Fault } from '../../fault.ts';
import { parseEntryClientOrderId } from '../../position/client-order-id.ts';
import { isFinal, type Position } from '../../position/position.ts';
import type { Services } from '../../services.ts';

/**
 * Reserves each entry order for one position: two positions with the same entry would each close all of it. Throws
 * `conflict`.
 */
export async function reserveEntries(services: Services, position: Position): Promise<void> {
  for (const { orderId } of position.entryOrders)
    if (orderId !== undefined) await reserveEntry(services, position, orderId);
}

async function reserveEntry({ store }: Services, position: Position, orderId: string): Promise<void> {
  const { positionId } = position;
  const key = `order#${position.account}#${position.symbol}#${orderId}`;
  const holderId = await store.reserve(key, positionId);
  if (holderId === positionId) return;
  const holder = await store.readPosition(holderId);
  if (holder !== undefined) throw alreadyAdopted(orderId, holder);
  // The holder was forgotten, so its reservation can be replaced.
  if ((await store.reserve(key, positionId, { replacing: holderId })) !== positionId)
    throw new Fault('conflict', `Another request is adopting order ${orderId}. Nothing was adopted.`, {
      hint: { text: 'Check the positions before you try again:', command: 'positions list' },
    });
}

/**
 * Refuses entry orders that Ripcord placed itself. They have no reservation, but their client order id names their
 * position. Throws `conflict`.
 */
export async function refuseOpenedEntries({ store }: Services, { entryOrders }: Position): Promise<void> {
  for (const { orderId = '', clientOrderId } of entryOrders) {
    const holderId = clientOrderId === undefined ? undefined : parseEntryClientOrderId(clientOrderId);
    const holder = holderId === undefined ? undefined : await store.readPosition(holderId);
    if (holder !== undefined) throw alreadyAdopted(orderId, holder);
  }
}

/** A closed position keeps its entry orders: what they bought was sold, and must not be sold again. */
function alreadyAdopted(orderId: string, { positionId, state }: Position): Fault {
  const command = `positions forget ${positionId}`;
  return isFinal(state)
    ? new Fault(
        'conflict',
        `Order ${orderId} was the entry of ${positionId}, which is ${state}. Adopting it would close the same amount again.`,
        {
          hint: { text: `Adopt the new position's own entry order, or forget ${positionId} first:`, command },
        },
      )
    : new Fault('conflict', `Order ${orderId} already belongs to ${positionId}.`, {
        hint: { text: 'Create links for that position, or forget it first:', command },
      });
}
