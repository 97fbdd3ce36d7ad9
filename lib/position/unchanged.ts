import { isPositive } from '../amount.ts';
import type { ExchangeOrder, OpenExchangePosition } from '../exchange/exchange.ts';
import { lacksAttachedExits } from './attached-exits.ts';
import { computeLastFillBy } from './ending.ts';
import { toLastSync } from './last-sync.ts';
import type { OrderRecord, Position } from './position.ts';
import { type Snapshot, toHoldingKey, toOrderKey } from './snapshot.ts';
import { positionListLagMs } from './timing.ts';
import { computeTotals, isFeeUnknown, lacksFee, toOrderRecord } from './totals.ts';

/**
 * Whether the snapshot proves that nothing about the position changed, so that reading it would show the same. An order is
 * proven unchanged if the snapshot shows it open with the same facts, an exchange position if it shows the same amount and
 * price. What it does not show may have ended, changed or be listed late: only the position's own reads show which.
 * @returns the position with the snapshot's price and margin; undefined if its own reads are due.
 */
export function showUnchanged(position: Position, snapshot: Snapshot): Position | undefined {
  const { market, side } = position;
  if (!isActive(position) || !areOrdersUnchanged(position, snapshot)) return undefined;
  const look = showHolding(position, snapshot.positions.get(toHoldingKey(market, side)), snapshot.at);
  if (look === undefined) return undefined;
  return {
    ...position,
    lastSync: toLastSync(position, snapshot.at, snapshot.prices.get(market.symbol), look),
  };
}

/** Whether the snapshot shows each order as it was, and nothing about them is left to read. */
export function areOrdersUnchanged(position: Position, snapshot: Snapshot): boolean {
  const { market, entryOrders, exitOrders } = position;
  const isSame = [...entryOrders, ...exitOrders].every((order) =>
    isShownUnchanged(order, snapshot.orders.get(toOrderKey(market.symbol, order))),
  );
  // Exits are placed only once the fee of what has filled is known.
  const lacksFees =
    isFeeUnknown(position) || lacksFee(position, 'entryOrders') || lacksFee(position, 'exitOrders');
  return isSame && !(lacksFees || lacksAttachedExits(position));
}

/** Whether the snapshot shows the exchange position as it was. */
export function isHoldingShown(position: Position, snapshot: Snapshot): boolean {
  const listed = snapshot.positions.get(toHoldingKey(position.market, position.side));
  return showHolding(position, listed, snapshot.at) !== undefined;
}

/**
 * A list of all positions that lacks this one is the first of the two checks that end it, unless it can be older than the
 * entry's last fill: it may lag longer than a read of one.
 * @returns what such a check stores; undefined if the list proves nothing, or another check has found it flat already.
 */
export function showFlat(position: Position, snapshot: Snapshot): Position['lastSync'] {
  const { market, side, lastSync } = position;
  const { remaining, entriesDone } = computeTotals(position);
  const isHeld = market.kind === 'perpetual' && entriesDone && isPositive(remaining);
  const isListed = snapshot.positions.has(toHoldingKey(market, side));
  const mayLag = snapshot.at - computeLastFillBy(position) < positionListLagMs;
  if (!isActive(position) || !isHeld || isListed || mayLag || lastSync?.flatSince !== undefined)
    return undefined;
  const look = { flatSince: snapshot.at, held: lastSync?.held, margin: lastSync?.margin };
  return toLastSync(position, snapshot.at, snapshot.prices.get(market.symbol), look);
}

function isActive({ state }: Position): boolean {
  return state === 'open' || state === 'kept' || state === 'failed';
}

/** A look-up that returned the listed order would change nothing. What a triggered order filled is in another order. */
function isShownUnchanged(known: OrderRecord, listed: ExchangeOrder | undefined): boolean {
  if (known.status === 'done') return true;
  if (known.status !== 'live' || listed?.status !== 'live') return false;
  if (known.placedOrderId !== undefined || listed.placedOrderId !== undefined) return false;
  return JSON.stringify(toOrderRecord(listed, known)) === JSON.stringify(known);
}

/** @returns what a look at the exchange position would find; undefined if the snapshot does not show the known one. */
function showHolding(position: Position, listed: OpenExchangePosition | undefined, at: number) {
  const { remaining, entriesDone } = computeTotals(position);
  if (position.market.kind !== 'perpetual' || !entriesDone || !isPositive(remaining))
    return { flatSince: undefined, held: undefined, margin: undefined };
  const { flatSince, held } = position.lastSync ?? {};
  const isKnown = held?.amount === listed?.amount && held?.averagePrice === listed?.averagePrice;
  if (listed === undefined || held === undefined || flatSince !== undefined || !isKnown) return undefined;
  return { flatSince, held, margin: { at, amount: listed.amount, ...listed.margin } };
}
