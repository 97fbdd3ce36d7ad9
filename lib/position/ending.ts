import { type Amount, decimal, isPositive, sum } from '../amount.ts';
import {
  type ExchangePosition,
  entrySide,
  exitSide,
  type Trade,
  type TradeCause,
} from '../exchange/exchange.ts';
import type { Position } from './position.ts';
import { computeTotals } from './totals.ts';

/**
 * Which executions change a position, and how texts describe an end by them. `undefined` words: an ordinary trade.
 * Funding moves money only.
 */
export const endsPosition: Partial<Record<TradeCause, string | undefined>> = {
  trade: undefined,
  liquidation: 'liquidated',
  deleveraging: 'auto-deleveraged',
  settlement: 'settled by the exchange',
  delivery: 'delivered',
  'block-trade': 'closed by a block trade',
  transfer: 'moved to another account',
};

/**
 * When the position was opened, epoch milliseconds: an earlier trade cannot have closed it. An entry that was
 * canceled after a partial fill was last changed by its cancel, so it does not say when it filled.
 */
export function computeOpenedAt({ entryOrders, createdAt }: Position): number {
  const whole = entryOrders.filter(({ filled, amount }) => isPositive(filled) && !decimal(filled).lt(amount));
  return whole.length === 0
    ? Date.parse(createdAt)
    : Math.max(...whole.map(({ updatedAt }) => updatedAt ?? 0));
}

/** @returns the latest time of the entry's last fill, epoch milliseconds. A read soon after it may lag behind the fill. */
export function computeLastFillBy({ entryOrders, createdAt }: Position): number {
  const filled = entryOrders.filter(({ filled }) => isPositive(filled));
  return filled.length === 0
    ? Date.parse(createdAt)
    : Math.max(...filled.map(({ updatedAt }) => updatedAt ?? Date.parse(createdAt)));
}

/** Whether any trade since the position was opened is an exit that Ripcord does not know. */
export function mayHaveEnded(position: Position, trades: Trade[]): boolean {
  const openedAt = computeOpenedAt(position);
  const own = new Set(position.exitOrders.map(({ orderId }) => orderId));
  return ofPosition(position, trades).some(
    ({ side, at, orderId }) =>
      side === exitSide(position.side) && at >= openedAt && (orderId === undefined || !own.has(orderId)),
  );
}

/**
 * @param held what the account still holds of a spot long.
 * @returns the last trade that can have closed the position; undefined if there is none. Trades are oldest first.
 */
export function findClosingTrade(position: Position, trades: Trade[], held: Amount = '0'): Trade | undefined {
  const openedAt = computeOpenedAt(position);
  // What its own exits and partial closes sold is counted already.
  const own = new Set(position.exitOrders.flatMap(({ orderId }) => orderId ?? []));
  const exits = ofPosition(position, trades).filter(
    ({ side, at, orderId }) =>
      side === exitSide(position.side) && at >= openedAt && (orderId === undefined || !own.has(orderId)),
  );
  return position.market.kind === 'spot' && !explainsGone(position, exits, held) ? undefined : exits.at(-1);
}

/** A sale can pay its fee in base: at most this part of it. */
const mostFee = '0.01';

/** Whether these sales explain why coins of the position are gone. Fewer may be sales of the owner's other coins. */
function explainsGone(position: Position, sales: Trade[], held: Amount): boolean {
  const { remaining } = computeTotals(position);
  const unexplained = decimal(remaining)
    .minus(held)
    .minus(sum(sales.map(({ amount }) => amount)));
  return unexplained.lte(decimal(remaining).times(mostFee));
}

const momentMs = 1_000;

/**
 * Finds a position that ended although the exchange holds one of the same side again: counted back from what it holds
 * now, a trade since the entry opened it from nothing, or from the other side.
 * @returns `continues`, or the trade that closed the position.
 */
export function findEarlierEnd(
  position: Position,
  held: Pick<ExchangePosition, 'amount'>,
  trades: Trade[],
): Trade | 'continues' {
  const openedAt = computeOpenedAt(position);
  // The entry's last change and its last trade can differ by a moment. An exit right after the entry counts.
  const since = ofPosition(position, trades).filter(({ at, side }) =>
    side === exitSide(position.side) ? at >= openedAt : at > openedAt + momentMs,
  );
  let amount = decimal(held.amount);
  for (let index = since.length - 1; index >= 0; index -= 1) {
    const trade = since[index] as Trade;
    const opens = trade.side === entrySide(position.side);
    if (
      opens &&
      position.entryOrders.some(({ orderId }) => orderId !== undefined && orderId === trade.orderId)
    )
      return 'continues';
    amount = opens ? amount.minus(trade.amount) : amount.plus(trade.amount);
    if (!opens || amount.gt(0)) continue;
    const exits = since.slice(0, index).filter(({ side }) => side === exitSide(position.side));
    const sold = sum(exits.map((exit) => exit.amount));
    // These trades sold too little to close it, so the amount that the account reports is older than the list.
    if (decimal(sold).lt(computeTotals(position).remaining)) return 'continues';
    return exits.at(-1) ?? 'continues';
  }
  return 'continues';
}

/** Executions that changed this position, without those of a hedge's other side. */
export function ofPosition({ side, hedged }: Pick<Position, 'side' | 'hedged'>, trades: Trade[]): Trade[] {
  return trades.filter(
    ({ cause, positionSide }) =>
      Object.hasOwn(endsPosition, cause) && (!hedged || positionSide === undefined || positionSide === side),
  );
}
