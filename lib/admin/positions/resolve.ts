import { isPositive, sum } from '../../amount.ts';
import type { Exchange } from '../../exchange/exchange.ts';
import { Fault } from '../../fault.ts';
import { withNews } from '../../notify/notice-text.ts';
import { inParallel } from '../../parallel.ts';
import { lookAtOrders } from '../../position/order-sync.ts';
import {
  clientOrderIdOf,
  isFinal,
  isOwnClose,
  type OrderRecord,
  type Outcome,
  type Position,
} from '../../position/position.ts';
import { vanishedMs } from '../../position/timing.ts';
import { averageOf, recordOf, tallyOf } from '../../position/totals.ts';
import type { Engine } from '../../services.ts';
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
export const judgePosition = async (engine: Engine, position: Position): Promise<Verdict> => {
  if (isFinal(position.state))
    return {
      verdict: 'unknown',
      because: `It is ${position.state} already; there is nothing to settle.`,
      position,
    };
  if (position.state === 'claimed' && engine.now() <= (position.claim?.leaseUntil ?? 0))
    throw new Fault(
      'conflict',
      `${position.positionId} is being worked on just now. Try again in a quarter of a minute.`,
    );
  const exchange = await engine.exchanges.of(position.account, position.exchange);
  const looked = await lookAtOrders(exchange, position, engine.now());
  const { orders, vanished } = await withoutVanished(exchange, position, looked, engine.now());
  const found = await findCloses(exchange, position, orders.exits);
  const seen: Position = { ...position, entries: orders.entries, exits: [...orders.exits, ...found] };
  const closes = ownCloses(seen);
  const live = closes.find((order) => order.status !== 'done');
  const { filled, left, entriesDone } = tallyOf(seen);
  const base = position.market.base;
  const names = closes.map((order) => `${order.orderId} (${order.filled} ${base})`).join(', ');
  const gone =
    vanished.length === 0 ? '' : `; ${vanished.join(', ')} unknown to the exchange, taken as ended`;
  const guards = seen.exits.filter((exit) => exit.status === 'live').flatMap(({ orderId }) => orderId ?? []);
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
  if (entriesDone && !isPositive(left))
    return {
      verdict: 'closed',
      because: `The entry filled ${filled} ${base} and all of it is closed; ${told}.`,
      position: seen,
    };
  const holding =
    position.market.kind === 'perpetual'
      ? await exchange.fetchHolding(position.market, position.side)
      : undefined;
  if (holding !== undefined && holding.side !== position.side && entriesDone)
    return {
      verdict: 'closed',
      because: `The exchange holds no such position any more; ${told}.`,
      position: seen,
    };
  return {
    verdict: 'open',
    because: `${left} ${base} of it is left; ${told}. Its links can close it.`,
    position: seen,
  };
};

/** Look-ups forget orders in time. One that is denied is taken as ended with what it was last seen to have filled. */
const withoutVanished = async (
  exchange: Exchange,
  position: Position,
  looked: Pick<Position, 'entries' | 'exits'>,
  now: number,
): Promise<{ orders: Pick<Position, 'entries' | 'exits'>; vanished: string[] }> => {
  const vanished: string[] = [];
  const end = async (order: OrderRecord): Promise<OrderRecord> => {
    // A young order may be denied although it is there.
    const isYoung = now - (order.at ?? 0) <= vanishedMs;
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
    Promise.all(looked.entries.map(end)),
    Promise.all(looked.exits.map(end)),
  ]);
  return { orders: { entries, exits }, vanished };
};

/** What Ripcord's own close orders of a position have executed. */
const ownCloses = (position: Position): OrderRecord[] =>
  position.exits.filter((exit) => isOwnClose(position, exit));

/** Those that are not on record yet. */
const findCloses = async (
  exchange: Exchange,
  position: Position,
  known: OrderRecord[],
): Promise<OrderRecord[]> => {
  const attempts = Array.from({ length: position.attempt }, (_, index) => position.attempt - index);
  const orders = await inParallel(attempts, 5, (attempt) =>
    exchange.fetchOrder(position.market, {
      clientOrderId: clientOrderIdOf(position.positionId, 'close', attempt),
    }),
  );
  return orders
    .filter((order) => order !== undefined)
    .filter((order) => !known.some(({ orderId }) => orderId === order.orderId))
    .map((order) => recordOf(order));
};

/** Writes a verdict down. A claim that may still have an order under way is never ended by absence alone. */
export const applyVerdict = async (
  engine: Engine,
  { verdict, because, position }: Verdict,
): Promise<Position> => {
  if (verdict === 'unknown') throw new Fault('conflict', because);
  if (position.state === 'claimed' && verdict === 'open' && position.claim?.unsent !== true)
    throw new Fault(
      'conflict',
      `A close order may still be under way for ${position.positionId}. The sweep proves that first; try again in two minutes.`,
    );
  // Its links can close it as it is: there is nothing to settle.
  if (verdict === 'open' && position.state !== 'needs-attention' && position.state !== 'claimed')
    return position;
  const now = new Date(engine.now()).toISOString();
  const { filled, left } = tallyOf(position);
  const closes = ownCloses(position).filter((order) => isPositive(order.filled));
  const last = closes.at(-1);
  const outcome: Outcome | undefined =
    verdict === 'open'
      ? undefined
      : {
          outcome: verdict,
          // What is left on record and not at the exchange, somebody else has closed.
          by: last === undefined || isPositive(left) ? 'outside' : 'link',
          action: 'close',
          linkId: 'admin',
          detail: `Settled by a person from the exchange's own record. ${because}`,
          entryFilled: filled,
          closedAmount: sum(closes.map((order) => order.filled)),
          averagePrice: averageOf(closes),
          closeOrderId: last?.orderId,
          closeClientOrderId: last?.clientOrderId,
          left: '0',
          canceledEntryOrderIds: [],
          canceledExitOrderIds: [],
          claimedAt: now,
          settledAt: now,
        };
  const saved = await engine.table.savePosition(position, {
    state: verdict,
    entries: position.entries,
    exits: position.exits,
    claim: null,
    attention: null,
    ...(outcome === undefined
      ? {}
      : { outcome, notices: withNews(position, { kind: 'settled', outcome }, engine.now()) }),
  });
  if (saved === undefined) throw new Fault('conflict', 'The position changed meanwhile. Look again.');
  return saved;
};
