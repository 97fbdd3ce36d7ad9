import { exitSide } from '../../exchange/exchange.ts';
import type { Position } from '../../position/position.ts';
import type { Services } from '../../services.ts';
import { listOpen } from '../accounts/open.ts';

/** @returns the ids of open orders on the exit side of the position's market that belong to no position. */
export async function findUnadoptedOrders(services: Services, position: Position): Promise<string[]> {
  const { account, symbol, side } = position;
  const { orders } = await listOpen({ services }, { name: account });
  return orders
    .filter((order) => order.symbol === symbol && order.side === exitSide(side))
    .filter((order) => order.positionId === undefined && (order.positionSide ?? side) === side)
    .map(({ orderId }) => orderId);
}
