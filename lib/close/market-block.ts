import { Fault } from '../fault.ts';
import { parseCloseClientOrderId, toCloseId } from '../position/client-order-id.ts';
import type { Position } from '../position/position.ts';
import type { Store } from '../store/store.ts';

/** How often other closes may come first before this one gives up. */
const tries = 5;

/** What holds the block of a market: the close order that may have been sent last in it. */
function toBlockKey({ account, exchange, symbol }: Position): string {
  return `held#close#${account}#${exchange}#${symbol}`;
}

/**
 * Notes that the close order of this attempt may be sent, and that no other may be in the market until its result is known.
 * Nothing releases the block: it is over once the position of its order has a result, which one write stores with it.
 *
 * @returns undefined if the order may be sent; otherwise the position whose order may be under way.
 */
export async function blockMarket(store: Store, position: Position): Promise<Position | undefined> {
  const key = toBlockKey(position);
  const own = toCloseId(position);
  let replacing: string | undefined;
  for (let count = 0; count < tries; count += 1) {
    const holder = await store.reserve(key, own, replacing === undefined ? {} : { replacing });
    if (holder === own) return undefined;
    const blocking = await findBlocking(store, position, holder);
    if (blocking !== undefined) return blocking;
    replacing = holder;
  }
  throw new Fault('conflict', 'Other closes in this market were sent at the same time. Nothing was sent.');
}

/** Whether the close order of this attempt may have been sent. If not, no holder of the attempt can send it any more. */
export async function mayHaveSent(store: Store, position: Position): Promise<boolean> {
  return (await store.readReservation(toBlockKey(position))) === toCloseId(position);
}

/** A position that was deleted blocks nothing: its owner can't delete one whose result is not known. */
async function findBlocking(
  store: Store,
  position: Position,
  clientOrderId: string,
): Promise<Position | undefined> {
  const { positionId, attempt } = parseCloseClientOrderId(clientOrderId);
  // An earlier attempt of this position has a result, or there would be no later one. A later one is another process's.
  if (positionId === position.positionId) return attempt < position.attempt ? undefined : position;
  const holder = await store.readPosition(positionId);
  return holder?.state === 'claimed' || holder?.state === 'needs-attention' ? holder : undefined;
}
