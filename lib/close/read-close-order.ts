import { Fault, toFault } from '../fault.ts';
import { toCloseId } from '../position/client-order-id.ts';
import type { Claim, Position } from '../position/position.ts';
import type { ExecutionDependencies } from './execution.ts';
import { firstSend, type Observation } from './recovery-step.ts';

/**
 * Looks up the close order of an abandoned claim: by its order id, if the exchange has acknowledged it. It exists then, so that
 * a look-up which misses it proves nothing: taken for absent, it would be sent again.
 */
export async function readCloseOrder(
  { exchange, now }: ExecutionDependencies,
  position: Position,
  claim: Claim,
): Promise<Observation> {
  const readAt = now();
  const { orderId } = claim.sentOrder ?? {};
  const ref = { clientOrderId: toCloseId(position), sentAfter: firstSend(claim) };
  try {
    const order = await exchange.fetchOrder(position.market, orderId === undefined ? ref : { orderId });
    if (order !== undefined) return { kind: 'found', order };
    if (orderId !== undefined) return { kind: 'no-answer', fault: notFound(orderId) };
    const { recvWindowMs, lookupLagMs, replayWindowMs } = exchange;
    return { kind: 'not-found', readAt, recvWindowMs, lookupLagMs, replayWindowMs };
  } catch (thrown) {
    return { kind: 'no-answer', fault: toFault(thrown) };
  }
}

function notFound(orderId: string): Fault {
  return new Fault('exchange-refused', `The exchange acknowledged order ${orderId}, and does not find it`);
}
