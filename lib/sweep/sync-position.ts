import { type Amount, isPositive } from '../amount.ts';
import { describeExternalClose } from '../close/external-close.ts';
import { createOutcome } from '../close/outcomes.ts';
import { nextState } from '../close/transitions.ts';
import type { Exchange } from '../exchange/exchange.ts';
import { appendNotice } from '../notify/notice-text.ts';
import { syncOrders } from '../position/order-sync.ts';
import type { Position } from '../position/position.ts';
import { computeTotals } from '../position/totals.ts';
import type { Services } from '../services.ts';

/** A price this old is written anew even when no order has changed. */
const priceAgeMs = 5 * 60_000;

/** One look at an empty account may be too early; after so long a second one is believed. */
const flatMs = 45_000;

/**
 * Asks the exchange what has become of the position and writes down what is new, so that a trigger seldom has
 * to ask. Refused, and harmless, where somebody has claimed the position meanwhile. A perpetual that was closed by
 * hand is ended here: were it left open, a late alert would close whatever the trader has opened since.
 */
export async function syncPosition(services: Services, position: Position): Promise<Position> {
  const exchange = await services.exchanges.of(position.account, position.exchange);
  const [orders, price] = await Promise.all([
    syncOrders(exchange, position, services.now()),
    // A price is for show and for judging dust: without one the rest is still worth having.
    exchange.fetchPrice(position.market).catch(() => undefined),
  ]);
  const now = services.now();
  const { flatSince, sawFlat } = await lookAtHolding(exchange, { ...position, ...orders }, now);
  const seen = seenNow(position, now, price, flatSince);
  const current: Position = { ...position, ...orders, lastSync: seen };
  if (sawFlat && flatSince !== undefined && now - flatSince >= flatMs)
    return (await endByHand(services, exchange, current)) ?? current;
  const known = {
    entryOrders: position.entryOrders,
    exitOrders: position.exitOrders,
    flat: position.lastSync?.flatSince,
  };
  const changed = JSON.stringify({ ...orders, flat: seen?.flatSince }) !== JSON.stringify(known);
  if (!changed && (seen?.at ?? 0) - (position.lastSync?.at ?? 0) < priceAgeMs) return current;
  return (await services.store.savePosition(position, { ...orders, lastSync: seen })) ?? current;
}

/** What was seen before stays where this look could not tell; a mark of emptiness goes with the emptiness. */
function seenNow(
  { lastSync }: Position,
  now: number,
  price: Amount | undefined,
  flatSince: number | undefined,
): Position['lastSync'] {
  const known = price === undefined ? lastSync : { at: now, price };
  if (known === undefined) return flatSince === undefined ? undefined : { at: now, flatSince };
  const { flatSince: _, ...rest } = known;
  return flatSince === undefined ? rest : { ...rest, flatSince };
}

/** Whether this very look found nothing of a perpetual that should be there, and since when that is so. */
async function lookAtHolding(
  exchange: Exchange,
  position: Position,
  now: number,
): Promise<{ flatSince: number | undefined; sawFlat: boolean }> {
  const { remaining, entriesDone } = computeTotals(position);
  if (position.market.kind !== 'perpetual' || !entriesDone || !isPositive(remaining))
    return { flatSince: undefined, sawFlat: false };
  const before = position.lastSync?.flatSince;
  try {
    const holding = await exchange.fetchPosition(position.market, position.side);
    return holding.side === position.side
      ? { flatSince: undefined, sawFlat: false }
      : { flatSince: before ?? now, sawFlat: true };
  } catch {
    return { flatSince: before, sawFlat: false };
  }
}

async function endByHand(
  services: Services,
  exchange: Exchange,
  position: Position,
): Promise<Position | undefined> {
  const { detail, at } = await describeExternalClose(exchange, position);
  const state = nextState(position.state, 'found-closed');
  if (state === undefined) return undefined;
  // Without a trade to show for it, it may be another account's emptiness that was seen.
  if (at === undefined) return undefined;
  const alive = position.exitOrders
    .filter((exit) => exit.status === 'live')
    .flatMap(({ orderId }) => orderId ?? []);
  const now = services.now();
  const exits =
    alive.length === 0
      ? ''
      : ` Its exit orders ${alive.join(', ')} are still live. Cancel them at the exchange.`;
  const outcome = createOutcome(
    position,
    { actor: 'sweep', action: 'close', claimedAt: now },
    { outcome: 'closed', closedBy: 'external', detail: detail + exits, remaining: '0', at },
    now,
  );
  const { entryOrders, exitOrders, lastSync } = position;
  const notices = appendNotice(position, { kind: 'settled', outcome, reopens: false }, now);
  return services.store.savePosition(position, {
    entryOrders,
    exitOrders,
    lastSync,
    state,
    outcome,
    attentionReason: null,
    notices,
  });
}
