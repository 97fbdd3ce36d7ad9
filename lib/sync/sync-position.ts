import { isPositive, truncateToStep } from '../amount.ts';
import { describeExternalClose, toExternalClose, toTradeRange } from '../close/external-close.ts';
import { closedByExit, createOutcome, type OutcomeFacts } from '../close/outcomes.ts';
import type { ExternalClose } from '../close/step.ts';
import { nextState } from '../close/transitions.ts';
import type { Exchange, ExchangePosition } from '../exchange/exchange.ts';
import { endExit } from '../exits/exit-orders.ts';
import { toExitKey } from '../exits/plan-exits.ts';
import { needsProtection } from '../exits/protect.ts';
import { appendNotice } from '../notify/notice-text.ts';
import { computeLastFillBy, findEarlierEnd } from '../position/ending.ts';
import { type Figures, type FiguresWanted, lacksFigures, readFigures } from '../position/figures.ts';
import { type HoldingLook, toLastSync } from '../position/last-sync.ts';
import { syncOrders } from '../position/order-sync.ts';
import type { OrderRecord, Position } from '../position/position.ts';
import type { Snapshot } from '../position/snapshot.ts';
import { holdingLagMs, secondLookAfterMs, sendWindowMs } from '../position/timing.ts';
import { computeTotals, isFeeUnknown, lastFilledExit } from '../position/totals.ts';
import { showUnchanged } from '../position/unchanged.ts';
import type { Services } from '../services.ts';

/** A price this old is saved again even when no order changed. The console takes amounts of 7 minutes for old ones. */
const priceMinutes = 5;
const usualPriceAgeMs = priceMinutes * 60_000;

const minuteMs = 60_000;

export interface SyncOptions {
  /** `due` by default. `none`: only what orders and holding need. */
  figures?: FiguresWanted | 'none' | undefined;
  /** Taken after the position was read from the table. What it proves is not read again. */
  snapshot?: Snapshot | undefined;
}

interface Look extends HoldingLook {
  /** The position ended. */
  end?: ExternalClose;
}

/**
 * Reads the position's orders and price and saves what is new, so that a hit seldom has to read. The save is refused,
 * without harm, when the position was claimed meanwhile. A perpetual that was closed outside Ripcord ends here: if it
 * stayed open, a late alert would close what the trader has opened since.
 */
export async function syncPosition(
  services: Services,
  position: Position,
  { figures, snapshot }: SyncOptions = {},
): Promise<Position> {
  const unchanged = snapshot && findUnchanged(position, snapshot);
  if (unchanged !== undefined) return saveUnchanged(services, position, unchanged, figures);
  const exchange = await services.exchanges.of(position.account, position.exchange);
  const [orders, price] = await Promise.all([
    syncOrders(exchange, position, services.now()),
    // A price is for display and for judging dust: the rest is worth saving without one.
    exchange.fetchPrice(position.market).catch(() => undefined),
  ]);
  const now = services.now();
  const synced = { ...position, ...orders };
  const look = await lookAtHolding(exchange, synced, now);
  const lastSync = toLastSync(position, now, price, look);
  const before: Position = { ...synced, lastSync };
  if (look.end !== undefined) {
    const ended = await endExits(services, exchange, before);
    return (await endPosition(services, ended, describeExternalEnd(ended, look.end))) ?? ended;
  }
  const end = describeEndByExit(before);
  if (end !== undefined) return (await endPosition(services, before, end)) ?? before;
  const read = await readWanted(services, before, figures);
  const current: Position = { ...before, ...read };
  if (!isWorthSaving(position, current)) return current;
  return (await services.store.savePosition(position, { ...read, lastSync })) ?? current;
}

/** Reads what the profit of a position that is over still lacks. What can't be read or saved now stays as it is. */
export async function syncFigures(
  services: Services,
  position: Position,
  wanted: FiguresWanted = 'due',
): Promise<Position> {
  if (!lacksFigures(position, services.now(), wanted)) return position;
  try {
    const exchange = await services.exchanges.of(position.account, position.exchange);
    const figures = await readFigures(exchange, position, services.now(), wanted);
    if (!isWorthSaving(position, { ...position, ...figures })) return position;
    // What could not be saved must not count as known: the position would be archived without it.
    return (await services.store.savePosition(position, figures)) ?? position;
  } catch {
    return position;
  }
}

/** @returns the position as the snapshot shows it, if that proves that reading it would find no change and no end. */
export function findUnchanged(position: Position, snapshot: Snapshot): Position | undefined {
  const shown = showUnchanged(position, snapshot);
  return shown === undefined || describeEndByExit(shown) !== undefined ? undefined : shown;
}

/** Saves what `findUnchanged` returned, and the figures that are wanted. */
export async function saveUnchanged(
  services: Services,
  position: Position,
  shown: Position,
  figures: SyncOptions['figures'],
): Promise<Position> {
  const read = await readWanted(services, shown, figures);
  const current: Position = { ...shown, ...read };
  const priceAgeMs = hasItsMinute(shown) ? minuteMs : usualPriceAgeMs;
  if (!isWorthSaving(position, current, priceAgeMs)) return current;
  return (await services.store.savePosition(position, { ...read, lastSync: shown.lastSync })) ?? current;
}

/** Positions that were opened together must not all be saved in one minute: each has one of five. */
function hasItsMinute({ positionId, lastSync }: Position): boolean {
  const minute = Math.floor((lastSync?.at ?? 0) / minuteMs);
  return minute % priceMinutes === positionId.charCodeAt(positionId.length - 1) % priceMinutes;
}

/** @returns the orders and the funding with the figures that are wanted, as far as they can be read. */
async function readWanted(
  services: Services,
  position: Position,
  figures: SyncOptions['figures'] = 'due',
): Promise<Figures> {
  const now = services.now();
  const { entryOrders, exitOrders, funding } = position;
  // Exits are placed only once the fee of what has filled is known, so this one waits for nothing.
  const wanted = figures === 'none' && isFeeUnknown(position) ? 'late' : figures;
  if (wanted === 'none' || !lacksFigures(position, now, wanted)) return { entryOrders, exitOrders, funding };
  const exchange = await services.exchanges.of(position.account, position.exchange);
  return readFigures(exchange, position, now, wanted);
}

function isWorthSaving(before: Position, after: Position, priceAgeMs = usualPriceAgeMs): boolean {
  const facts = ({ entryOrders, exitOrders, funding, lastSync }: Position) =>
    JSON.stringify({
      entryOrders,
      exitOrders,
      funding,
      flatSince: lastSync?.flatSince,
      amount: lastSync?.held?.amount,
      averagePrice: lastSync?.held?.averagePrice,
      leverage: lastSync?.margin?.leverage,
      marginMode: lastSync?.margin?.marginMode,
    });
  return (
    facts(before) !== facts(after) || (after.lastSync?.at ?? 0) - (before.lastSync?.at ?? 0) >= priceAgeMs
  );
}

/** Checks whether the account still holds this perpetual position, and not another one. */
async function lookAtHolding(exchange: Exchange, position: Position, now: number): Promise<Look> {
  const { remaining, entriesDone } = computeTotals(position);
  const { flatSince, held, margin } = position.lastSync ?? {};
  const unchanged: Look = { flatSince, held, margin };
  if (position.market.kind !== 'perpetual' || !entriesDone || !isPositive(remaining))
    return { flatSince: undefined, held: undefined, margin: undefined };
  // A read that lags behind the entry's last fill shows the account before that fill, which must end nothing.
  const mayLag = now - computeLastFillBy(position) < holdingLagMs;
  // Missing exits wait for this, and need no such read.
  if (mayLag && needsProtection(position)) return unchanged;
  try {
    const found = await exchange.fetchPosition(position.market, position.side, position);
    const isHeld = found.side === position.side;
    const seen = isHeld ? { at: now, amount: found.amount, ...found.margin } : margin;
    if (mayLag) return { ...unchanged, margin: seen };
    const look = isHeld
      ? await lookAtHeld(exchange, position, found, now)
      : await lookAtFlat(exchange, position, now);
    return { ...look, margin: seen };
  } catch {
    return unchanged;
  }
}

/** One read may lag. A second one ends the position, even if no trade shows what closed it. */
async function lookAtFlat(
  exchange: Exchange,
  position: Position,
  now: number,
): Promise<Omit<Look, 'margin'>> {
  const { flatSince = now, held } = position.lastSync ?? {};
  const mayEnd = nextState(position.state, 'found-closed') !== undefined;
  if (!mayEnd || now - flatSince < secondLookAfterMs) return { flatSince, held };
  return { flatSince, held, end: await describeExternalClose(exchange, position, now) };
}

/**
 * The account holds a position of this side. It is another one if the account was flat meanwhile, which its trades
 * show. They are read only if something about it changed.
 */
async function lookAtHeld(
  exchange: Exchange,
  position: Position,
  { amount, averagePrice }: ExchangePosition,
  now: number,
): Promise<Omit<Look, 'margin'>> {
  const { flatSince, held } = position.lastSync ?? {};
  const seen = { at: now, amount, ...(averagePrice === undefined ? {} : { averagePrice }) };
  const isChanged = held?.amount !== amount || held.averagePrice !== averagePrice;
  // Trades have been read up to `held.at` only, so a look that reads none does not move it.
  if (flatSince === undefined && !isChanged) return { flatSince, held };
  const trades = await exchange.fetchTrades(position.market, {
    ...toTradeRange(position, now),
    withCauses: true,
  });
  const end = findEarlierEnd(position, { amount }, trades);
  const mayEnd = nextState(position.state, 'found-closed') !== undefined;
  if (end === 'continues' || !mayEnd) return { flatSince: undefined, held: seen };
  // The list may be newer than the amount, and then what was added between the two reads looks like an opening.
  const again = await exchange.fetchPosition(position.market, position.side, position);
  const isSame = again.side === position.side && again.amount === amount;
  return { flatSince, held, ...(isSame ? { end: toExternalClose(position, end) } : {}) };
}

/**
 * An exit of a plan took all that was left, and the exchange has no other order of the position. Only its owner ends a
 * position that needs attention.
 */
function describeEndByExit(position: Position): OutcomeFacts | undefined {
  const { exitPlan, exitOrders, market } = position;
  const { filled, remaining, entriesDone } = computeTotals(position);
  // On spot, a fee in coins leaves less than a step, which no order can sell.
  const isOver =
    entriesDone && isPositive(filled) && !isPositive(truncateToStep(remaining, market.amountStep));
  const exit = lastFilledExit(position);
  const mayEnd = nextState(position.state, 'found-closed') !== undefined;
  if (!mayEnd || exitPlan === undefined || !isOver || exit === undefined) return undefined;
  if (exitOrders.some(({ status }) => status !== 'done')) return undefined;
  const { detail, ...facts } = closedByExit(position, exit);
  return { ...facts, remaining, detail: detail('closed') };
}

/** Cancels the exits that Ripcord placed: they would act on what the trader opens next. */
async function endExits(services: Services, exchange: Exchange, position: Position): Promise<Position> {
  const { now, sleep, until = now() + sendWindowMs } = services;
  const isOwn = (order: OrderRecord) => order.status === 'live' && toExitKey(order) !== undefined;
  const exitOrders = await Promise.all(
    position.exitOrders.map((order) =>
      isOwn(order) ? endExit({ exchange, until, now, sleep }, position, order) : order,
    ),
  );
  return { ...position, exitOrders };
}

function describeExternalEnd(position: Position, { detail, at }: ExternalClose): OutcomeFacts {
  const live = position.exitOrders.filter(({ status }) => status === 'live');
  const ids = live.flatMap(({ orderId }) => orderId ?? []).join(', ');
  const exits = live.length === 0 ? '' : ` Exit orders ${ids} are still live. Cancel them at the exchange.`;
  return { outcome: 'closed', closedBy: 'external', detail: detail + exits, remaining: '0', at };
}

async function endPosition(
  services: Services,
  position: Position,
  facts: OutcomeFacts,
): Promise<Position | undefined> {
  const state = nextState(position.state, 'found-closed');
  if (state === undefined) return undefined;
  const now = services.now();
  const source = { actor: 'sweep', action: 'close', claimedAt: now } as const;
  const outcome = createOutcome(position, source, facts, now);
  const { entryOrders, exitOrders, lastSync } = position;
  const notices = appendNotice(position, { kind: 'settled', outcome, reopens: false }, now);
  const change = { entryOrders, exitOrders, lastSync, state, outcome, attentionReason: null, notices };
  return services.store.savePosition(position, change);
}
