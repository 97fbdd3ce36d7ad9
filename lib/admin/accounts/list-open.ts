import { exitSideOf } from '../../exchange/exchange.ts';
import { isFinal, type Position } from '../../position/position.ts';
import type { Engine } from '../../services.ts';
import type { CommandResult } from '../contract/commands.ts';

/** What is open at the exchange, and which positions have it already. Throws `unknown-account`. */
export const listOpen = async (engine: Engine, account: string): Promise<CommandResult<'accounts.open'>> => {
  const exchange = await engine.exchanges.of(account);
  const [orders, holdings, positions] = await Promise.all([
    exchange.fetchOpenOrders(),
    exchange.fetchOpenHoldings(),
    engine.table.listPositions('open'),
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
    holdings: holdings.map((holding) => ({
      ...holding,
      positionId: own.find(
        ({ symbol, side, state }) => symbol === holding.symbol && side === holding.side && !isFinal(state),
      )?.positionId,
    })),
  };
};

/** @returns the open orders that look like a position's exits and are nobody's. */
export const leftOutOf = async (engine: Engine, position: Position): Promise<string[]> => {
  const { account, symbol, side } = position;
  const { orders } = await listOpen(engine, account);
  return orders
    .filter((order) => order.symbol === symbol && order.side === exitSideOf(side))
    .filter((order) => order.positionId === undefined && (order.positionSide ?? side) === side)
    .map(({ orderId }) => orderId);
};

const hasOrder = ({ symbol, entries, exits }: Position, inSymbol: string, orderId: string): boolean =>
  symbol === inSymbol && [...entries, ...exits].some((order) => order.orderId === orderId);
