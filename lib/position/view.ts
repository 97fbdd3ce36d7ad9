import type { PositionView } from '../admin/commands.ts';
import { type Amount, decimal, isPositive, toAmount } from '../amount.ts';
import { type Position, type PositionStatus, statusOf } from './position.ts';
import { type Tally, tallyOf } from './tally.ts';

const fillOf = (position: Position, tally: Tally): PositionView['fill'] => {
  if (!isPositive(tally.filled)) return 'unfilled';
  if (!isPositive(tally.left) || position.state === 'closed') return 'closed';
  return decimal(tally.filled).lt(tally.amount) ? 'partly-filled' : 'filled';
};

/** A position that ended outside is shown so before any link has said it. */
const liveStatusOf = (position: Position, tally: Tally): PositionStatus => {
  const status = statusOf(position);
  if (status !== 'open' || !tally.entriesDone) return status;
  if (!isPositive(tally.filled)) return 'canceled';
  return isPositive(tally.left) ? 'open' : 'closed';
};

const profitOf = (position: Position, tally: Tally, price: Amount | undefined) => {
  if (price === undefined || tally.averageEntry === undefined || !isPositive(tally.left)) return undefined;
  if (position.state === 'closed') return undefined;
  const move = decimal(price).minus(tally.averageEntry);
  const perUnit = position.side === 'long' ? move : move.negated();
  return {
    unrealisedProfit: toAmount(perUnit.times(tally.left).decimalPlaces(8)),
    unrealisedProfitPercent: toAmount(perUnit.dividedBy(tally.averageEntry).times(100).decimalPlaces(2)),
  };
};

/** A position as the admin contract shows it. */
export const viewOf = (position: Position, extra: { links?: number; stale?: string } = {}): PositionView => {
  const tally = tallyOf(position);
  const price = position.seen?.price;
  return {
    positionId: position.positionId,
    account: position.account,
    exchange: position.exchange,
    symbol: position.symbol,
    side: position.side,
    status: liveStatusOf(position, tally),
    fill: fillOf(position, tally),
    label: position.label,
    createdAt: position.createdAt,
    amount: tally.amount,
    filled: tally.filled,
    left: position.state === 'closed' ? (position.outcome?.left ?? '0') : tally.left,
    averageEntry: tally.averageEntry,
    markPrice: price,
    ...profitOf(position, tally, price),
    quote: position.market.settle ?? position.market.quote,
    priceStep: position.market.priceStep,
    amountStep: position.market.amountStep,
    entries: position.entries,
    exits: position.exits,
    openExits: position.exits.filter((exit) => exit.status === 'live').length,
    outcome: position.outcome,
    failure: position.failure,
    attention: position.attention,
    seenAt: position.seen === undefined ? undefined : new Date(position.seen.at).toISOString(),
    ...extra,
  };
};
