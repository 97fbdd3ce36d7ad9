import { createHash } from 'node:crypto';
import type { ExchangeId } from '../account/account.ts';
import type { Amount } from '../amount.ts';
import { isPositive } from '../amount.ts';
import type { ExchangePosition, Side } from '../exchange/exchange.ts';
import { toFault } from '../fault.ts';
import { isFinal, type Position } from '../position/position.ts';
import type { Services } from '../services.ts';
import type { PositionStore, ReservationStore } from '../store/store.ts';
import { fetchExchangePosition, newPosition, newPositionId, type Place } from '../sync/new-position.ts';
import { computeExcess, computeOwned, isTooSmall } from './excess.ts';

/** A perpetual market of an account, and the side. */
export interface ExcessPlace {
  account: string;
  exchange: ExchangeId;
  symbol: string;
  side: Side;
}

export type Adoption =
  /** By this call, or by another one at the same time. */
  | { kind: 'adopted'; position: Position }
  | { kind: 'nothing' }
  /** The exchange or the table did not answer in time. Nothing is adopted after that. */
  | { kind: 'unknown'; why: string };

/** So long a hit waits for it: what Ripcord knows must still be closed in time. */
const adoptMs = 1_000;

/**
 * Makes a position of what the exchange holds beyond Ripcord's open positions there. Two calls at the same time make one.
 * Sends nothing to the exchange. Never throws.
 */
export async function adoptExcess(services: Services, place: ExcessPlace): Promise<Adoption> {
  const until = Math.min(services.now() + adoptMs, services.until ?? Number.POSITIVE_INFINITY);
  const late: Adoption = { kind: 'unknown', why: 'The exchange did not answer in time.' };
  const adopted = adopt(services, place, until).catch(
    (thrown: unknown): Adoption => ({ kind: 'unknown', why: toFault(thrown).detail }),
  );
  return Promise.race([adopted, services.sleep(Math.max(0, until - services.now())).then(() => late)]);
}

async function adopt(services: Services, wanted: ExcessPlace, until: number): Promise<Adoption> {
  const { store, exchanges, now } = services;
  const place = await connect(exchanges, wanted);
  if (place.market.kind === 'spot') return { kind: 'nothing' };
  const slot = await findSlot(services, wanted);
  const before = await listOwned(store, wanted, slot.taken);
  const held = await fetchExchangePosition(place, wanted);
  // After the exchange: a position is stored before its entry is sent.
  const after = await listOwned(store, wanted, slot.taken);
  const excess = computeExcess(held, wanted.side, before, after);
  if (!isPositive(excess)) return { kind: 'nothing' };
  const position = draft(services, wanted, place, { positionId: slot.next, held, excess });
  if (isTooSmall(position)) return { kind: 'nothing' };
  if (now() >= until) return { kind: 'unknown', why: 'There was no time left to adopt.' };
  const created = await store.createPosition(position);
  await settle(store, wanted, slot);
  if (created) return { kind: 'adopted', position };
  const other = await store.readPosition(slot.next);
  return other === undefined || isFinal(other.state)
    ? { kind: 'nothing' }
    : { kind: 'adopted', position: other };
}

async function connect(
  exchanges: Services['exchanges'],
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

/** What each open position there may own. The index of positions may lack one that was created just now. */
async function listOwned(
  store: PositionStore,
  { account, symbol, side }: ExcessPlace,
  known: string,
): Promise<Map<string, Amount>> {
  const unreadable: string[] = [];
  const [listed, latest] = await Promise.all([
    store.listPositions('open', (positionId) => unreadable.push(positionId)),
    store.readPosition(known),
  ]);
  // It may own these coins. An adopted position would have them sold.
  if (unreadable.length > 0)
    throw new Error(`These positions cannot be read: ${unreadable.join(', ')}. Nothing was adopted.`);
  const others = listed.filter(({ positionId }) => positionId !== known);
  const there = [...others, ...(latest === undefined ? [] : [latest])].filter(
    (position) =>
      position.account === account &&
      position.symbol === symbol &&
      position.side === side &&
      !isFinal(position.state),
  );
  return new Map(there.map((position) => [position.positionId, computeOwned(position)]));
}

/**
 * The chain of a market's adopted positions: each id follows from the one before it, so that two calls at the same time create
 * the same position, of which the table takes one. The first id is random: client order ids are made of it.
 */
interface Slot {
  /** The id of the latest adopted position, or the random start. */
  taken: string;
  next: string;
}

/** A call that died between its two writes left a position without its place in the chain. */
const links = 3;

async function findSlot(services: Services, place: ExcessPlace): Promise<Slot> {
  const { store } = services;
  const key = toKey(place);
  let taken = (await store.readReservation(key)) ?? (await store.reserve(key, newPositionId(services)));
  for (let count = 0; count < links; count += 1) {
    const next = follow(taken);
    if ((await store.readPosition(next)) === undefined) return { taken, next };
    await settle(store, place, { taken, next });
    taken = next;
  }
  return { taken, next: follow(taken) };
}

async function settle(store: ReservationStore, place: ExcessPlace, { taken, next }: Slot): Promise<void> {
  await store.reserve(toKey(place), next, { replacing: taken });
}

function toKey({ account, symbol, side }: ExcessPlace): string {
  return `adopted#${account}#${symbol}#${side}`;
}

function follow(positionId: string): string {
  const digest = createHash('sha256').update(positionId).digest('hex');
  return `pos_${BigInt(`0x${digest}`).toString(36).padStart(50, '0').slice(-12)}`;
}

/**
 * Gives a position that is about to be forgotten its place in the chain, so that no later one gets its id, which its orders
 * carry.
 */
export async function keepAdoptedId(
  store: ReservationStore,
  { positionId, ...place }: Pick<Position, 'positionId' | 'account' | 'symbol' | 'side' | 'exchange'>,
): Promise<void> {
  const taken = await store.readReservation(toKey(place));
  if (taken !== undefined && follow(taken) === positionId)
    await settle(store, place, { taken, next: positionId });
}
