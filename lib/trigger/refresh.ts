import { isPositive } from '../amount.ts';
import type { Engine } from '../engine.ts';
import type { Exchange } from '../exchange/exchange.ts';
import { lookAtOrders } from '../position/look.ts';
import type { Outcome, Position } from '../position/position.ts';
import { tallyOf } from '../position/tally.ts';
import { describeOutside } from './outside.ts';

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
  const flatSince = await flatFrom(exchange, { ...position, ...orders }, now);
  const seen =
    price === undefined
      ? position.seen
      : { at: now, price, ...(flatSince === undefined ? {} : { flatSince }) };
  const current: Position = { ...position, ...orders, seen };
  if (flatSince !== undefined && now - flatSince >= flatMs)
    return (await endByHand(engine, exchange, current)) ?? current;
  const known = { entries: position.entries, exits: position.exits, flat: position.seen?.flatSince };
  const changed = JSON.stringify({ ...orders, flat: seen?.flatSince }) !== JSON.stringify(known);
  if (!changed && (seen?.at ?? 0) - (position.seen?.at ?? 0) < priceAgeMs) return current;
  return (await engine.table.savePosition(position, { ...orders, seen })) ?? current;
};

/** Since when the account holds nothing of a perpetual position that should be there; undefined where it does. */
const flatFrom = async (exchange: Exchange, position: Position, now: number): Promise<number | undefined> => {
  const { left, entriesDone } = tallyOf(position);
  if (position.market.kind !== 'perpetual' || !entriesDone || !isPositive(left)) return undefined;
  try {
    const holding = await exchange.fetchHolding(position.market, position.side);
    return holding.side === position.side ? undefined : (position.seen?.flatSince ?? now);
  } catch {
    return position.seen?.flatSince;
  }
};

const endByHand = async (
  engine: Engine,
  exchange: Exchange,
  position: Position,
): Promise<Position | undefined> => {
  const { detail, at } = await describeOutside(exchange, position);
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
    settledAt: at === undefined ? now : new Date(at).toISOString(),
  };
  const { entries, exits, seen } = position;
  return engine.table.savePosition(position, { entries, exits, seen, state: 'closed', outcome });
};
