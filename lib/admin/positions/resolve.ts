import { isPositive, sum } from '../../amount.ts';
import { isLeaseExpired } from '../../close/claim.ts';
import { createOutcome } from '../../close/outcomes.ts';
import { nextState } from '../../close/transitions.ts';
import type { Exchange } from '../../exchange/exchange.ts';
import { Fault } from '../../fault.ts';
import { appendNotice } from '../../notify/notice-text.ts';
import { inParallel } from '../../parallel.ts';
import { syncOrders } from '../../position/order-sync.ts';
import {
  formatClientOrderId,
  isCloseOrderOf,
  isFinal,
  type OrderRecord,
  type Outcome,
  type Position,
} from '../../position/position.ts';
import { orderLostAfterMs } from '../../position/timing.ts';
import { computeAveragePrice, computeTotals, toOrderRecord } from '../../position/totals.ts';
import type { Services } from '../../services.ts';
import type { CommandResult } from '../contract/commands.ts';

/** What the exchange's record comes to, before anything is written. */
export interface Verdict {
  verdict: CommandResult<'positions.resolve'>['verdict'];
  because: string;
  position: Position;
}

/**
 * Reads everything that the exchange tells of a position: its orders, and each close order that Ripcord may ever
 * have sent for it. Throws where the exchange can not be asked.
 */
export async function assess(services: Services, position: Position): Promise<Verdict> {
  if (isFinal(position.state))
    return {
      verdict: 'unknown',
      because: `It is ${position.state} already; there is nothing to settle.`,
      position,
    };
  if (position.state === 'claimed' && !isLeaseExpired(position.claim, services.now()))
    throw new Fault(
      'conflict',
      `${position.positionId} is being worked on just now. Try again in a quarter of a minute.`,
    );
  const exchange = await services.exchanges.of(position.account, position.exchange);
  const looked = await syncOrders(exchange, position, services.now());
  const { orders, vanished } = await withoutVanished(exchange, position, looked, services.now());
  const found = await findCloses(exchange, position, orders.exitOrders);
  const seen: Position = {
    ...position,
    entryOrders: orders.entryOrders,
    exitOrders: [...orders.exitOrders, ...found],
  };
  const closes = ownCloses(seen);
  const live = closes.find((order) => order.status !== 'done');
  const { filled, remaining, entriesDone } = computeTotals(seen);
  const base = position.market.base;
  const names = closes.map((order) => `${order.orderId} (${order.filled} ${base})`).join(', ');
  const gone =
    vanished.length === 0 ? '' : `; ${vanished.join(', ')} unknown to the exchange, taken as ended`;
  const guards = seen.exitOrders
    .filter((exit) => exit.status === 'live')
    .flatMap(({ orderId }) => orderId ?? []);
  const alive = guards.length === 0 ? '' : `; its exits ${guards.join(', ')} are still live`;
  const told = `${closes.length === 0 ? 'no close order of ours' : `close order ${names}`}${gone}${alive}`;
  if (live !== undefined)
    return {
      verdict: 'unknown',
      because: `The close order ${live.orderId} is not done yet. Look again in a moment.`,
      position: seen,
    };
  if (entriesDone && !isPositive(filled))
    return {
      verdict: 'canceled',
      because: `Nothing of the entry filled, and it is cancelled; ${told}.`,
      position: seen,
    };
  if (entriesDone && !isPositive(remaining))
    return {
      verdict: 'closed',
      because: `The entry filled ${filled} ${base} and all of it is closed; ${told}.`,
      position: seen,
    };
  const holding =
    position.market.kind === 'perpetual'
      ? await exchange.fetchPosition(position.market, position.side)
      : undefined;
  if (holding !== undefined && holding.side !== position.side && entriesDone)
    return {
      verdict: 'closed',
      because: `The exchange holds no such position any more; ${told}.`,
      position: seen,
    };
  return {
    verdict: 'open',
    because: `${remaining} ${base} of it is left; ${told}. Its links can close it.`,
    position: seen,
  };
}

/** Look-ups forget orders in time. One that is denied is taken as ended with what it was last seen to have filled. */
async function withoutVanished(
  exchange: Exchange,
  position: Position,
  looked: Pick<Position, 'entryOrders' | 'exitOrders'>,
  now: number,
): Promise<{ orders: Pick<Position, 'entryOrders' | 'exitOrders'>; vanished: string[] }> {
  const vanished: string[] = [];
  const end = async (order: OrderRecord): Promise<OrderRecord> => {
    // A young order may be denied although it is there.
    const isYoung = now - (order.updatedAt ?? 0) <= orderLostAfterMs;
    if (
      order.status !== 'live' ||
      isYoung ||
      (await exchange.fetchOrder(position.market, order)) !== undefined
    )
      return order;
    vanished.push(order.orderId ?? '');
    return { ...order, status: 'done' };
  };
  const [entries, exits] = await Promise.all([
    Promise.all(looked.entryOrders.map(end)),
    Promise.all(looked.exitOrders.map(end)),
  ]);
  return { orders: { entryOrders: entries, exitOrders: exits }, vanished };
}

/** What Ripcord's own close orders of a position have executed. */
function ownCloses(position: Position): OrderRecord[] {
  return position.exitOrders.filter((exit) => isCloseOrderOf(position, exit));
}

/** Those that are not on record yet. */
async function findCloses(
  exchange: Exchange,
  position: Position,
  known: OrderRecord[],
): Promise<OrderRecord[]> {
  const attempts = Array.from({ length: position.attempt }, (_, index) => position.attempt - index);
  const orders = await inParallel(attempts, 5, (attempt) =>
    exchange.fetchOrder(position.market, {
      clientOrderId: formatClientOrderId(position.positionId, 'close', attempt),
    }),
  );
  return orders
    .filter((order) => order !== undefined)
    .filter((order) => !known.some(({ orderId }) => orderId === order.orderId))
    .map((order) => toOrderRecord(order));
}

/** Writes a verdict down. A claim that may still have an order under way is never ended by absence alone. */
export async function applyAssessment(
  services: Services,
  { verdict, because, position }: Verdict,
): Promise<Position> {
  if (verdict === 'unknown') throw new Fault('conflict', because);
  if (position.state === 'claimed' && verdict === 'open' && position.claim.phase !== 'not-sent')
    throw new Fault(
      'conflict',
      `A close order may still be under way for ${position.positionId}. The sweep proves that first; try again in two minutes.`,
    );
  // Its links can close it as it is: there is nothing to settle.
  if (verdict === 'open' && position.state !== 'needs-attention' && position.state !== 'claimed')
    return position;
  const state = nextState(position.state, `resolve-${verdict}`);
  if (state === undefined)
    throw new Fault(
      'conflict',
      `A position that is ${position.state} cannot become ${verdict}. Nothing was changed.`,
    );
  const now = services.now();
  const { remaining } = computeTotals(position);
  const closes = ownCloses(position).filter((order) => isPositive(order.filled));
  const last = closes.at(-1);
  const outcome: Outcome | undefined =
    verdict === 'open'
      ? undefined
      : createOutcome(
          position,
          { actor: 'operator', action: 'close', claimedAt: now },
          {
            outcome: verdict,
            // What remains on record and is not at the exchange was closed outside Ripcord.
            closedBy: last === undefined || isPositive(remaining) ? 'external' : 'link',
            detail: `Settled by the owner from the exchange's record. ${because}`,
            closedAmount: sum(closes.map((order) => order.filled)),
            averagePrice: computeAveragePrice(closes),
            closeOrderId: last?.orderId,
            closeClientOrderId: last?.clientOrderId,
            remaining: '0',
          },
          now,
        );
  const saved = await services.store.savePosition(position, {
    state,
    entryOrders: position.entryOrders,
    exitOrders: position.exitOrders,
    claim: null,
    attentionReason: null,
    ...(outcome === undefined
      ? {}
      : { outcome, notices: appendNotice(position, { kind: 'settled', outcome, reopens: false }, now) }),
  });
  if (saved === undefined) throw new Fault('conflict', 'The position changed meanwhile. Look again.');
  return saved;
}
