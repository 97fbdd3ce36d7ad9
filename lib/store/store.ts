import type { Side } from '../exchange/exchange.ts';
import type { AccountHealth } from '../health/account-health.ts';
import type { Hit } from '../link/hit.ts';
import type { Link } from '../link/link.ts';
import type { LinkState } from '../link/link-state.ts';
import type { Pause } from '../link/pause.ts';
import { type Claim, type Position, positionSchema, type State } from '../position/position.ts';

/**
 * The port to the table. Every write is one conditional write of one item, and every read of one item is strongly
 * consistent. Methods throw `table-unreachable` when the table does not respond; a write may have happened then.
 */
export interface Store
  extends PositionStore,
    LinkStore,
    LinkStateStore,
    HitStore,
    ReservationStore,
    MarkerStore,
    HealthStore {}

export interface PositionStore {
  /** @returns false when a position with this id exists already. */
  createPosition(position: Position): Promise<boolean>;
  readPosition(positionId: string): Promise<Position | undefined>;
  /**
   * Newest first. `list: 'open'` leaves out archived positions. A position that this version cannot read, such as
   * after a rollback, is left out and passed to `onUnreadable`, so that it does not stop the sweep.
   *
   * The lists are read from an index that follows the table, usually within a fraction of a second. Until then, a position
   * that was just created can be missing, and one that was just archived can be missing from `all`: DynamoDB removes it from
   * one part of the index and adds it to another in two writes. The positions themselves are always current.
   * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html#GSI.Writes
   */
  listPositions(list: PositionList, onUnreadable?: OnUnreadable): Promise<Position[]>;
  /** One page of the same list. It reads no more positions than it returns or passes to `onUnreadable`. */
  listPositionPage(place: PositionPlace, onUnreadable?: OnUnreadable): Promise<PositionPage>;
  /**
   * Claims the position in one write without a read before it: state → claimed, epoch + 1, attempt + 1, and one more
   * use of a link with a use limit. Refused when the state is not in `from`, when the link is revoked or used up, or
   * when the position's last claim had this lease token and has ended. A repeated claim returns the first result.
   */
  claimPosition(request: ClaimRequest): Promise<ClaimResult>;
  /**
   * Writes a change if the stored revision, epoch and state are those of `position`.
   * @returns the position at its new revision, or undefined when another write came first.
   */
  savePosition(position: Position, change: PositionChange): Promise<Position | undefined>;
  /** Moves a final position off the list that the sweep reads; has no effect on any other position. */
  archivePosition(positionId: string): Promise<void>;
  /** @returns false when the position is claimed or does not exist. */
  deletePosition(positionId: string): Promise<boolean>;
}

export type PositionList = 'open' | 'all';
type OnUnreadable = (id: string) => void;

/** Where a page of positions begins, and how long it is. */
export interface PositionPlace {
  list: PositionList;
  /** The place of the last position of the page before, or its id. By the id of a deleted one, the list begins again. */
  after?: string | undefined;
  limit: number;
}

export interface PositionPage {
  positions: Position[];
  /** The place of the last position of the page, if others follow. */
  next: string | undefined;
}

/** @returns where a position is on the lists, also after it was deleted. */
export function toPositionPlace({
  createdAt,
  positionId,
}: Pick<Position, 'createdAt' | 'positionId'>): string {
  return `${createdAt}${placeSeparator}${positionId}`;
}

/** Whether this is a place, and not the id of a position. */
export function isPositionPlace(text: string): boolean {
  return text.includes(placeSeparator);
}

const placeSeparator = '#';

export interface LinkStore {
  /** Throws `conflict` when another link has this id. */
  createLink(link: Link): Promise<void>;
  /** Reads a link and the kill switch in one request. */
  readLinkAndPause(linkId: string): Promise<Pause & { link: Link | undefined }>;
  readLink(linkId: string): Promise<Link | undefined>;
  /** Newest first; of one position or of all. */
  listLinks(positionId?: string): Promise<Link[]>;
  /** The links with a scope instead of a position, newest first. */
  listStandingLinks(): Promise<Link[]>;
  /** The links of these positions, newest first. It reads no others. */
  listLinksOf(positionIds: readonly string[]): Promise<Link[]>;
  /**
   * A link for one position is revoked at the position first: a hit that has already read the link can then no longer
   * claim. A standing link is revoked itself first, and then at the positions in its scope.
   */
  revokeLink(link: Link, revokedAt: string, inScope?: readonly string[]): Promise<void>;
  /** Changes a link; null removes an attribute. */
  updateLink(linkId: string, change: LinkChange): Promise<void>;

  readStatus(): Promise<Status>;
  /** The kill switch. While links are paused, none fires. @param until when the pause ends by itself, ISO 8601. */
  setPaused(paused: boolean, until?: string): Promise<void>;
  /** A scheduled sweep has finished; its report says what it deferred. `accountsInUse`: those that links may need soon. */
  recordSweep(sweptAt: string, accountsInUse?: AccountInUse[]): Promise<void>;
}

export interface Status extends Pause {
  /** When the last scheduled sweep finished, ISO 8601; absent before the first. */
  sweptAt?: string | undefined;
  /** What that sweep noted. Absent before the first, and without an open position. */
  accountsInUse?: AccountInUse[] | undefined;
}

/** An account with an open position, and its exchange. */
export interface AccountInUse {
  account: string;
  exchange: string;
}

export interface LinkChange {
  label?: string | null | undefined;
  expiresAt?: string | null | undefined;
  pausedReason?: string | null | undefined;
  rehearsal?: null | undefined;
  watch?: Link['watch'] | null | undefined;
}

export interface LinkStateStore {
  /** @returns `unknownLinkState` before the first write. */
  readLinkState(linkId: string): Promise<LinkState>;
  /**
   * Writes the state at the next revision if the stored revision is its own.
   * @returns what is stored then, or undefined if another write came first.
   */
  saveLinkState(state: LinkState): Promise<LinkState | undefined>;
  /**
   * The states that have not ended, read from the same index as the lists of positions. The id of a link whose state this
   * version can't read is passed to `onUnreadable`.
   */
  listLinkStates(onUnreadable?: OnUnreadable): Promise<LinkState[]>;
}

export interface HitStore {
  /** Stored until `expiresAt`, epoch milliseconds. Recording the same hit twice stores it once. */
  recordHit(hit: Hit, expiresAt: number): Promise<void>;
  /**
   * The hits of a position, or those of a standing link as wholes, newest first.
   * @param before only hits before this place, as `toHitPlace` gives it.
   */
  listHits(id: string, limit: number, before?: string): Promise<Hit[]>;
  /**
   * The latest hits of all positions that were recorded after `since`, ISO 8601, newest first. Eventually consistent. Hits that an
   * older Ripcord recorded are missing.
   */
  listHitsSince(since: string, limit: number): Promise<Hit[]>;
  /** The same for hits before a time or the place of a hit. */
  listHitsBefore(before: string, limit: number): Promise<Hit[]>;
}

/** @returns the place of a hit in time, for the page of hits before it. */
export function toHitPlace({ at, hitId }: Hit): string {
  return `${at}#${hitId}`;
}

export interface ReservationStore {
  /**
   * Reserves a key, such as an order or a request, for one position. A position named by `replacing` loses it.
   * @returns the id of the position that holds the key now; another id than `positionId` means it was taken.
   */
  reserve(key: string, positionId: string, options?: { replacing?: string }): Promise<string>;
  /** @returns the id of the position that holds a key. */
  readReservation(key: string): Promise<string | undefined>;
}

/** The exchange position that positions of Ripcord share: those of an account, in a market, on a side. */
export interface MarketSide {
  account: string;
  symbol: string;
  side: Side;
}

/** A marker names a position that the lists may not show yet: docs/decisions/0028-markers.md. */
export interface MarkerStore {
  /** @param at epoch milliseconds. Stored until `expiresAt`. */
  markPosition(place: MarketSide, positionId: string, at: number, expiresAt: number): Promise<void>;
  /**
   * @returns the ids of the positions marked since `since`, epoch milliseconds. Strongly consistent: each marker whose write
   * ended before this read is among them.
   */
  listMarked(place: MarketSide, since: number): Promise<string[]>;
}

export interface HealthStore {
  /** @returns `unknownHealth` before the first write. */
  readAccountHealth(): Promise<AccountHealth>;
  /**
   * Writes the health at the next revision if the stored revision is its own.
   * @returns what is stored then, or undefined if another write came first.
   */
  saveAccountHealth(health: AccountHealth): Promise<AccountHealth | undefined>;
}

export interface ClaimRequest {
  positionId: string;
  claim: Claim;
  /** Legal prior states of a new claim. */
  from: State[];
  /** How often the link may act. Without it there is no limit, and no use is counted. */
  maxUses?: number | undefined;
}

export type ClaimResult =
  | { kind: 'claimed'; position: Position }
  /** `position` is the stored position, or undefined when there is none. */
  | { kind: 'refused'; position: Position | undefined; revoked: boolean };

/** What a write may change. `null` removes an attribute; attributes that are absent or undefined stay. */
export interface PositionChange {
  state?: State;
  epoch?: number;
  attempt?: number;
  claim?: Claim | null;
  outcome?: Position['outcome'] | null;
  failure?: Position['failure'] | null;
  attentionReason?: string | null;
  unknownClose?: Position['unknownClose'] | null;
  entryOrders?: Position['entryOrders'];
  exitOrders?: Position['exitOrders'];
  exitPlan?: Position['exitPlan'];
  exitAttempt?: Position['exitAttempt'];
  naked?: Position['naked'] | null;
  nakedWatch?: Position['nakedWatch'] | null | undefined;
  market?: Position['market'];
  goneAmount?: Position['goneAmount'];
  funding?: Position['funding'] | null;
  declaredSize?: Position['declaredSize'];
  lastSync?: Position['lastSync'];
  uses?: Position['uses'];
  notices?: Position['notices'];
  label?: string | null | undefined;
  tag?: string | null | undefined;
}

/** @returns the position after a write of the change. Throws when the result is not a valid position. */
export function applyChange(position: Position, change: PositionChange): Position {
  const next: Record<string, unknown> = { ...position, revision: position.revision + 1 };
  for (const [name, value] of Object.entries(change)) {
    if (value === null) delete next[name];
    else if (value !== undefined) next[name] = value;
  }
  return positionSchema.parse(next);
}
