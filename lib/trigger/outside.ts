import { decimal, isPositive, larger, truncateToStep } from '../amount.ts';
import { type Exchange, exitSideOf } from '../exchange/exchange.ts';
import type { Position } from '../position/position.ts';
import { tallyOf } from '../position/tally.ts';

export interface ClosedOutside {
  detail: string;
  /** Epoch milliseconds, where the exchange tells. */
  at: number | undefined;
}

/**
 * Whether the account holds nothing any more that the position could be: it was closed outside Ripcord.
 * On spot only an account without any sellable amount proves that; what is there may be the user's own.
 */
export const closedOutside = async (
  exchange: Exchange,
  position: Position,
): Promise<ClosedOutside | undefined> => {
  const { market, side } = position;
  if (market.kind === 'perpetual') {
    const holding = await exchange.fetchHolding(market, side);
    // One that has turned to the other side was closed on the way.
    if (holding.side === side) return undefined;
  } else {
    // A spot short has no holding of its own: what it owes is to be bought back.
    if (side === 'short') return undefined;
    const { total } = await exchange.fetchBalance(market.base);
    if (decimal(total).gte(tallyOf(position).left)) return undefined;
    const sellable = truncateToStep(total, market.amountStep);
    const least = larger(market.amountMin, market.marketAmountMin ?? '0');
    if (isPositive(sellable) && decimal(sellable).gte(least)) return undefined;
  }
  const trade = await describeTrade(exchange, position);
  return {
    detail: `The position was closed outside Ripcord: the account holds no ${market.base} of it any more${trade.words}.`,
    at: trade.at,
  };
};

/** The last trade that can have closed it, in words; nothing where the exchange does not tell. */
export const describeTrade = async (
  exchange: Exchange,
  position: Position,
): Promise<{ words: string; at: number | undefined }> => {
  try {
    const trade = await exchange.fetchLastTrade(position.market, exitSideOf(position.side));
    if (trade === undefined) return { words: '', at: undefined };
    const when = trade.at === undefined ? '' : ` on ${new Date(trade.at).toISOString()}`;
    return {
      words: `; the last ${exitSideOf(position.side)} was ${trade.amount} at ${trade.price}${when}`,
      at: trade.at,
    };
  } catch {
    return { words: '', at: undefined };
  }
};
