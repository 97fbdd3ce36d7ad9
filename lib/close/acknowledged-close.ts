import { isGeneric } from '../account/account.ts';
import { toCloseId } from '../position/client-order-id.ts';
import type { Claim, OrderRecord, Position } from '../position/position.ts';

/**
 * @returns the exit orders, with a close order that the exchange acknowledged and does not show: `positions resolve` has to find
 * its fill, and must not report that there is none.
 */
export function withAcknowledgedClose(position: Position, claim: Claim | undefined): OrderRecord[] {
  const { exitOrders, exchange } = position;
  const { orderId, amount = '0', sentAt } = claim?.sentOrder ?? {};
  const isKnown = orderId === undefined || exitOrders.some((order) => order.orderId === orderId);
  if (claim === undefined || isKnown || isGeneric(exchange)) return exitOrders;
  const close: OrderRecord = {
    ...{ orderId, clientOrderId: toCloseId(position), type: 'market', status: 'live', amount, filled: '0' },
    ...{ createdAt: sentAt, sentBy: { actor: claim.actor, linkId: claim.linkId } },
  };
  return [...exitOrders, close];
}
