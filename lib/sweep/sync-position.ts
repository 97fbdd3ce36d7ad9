import { type Amount, isPositive } from '../amount.ts';
import { describeOutside } from '../close/external-close.ts';
import type { Exchange } from '../exchange/exchange.ts';
import { withNews } from '../notify/notice-text.ts';
import { lookAtOrders } from '../position/order-sync.ts';
import type { Outcome, Position } from '../position/position.ts';
import { tallyOf } from '../position/totals.ts';
import type { Engine } from '../services.ts';

/** A price this old is written anew even when no order has changed. */
const priceAgeMs = 5 * 60_000;

/** One look at an empty account may be too early; after so long a second one is believed. */
const flatMs = 45_000;

/**
 * Asks the exchange what has become of the position and writes down what is new, so that a trigger seldom has
 * to ask. Refused, and harmless, where somebody has claimed the position meanwhile. A perpetual that was closed by
 * hand is ended here: were it left open, a late alert would close whatever the trader has opened since.
 */
export const refresh = async (engine: Engine, position: Position): Promise<Position> => {
  const exchange = await engine.exchanges.of(position.account, position.exchange);
  const [orders, price] = await Promise.all([
    lookAtOrders(exchange, position, engine.now()),
    // A price is for show and for judging dust: without one the rest is still worth having.
    exchange.fetchPrice(position.market).catch(() => undefined),
  ]);
  const now = engine.now();
  const { flatSince, sawFlat } = await lookAtHolding(exchange, { ...position, ...orders }, now);
  const seen = seenNow(position, now, price, flatSince);
  const current: Position = { ...position, ...orders, seen };
  // What waits for a person is for `resolve` to end, which tells what Ripcord itself has closed of it.
  const mayEnd = position.state !== 'needs-attention';
  if (mayEnd && sawFlat && flatSince !== undefined && now - flatSince >= flatMs)
    return (await endByHand(engine, exchange, current)) ?? current;
  const known = { entries: position.entries, exits: position.exits, flat: position.seen?.flatSince };
  const changed = JSON.stringify({ ...orders, flat: seen?.flatSince }) !== JSON.stringify(known);
  if (!changed && (seen?.at ?? 0) - (position.seen?.at ?? 0) < priceAgeMs) return current;
  return (await engine.table.savePosition(position, { ...orders, seen })) ?? current;
};

/** What was seen before stays where this look could not tell; a mark of emptiness goes with the emptiness. */
const seenNow = (
  { seen }: Position,
  now: number,
  price: Amount | undefined,
  flatSince: number | undefined,
): Position['seen'] => {
  const known = price === undefined ? seen : { at: now, price };
  if (known === undefined) return flatSince === undefined ? undefined : { at: now, flatSince };
  const { flatSince: _, ...rest } = known;
  return flatSince === undefined ? rest : { ...rest, flatSince };
};

/** Whether this very look found nothing of a perpetual that should be there, and since when that is so. */
const lookAtHolding = async (
  exchange: Exchange,
  position: Position,
  now: number,
): Promise<{ flatSince: number | undefined; sawFlat: boolean }> => {
  const { left, entriesDone } = tallyOf(position);
  if (position.market.kind !== 'perpetual' || !entriesDone || !isPositive(left))
    return { flatSince: undefined, sawFlat: false };
  const before = position.seen?.flatSince;
  try {
    const holding = await exchange.fetchHolding(position.market, position.side);
    return holding.side === position.side
      ? { flatSince: undefined, sawFlat: false }
      : { flatSince: before ?? now, sawFlat: true };
  } catch {
    return { flatSince: before, sawFlat: false };
  }
};

const endByHand = async (
  engine: Engine,
  exchange: Exchange,
  position: Position,
): Promise<Position | undefined> => {
  const { detail, at } = await describeOutside(exchange, position);
  // Without a trade to show for it, it may be another account's emptiness that was seen.
  if (at === undefined) return undefined;
  const alive = position.exits
    .filter((exit) => exit.status === 'live')
    .flatMap(({ orderId }) => orderId ?? []);
  const now = new Date(engine.now()).toISOString();
  const outcome: Outcome = {
    outcome: 'closed',
    by: 'outside',
    action: 'close',
    linkId: 'sweep',
    detail:
      alive.length === 0 ? detail : `${detail} Its exits ${alive.join(', ')} are still live: cancel them.`,
    entryFilled: tallyOf(position).filled,
    closedAmount: '0',
    left: '0',
    canceledEntryOrderIds: [],
    canceledExitOrderIds: [],
    claimedAt: now,
    settledAt: new Date(at).toISOString(),
  };
  const { entries, exits, seen } = position;
  const notices = withNews(position, { kind: 'settled', outcome }, engine.now());
  return engine.table.savePosition(position, {
    entries,
    exits,
    seen,
    state: 'closed',
    outcome,
    attention: null,
    notices,
  });
};
