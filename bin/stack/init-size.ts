import type { PositionView } from '../../lib/admin/contract/commands.ts';
import { decimal } from '../../lib/amount.ts';
import type { PositionSource } from './init-plan.ts';

export function hasEnded({ status }: Pick<PositionView, 'status'>): boolean {
  return status === 'closed' || status === 'canceled';
}

type Sized = Pick<PositionView, 'amount' | 'amountStep' | 'averageEntry' | 'entryOrders'>;

/** What a MARKET order by cost buys differs a little from what was asked for. */
const costTolerance = '0.05';

/** @returns how a position differs from what is asked for; undefined if it does not, or if no size is named. */
export function findOtherSize(position: Sized, source: PositionSource): string | undefined {
  if (source.from === 'ripcord') return undefined;
  const { amount, cost, entryOrderIds = [] } = { cost: undefined, entryOrderIds: [], ...source.input };
  if (amount !== undefined && isOtherAmount(position, amount))
    return `its amount is ${position.amount}, not ${amount}`;
  if (cost !== undefined && isOtherCost(position, cost))
    return `its amount is ${position.amount}, which does not cost ${cost}`;
  const other = entryOrderIds.find((id) => !position.entryOrders.some(({ orderId }) => orderId === id));
  return other === undefined ? undefined : `${other} is none of its entry orders`;
}

/** Orders are rounded down to the market's step. */
function isOtherAmount({ amount, amountStep }: Sized, wanted: string): boolean {
  return decimal(amount).minus(wanted).abs().gte(amountStep);
}

function isOtherCost({ amount, averageEntry, entryOrders }: Sized, wanted: string): boolean {
  const price = averageEntry ?? entryOrders[0]?.price;
  if (price === undefined) return false;
  const difference = decimal(amount).times(price).minus(wanted).abs();
  return difference.gt(decimal(wanted).times(costTolerance));
}
