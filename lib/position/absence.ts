import { type Amount, decimal, isPositive, sum, toAmount } from '../amount.ts';
import { type Exchange, exitSide, type Trade, type TradeRange } from '../exchange/exchange.ts';
import type { OrderRecord, Position } from './position.ts';
import { clockMarginMs, missIntervalMs, requiredNotFoundCount } from './timing.ts';

/** What it means that a look-up does not find an order which was live before. */
export type Absence =
  /** The look-up may lag, so the order may still be live. */
  | 'unproven'
  /** The order ended without any fill: the exchange would find it live, and it would find it with a fill. */
  | 'ended-unfilled'
  /** Its trades show what it filled. */
  | 'read-trades';

/** What is remembered of the look-ups that missed an order whose answer was lost. */
export interface Misses {
  notFoundCount?: number | undefined;
  /** Epoch milliseconds. */
  lastMissAt?: number | undefined;
}

/**
 * Counts a look-up that missed, unless it follows the last counted one too closely. So what is proven is proven by at
 * least `requiredNotFoundCount` look-ups, each `missIntervalMs` apart from the others, and the last of them is this one
 * or can be replaced by this one.
 */
export function countMiss({ notFoundCount = 0, lastMissAt }: Misses, readAt: number): Misses {
  return lastMissAt !== undefined && readAt - lastMissAt < missIntervalMs
    ? { notFoundCount, lastMissAt }
    : { notFoundCount: notFoundCount + 1, lastMissAt: readAt };
}

/** @returns until when a request that left by `sendDeadline` can still arrive at the exchange, epoch milliseconds. */
export function toArrivableUntil(sendDeadline: number, recvWindowMs: number): number {
  return sendDeadline + recvWindowMs + clockMarginMs;
}

/**
 * Whether an order that was sent never executed and never will: it can no longer arrive, look-ups no longer lag, and
 * enough of them missed it, the one of `readAt` included.
 */
export function isProvenAbsent(
  { notFoundCount = 0 }: Misses,
  { arrivableUntil, lookupLagMs, readAt }: { arrivableUntil: number; lookupLagMs: number; readAt: number },
): boolean {
  return readAt - arrivableUntil >= lookupLagMs && notFoundCount >= requiredNotFoundCount;
}

/**
 * Judges an order that Ripcord sent, whose answer was lost, and that neither a look-up nor the list of open orders shows.
 * @returns the order with this miss counted, `done` once its absence is proven.
 */
export function judgeUnanswered(order: OrderRecord, exchange: LookUp, readAt: number): OrderRecord {
  if (order.sendDeadline === undefined) return order;
  const arrivableUntil = toArrivableUntil(order.sendDeadline, exchange.recvWindowMs);
  if (readAt <= arrivableUntil) return order;
  const missed = countMiss(order, readAt);
  const isAbsent = isProvenAbsent(missed, { arrivableUntil, lookupLagMs: exchange.lookupLagMs, readAt });
  return { ...order, ...missed, status: isAbsent ? 'done' : 'unconfirmed' };
}

/** @returns when another look-up can prove more about orders whose answers were lost; undefined if there are none. */
export function nextLookAt(orders: OrderRecord[], exchange: LookUp, now: number): number | undefined {
  const times = orders.flatMap(({ status, sendDeadline }) => {
    if (status !== 'unconfirmed' || sendDeadline === undefined) return [];
    const provenAt = toArrivableUntil(sendDeadline, exchange.recvWindowMs) + exchange.lookupLagMs;
    return provenAt > now ? Math.min(provenAt, now + missIntervalMs) : now + missIntervalMs;
  });
  return times.length === 0 ? undefined : Math.min(...times);
}

/** How long the exchange may take, and for how long it finds an order. */
type LookUp = Pick<Exchange, 'recvWindowMs' | 'lookupLagMs' | 'retention'>;

/**
 * Decides what the absence of an order from look-ups proves. It proves an end only with a second proof: a cancel that
 * the exchange denied too, or a second look-up later.
 */
export function judgeAbsence(order: OrderRecord, exchange: LookUp, now: number): Absence {
  // An order was created at the latest when the exchange last changed it.
  const createdBy = order.createdAt ?? order.updatedAt;
  if (order.status !== 'live' || createdBy === undefined) return 'unproven';
  const ageMs = now - createdBy;
  if (ageMs <= toArrivableUntil(0, exchange.recvWindowMs) + exchange.lookupLagMs) return 'unproven';
  const { unfilledMs, anyMs } = exchange.retention[order.conditional === true ? 'conditional' : 'order'];
  const unfilledIsGone = ageMs > unfilledMs + clockMarginMs;
  const filledIsFound = anyMs === undefined || ageMs < anyMs - clockMarginMs;
  return unfilledIsGone && filledIsFound && !isPositive(order.filled) ? 'ended-unfilled' : 'read-trades';
}

/**
 * @returns which trades show what an absent order filled; undefined if no trades can. The record of a conditional order
 * with a book of its own does not name the order that it placed, so the market's trades since the last look are read.
 */
export function tradesOfAbsent(
  { createdAt, updatedAt, orderId, filled, conditional }: OrderRecord,
  now: number,
): TradeRange | undefined {
  const since = conditional === true || !isPositive(filled) ? (updatedAt ?? createdAt) : createdAt;
  if (since === undefined || orderId === undefined) return undefined;
  return { since, until: now, ...(conditional === true ? {} : { orderId }) };
}

/**
 * @param trades the trades of `tradesOfAbsent`.
 * @returns the order with what it filled; undefined if the trades do not account for it.
 */
export function withFillOfTrades(
  position: Position,
  order: OrderRecord,
  trades: Trade[],
): OrderRecord | undefined {
  if (order.conditional === true) return isTradeFree(position, trades) ? order : undefined;
  const filled = sum(trades.map(({ amount }) => amount));
  const isIncomplete = decimal(filled).lt(order.filled);
  const isTooMuch = isPositive(order.amount) && decimal(filled).gt(order.amount);
  if (isIncomplete || isTooMuch) return undefined;
  return { ...order, filled, average: isPositive(filled) ? toAverage(trades, filled) : order.average };
}

/** Whether no trade can be one of a conditional exit whose order is unknown. */
function isTradeFree({ side, entryOrders, exitOrders }: Position, trades: Trade[]): boolean {
  const known = new Set([...entryOrders, ...exitOrders].map(({ orderId }) => orderId));
  return !trades.some((trade) => trade.side === exitSide(side) && !known.has(trade.orderId));
}

function toAverage(trades: Trade[], filled: Amount): Amount {
  const cost = trades.reduce(
    (total, trade) => total.plus(decimal(trade.amount).times(trade.price)),
    decimal('0'),
  );
  return toAmount(cost.dividedBy(filled).decimalPlaces(12));
}

/** Whether nothing of the order is left to fill. An order that closes the whole position has no amount of its own. */
export function isAllFilled({ amount, filled }: OrderRecord): boolean {
  return isPositive(amount) && !decimal(filled).lt(amount);
}

/** How texts name an order. */
export function nameOrder({ orderId, clientOrderId }: OrderRecord): string {
  return `Order ${orderId ?? clientOrderId ?? ''}`;
}

/** Why an absent order needs its owner: the same sentence from a link's close and from `positions resolve`. */
export function describeUnknownFill(order: OrderRecord, reason: string | undefined): string {
  const words = reason === undefined ? '' : ` (${reason})`;
  return `${nameOrder(order)} has ended, and its trades don't show what it filled${words}`;
}
