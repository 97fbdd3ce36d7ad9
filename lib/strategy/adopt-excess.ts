import type { VenueId } from '../account/account.ts';
import type { Amount } from '../amount.ts';
import { decimal, isPositive, toAmount } from '../amount.ts';
import type { ExchangePosition } from '../exchange/exchange.ts';
import { Fault, toFault } from '../fault.ts';
import type { Link } from '../link/link.ts';
import { appendNotice } from '../notify/notice-text.ts';
import { isFinal, type Position } from '../position/position.ts';
import { computeTotals } from '../position/totals.ts';
import type { Services } from '../services.ts';
import type { MarketSide } from '../store/store.ts';
import { fetchExchangePosition, newPosition, newPositionId, type Place } from '../sync/new-position.ts';
import { findSlot, type Slot, takeSlot } from './adopted-chain.ts';
import { isJustClosed, judgeTrades, tradesSince } from './age-of-excess.ts';
import { computeExcess, type Excess, isTooSmall } from './excess.ts';
import { sortExits } from './exits-of-excess.ts';
import type { Listed } from './list-in-scope.ts';
import { type OwnedThere, readOwned } from './markers.ts';

/** A perpetual market of an account, and the side. */
export interface ExcessPlace extends MarketSide {
  exchange: VenueId;
}

/** @returns where the link adopts; undefined if it does not. */
export function toAdoptPlace({ adopt, account, exchange, scope }: Link): ExcessPlace | undefined {
  if (adopt !== true || account === undefined || exchange === undefined) return undefined;
  if (scope === undefined || !('symbol' in scope)) return undefined;
  return { account, exchange, symbol: scope.symbol, side: scope.side };
}

export type Adoption =
  /** By this call, or by another one at the same time. */
  | { kind: 'adopted'; position: Position; unadoptedOrders: string[] }
  | { kind: 'nothing' }
  /** What is beyond Ripcord's positions is not known. Nothing is adopted after that. */
  | { kind: 'unknown'; why: string };

export interface AdoptOptions {
  /**
   * Epoch milliseconds. With it, nothing is adopted that was opened after that time: the alert is not for it. Absent: what is
   * there now is adopted.
   */
  alertAt?: number | undefined;
  /** How long the caller waits, in milliseconds. */
  withinMs?: number;
  /** What the position is stored with. */
  adoptedFor?: Position['adoptedFor'];
}

/** So long a hit waits for it: what Ripcord knows must still be closed in time. */
const hitWaitsMs = 1_000;

/**
 * Makes a position of what the exchange holds beyond Ripcord's open positions there. Two calls at the same time make one.
 * Sends nothing to the exchange. Never throws.
 */
export async function adoptExcess(
  services: Services,
  place: ExcessPlace,
  listed: Listed,
  { alertAt, withinMs = hitWaitsMs, adoptedFor }: AdoptOptions = {},
): Promise<Adoption> {
  const until = Math.min(services.now() + withinMs, services.until ?? Number.POSITIVE_INFINITY);
  const late = unknown('The exchange did not answer in time.');
  let isStoring = false;
  const onStore = () => {
    isStoring = true;
  };
  const adopted = adopt(services, place, listed, { until, alertAt, adoptedFor, onStore }).catch(
    (thrown: unknown) => unknown(toFault(thrown).detail),
  );
  // A position that may be stored by now must be acted on: no later try finds it again.
  const timer = services.sleep(Math.max(0, until - services.now())).then(() => (isStoring ? adopted : late));
  return Promise.race([adopted, timer]);
}

function unknown(why: string): Extract<Adoption, { kind: 'unknown' }> {
  return { kind: 'unknown', why };
}

interface Limits {
  until: number;
  alertAt: number | undefined;
  adoptedFor: Position['adoptedFor'];
  onStore: () => void;
}

async function adopt(
  services: Services,
  wanted: ExcessPlace,
  { positions, unreadable }: Listed,
  { until, alertAt, adoptedFor, onStore }: Limits,
): Promise<Adoption> {
  const place = await connect(services, wanted);
  if (place.market.kind === 'spot') return { kind: 'nothing' };
  // It may own these coins. An adopted position would have them sold.
  if (unreadable.length > 0) return unknown(`${describeUnreadable(unreadable)} Nothing was adopted.`);
  const slot = await findSlot(services, wanted);
  const known = { listed: positions, ids: slot.passed };
  const there = await readOwned(services, wanted, known, () => fetchExchangePosition(place, wanted));
  const excess = computeExcess(there.held, wanted.side, there.owned);
  if (!isPositive(excess.atMost)) return { kind: 'nothing' };
  if (!isPositive(excess.amount)) return findOther(services, slot, excess);
  const whole = draft(services, wanted, place, {
    ...{ positionId: slot.next, held: there.held, excess: excess.amount },
  });
  if (isTooSmall(whole)) return { kind: 'nothing' };
  const drafted = await complete(services, place, there, { whole, alertAt });
  if (drafted.kind === 'unknown') return drafted;
  if (services.now() >= until) return unknown('There was no time left to adopt.');
  onStore();
  const position = adoptedFor === undefined ? drafted.position : { ...drafted.position, adoptedFor };
  const created = await services.store.createPosition(position);
  await takeSlot(services, position, slot);
  return created ? { ...drafted, position } : findOther(services, slot, excess);
}

/** Reads what the excess alone does not show: whether it is as old as it has to be, and which orders close it. */
async function complete(
  services: Services,
  { exchange, market }: Place,
  { held, read }: OwnedThere,
  { whole, alertAt }: { whole: Position; alertAt: number | undefined },
): Promise<Exclude<Adoption, { kind: 'nothing' }>> {
  const now = services.now();
  if (isJustClosed(read, whole, now)) return unknown(justClosed);
  const range = { since: tradesSince(now, alertAt), until: now + laterTradesMs };
  // After the position: a list of trades that was read before it may lack what the position shows.
  const [open, trades] = await Promise.all([
    exchange.fetchOpenOrders(market),
    exchange.fetchTrades(market, range),
  ]);
  const positions = read.filter(
    ({ account, symbol }) => account === whole.account && symbol === whole.symbol,
  );
  const traded = judgeTrades(trades, { ...whole, positions }, now, alertAt);
  if (traded.isJustClosed) return unknown(justClosed);
  const position = without(whole, traded.newer);
  if (position === undefined)
    return unknown(
      'All that the exchange holds there may have been opened after the alert. Nothing was adopted.',
    );
  const amount = position.declaredSize?.amount ?? '0';
  const { adopted, unadopted } = sortExits(position, decimal(amount).eq(held.amount), open, read);
  return {
    kind: 'adopted',
    position: withUnadopted({ ...position, exitOrders: adopted }, unadopted, now),
    unadoptedOrders: unadopted,
  };
}

const justClosed =
  'A part of this exchange position was closed within the last 30 s, and the exchange may not show that yet. Nothing was adopted.';

/** The exchange's clock may be ahead of this one. */
const laterTradesMs = 60_000;

/** @returns the position without what is newer than its alert; undefined if nothing that an order could close is left. */
function without(whole: Position, newer: Amount): Position | undefined {
  if (whole.declaredSize === undefined || !isPositive(newer)) return whole;
  const amount = decimal(whole.declaredSize.amount).minus(newer);
  if (amount.lte(0)) return undefined;
  const position = { ...whole, declaredSize: { ...whole.declaredSize, amount: toAmount(amount) } };
  return isTooSmall(position) ? undefined : position;
}

/** The owner has to know of orders that outlive the position: each can close what is opened there next. */
function withUnadopted(position: Position, unadopted: string[], now: number): Position {
  if (unadopted.length === 0) return position;
  return { ...position, notices: appendNotice(position, { kind: 'unadopted', orderIds: unadopted }, now) };
}

function describeUnreadable(positionIds: readonly string[]): string {
  return `These positions cannot be read: ${positionIds.join(', ')}.`;
}

/**
 * @returns the position that a hit would adopt now; undefined for none. Stores nothing. Throws `newer-version` for positions that
 * can't be read, and what the exchange and the table throw.
 */
export async function previewExcess(
  services: Services,
  wanted: ExcessPlace,
  { positions, unreadable }: Listed,
): Promise<Position | undefined> {
  const place = await connect(services, wanted);
  if (place.market.kind === 'spot') return undefined;
  if (unreadable.length > 0) throw new Fault('newer-version', describeUnreadable(unreadable));
  const { held, owned, read } = await readOwned(services, wanted, { listed: positions, ids: [] }, () =>
    fetchExchangePosition(place, wanted),
  );
  const { amount: excess } = computeExcess(held, wanted.side, owned);
  if (!isPositive(excess)) return undefined;
  const position = draft(services, wanted, place, { positionId: newPositionId(services), held, excess });
  if (isTooSmall(position)) return undefined;
  const open = await place.exchange.fetchOpenOrders(place.market);
  const { adopted } = sortExits(position, decimal(excess).eq(held.amount), open, read);
  return { ...position, exitOrders: adopted };
}

async function connect(
  { exchanges }: Services,
  { account, exchange: exchangeId, symbol }: ExcessPlace,
): Promise<Place> {
  const exchange = await exchanges.of(account, exchangeId);
  return { exchangeId, exchange, market: await exchange.loadMarket(symbol) };
}

interface Drafted {
  positionId: string;
  held: ExchangePosition;
  excess: Amount;
}

function draft(
  services: Services,
  { account, side }: ExcessPlace,
  place: Place,
  { positionId, held, excess }: Drafted,
): Position {
  const declaredSize = { amount: excess, averagePrice: held.averagePrice };
  return newPosition(services, { account, side }, place, {
    ...{ positionId, hedged: held.hedged, declaredSize, entryOrders: [], exitOrders: [] },
    ...{ price: undefined, exchangePosition: held },
  });
}

/** What another call has adopted in this slot at the same time, if that is all that the exchange holds beyond the others. */
async function findOther({ store }: Services, { next }: Slot, { atMost }: Excess): Promise<Adoption> {
  const other = await store.readPosition(next);
  if (other === undefined)
    return unknown('Ripcord opened a position in this market at the same time. Nothing was adopted.');
  if (isFinal(other.state)) return { kind: 'nothing' };
  // The operator may have adopted less.
  return decimal(computeTotals(other).amount).lt(atMost)
    ? unknown('Another request adopted a part of it at the same time.')
    : { kind: 'adopted', position: other, unadoptedOrders: [] };
}
