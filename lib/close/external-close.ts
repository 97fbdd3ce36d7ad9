import { decimal, isPositive, larger, truncateToStep } from '../amount.ts';
import { type Exchange, exitSide } from '../exchange/exchange.ts';
import type { Position } from '../position/position.ts';
import { computeTotals } from '../position/totals.ts';
import type { ActionResult } from './action-result.ts';
import { cancelOrders } from './cancel.ts';
import { type Execution, resyncOrders } from './execution.ts';
import { nothingLeft, settled } from './outcomes.ts';

export interface ExternalClose {
  detail: string;
  /** Epoch milliseconds, where the exchange tells. */
  at: number | undefined;
}

/**
 * Whether the account holds nothing any more that the position could be: it was closed outside Ripcord.
 * On spot only an account without any sellable amount proves that; what is there may be the user's own. `unproven`:
 * nothing of it is there, and no trade shows why.
 */
export async function findExternalClose(
  exchange: Exchange,
  position: Position,
): Promise<ExternalClose | 'unproven' | undefined> {
  const { market, side } = position;
  let isProven = false;
  if (market.kind === 'perpetual') {
    const holding = await exchange.fetchPosition(market, side);
    if (holding.side === side) return undefined;
    // One that has turned to the other side was closed on the way.
    isProven = holding.side !== undefined;
  } else {
    // A spot short has no holding of its own: what it owes is to be bought back.
    if (side === 'short') return undefined;
    const { total } = await exchange.fetchBalance(market.base);
    if (decimal(total).gte(computeTotals(position).remaining)) return undefined;
    const sellable = truncateToStep(total, market.amountStep);
    const least = larger(market.amountMin, market.marketAmountMin ?? '0');
    if (isPositive(sellable) && decimal(sellable).gte(least)) return undefined;
  }
  const outside = await describeExternalClose(exchange, position);
  // Emptiness proves nothing by itself: coins may have been moved, a look may lag. A trade since the entry does.
  return isProven || outside.at !== undefined ? outside : 'unproven';
}

/**
 * When the position came to be: an earlier trade can't have closed it. Epoch milliseconds. An entry that was ended
 * unfilled in part was last changed by its cancel, not by its fill, and says nothing of when.
 */
function computeOpenedAt({ entryOrders, createdAt }: Position): number {
  const whole = entryOrders.filter(({ filled, amount }) => isPositive(filled) && !decimal(filled).lt(amount));
  return whole.length === 0
    ? Date.parse(createdAt)
    : Math.max(...whole.map(({ updatedAt }) => updatedAt ?? 0));
}

/** Says so, with the last trade that can have done it where the exchange tells. */
export async function describeExternalClose(exchange: Exchange, position: Position): Promise<ExternalClose> {
  const { market, side } = position;
  const sentence = `The position was closed outside Ripcord: the account holds no ${market.base} of it any more`;
  try {
    const trade = await exchange.fetchLastTrade(market, exitSide(side));
    // What its own exits and part-closes have sold is counted already.
    const isOwn = position.exitOrders.some(
      ({ orderId }) => orderId !== undefined && orderId === trade?.orderId,
    );
    if (trade?.at === undefined || isOwn || trade.at < computeOpenedAt(position))
      return { detail: `${sentence}.`, at: undefined };
    const when = new Date(trade.at).toISOString();
    return {
      detail: `${sentence}; the last ${exitSide(side)} was ${trade.amount} at ${trade.price} on ${when}.`,
      at: trade.at,
    };
  } catch {
    return { detail: `${sentence}.`, at: undefined };
  }
}

/** Ends a run whose position the account holds no more: its own exits may have ended it since the last look. */
export async function endExternallyClosed(run: Execution, outside: ExternalClose): Promise<ActionResult> {
  await resyncOrders(run);
  // A part-close leaves its exits alive: without a position they would hit the next one.
  if (run.claim.action === 'close') await cancelOrders(run, ['exitOrders']);
  if (!isPositive(computeTotals(run.position).remaining)) return settled(run, nothingLeft(run));
  return settled(run, { outcome: 'closed', by: 'external', ...outside, left: '0' });
}
