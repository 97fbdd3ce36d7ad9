import { isPositive } from '../../amount.ts';
import { withAcknowledgedClose } from '../../close/acknowledged-close.ts';
import { closeArrivableUntil, isLeaseExpired } from '../../close/claim.ts';
import { readHolding, toExternalClose } from '../../close/external-close.ts';
import type { ExternalClose } from '../../close/step.ts';
import type { Exchange } from '../../exchange/exchange.ts';
import { Fault, toFault } from '../../fault.ts';
import { inParallel } from '../../parallel.ts';
import { describeUnknownFill, judgeAbsence } from '../../position/absence.ts';
import { toCloseId } from '../../position/client-order-id.ts';
import { computeLastFillBy } from '../../position/ending.ts';
import { readFillOfAbsent, syncOrders, toOrderRef } from '../../position/order-sync.ts';
import { isFinal, type OrderRecord, type Position } from '../../position/position.ts';
import { holdingLagMs } from '../../position/timing.ts';
import { computeTotals, toOrderRecord } from '../../position/totals.ts';
import type { Services } from '../../services.ts';

/** What the exchange reports about a position. */
export interface ResolveFacts {
  /** With every order as the exchange reports it now, and with each close order that Ripcord sent. */
  position: Position;
  /** Ids of earlier orders that the exchange no longer finds. They count as ended with their last known fill. */
  lostOrderIds: string[];
  /** Why the fill of an order that the exchange no longer finds is unknown, one sentence each. */
  unknownFills: string[];
  /** The account no longer holds the perpetual. Other results do not depend on it. */
  external: ExternalClose | undefined;
}

/** How many attempts after the stored one a restored position may have made. */
export const laterAttempts = 5;

/** Reads only. Throws `conflict` while an action is in progress, and what the exchange's reads throw. */
export async function readFacts(services: Services, position: Position, later = 0): Promise<ResolveFacts> {
  if (isFinal(position.state)) return { position, lostOrderIds: [], unknownFills: [], external: undefined };
  const now = services.now();
  const exchange = await services.exchanges.of(position.account, position.exchange);
  if (isInProgress(position, exchange, now))
    throw new Fault('conflict', `An action on ${position.positionId} is in progress. Nothing was changed.`, {
      hint: { text: 'Try again in 15 seconds.' },
    });
  const known = { ...position, exitOrders: withAcknowledgedClose(position, position.claim) };
  const synced = { ...known, ...(await syncOrders(exchange, known, now)) };
  const { entryOrders, exitOrders, lostOrderIds, unknownFills } = await endAbsentOrders(
    exchange,
    synced,
    now,
  );
  const { attempt } = position;
  const sought = { ...position, attempt: attempt + later };
  const closeOrders = await findCloseOrders(exchange, sought, exitOrders, toSentAfter(position, now));
  const current = { ...position, entryOrders, exitOrders: [...exitOrders, ...closeOrders] };
  const external = await readExternalClose(exchange, current, now);
  return { position: current, lostOrderIds, unknownFills, external };
}

/** Whether a process may act under the position's claim, or a close order that one has sent may still arrive. */
function isInProgress(position: Position, { recvWindowMs }: Exchange, now: number): boolean {
  if (position.state !== 'claimed') return false;
  const { claim } = position;
  const mayArrive = claim.phase === 'may-have-sent' && now <= closeArrivableUntil(claim, recvWindowMs);
  return mayArrive || !isLeaseExpired(claim, now);
}

/**
 * Ends what the exchange no longer finds, by the rule of a link's close. A look-up is the only witness here, so an order
 * that may still be live stays live, and one whose fill nothing shows stays unknown.
 */
async function endAbsentOrders(exchange: Exchange, position: Position, now: number) {
  const lostOrderIds: string[] = [];
  const unknownFills: string[] = [];
  const endIfAbsent = async (order: OrderRecord): Promise<OrderRecord> => {
    if (judgeAbsence(order, exchange, now) === 'unproven') return order;
    if ((await exchange.fetchOrder(position.market, toOrderRef(order))) !== undefined) return order;
    const read = await readFillOfAbsent(exchange, position, order, now).catch(toFault);
    if (read === undefined || read instanceof Fault) {
      unknownFills.push(describeUnknownFill(order, read?.message));
      return order;
    }
    lostOrderIds.push(order.orderId ?? '');
    return { ...read, status: 'done' };
  };
  const [entries, exits] = await Promise.all([
    Promise.all(position.entryOrders.map(endIfAbsent)),
    Promise.all(position.exitOrders.map(endIfAbsent)),
  ]);
  return { entryOrders: entries, exitOrders: exits, lostOrderIds, unknownFills };
}

/** Gate lists no orders by their own id that are older than 30 days, and refuses a look-up of one. */
const searchedMs = 29 * 86_400_000;

/** @returns a time before all close orders of a position, unless it is too old for that: Coinbase then lists all orders. */
function toSentAfter({ createdAt }: Position, now: number): number | undefined {
  const at = Date.parse(createdAt);
  return now - at < searchedMs ? at : undefined;
}

/** @returns the close orders of all attempts that the exchange finds and the position does not have yet. */
async function findCloseOrders(
  exchange: Exchange,
  { positionId, market, attempt }: Position,
  known: OrderRecord[],
  sentAfter: number | undefined,
): Promise<OrderRecord[]> {
  const attempts = Array.from({ length: attempt }, (_, index) => attempt - index);
  const orders = await inParallel(attempts, 5, (number) =>
    exchange.fetchOrder(market, { clientOrderId: toCloseId({ positionId, attempt: number }), sentAfter }),
  );
  return orders
    .filter((order) => order !== undefined)
    .filter((order) => !known.some(({ orderId }) => orderId === order.orderId))
    .map((order) => toOrderRecord(order));
}

async function readExternalClose(
  exchange: Exchange,
  position: Position,
  now: number,
): Promise<ExternalClose | undefined> {
  const { remaining, entriesDone } = computeTotals(position);
  if (position.market.kind !== 'perpetual' || !entriesDone || !isPositive(remaining)) return undefined;
  // A look that lags behind the entry's last fill shows what was there before it.
  if (now - computeLastFillBy(position) < holdingLagMs) return undefined;
  const { holding } = await readHolding(exchange, position, now);
  if (holding === 'held') return undefined;
  return holding === 'missing' ? toExternalClose(position, undefined) : holding;
}
