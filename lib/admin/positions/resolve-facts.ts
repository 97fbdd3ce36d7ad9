import { isPositive } from '../../amount.ts';
import { closeArrivableUntil, isLeaseExpired } from '../../close/claim.ts';
import type { Exchange, ExchangePosition } from '../../exchange/exchange.ts';
import { Fault } from '../../fault.ts';
import { inParallel } from '../../parallel.ts';
import { formatClientOrderId } from '../../position/client-order-id.ts';
import { syncOrders } from '../../position/order-sync.ts';
import { isFinal, type OrderRecord, type Position } from '../../position/position.ts';
import { orderLostAfterMs } from '../../position/timing.ts';
import { computeTotals, toOrderRecord } from '../../position/totals.ts';
import type { Services } from '../../services.ts';

/** What the exchange reports about a position. */
export interface ResolveFacts {
  /** With every order as the exchange reports it now, and with each close order that Ripcord sent. */
  position: Position;
  /** Ids of earlier orders that the exchange no longer finds. They count as ended with their last known fill. */
  lostOrderIds: string[];
  /** Only for a perpetual that is not closed by its orders: other results do not depend on it. */
  exchangePosition: ExchangePosition | undefined;
}

/** Reads only. Throws `conflict` while an action is in progress, and what the exchange's reads throw. */
export async function readFacts(services: Services, position: Position): Promise<ResolveFacts> {
  if (isFinal(position.state)) return { position, lostOrderIds: [], exchangePosition: undefined };
  const now = services.now();
  const exchange = await services.exchanges.of(position.account, position.exchange);
  if (isInProgress(position, exchange, now))
    throw new Fault('conflict', `An action on ${position.positionId} is in progress. Nothing was changed.`, {
      hint: { text: 'Try again in 15 seconds.' },
    });
  const synced = { ...position, ...(await syncOrders(exchange, position, now)) };
  const { entryOrders, exitOrders, lostOrderIds } = await endLostOrders(exchange, synced, now);
  const closeOrders = await findCloseOrders(exchange, position, exitOrders);
  const current = { ...position, entryOrders, exitOrders: [...exitOrders, ...closeOrders] };
  return { position: current, lostOrderIds, exchangePosition: await readExchangePosition(exchange, current) };
}

/** Whether a process may act under the position's claim, or a close order that one has sent may still arrive. */
function isInProgress(position: Position, { recvWindowMs }: Exchange, now: number): boolean {
  if (position.state !== 'claimed') return false;
  const { claim } = position;
  const mayArrive = claim.phase === 'may-have-sent' && now <= closeArrivableUntil(claim, recvWindowMs);
  return mayArrive || !isLeaseExpired(claim, now);
}

/** Exchanges drop old orders from their look-ups. A young order may be missing from them although it exists. */
async function endLostOrders(exchange: Exchange, { market, entryOrders, exitOrders }: Position, now: number) {
  const lostOrderIds: string[] = [];
  const endIfLost = async (order: OrderRecord): Promise<OrderRecord> => {
    const isYoung = now - (order.updatedAt ?? 0) <= orderLostAfterMs;
    if (order.status !== 'live' || isYoung) return order;
    if ((await exchange.fetchOrder(market, order)) !== undefined) return order;
    lostOrderIds.push(order.orderId ?? '');
    return { ...order, status: 'done' };
  };
  const [entries, exits] = await Promise.all([
    Promise.all(entryOrders.map(endIfLost)),
    Promise.all(exitOrders.map(endIfLost)),
  ]);
  return { entryOrders: entries, exitOrders: exits, lostOrderIds };
}

/** @returns the close orders of all attempts that the exchange finds and the position does not have yet. */
async function findCloseOrders(
  exchange: Exchange,
  { positionId, market, attempt }: Position,
  known: OrderRecord[],
): Promise<OrderRecord[]> {
  const attempts = Array.from({ length: attempt }, (_, index) => attempt - index);
  const orders = await inParallel(attempts, 5, (number) =>
    exchange.fetchOrder(market, { clientOrderId: formatClientOrderId(positionId, 'close', number) }),
  );
  return orders
    .filter((order) => order !== undefined)
    .filter((order) => !known.some(({ orderId }) => orderId === order.orderId))
    .map((order) => toOrderRecord(order));
}

async function readExchangePosition(
  exchange: Exchange,
  position: Position,
): Promise<ExchangePosition | undefined> {
  const { market, side } = position;
  const { remaining, entriesDone } = computeTotals(position);
  return market.kind === 'perpetual' && entriesDone && isPositive(remaining)
    ? await exchange.fetchPosition(market, side)
    : undefined;
}
