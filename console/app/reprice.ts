import { BigNumber } from 'bignumber.js';
import type { PositionView } from '../../lib/admin/contract/commands.ts';
import type { Price } from '../state.ts';

/**
 * @returns the position at a newer price. Unrealized profit is linear in the price, so its change follows from the
 * price's, and everything else stays.
 */
export function reprice(position: PositionView, { price, at }: Pick<Price, 'price' | 'at'>): PositionView {
  const { markPrice, markPriceAt, remaining, side, unrealizedProfit } = position;
  if (markPriceAt !== undefined && Date.parse(markPriceAt) > at) return position;
  const next = { ...position, markPrice: price, markPriceAt: new Date(at).toISOString() };
  if (markPrice === undefined || unrealizedProfit === null || new BigNumber(remaining).isZero()) return next;
  const sign = side === 'long' ? 1 : -1;
  const cost = new BigNumber(markPrice).times(remaining).minus(new BigNumber(unrealizedProfit).times(sign));
  const profit = new BigNumber(price).times(remaining).minus(cost).times(sign);
  return {
    ...next,
    unrealizedProfit: profit.decimalPlaces(8).toFixed(),
    unrealizedProfitPercent: profit.div(cost).times(100).decimalPlaces(2).toFixed(),
  };
}
