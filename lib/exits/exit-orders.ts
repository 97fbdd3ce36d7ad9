import {
  type CreateListResult,
  type CreateResult,
  type Exchange,
  type ExchangeOrder,
  type ExitList,
  type ExitOrder,
  exitSide,
} from '../exchange/exchange.ts';
import { formatClientOrderId } from '../position/client-order-id.ts';
import type { OrderRecord, Position } from '../position/position.ts';
import { pollAttempts, pollIntervalMs } from '../position/timing.ts';
import { toOrderRecord } from '../position/totals.ts';
import type { WantedExit, WantedStop } from './plan-exits.ts';

export interface ExitRun {
  exchange: Exchange;
  /** No request begins after it, epoch milliseconds. */
  until: number;
  now(): number;
  sleep(ms: number): Promise<void>;
}

/** An exit before it is sent, and as it is written ahead. */
export interface DraftedExit {
  exit: WantedExit;
  order: ExitOrder | ExitList;
  /** Of a list: the target, then its stop. */
  records: OrderRecord[];
}

/** @param attempt names the order: no other order of the position has it. */
export function draftExit(run: ExitRun, position: Position, exit: WantedExit, attempt: number): DraftedExit {
  return exit.kind === 'list'
    ? draftList(run, position, exit, attempt)
    : draftOrder(run, position, exit, attempt);
}

function draftOrder(
  { exchange, until }: ExitRun,
  { positionId, side, hedged, market }: Position,
  wanted: Exclude<WantedExit, { kind: 'list' }>,
  attempt: number,
): DraftedExit {
  const { key, ...exit } = wanted;
  const clientOrderId = formatClientOrderId(positionId, 'exit', attempt);
  const sent = { ...exit, clientOrderId, sendDeadline: until };
  const ref = exit.kind === 'stop-loss' ? exchange.exits[market.kind]?.stopRef : undefined;
  const { kind, ...fields } = sent;
  return {
    exit: wanted,
    order: { ...sent, side: exitSide(side), positionSide: side, hedged },
    records: [
      {
        type: 'limit',
        ...ref,
        ...fields,
        status: 'unconfirmed',
        filled: '0',
        reduceOnly: market.kind === 'perpetual' && !hedged ? true : undefined,
        ...(key === 'stop' ? { isStop: true } : { rung: key }),
      },
    ],
  };
}

function draftList(
  { exchange, until }: ExitRun,
  { positionId, side, market }: Position,
  exit: WantedExit & { kind: 'list' },
  attempt: number,
): DraftedExit {
  const toId = (purpose: 'exit' | 'stop' | 'list') => formatClientOrderId(positionId, purpose, attempt);
  const { amount, price, stop, key: rung } = exit;
  const shared = { amount, sendDeadline: until };
  const pair = toId('list');
  const takeProfit = { clientOrderId: toId('exit'), price };
  const stopLoss = { clientOrderId: toId('stop'), ...stop };
  const record = { ...shared, pair, rung, status: 'unconfirmed', filled: '0' } as const;
  const type = exchange.exits[market.kind]?.stopRef.type ?? 'stop';
  return {
    exit,
    order: { ...shared, listClientOrderId: pair, side: exitSide(side), takeProfit, stopLoss },
    records: [
      { ...record, ...takeProfit, type: 'limit' },
      { ...record, ...stopLoss, type, isStop: true },
    ],
  };
}

/** What became of an exit that was sent. Without a record, the exchange provably has no such order. */
export interface SentExit {
  exit: WantedExit;
  records: OrderRecord[];
  rejection?: Extract<CreateResult, { kind: 'rejected' }>;
}

export async function sendExit(
  run: ExitRun,
  { market }: Position,
  { exit, order, records }: DraftedExit,
): Promise<SentExit> {
  const { exchange } = run;
  const result: CreateResult | CreateListResult =
    'takeProfit' in order
      ? await exchange.createExitList(market, order)
      : await exchange.createExitOrder(market, order);
  return { exit, ...(await readSent(run, market, result, records)) };
}

/** Reads what became of orders that were sent: by the answer, and by a look-up. */
export async function readSent(
  run: ExitRun,
  market: Position['market'],
  result: CreateResult | CreateListResult,
  records: OrderRecord[],
): Promise<Omit<SentExit, 'exit'>> {
  if (result.kind === 'rejected' && result.reason !== 'duplicate-id')
    return { records: [], rejection: result };
  const views = viewsOf(result);
  const known = records.map((record, leg) => {
    const view = views[leg];
    return view === undefined ? record : toOrderRecord(view, record);
  });
  // An exchange that acknowledges an order may refuse it afterwards, and an answer that was lost may have been a yes.
  const read = await Promise.all(
    known.map(async (record) => (await readOrder(run, market, record, () => true)) ?? record),
  );
  return { records: read };
}

function viewsOf(result: CreateResult | CreateListResult): ExchangeOrder[] {
  if (result.kind !== 'accepted') return [];
  return 'order' in result ? [result.order] : [result.takeProfit, result.stopLoss];
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
