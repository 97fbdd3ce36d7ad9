import { type CreateResult, type Exchange, type ExitOrder, exitSide } from '../exchange/exchange.ts';
import { formatClientOrderId } from '../position/client-order-id.ts';
import type { OrderRecord, Position } from '../position/position.ts';
import { pollAttempts, pollIntervalMs } from '../position/timing.ts';
import { toOrderRecord } from '../position/totals.ts';
import type { ExitKey, WantedExit, WantedStop } from './plan-exits.ts';

export interface ExitRun {
  exchange: Exchange;
  /** No request begins after it, epoch milliseconds. */
  until: number;
  now(): number;
  sleep(ms: number): Promise<void>;
}

/** An exit before it is sent, and as it is written ahead. */
export interface DraftedExit {
  key: ExitKey;
  order: ExitOrder;
  record: OrderRecord;
}

/** @param attempt names the order: no other order of the position has it. */
export function draftExit(
  { exchange, until }: ExitRun,
  { positionId, side, hedged, market }: Position,
  { key, ...exit }: WantedExit,
  attempt: number,
): DraftedExit {
  const clientOrderId = formatClientOrderId(positionId, 'exit', attempt);
  const sent = { ...exit, clientOrderId, sendDeadline: until };
  const ref = exit.kind === 'stop-loss' ? exchange.exits[market.kind]?.stopRef : undefined;
  const { kind, ...fields } = sent;
  return {
    key,
    order: { ...sent, side: exitSide(side), positionSide: side, hedged },
    record: {
      type: 'limit',
      ...ref,
      ...fields,
      status: 'unconfirmed',
      filled: '0',
      reduceOnly: market.kind === 'perpetual' && !hedged ? true : undefined,
      ...(key === 'stop' ? { isStop: true } : { rung: key }),
    },
  };
}

/** What became of an exit that was sent. Without a record, the exchange provably has no such order. */
export interface SentExit {
  key: ExitKey;
  record?: OrderRecord;
  rejection?: Extract<CreateResult, { kind: 'rejected' }>;
}

export async function sendExit(
  run: ExitRun,
  { market }: Position,
  { key, order, record }: DraftedExit,
): Promise<SentExit> {
  const result = await run.exchange.createExitOrder(market, order);
  if (result.kind === 'rejected' && result.reason !== 'duplicate-id') return { key, rejection: result };
  const known = result.kind === 'accepted' ? toOrderRecord(result.order, record) : record;
  // An exchange that acknowledges an order may refuse it afterwards, and an answer that was lost may have been a yes.
  return { key, record: (await readOrder(run, market, known, () => true)) ?? known };
}

/**
 * Changes a stop in place, and reads it until the exchange shows the change.
 * @returns the stop as last seen, and why it was refused. What else is not as wanted is not known.
 */
export async function amendStop(
  run: ExitRun,
  { market }: Position,
  order: OrderRecord,
  wanted: WantedStop,
): Promise<{ order: OrderRecord; isAsWanted: boolean; rejection?: SentExit['rejection'] }> {
  const { amount, triggerPrice, price } = wanted;
  const isAsWanted = (seen: OrderRecord) =>
    seen.amount === amount &&
    seen.triggerPrice === triggerPrice &&
    (price === undefined || seen.price === price);
  const result = await run.exchange.amendStop?.(
    market,
    order.orderId ?? '',
    { amount, triggerPrice, price },
    run.until,
  );
  const isRejected = result?.kind === 'rejected';
  const seen =
    (await readOrder(
      run,
      market,
      order,
      (each) => isRejected || each.status === 'done' || isAsWanted(each),
    )) ?? order;
  // The exchange refuses a change to what the order is already.
  if (isAsWanted(seen)) return { order: { ...seen, endsFor: undefined }, isAsWanted: true };
  return { order: seen, isAsWanted: false, ...(isRejected ? { rejection: result } : {}) };
}

/** Cancels an exit and reads it until the exchange reports its end. @returns the order as last seen. */
export async function endExit(run: ExitRun, { market }: Position, order: OrderRecord): Promise<OrderRecord> {
  const result = await run.exchange.cancelOrder(market, order, run.until).catch(() => undefined);
  if (result?.kind === 'confirmed') return toOrderRecord(result.order, order);
  return (await readOrder(run, market, order, ({ status }) => status === 'done')) ?? order;
}

/** @returns the order once a look-up finds it as expected; undefined if none did. A failed read proves nothing. */
async function readOrder(
  { exchange, until, now, sleep }: ExitRun,
  market: Position['market'],
  order: OrderRecord,
  isExpected: (record: OrderRecord) => boolean,
): Promise<OrderRecord | undefined> {
  for (let poll = 0; poll < pollAttempts; poll += 1) {
    const waitMs = poll > 0 ? pollIntervalMs : 0;
    if (now() + waitMs > until) break;
    if (waitMs > 0) await sleep(waitMs);
    const view = await exchange.fetchOrder(market, order).catch(() => undefined);
    const record = view === undefined ? undefined : toOrderRecord(view, order);
    if (record !== undefined && isExpected(record)) return record;
  }
  return undefined;
}
