import type { LinkState } from '../link/link-state.ts';
import { answeredAgainMs, giveUpMs, unansweredMs } from './alert-times.ts';
import { type AdoptingAlert, adoptedId, toOwed, toOwnOwed } from './late-adoption.ts';

/**
 * Which positions a hit of a standing link is for. An alert carries no id, so a hit belongs to the earlier alert for as long as
 * TradingView may still send that one again, and not a second longer.
 *
 * docs/decisions/0026-repeats-without-an-id.md has the cases, and a model of them is in test/simulation.
 */

export interface Arrival {
  /** To be saved before anything is sent. */
  state: LinkState;
  /** The hit may be a resend, so it acts on the positions of the earlier alert. */
  joins: boolean;
  targets: string[];
}

/**
 * @param inScope the positions in the link's scope that are open now.
 * @param at when the hit arrived, epoch milliseconds.
 */
export function arrive(
  state: LinkState,
  hitId: string,
  inScope: readonly string[],
  at: number,
  adopting: AdoptingAlert = adoptsNothing,
): Arrival {
  const unsure = Object.fromEntries(Object.entries(state.unsure).filter(([, until]) => until >= at));
  const joins = state.episode !== undefined && Object.keys(unsure).length > 0;
  // Adopted for the alert that the hit belongs to, which found out nothing.
  const late = state.adoption === undefined ? [] : adoptedId(adopting.found);
  const begun = joins ? withMore(state.episode, late) : undefined;
  const episode = begun ?? { positionIds: [...inScope], at };
  const left = state.unfinished?.positionIds ?? [];
  const positionIds = [...new Set([...left, ...(joins ? late : inScope)])];
  const unfinished = leaveToSweep(state.unfinished, positionIds, at);
  return {
    state: {
      ...{ ...state, episode, unsure: { ...unsure, [hitId]: at + unansweredMs }, unfinished },
      adoption: joins ? toOwed(state.adoption, adopting) : toOwnOwed(state.adoption, adopting),
    },
    joins,
    targets: episode.positionIds,
  };
}

const adoptsNothing: AdoptingAlert = { found: undefined, alertAt: 0, now: 0 };

function withMore(episode: LinkState['episode'], positionIds: readonly string[]): LinkState['episode'] {
  return episode && { ...episode, positionIds: [...new Set([...episode.positionIds, ...positionIds])] };
}

/**
 * @param known what earlier hits left. Alerts that come every minute must not put off the notice about the oldest one.
 * @returns what the sweep has to finish if the hit that arrived at `at` dies.
 */
export function leaveToSweep(
  known: LinkState['unfinished'],
  positionIds: string[],
  at: number,
): LinkState['unfinished'] {
  if (positionIds.length === 0) return undefined;
  const giveUpAt = at + giveUpMs;
  const toOverdueAt = (id: string) =>
    known?.positionIds.includes(id) === true ? (known.overdueAt?.[id] ?? known.giveUpAt) : giveUpAt;
  const overdueAt = Object.fromEntries(positionIds.map((id) => [id, toOverdueAt(id)]));
  return { positionIds, notBefore: at + unansweredMs, giveUpAt, overdueAt, by: 'link' };
}

/** @returns the positions that the sweep could not finish within 5 minutes of a hit, which no notice has reported. */
export function findOverdue({ positionIds, giveUpAt, overdueAt = {} }: Unfinished, now: number): string[] {
  return positionIds.filter((id) => giveUpAt <= now || (overdueAt[id] ?? giveUpAt) <= now);
}

type Unfinished = NonNullable<LinkState['unfinished']>;

/** @returns the state once these are reported: without them if no later hit left them, too. */
export function giveUp(state: LinkState, reported: readonly string[], now: number): LinkState {
  const { unfinished } = state;
  if (unfinished === undefined || unfinished.giveUpAt <= now) return finish(state, reported, now);
  const { positionIds, giveUpAt, overdueAt } = unfinished;
  const next = reported.filter((id) => positionIds.includes(id)).map((id) => [id, giveUpAt]);
  return {
    ...state,
    unfinished: { ...unfinished, overdueAt: { ...overdueAt, ...Object.fromEntries(next) } },
  };
}

/** @returns the state after a final answer that left too late: its sender may have cut the try, and send it again. */
export function doubt(state: LinkState, hitId: string, at: number): LinkState {
  return { ...state, unsure: { ...state.unsure, [hitId]: at + unansweredMs } };
}

/** What is known when the response is about to leave. `late`: TradingView has cut the request, so it may send it again. */
export interface Departure {
  answered: 'final' | 'retry' | 'late';
  /** Positions for which nothing is left to do. */
  done: readonly string[];
  /** Positions that the sweep has to act on. An earlier hit may have taken them for done. */
  left: readonly string[];
}

/** @returns the state to be saved right before the response leaves. */
export function leave(
  state: LinkState,
  hitId: string,
  { answered, done, left }: Departure,
  now: number,
): LinkState {
  const { [hitId]: mine, ...others } = state.unsure;
  const own = answered === 'final' || mine === undefined ? {} : { [hitId]: mine };
  const unsure = answered === 'retry' ? { ...others, [hitId]: now + answeredAgainMs } : { ...others, ...own };
  return { ...withLeft(finish(state, done, now), left, now), unsure };
}

function withLeft(state: LinkState, left: readonly string[], now: number): LinkState {
  if (left.length === 0) return state;
  const { unfinished = { positionIds: [], giveUpAt: now + giveUpMs, by: 'link' as const } } = state;
  const positionIds = [...new Set([...unfinished.positionIds, ...left])];
  return { ...state, unfinished: { ...unfinished, positionIds, notBefore: now } };
}

/** @returns the state without positions for which nothing is left to do; the sweep may continue with the others at once. */
export function finish(state: LinkState, done: readonly string[], now: number): LinkState {
  const { unfinished } = state;
  if (unfinished === undefined) return state;
  const { overdueAt, ...others } = unfinished;
  const positionIds = unfinished.positionIds.filter((positionId) => !done.includes(positionId));
  if (positionIds.length === 0) return { ...state, unfinished: undefined };
  const due = overdueAt && Object.entries(overdueAt).filter(([id]) => positionIds.includes(id));
  const kept = due === undefined ? {} : { overdueAt: Object.fromEntries(due) };
  return { ...state, unfinished: { ...others, ...kept, positionIds, notBefore: now } };
}
