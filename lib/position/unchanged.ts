import { isPositive } from '../amount.ts';
import type { ExchangeOrder, OpenExchangePosition } from '../exchange/exchange.ts';
import { lacksAttachedExits } from './attached-exits.ts';
import { toLastSync } from './last-sync.ts';
import type { OrderRecord, Position } from './position.ts';
import { type Snapshot, toHoldingKey, toOrderKey } from './snapshot.ts';
import { computeTotals, isFeeUnknown, lacksFee, toOrderRecord } from './totals.ts';

/**
 * Whether the snapshot proves that nothing about the position changed, so that reading it would show the same. It proves
 * that an order is as it was by showing it open as it was, and the exchange position by showing the same amount and price.
 * What it does not show may have ended, changed or be listed late: only the position's own reads say which.
 * @returns the position with the snapshot's price and margin; undefined if its own reads are due.
 */
export function showUnchanged(position: Position, snapshot: Snapshot): Position | undefined {
  const { market, side, state, entryOrders, exitOrders } = position;
  if (state !== 'open' && state !== 'kept' && state !== 'failed') return undefined;
  const isSame = [...entryOrders, ...exitOrders].every((order) =>
    isShownUnchanged(order, snapshot.orders.get(toOrderKey(market.symbol, order))),
  );
  // Exits are placed only once the fee of what has filled is known.
  const lacksFees =
    isFeeUnknown(position) || lacksFee(position, 'entryOrders') || lacksFee(position, 'exitOrders');
  if (!isSame || lacksFees || lacksAttachedExits(position)) return undefined;
  const look = showHolding(position, snapshot.positions.get(toHoldingKey(market, side)), snapshot.at);
  if (look === undefined) return undefined;
  return {
    ...position,
    lastSync: toLastSync(position, snapshot.at, snapshot.prices.get(market.symbol), look),
  };
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
