import type { ExchangeId } from '../account/account.ts';
import type { Amount } from '../amount.ts';
import { decimal, isPositive } from '../amount.ts';
import type { ExchangePosition } from '../exchange/exchange.ts';
import { Fault, toFault } from '../fault.ts';
import { isFinal, type Position } from '../position/position.ts';
import { computeTotals } from '../position/totals.ts';
import type { Services } from '../services.ts';
import type { MarketSide } from '../store/store.ts';
import { fetchExchangePosition, newPosition, newPositionId, type Place } from '../sync/new-position.ts';
import { findSlot, type Slot, takeSlot } from './adopted-chain.ts';
import { computeExcess, type Excess, isTooSmall } from './excess.ts';
import { readOwned } from './markers.ts';

/** A perpetual market of an account, and the side. */
export interface ExcessPlace extends MarketSide {
  exchange: ExchangeId;
}

/** A list of open positions that was read before the exchange is. */
export interface Listed {
  positions: Position[];
  /** The ids of those that this version can't read. */
  unreadable: readonly string[];
}

export type Adoption =
  /** By this call, or by another one at the same time. */
  | { kind: 'adopted'; position: Position }
  | { kind: 'nothing' }
  /** What is beyond Ripcord's positions is not known. Nothing is adopted after that. */
  | { kind: 'unknown'; why: string };

/** So long a hit waits for it: what Ripcord knows must still be closed in time. */
const adoptMs = 1_000;

/**
 * Makes a position of what the exchange holds beyond Ripcord's open positions there. Two calls at the same time make one.
 * Sends nothing to the exchange. Never throws.
 */
export async function adoptExcess(services: Services, place: ExcessPlace, listed: Listed): Promise<Adoption> {
  const until = Math.min(services.now() + adoptMs, services.until ?? Number.POSITIVE_INFINITY);
  const late = unknown('The exchange did not answer in time.');
  const adopted = adopt(services, place, listed, until).catch((thrown: unknown) =>
    unknown(toFault(thrown).detail),
  );
  return Promise.race([adopted, services.sleep(Math.max(0, until - services.now())).then(() => late)]);
}

function unknown(why: string): Adoption {
  return { kind: 'unknown', why };
}

async function adopt(
  services: Services,
  wanted: ExcessPlace,
  { positions, unreadable }: Listed,
  until: number,
): Promise<Adoption> {
  const place = await connect(services, wanted);
  if (place.market.kind === 'spot') return { kind: 'nothing' };
  // It may own these coins. An adopted position would have them sold.
  if (unreadable.length > 0) return unknown(`${describeUnreadable(unreadable)} Nothing was adopted.`);
  const slot = await findSlot(services, wanted);
  const known = { listed: positions, ids: slot.passed };
  const { held, owned } = await readOwned(services, wanted, known, () =>
    fetchExchangePosition(place, wanted),
  );
  const excess = computeExcess(held, wanted.side, owned);
  if (!isPositive(excess.atMost)) return { kind: 'nothing' };
  if (!isPositive(excess.amount)) return findOther(services, slot, excess);
  const position = draft(services, wanted, place, { positionId: slot.next, held, excess: excess.amount });
  if (isTooSmall(position)) return { kind: 'nothing' };
  if (services.now() >= until) return unknown('There was no time left to adopt.');
  const created = await services.store.createPosition(position);
  await takeSlot(services, position, slot);
  return created ? { kind: 'adopted', position } : findOther(services, slot, excess);
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
  const { held, owned } = await readOwned(services, wanted, { listed: positions, ids: [] }, () =>
    fetchExchangePosition(place, wanted),
  );
  const { amount: excess } = computeExcess(held, wanted.side, owned);
  if (!isPositive(excess)) return undefined;
  const position = draft(services, wanted, place, { positionId: newPositionId(services), held, excess });
  return isTooSmall(position) ? undefined : position;
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
    : { kind: 'adopted', position: other };
}
