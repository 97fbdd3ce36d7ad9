import type { OpenExchangePosition, OpenOrder } from '../../exchange/exchange.ts';
import { isFinal, type Position } from '../../position/position.ts';
import type { AdminServices } from '../admin-services.ts';
import type { CommandInput, CommandResult } from '../contract/commands.ts';

/** Lists what is open at the exchange, with the position that each belongs to. Throws `account-not-found`. */
export async function listOpen(
  { services }: Pick<AdminServices, 'services'>,
  { name }: CommandInput<'accounts.open'>,
): Promise<CommandResult<'accounts.open'>> {
  const exchange = await services.exchanges.of(name);
  const [orders, exchangePositions, positions] = await Promise.all([
    exchange.fetchOpenOrders(),
    exchange.fetchOpenPositions(),
    services.store.listPositions('open'),
  ]);
  const own = positions.filter((position) => position.account === name);
  return {
    orders: orders.map((order) => toOrderView(order, own)),
    exchangePositions: exchangePositions.map((held) => ({ ...held, positionId: findHolder(held, own) })),
  };
}

type OpenResult = CommandResult<'accounts.open'>;

function toOrderView({ market, order }: OpenOrder, positions: Position[]): OpenResult['orders'][number] {
  return {
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
    positionId: positions.find((position) => hasOrder(position, market.symbol, order.orderId))?.positionId,
  };
}

function hasOrder(position: Position, symbol: string, orderId: string): boolean {
  const orders = [...position.entryOrders, ...position.exitOrders];
  return position.symbol === symbol && orders.some((order) => order.orderId === orderId);
}

function findHolder(held: OpenExchangePosition, positions: Position[]): string | undefined {
  return positions.find(
    ({ symbol, side, state }) => symbol === held.symbol && side === held.side && !isFinal(state),
  )?.positionId;
}
