import type { LinkState } from '../link/link-state.ts';
import type { Position } from '../position/position.ts';
import type { Adoption } from './adopt-excess.ts';
import { giveUpMs, unansweredMs } from './alert-times.ts';

/**
 * A link that adopts owes its alert what the exchange held then. If that is not known at the hit, the alert's resends try again,
 * and then the sweep, for 5 minutes. Nothing that was opened after the alert is adopted: docs/decisions/0026-repeats-without-an-id.md.
 */

/** What a hit found out. `untried`: it may be a resend of an alert that has been answered. Absent: the link adopts nothing. */
export type Found = Adoption | { kind: 'untried' } | undefined;

export interface AdoptingAlert {
  found: Found;
  /** When the alert was sent, as far as that is known. */
  alertAt: number;
  now: number;
}

type Owed = LinkState['adoption'];

/** @param owed to the alert that the hit belongs to. @returns what is owed after the hit. */
export function toOwed(owed: Owed, { found, now }: AdoptingAlert): Owed {
  if (found === undefined || found.kind === 'adopted' || found.kind === 'nothing') return undefined;
  // Another hit of the alert found out what this one could not.
  if (owed === undefined || found.kind === 'untried') return owed;
  return { ...owed, overdueAt: owed.overdueAt ?? owed.giveUpAt, ...toTimes(now), why: found.why };
}

/**
 * @param owed to an earlier alert, which this one replaces. Alerts that come every minute must not put off the notice about it.
 * @returns what is owed to an alert of the hit's own.
 */
export function toOwnOwed(owed: Owed, { found, alertAt, now }: AdoptingAlert): Owed {
  const overdueAt = owed === undefined ? now + giveUpMs : (owed.overdueAt ?? owed.giveUpAt);
  const times = { alertAt, overdueAt, ...toTimes(now) };
  if (found?.kind === 'untried') return { ...times, why: 'The exchange was not read.' };
  return found?.kind === 'unknown' ? { ...times, why: found.why } : undefined;
}

function toTimes(now: number) {
  return { notBefore: now + unansweredMs, giveUpAt: now + giveUpMs };
}

export function adoptedId(found: Found): string[] {
  return found?.kind === 'adopted' ? [found.position.positionId] : [];
}

/**
 * @returns the state after the sweep adopted a position that was open at the alert `alertAt`. Also if the state has changed since:
 * the position was there at the alert, so a link that follows had heard its side, and any other one has to act on it.
 */
export function takeOver(
  state: LinkState,
  { positionId, side }: Position,
  { follows, alertAt, now }: { follows: boolean; alertAt: number; now: number },
): LinkState {
  const { episode, unfinished, heard, followed, adoption } = state;
  const isOwed = adoption?.alertAt === alertAt;
  const isWanted = !follows || (heard !== undefined && heard.position !== side);
  const known = unfinished?.by === 'link' ? unfinished : undefined;
  return {
    ...state,
    ...(isOwed ? { adoption: undefined } : {}),
    ...(isOwed && episode !== undefined && !follows
      ? { episode: { ...episode, positionIds: union(episode.positionIds, positionId) } }
      : {}),
    ...(follows ? { followed: union(followed, positionId) } : {}),
    ...(isWanted
      ? {
          unfinished: toUnfinished(known, positionId, now),
        }
      : {}),
  };
}

type Unfinished = LinkState['unfinished'];

function toUnfinished(known: Unfinished, positionId: string, now: number): Unfinished {
  const { positionIds = [], ...others } = known ?? { giveUpAt: now + giveUpMs, by: 'link' as const };
  return { ...others, positionIds: union(positionIds, positionId), notBefore: now };
}

function union(positionIds: readonly string[], positionId: string): string[] {
  return [...new Set([...positionIds, positionId])];
}

/** @returns the state without what is owed to that alert; undefined if it is owed no more. */
export function withoutOwed(state: LinkState, alertAt: number): LinkState | undefined {
  return state.adoption?.alertAt === alertAt ? { ...state, adoption: undefined } : undefined;
}
