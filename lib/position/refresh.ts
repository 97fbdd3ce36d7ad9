import type { Engine } from '../engine.ts';
import { lookAtOrders } from './look.ts';
import type { Position } from './position.ts';

/** A price this old is written anew even when no order has changed. */
const priceAgeMs = 5 * 60_000;

/**
 * Asks the exchange what has become of the position and writes down what is new, so that a trigger seldom has
 * to ask. Refused, and harmless, where somebody has claimed the position meanwhile.
 */
export const refresh = async (engine: Engine, position: Position): Promise<Position> => {
  const exchange = await engine.exchanges.of(position.account, position.exchange);
  const [orders, seen] = await Promise.all([
    lookAtOrders(exchange, position, engine.now()),
    // A price is for show and for judging dust: without one the rest is still worth having.
    exchange.fetchPrice(position.market).then(
      (price) => ({ at: engine.now(), price }),
      () => position.seen,
    ),
  ]);
  const known = { entries: position.entries, exits: position.exits };
  const changed = JSON.stringify(orders) !== JSON.stringify(known);
  const current: Position = { ...position, ...orders, seen };
  if (!changed && (seen?.at ?? 0) - (position.seen?.at ?? 0) < priceAgeMs) return current;
  return (await engine.table.savePosition(position, { ...orders, seen })) ?? current;
};
