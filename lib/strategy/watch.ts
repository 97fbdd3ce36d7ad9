import type { Link, Watch } from '../link/link.ts';
import type { LinkState, WatchNews } from '../link/link-state.ts';
import { giveUpMs } from './alert-times.ts';

/**
 * The watch of a link: beats are due in an interval, and it acts once when they stay away.
 *
 *     waiting → alive ⇄ late → tripped;  alive ⇄ silent → tripped
 *
 * `silent` is a switch that would act, but something holds it: Ripcord's own address does not respond, or the exchange
 * does not. `tripped` ends only when the owner arms the link.
 */

type Watched = NonNullable<LinkState['watch']>;

/** An alert needs some seconds, and the sweep runs once a minute. */
const graceMs = 90_000;
/** Before the first beat the owner is notified once, after so many intervals. */
const waitingIntervals = 3;
/** A sweep starts every minute. A longer time without one is a gap of Ripcord's own, in which alerts may have been lost. */
const maxSweepGapMs = 3 * 60_000;
const gapKeptMs = 30 * 86_400_000;
const unitMs: Record<string, number> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** @returns milliseconds between two beats. */
function toEveryMs({ every }: Pick<Watch, 'every'>): number {
  return Number(every.slice(0, -1)) * (unitMs[every.slice(-1)] ?? Number.NaN);
}

/** @returns the state once an alert has arrived at `at`, epoch milliseconds. */
export function noteBeat(known: LinkState, at: number): LinkState {
  const state = withoutWatchWork(known);
  const { beats, watch } = state;
  if (beats === undefined)
    return { ...state, beats: { firstAt: at, lastAt: at, count: 1 }, watch: watch && wake(watch, at) };
  const lastAt = Math.max(beats.lastAt, at);
  const gap = { ms: lastAt - beats.lastAt, endedAt: lastAt };
  const { longestGap } = beats;
  const isLongest =
    longestGap === undefined || gap.ms >= longestGap.ms || lastAt - longestGap.endedAt > gapKeptMs;
  return {
    ...state,
    beats: { ...beats, lastAt, count: beats.count + 1, longestGap: isLongest ? gap : longestGap },
    watch: watch && wake(watch, at, gap.ms),
  };
}

/** What a watch has left to do is dropped when alerts arrive again, or when its owner changes it. Claims that it made run on. */
export function withoutWatchWork(state: LinkState): LinkState {
  return state.unfinished?.by === 'watch' ? { ...state, unfinished: undefined } : state;
}

/** Whether the beat is worth a record in the history: every one of them would flood it. */
export function isBeatOfNote({ beats, watch, unfinished }: LinkState): boolean {
  return (
    beats === undefined || unfinished?.by === 'watch' || watch?.state === 'late' || watch?.state === 'silent'
  );
}

function wake(watch: Watched, at: number, afterMs = 0): Watched {
  if (watch.state === 'alive' || watch.state === 'tripped') return watch;
  const awake: Watched = { ...watch, state: 'alive', since: at };
  // A beat that ends the wait for the first one needs no notice.
  return watch.state === 'waiting' ? awake : withNews(awake, { event: 'back', at, ms: afterMs });
}

/** The owner of a watch that got no notice for a long time needs the latest of it. */
const maxNews = 5;

function withNews(watch: Watched, news: WatchNews): Watched {
  return { ...watch, untold: [...(watch.untold ?? []), news].slice(-maxNews) };
}

/** What a sweep knows when it judges a watch. */
export interface WatchFacts {
  /** The positions in the link's scope that have not ended. */
  inScope: readonly string[];
  /** Nothing acts: all links are paused, or this one is paused, revoked or expired. */
  isOff: boolean;
  /** When the previous scheduled sweep ended, epoch milliseconds. */
  sweptAt: number | undefined;
  /** Absent: nothing was looked at yet. */
  checked?: WatchCheck | undefined;
}

/** Whether silence shows anything at all. */
export interface WatchCheck {
  /** Alerts can't arrive at Ripcord's own address, or an exchange does not respond. Undefined if all works. */
  held: Watched['held'];
  /** Who is likely to blame for the silence. */
  culprit: NonNullable<WatchNews['culprit']>;
}

export type Judgment =
  /** Nothing has to be stored. */
  | { kind: 'unchanged' }
  /** It is about to notify or to act, so `WatchFacts.checked` is needed. */
  | { kind: 'check' }
  | { kind: 'changed'; state: LinkState };

type WatchedLink = Pick<Link, 'follows' | 'rehearsal'> & { watch: Watch };

const unchanged: Judgment = { kind: 'unchanged' };

/** @returns what a watch does now, as one write. Pure. */
export function judgeWatch(link: WatchedLink, state: LinkState, facts: WatchFacts, now: number): Judgment {
  const { watch = { state: 'waiting', since: now } } = state;
  const change = (next: Watched): Judgment => ({ kind: 'changed', state: { ...state, watch: next } });
  if (watch.state === 'tripped') return unchanged;
  if (facts.isOff || facts.inScope.length === 0) return isAsleep(watch) ? unchanged : change(toAsleep(watch));
  const isGap = facts.sweptAt === undefined || now - facts.sweptAt > maxSweepGapMs;
  if (watch.awakeSince === undefined || isGap) return change({ ...watch, awakeSince: now });
  const everyMs = toEveryMs(link.watch);
  if (watch.state === 'waiting') {
    const isDue = now - Math.max(watch.since, watch.awakeSince) >= waitingIntervals * everyMs;
    return isDue && watch.waitingReported === undefined ? change(waitingReported(watch, now)) : unchanged;
  }
  const quietMs = now - Math.max(state.beats?.lastAt ?? 0, watch.awakeSince);
  const isLate = quietMs >= everyMs + graceMs;
  if (watch.state === 'alive' && watch.held === undefined && !isLate) return unchanged;
  if (facts.checked === undefined) return { kind: 'check' };
  const { held } = facts.checked;
  const isSilent = quietMs >= link.watch.missed * everyMs + graceMs;
  if (held !== undefined) return change(hold(watch, held, isSilent, now));
  if (isSilent) return trip(link, state, watch, facts, now);
  const { held: before, ...free } = watch;
  if (watch.state === 'alive' && isLate) return change(late(free, state, now));
  return before === undefined ? unchanged : change(free);
}

function isAsleep({ state, awakeSince }: Watched): boolean {
  return awakeSince === undefined && (state === 'waiting' || state === 'alive');
}

/** It begins again when it wakes up: what was late then is over. */
function toAsleep({ awakeSince: _, held: __, ...watch }: Watched): Watched {
  return { ...watch, state: watch.state === 'waiting' ? 'waiting' : 'alive' };
}

function waitingReported(watch: Watched, now: number): Watched {
  return withNews({ ...watch, waitingReported: true }, { event: 'no-beat', at: now, ms: now - watch.since });
}

function late(watch: Watched, state: LinkState, now: number): Watched {
  return withNews(
    { ...watch, state: 'late', since: now },
    { event: 'late', at: now, ms: toSilenceMs(state, now) },
  );
}

function toSilenceMs({ beats }: LinkState, now: number): number {
  return now - (beats?.lastAt ?? now);
}

/** Silence counts from the last look that found it: the beats of an exchange that is back need an interval to come. */
function hold(watch: Watched, held: NonNullable<Watched['held']>, isSilent: boolean, now: number): Watched {
  const next: Watched = { ...watch, held, awakeSince: now, state: isSilent ? 'silent' : watch.state };
  // The account's own notice reports an exchange that does not respond.
  const isNews = held === 'address' && watch.held !== 'address';
  return isNews ? withNews(next, { event: 'held', at: now }) : next;
}

/** The write that ends the watch is the one that begins to act, so that overlapping sweeps act once. */
function trip(
  { follows, rehearsal, watch: { then } }: WatchedLink,
  state: LinkState,
  { held: _, ...watch }: Watched,
  { inScope, checked }: WatchFacts,
  now: number,
): Judgment {
  // What a hit left ends within 5 minutes. The state has room for either of them.
  if (state.unfinished !== undefined)
    return watch.state === 'silent'
      ? unchanged
      : { kind: 'changed', state: { ...state, watch: { ...watch, state: 'silent', since: now } } };
  const isTarget = (positionId: string) => follows === undefined || state.followed.includes(positionId);
  const positionIds = then === 'tell' ? [] : inScope.filter(isTarget);
  const acts = positionIds.length > 0 && rehearsal === undefined;
  const news: WatchNews = {
    event: 'tripped',
    at: now,
    ms: toSilenceMs(state, now),
    culprit: checked?.culprit ?? 'unknown',
    positions: positionIds.length,
  };
  return {
    kind: 'changed',
    state: {
      ...state,
      watch: withNews({ ...watch, state: 'tripped', since: now }, news),
      ...(acts
        ? { unfinished: { positionIds, notBefore: now, giveUpAt: now + giveUpMs, by: 'watch' as const } }
        : {}),
    },
  };
}

/** Whether beats are missing now: of several links, that distinguishes a dead alert from a TradingView that sends nothing. */
export function isQuiet(link: Pick<Link, 'watch'>, { beats, watch }: LinkState, now: number): boolean {
  if (link.watch === undefined || beats === undefined || watch?.awakeSince === undefined) return false;
  return now - beats.lastAt >= toEveryMs(link.watch) + graceMs;
}
