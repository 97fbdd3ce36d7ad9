import { decimal, isPositive, larger, truncateToStep } from '../amount.ts';
import { type Exchange, exitSideOf } from '../exchange/exchange.ts';
import type { Position } from '../position/position.ts';
import { tallyOf } from '../position/totals.ts';
import type { Ending } from './action-result.ts';
import { cancelOrders } from './cancel.ts';
import { lookAgain, type Run } from './execution.ts';
import { nothingLeft, settled } from './outcomes.ts';

export interface ClosedOutside {
  detail: string;
  /** Epoch milliseconds, where the exchange tells. */
  at: number | undefined;
}

/**
 * Whether the account holds nothing any more that the position could be: it was closed outside Ripcord.
 * On spot only an account without any sellable amount proves that; what is there may be the user's own. `unproven`:
 * nothing of it is there, and no trade shows why.
 */
export const closedOutside = async (
  exchange: Exchange,
  position: Position,
): Promise<ClosedOutside | 'unproven' | undefined> => {
  const { market, side } = position;
  let isProven = false;
  if (market.kind === 'perpetual') {
    const holding = await exchange.fetchHolding(market, side);
    if (holding.side === side) return undefined;
    // One that has turned to the other side was closed on the way.
    isProven = holding.side !== undefined;
  } else {
    // A spot short has no holding of its own: what it owes is to be bought back.
    if (side === 'short') return undefined;
    const { total } = await exchange.fetchBalance(market.base);
    if (decimal(total).gte(tallyOf(position).left)) return undefined;
    const sellable = truncateToStep(total, market.amountStep);
    const least = larger(market.amountMin, market.marketAmountMin ?? '0');
    if (isPositive(sellable) && decimal(sellable).gte(least)) return undefined;
  }
  const outside = await describeOutside(exchange, position);
  // Emptiness proves nothing by itself: coins may have been moved, a look may lag. A trade since the entry does.
  return isProven || outside.at !== undefined ? outside : 'unproven';
};

/**
 * When the position came to be: an earlier trade can't have closed it. Epoch milliseconds. An entry that was ended
 * unfilled in part was last changed by its cancel, not by its fill, and says nothing of when.
 */
const openedAt = ({ entries, createdAt }: Position): number => {
  const whole = entries.filter(({ filled, amount }) => isPositive(filled) && !decimal(filled).lt(amount));
  return whole.length === 0 ? Date.parse(createdAt) : Math.max(...whole.map(({ at }) => at ?? 0));
};

/** Says so, with the last trade that can have done it where the exchange tells. */
export const describeOutside = async (exchange: Exchange, position: Position): Promise<ClosedOutside> => {
  const { market, side } = position;
  const sentence = `The position was closed outside Ripcord: the account holds no ${market.base} of it any more`;
  try {
    const trade = await exchange.fetchLastTrade(market, exitSideOf(side));
    // What its own exits and part-closes have sold is counted already.
    const isOwn = position.exits.some(({ orderId }) => orderId !== undefined && orderId === trade?.orderId);
    if (trade?.at === undefined || isOwn || trade.at < openedAt(position))
      return { detail: `${sentence}.`, at: undefined };
    const when = new Date(trade.at).toISOString();
    return {
      detail: `${sentence}; the last ${exitSideOf(side)} was ${trade.amount} at ${trade.price} on ${when}.`,
      at: trade.at,
    };
  } catch {
    return { detail: `${sentence}.`, at: undefined };
  }
};

/** Ends a run whose position the account holds no more: its own exits may have ended it since the last look. */
export const endOutside = async (run: Run, outside: ClosedOutside): Promise<Ending> => {
  await lookAgain(run);
  // A part-close leaves its exits alive: without a position they would hit the next one.
  if (run.claim.action === 'close') await cancelOrders(run, ['exits']);
  if (!isPositive(tallyOf(run.position).left)) return settled(run, nothingLeft(run));
  return settled(run, { outcome: 'closed', by: 'outside', ...outside, left: '0' });
};
