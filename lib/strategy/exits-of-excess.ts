import { isPositive } from '../amount.ts';
import { type ExchangeOrder, exitSide, type OpenOrder } from '../exchange/exchange.ts';
import { isSentByRipcord } from '../position/client-order-id.ts';
import { isFinal, type OrderRecord, type Position } from '../position/position.ts';
import { toOrderRecord } from '../position/totals.ts';

export interface ExitsThere {
  /** The owner's own, which end with the position. Otherwise they would close what is opened there next. */
  adopted: OrderRecord[];
  /** The ids of those that stay open, and belong to no position. */
  unadopted: string[];
}

/**
 * Sorts the open orders that close an adopted position.
 * @param isAll the position is all that the exchange holds there, so that exits that only reduce can be of no other one.
 * @param positions all that are open.
 */
export function sortExits(
  { account, symbol, side, hedged }: Position,
  isAll: boolean,
  open: readonly OpenOrder[],
  positions: readonly Position[],
): ExitsThere {
  const known = new Set(
    positions
      .filter((other) => other.account === account && other.symbol === symbol && !isFinal(other.state))
      .flatMap(({ entryOrders, exitOrders }) => [...entryOrders, ...exitOrders])
      .flatMap(({ orderId }) => orderId ?? []),
  );
  const exits = open
    .filter(({ market }) => market.symbol === symbol)
    .map(({ order }) => order)
    .filter((order) => order.side === exitSide(side) && (order.positionSide ?? side) === side)
    .filter((order) => !known.has(order.orderId) && !isSentByRipcord(order));
  // In hedge mode, an order against one side can only reduce it. One without an amount closes all that is there.
  const onlyReduces = ({ reduceOnly, positionSide, amount }: ExchangeOrder) =>
    isPositive(amount) && (reduceOnly === true || (hedged && positionSide === side));
  const mine = exits.filter((order) => isAll && onlyReduces(order));
  return {
    adopted: mine.map((order) => ({ ...toOrderRecord(order), filledBefore: order.filled })),
    unadopted: exits.filter((order) => !mine.includes(order)).map(({ orderId }) => orderId),
  };
}
