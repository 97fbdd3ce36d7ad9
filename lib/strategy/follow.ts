import type { Link } from '../link/link.ts';
import type { LinkState } from '../link/link-state.ts';
import type { Position } from '../position/position.ts';
import type { LinkStateStore } from '../store/store.ts';
import { leaveToSweep } from './episode.ts';
import { type AdoptingAlert, adoptedId, toOwed, toOwnOwed } from './late-adoption.ts';
import type { StateMessage } from './state-message.ts';

/**
 * What a message of a strategy does to a link that follows it. A close needs the order: opened < own side heard < flat heard.
 * So a resend can't close a position that was opened since, and flat never closes what the owner opened by hand.
 *
 * docs/decisions has the reasons, and test/lib/strategy/follow.test.ts runs it against random orders of messages.
 */

type Sided = Pick<Position, 'positionId' | 'side'>;

export interface Heard {
  /** To be saved before anything is sent. */
  state: LinkState;
  /** A newer message was heard before, so this one does nothing. */
  isLate: boolean;
  /** The message states the side of these, and the link follows them. */
  followed: string[];
  /** The message states their side, but it is a repeat, and they were opened after it first arrived. */
  waiting: string[];
  /** Followed ones of another side: the link acts on them. */
  targets: string[];
  /** Of another side, but their own side was not heard since they were opened. */
  unfollowed: string[];
  /** Of these, no notice has reported it yet. */
  untold: string[];
}

/** `isFirst`: for this message, which includes what is owed to earlier ones. Otherwise for one of those. */
export interface Adopting extends AdoptingAlert {
  isFirst: boolean;
}

const adoptsNothing: Adopting = { found: undefined, isFirst: false, alertAt: 0, now: 0 };

interface Hearing {
  /** The link hears, and acts on nothing. */
  rehearses: boolean;
  /** The side of all positions that the link is for. Absent if it is for both. */
  side: Position['side'] | undefined;
  /** Positions that a strong read has shown to have ended. */
  ended: readonly string[];
  /** Positions that were opened after the message was sent. */
  newer: readonly string[];
  /** What the link adopted at this message, or for an earlier one of the position's own side. */
  adopting?: Adopting;
  /** Epoch milliseconds. */
  now: number;
}

/**
 * @param inScope the positions in the link's scope that have not ended. The list may lag, so a position that it lacks is
 * still followed unless it is among `ended`; otherwise one bad list would make each later "flat" close nothing.
 */
export function hear(
  state: LinkState,
  message: StateMessage,
  inScope: readonly Sided[],
  { rehearses, side, ended, newer, adopting = adoptsNothing, now }: Hearing,
): Heard {
  const order = compareTimes(message, state);
  if (order === 'older') return { ...nothing, state, isLate: true };
  // Of two messages with the same time, the first one counts: the second one repeats it, also if it says something else.
  const position = order === 'repeat' ? (state.heard?.position ?? message.position) : message.position;
  const isOpen = (positionId: string) => !ended.includes(positionId);
  const own = inScope.filter(({ side }) => side === position).map(toId);
  // A repeat marks nothing that was opened since, because its bar was over by then; nor does a message that took long.
  const marked = order === 'newer' ? own.filter((positionId) => !newer.includes(positionId)) : [];
  const followed = [...new Set([...state.followed.filter(isOpen), ...marked, ...adoptedId(adopting.found)])];
  const others = inScope.filter(({ side }) => side !== position).map(toId);
  const targets = others.filter((positionId) => followed.includes(positionId));
  const unfollowed = others.filter((positionId) => !followed.includes(positionId));
  const isListed = (positionId: string) => inScope.some((each) => each.positionId === positionId);
  const reported = state.unfollowedReported.filter(isListed);
  const untold = rehearses ? [] : unfollowed.filter((positionId) => !reported.includes(positionId));
  const heard = order === 'newer' ? toHeard(message, state, now) : state.heard;
  return {
    state: {
      ...state,
      heard,
      adoption: (adopting.isFirst ? toOwnOwed : toOwed)(state.adoption, adopting),
      ownSideAt: isOwnSide(position, side) ? now : state.ownSideAt,
      followed,
      unfollowedReported: [...reported, ...untold],
      unfinished: toUnfinished(state.unfinished, rehearses ? [] : targets, own, now),
    },
    isLate: false,
    followed: own.filter((positionId) => followed.includes(positionId)),
    waiting: own.filter((positionId) => !followed.includes(positionId)),
    targets,
    unfollowed,
    untold,
  };
}

const nothing = { followed: [], waiting: [], targets: [], unfollowed: [], untold: [] };

function toId({ positionId }: Sided): string {
  return positionId;
}

function isOwnSide(position: StateMessage['position'], side: Hearing['side']): boolean {
  return side === undefined ? position !== 'flat' : position === side;
}

/** Without a time, the order of arrival counts. */
export function compareTimes({ time }: StateMessage, { heard }: LinkState): 'older' | 'repeat' | 'newer' {
  if (time === undefined || heard?.time === undefined) return 'newer';
  const difference = Date.parse(time) - Date.parse(heard.time);
  if (difference === 0) return 'repeat';
  return difference > 0 ? 'newer' : 'older';
}

/** A message without a time does not make the next late one look new. */
function toHeard({ position, time }: StateMessage, { heard }: LinkState, at: number): LinkState['heard'] {
  return { position, time: time ?? heard?.time, at };
}

type Unfinished = LinkState['unfinished'];

/**
 * What an earlier message left is dropped where the strategy is back on that side. What a watch left makes way for the
 * link's own action, also for one that only keeps or reduces: an alert arrived, so the silence that the watch acts on is over.
 */
function toUnfinished(known: Unfinished, targets: string[], own: string[], now: number): Unfinished {
  if (targets.length > 0) return leaveToSweep(known?.by === 'link' ? known : undefined, targets, now);
  if (known === undefined || known.by === 'watch') return undefined;
  const positionIds = known.positionIds.filter((positionId) => !own.includes(positionId));
  return positionIds.length === 0 ? undefined : { ...known, positionIds };
}

/**
 * Whether a link, or its watch, still has to act on a position, right before it does: a hit may have finished it, the strategy
 * may be back on its side, or the alerts may be back. The list of states lags. Throws `table-unreachable`.
 */
export async function isStillWanted(
  store: Pick<LinkStateStore, 'readLinkState'>,
  { linkId }: Pick<Link, 'linkId'>,
  positionId: string,
  by: 'link' | 'watch' = 'link',
): Promise<boolean> {
  const { unfinished } = await store.readLinkState(linkId);
  return unfinished?.by === by && unfinished.positionIds.includes(positionId);
}
