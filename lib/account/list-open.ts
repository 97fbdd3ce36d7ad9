import type { CommandResult } from '../admin/commands.ts';
import type { Engine } from '../engine.ts';
import { isFinal, type Position } from '../position/position.ts';

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

const hasOrder = ({ symbol, entries, exits }: Position, inSymbol: string, orderId: string): boolean =>
  symbol === inSymbol && [...entries, ...exits].some((order) => order.orderId === orderId);
