import { exitSide } from '../exchange/exchange.ts';
import { appendNotice } from '../notify/notice-text.ts';
import { isOwnClientOrderId } from '../position/client-order-id.ts';
import { noteNaked } from '../position/naked.ts';
import type { Position } from '../position/position.ts';
import { isLate, isStop } from '../position/protection.ts';
import { toOrderRecord } from '../position/totals.ts';
import type { Services } from '../services.ts';

/**
 * Notifies the owner of a position whose stop has been missing at the exchange for minutes.
 * @param position as just synced: one that could not be read is not judged.
 * @returns the position as stored.
 */
export async function watchNaked(services: Services, position: Position): Promise<Position> {
  const { store, now } = services;
  const noted = noteNaked(position, now());
  if (noted === undefined) return position;
  const { naked, isDue } = noted;
  if (!isDue || naked === null) return (await store.savePosition(position, { naked })) ?? position;
  if (await hasOtherStop(services, position)) return position;
  const notices = appendNotice(position, { kind: 'naked', since: naked.since }, now());
  return (await store.savePosition(position, { naked, notices })) ?? position;
}

/** The owner may have set a stop at the exchange that Ripcord has not adopted. Stops of other positions protect those. */
async function hasOtherStop({ exchanges, store }: Services, position: Position): Promise<boolean> {
  const { account, exchange: id, market, side } = position;
  const exchange = await exchanges.of(account, id);
  const open = await exchange.fetchOpenOrders(market);
  const stops = open.flatMap(({ order }) => {
    const record = toOrderRecord(order);
    return order.side === exitSide(side) && isStop(position, record) && !isLate(record) ? [record] : [];
  });
  const unsent = stops.filter(({ clientOrderId = '' }) => !isOwnClientOrderId(clientOrderId));
  if (unsent.length === 0) return false;
  const known = await listKnownOrders(store, position);
  return unsent.some(({ orderId = '' }) => !known.has(orderId));
}

/** @returns the ids of the orders that other positions of the market have adopted. */
async function listKnownOrders(
  store: Services['store'],
  { positionId, account, symbol }: Position,
): Promise<ReadonlySet<string>> {
  const positions = await store.listPositions('open', () => undefined);
  const others = positions.filter(
    (other) => other.account === account && other.symbol === symbol && other.positionId !== positionId,
  );
  const orders = others.flatMap(({ entryOrders, exitOrders }) => [...entryOrders, ...exitOrders]);
  return new Set(orders.flatMap(({ orderId, placedOrderId }) => [orderId ?? [], placedOrderId ?? []].flat()));
}
