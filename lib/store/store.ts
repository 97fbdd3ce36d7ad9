import type { Hit } from '../link/hit.ts';
import type { Link } from '../link/link.ts';
import { type Claim, type Position, positionSchema, type State } from '../position/position.ts';

/**
 * The port to the table. Every write is one conditional write of one item. Methods throw `table-unreachable`
 * when the table gives no answer, which says nothing about whether a write happened.
 */
export interface Store {
  /** @returns false where a position of that id exists already. */
  createPosition(position: Position): Promise<boolean>;
  /** Strongly consistent. */
  readPosition(positionId: string): Promise<Position | undefined>;
  /**
   * Newest first. `list: 'open'` leaves out what the sweep has put away as final. One that can't be read, after a
   * rollback say, is left out and named to `onUnreadable`: it must not keep the sweep from all the others.
   */
  listPositions(list: 'open' | 'all', onUnreadable?: (positionId: string) => void): Promise<Position[]>;
  /**
   * Takes the position for one owner, in one write and without a read before it: state → claimed, epoch + 1,
   * attempt + 1, and one more use of a link with a use limit. Refused where the state is not among `from`, the
   * link was revoked, or its uses are up.
   */
  claimPosition(request: ClaimRequest): Promise<ClaimResult>;
  /**
   * Writes what changed, if the position is still at `position.revision` (and so at its epoch and state).
   * @returns the position at its new revision, or undefined where somebody else has written.
   */
  savePosition(position: Position, change: PositionChange): Promise<Position | undefined>;
  /** Moves a final position off the list that the sweep reads. */
  archivePosition(positionId: string): Promise<void>;
  /** @returns false where the position is claimed or gone. */
  deletePosition(positionId: string): Promise<boolean>;

  /** Throws `conflict` where the id is taken. */
  createLink(link: Link): Promise<void>;
  /** A link, and whether the kill switch is on, in one strongly consistent request. */
  readLinkAndPause(linkId: string): Promise<{ link: Link | undefined; paused: boolean }>;
  /** Strongly consistent. */
  readLink(linkId: string): Promise<Link | undefined>;
  /** Newest first; with a position, only its own. */
  listLinks(positionId?: string): Promise<Link[]>;
  /** Revokes at the position too, so that a hit that has read the link already loses the race for certain. */
  revokeLink(link: Link, revokedAt: string): Promise<void>;

  /**
   * Takes a name (an order, a request) for a position, once. @returns who holds it: `positionId` where it was free,
   * held by it already, or held by `instead`.
   */
  reserve(name: string, positionId: string, instead?: string): Promise<string>;
  /** Who holds a name. */
  readReservation(name: string): Promise<string | undefined>;

  /** The kill switch: while it is on no link fires. */
  isPaused(): Promise<boolean>;
  setPaused(paused: boolean): Promise<void>;

  /** Kept until `expiresAt`, epoch milliseconds. Writing the same hit again changes nothing. */
  recordHit(hit: Hit, expiresAt: number): Promise<void>;
  /** A position's hits, newest first. */
  listHits(positionId: string, limit: number): Promise<Hit[]>;
}

export interface ClaimRequest {
  positionId: string;
  claim: Claim;
  /** Legal prior states of a fresh claim. */
  from: State[];
  /** How often the link may act; absent: no limit, and no count. */
  maxUses?: number | undefined;
}

export type ClaimResult =
  | { kind: 'claimed'; position: Position }
  /** `position` as it stands; undefined where there is none. */
  | { kind: 'refused'; position: Position | undefined; revoked: boolean };

/** What a write may change. `null` removes. Everything left out stays. */
export interface PositionChange {
  state?: State;
  epoch?: number;
  attempt?: number;
  claim?: Claim | null;
  outcome?: Position['outcome'] | null;
  failure?: Position['failure'] | null;
  attentionReason?: string | null;
  entryOrders?: Position['entryOrders'];
  exitOrders?: Position['exitOrders'];
  market?: Position['market'];
  declaredSize?: Position['declaredSize'];
  lastSync?: Position['lastSync'];
  uses?: Position['uses'];
  notices?: Position['notices'];
  label?: string | null;
}

/** @returns the position as a write has left it. */
export function applyChange(position: Position, change: PositionChange): Position {
  const next: Record<string, unknown> = { ...position, revision: position.revision + 1 };
  for (const [name, value] of Object.entries(change)) {
    if (value === null) delete next[name];
    else if (value !== undefined) next[name] = value;
  }
  return positionSchema.parse(next);
}
