import { exitSide } from '../../exchange/exchange.ts';
import { isFinal, type Position } from '../../position/position.ts';
import type { Services } from '../../services.ts';
import type { CommandResult } from '../contract/commands.ts';

/** What is open at the exchange, and which positions have it already. Throws `account-not-found`. */
export async function listOpen(services: Services, account: string): Promise<CommandResult<'accounts.open'>> {
  const exchange = await services.exchanges.of(account);
  const [orders, exchangePositions, positions] = await Promise.all([
    exchange.fetchOpenOrders(),
    exchange.fetchOpenPositions(),
    services.store.listPositions('open'),
  ]);
  const own = positions.filter((position) => position.account === account);
  return {
    orders: orders.map(({ market, order }) => ({
      orderId: order.orderId,
      symbol: market.symbol,
      side: order.side,
      type: order.type,
      amount: order.amount,
      filled: order.filled,
      price: order.price,
      triggerPrice: order.triggerPrice,
      positionSide: order.positionSide,
      reduceOnly: order.reduceOnly,
      conditional: order.conditional,
      priceStep: market.priceStep,
      amountStep: market.amountStep,
      positionId: own.find((position) => hasOrder(position, market.symbol, order.orderId))?.positionId,
    })),
    exchangePositions: exchangePositions.map((held) => ({
      ...held,
      positionId: own.find(
        ({ symbol, side, state }) => symbol === held.symbol && side === held.side && !isFinal(state),
      )?.positionId,
    })),
  };
}

/** @returns the open orders that look like a position's exits and are nobody's. */
export async function findUnadoptedOrders(services: Services, position: Position): Promise<string[]> {
  const { account, symbol, side } = position;
  const { orders } = await listOpen(services, account);
  return orders
    .filter((order) => order.symbol === symbol && order.side === exitSide(side))
    .filter((order) => order.positionId === undefined && (order.positionSide ?? side) === side)
    .map(({ orderId }) => orderId);
}

function hasOrder({ symbol, entryOrders, exitOrders }: Position, inSymbol: string, orderId: string): boolean {
  return symbol === inSymbol && [...entryOrders, ...exitOrders].some((order) => order.orderId === orderId);
}
