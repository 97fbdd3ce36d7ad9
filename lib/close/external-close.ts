import { decimal, isPositive, larger, truncateToStep } from '../amount.ts';
import { type Exchange, exitSide } from '../exchange/exchange.ts';
import type { Position } from '../position/position.ts';
import { computeTotals } from '../position/totals.ts';
import type { ExternalClose, Holding } from './next-step.ts';

/**
 * Reads whether the account still holds what the position could be. On spot only an account without any sellable
 * amount counts as empty: what is there may be the owner's own.
 */
export async function readHolding(exchange: Exchange, position: Position): Promise<Holding> {
  const { market, side } = position;
  if (market.kind === 'perpetual') {
    const held = await exchange.fetchPosition(market, side);
    if (held.side === side) return 'held';
    const external = await describeExternalClose(exchange, position);
    // A position that turned to the other side was closed on the way. An empty account proves nothing by itself:
    // a read may lag. A trade since the entry does.
    return held.side !== undefined || external.at !== undefined ? external : 'missing';
  }
  // A spot short holds nothing: what it owes is bought back.
  if (side === 'short') return 'held';
  const { total } = await exchange.fetchBalance(market.base);
  if (decimal(total).gte(computeTotals(position).remaining)) return 'held';
  const sellable = truncateToStep(total, market.amountStep);
  const minimum = larger(market.amountMin, market.marketAmountMin ?? '0');
  if (isPositive(sellable) && decimal(sellable).gte(minimum)) return 'held';
  const external = await describeExternalClose(exchange, position);
  return external.at === undefined ? 'missing' : external;
}

/**
 * When the position was opened, epoch milliseconds: an earlier trade cannot have closed it. An entry that was
 * canceled after a partial fill was last changed by its cancel, so it does not say when it filled.
 */
function computeOpenedAt({ entryOrders, createdAt }: Position): number {
  const whole = entryOrders.filter(({ filled, amount }) => isPositive(filled) && !decimal(filled).lt(amount));
  return whole.length === 0
    ? Date.parse(createdAt)
    : Math.max(...whole.map(({ updatedAt }) => updatedAt ?? 0));
}

/** Describes the external close, with the last trade that can have done it if the exchange reports one. */
export async function describeExternalClose(exchange: Exchange, position: Position): Promise<ExternalClose> {
  const { market, side } = position;
  const sentence = `The position was closed outside Ripcord: the account no longer holds its ${market.base}`;
  try {
    const trade = await exchange.fetchLastTrade(market, exitSide(side));
    // What its own exits and partial closes sold is counted already.
    const isOwn = position.exitOrders.some(
      ({ orderId }) => orderId !== undefined && orderId === trade?.orderId,
    );
    if (trade?.at === undefined || isOwn || trade.at < computeOpenedAt(position))
      return { detail: `${sentence}.`, at: undefined };
    const when = new Date(trade.at).toISOString();
    const order = `the last ${exitSide(side)} was ${trade.amount} at ${trade.price} on ${when}`;
    return { detail: `${sentence}; ${order}.`, at: trade.at };
  } catch {
    return { detail: `${sentence}.`, at: undefined };
  }
}
