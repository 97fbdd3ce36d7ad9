import { BigNumber } from 'bignumber.js';
import type { PositionView } from '../lib/admin/contract/commands.ts';

export type ExitName = 'Take profit' | 'Stop loss' | 'Close' | 'Exit';

type Order = PositionView['exitOrders'][number];

/**
 * @returns what an exit order is for: as Ripcord sent it, as the position's exits name it, or as the exchange types it.
 * If none of them names it, its price decides: beyond the entry it takes profit.
 */
export function exitName(order: Order, position: PositionView): ExitName {
  const { positionId, stopLoss, takeProfits } = position;
  if (order.clientOrderId?.startsWith(`rc${positionId.slice('pos_'.length)}x`)) return 'Close';
  if (order.isStop === true || isSame(order, stopLoss)) return 'Stop loss';
  if (order.rung !== undefined || takeProfits.some((exit) => isSame(order, exit))) return 'Take profit';
  const type = order.type.toLowerCase();
  if (type.includes('take')) return 'Take profit';
  return /stop_?(loss|market)/.test(type) ? 'Stop loss' : exitNameByPrice(order, position);
}

function isSame({ orderId }: Order, exit: PositionView['takeProfits'][number] | null): boolean {
  return orderId !== undefined && orderId === exit?.orderId;
}

function exitNameByPrice({ price, triggerPrice }: Order, { averageEntry, side }: PositionView): ExitName {
  const at = triggerPrice ?? price;
  if (at === undefined || averageEntry === undefined) return 'Exit';
  if (new BigNumber(at).gt(averageEntry) === (side === 'long')) return 'Take profit';
  // Without a trigger, an order that loses waits for no price.
  return triggerPrice === undefined ? 'Exit' : 'Stop loss';
}
