import type { ExchangePosition } from '../exchange/exchange.ts';
import { isFinal, type Position } from '../position/position.ts';
import type { Services } from '../services.ts';
import type { MarketSide, PositionStore } from '../store/store.ts';
import { computeOwned, type Owned } from './excess.ts';

/**
 * The lists of positions are read from an index that follows the table, usually within a fraction of a second, and AWS states no
 * limit. For this long, a position that the index lacks is found by its marker.
 */
const markedMs = 15 * 60_000;
/** DynamoDB deletes it some time after that. */
const keptMs = 60 * 60_000;

type Clock = Pick<Services, 'store' | 'now'>;

/** Call it after a position of a perpetual is stored, and before its entry is sent. */
export async function markPosition({ store, now }: Clock, position: Position): Promise<void> {
  await store.markPosition(position, position.positionId, now(), now() + keptMs);
}

/** What the caller knows before it reads the exchange. */
export interface KnownPositions {
  /** From a list that began before. Those of other markets are ignored. */
  listed: readonly Position[];
  /** Ids that may be of positions there. */
  ids: readonly string[];
}

export interface OwnedThere {
  held: ExchangePosition;
  owned: Owned;
  /** Every look at a position of the lists or the markers, also of those that have ended and of other markets. */
  read: Position[];
}

/**
 * Reads an exchange position, and what positions of Ripcord may own of it. Every one that the response can show is counted,
 * also one that the lists lack:
 *
 *     open:   store position ── mark ── send entry ── fill
 *     adopt:  store position ── mark ── next id of the chain
 *     here:   lists, ids, markers ── exchange ── markers again ── each position by its id
 *
 * - If the response shows the fill of an entry, its position was marked before that fill, so before the second read of the
 *   markers, which is strongly consistent. The position itself was stored even earlier. So it is counted, unless its marker is
 *   older than `markedMs`: then the list has it.
 * - A process that dies before the marker is written has sent no entry: there is nothing to count.
 * - A position that ended before the first read of the markers is not counted. One that ended later was open in the first
 *   read, or stored since: either way it is counted with what it may have owned.
 * - Adoptions of one market follow one another: lib/strategy/adopted-chain.ts.
 *
 * If the markers were read before the exchange only, an entry sent and filled in between would look like an amount without an
 * owner. It would be adopted and closed.
 */
export async function readOwned(
  { store, now }: Clock,
  place: MarketSide,
  { listed, ids }: KnownPositions,
  fetchHeld: () => Promise<ExchangePosition>,
): Promise<OwnedThere> {
  const since = now() - markedMs;
  const marked = await store.listMarked(place, since);
  const unlisted = toIds([...marked, ...ids]).filter(
    (id) => !listed.some(({ positionId }) => positionId === id),
  );
  const found = [...listed, ...(await readEach(store, unlisted))];
  const before = found.filter((position) => isOpen(place, position));
  const held = await fetchHeld();
  const seen = new Set([...marked, ...ids, ...listed.map(({ positionId }) => positionId)]);
  const opened = (await store.listMarked(place, since)).filter((id) => !seen.has(id));
  const [after, meanwhile] = await Promise.all([
    readEach(
      store,
      before.map(({ positionId }) => positionId),
    ),
    readEach(store, toIds(opened)),
  ]);
  const owned = computeOwned(
    before,
    after.filter((position) => isOpen(place, position)),
    meanwhile,
  );
  return { held, owned, read: [...found, ...after, ...meanwhile] };
}

function isOpen({ account, symbol, side }: MarketSide, position: Position): boolean {
  return (
    position.account === account &&
    position.symbol === symbol &&
    position.side === side &&
    !isFinal(position.state)
  );
}

function toIds(ids: readonly string[]): string[] {
  return [...new Set(ids)];
}

async function readEach(store: PositionStore, ids: readonly string[]): Promise<Position[]> {
  const read = await Promise.all(ids.map((id) => store.readPosition(id)));
  return read.filter((position) => position !== undefined);
}
