import { toFault } from '../fault.ts';
import type { Link } from '../link/link.ts';
import type { LinkState } from '../link/link-state.ts';
import { toErrorCode } from '../log.ts';
import { inParallel } from '../parallel.ts';
import { isFinal, type Position } from '../position/position.ts';
import type { Services } from '../services.ts';
import { act } from '../strategy/act.ts';
import { changeLinkState } from '../strategy/change-link-state.ts';
import { findOverdue, finish, giveUp } from '../strategy/episode.ts';
import { isStillWanted } from '../strategy/follow.ts';
import { recordHit } from '../trigger/record-hit.ts';
import { gaveUp } from '../trigger/refusals.ts';
import { type TargetAnswer, toTargetAnswer } from '../trigger/standing/target-answer.ts';
import { finishAdoption } from './finish-adoption.ts';
import { inTime, type SweepRun } from './sweep-run.ts';

/** How many positions of one link are acted on at a time. */
const parallelPositions = 5;

type Unfinished = NonNullable<LinkState['unfinished']>;

/**
 * Finishes what hits of standing links left undone: a process died, or an exchange did not respond. 5 minutes after a hit
 * the owner is notified, and 5 minutes after the latest one it gives up. Runs may overlap: a position's claim decides who acts.
 * @returns whether it has made a claim whose result is not known yet.
 */
export async function finishHits(run: SweepRun, states: readonly LinkState[]): Promise<boolean> {
  const answers = await Promise.all(states.map((state) => safely(run, state)));
  return answers.flat().some(({ progress }) => progress === 'going');
}

/** The failure of one link must not stop the others. */
async function safely(run: SweepRun, state: LinkState): Promise<TargetAnswer[]> {
  try {
    return await finishHit(run, state);
  } catch (thrown) {
    const [positionId = state.linkId] = state.unfinished?.positionIds ?? [];
    run.report.failures.push({ positionId, code: toErrorCode(thrown) });
    return [];
  }
}

async function finishHit(run: SweepRun, state: LinkState): Promise<TargetAnswer[]> {
  const { services, isWoken, time } = run;
  const { linkId } = state;
  const now = services.now();
  const isOwed = isDue(run, state.adoption);
  // A run that a hit started leaves the links that wait for nothing to the scheduled one.
  if (!isOwed && !isDue(run, state.unfinished) && isWoken) return [];
  const link = await services.store.readLink(linkId);
  if (link === undefined || link.revokedAt !== undefined) {
    await changeLinkState(services.store, linkId, endState);
    return [];
  }
  const { unfinished } = isOwed ? await finishAdoption(run, link) : state;
  if (unfinished === undefined || !isDue(run, unfinished)) return [];
  if (unfinished.giveUpAt <= now) {
    await report(services, link, unfinished, unfinished.positionIds);
    return [];
  }
  const claiming = inTime({ services: run.claimServices, time });
  const tried = await inParallel(unfinished.positionIds, parallelPositions, async (positionId) => {
    // The list may lag, and the strategy may be back on the position's side, or the alerts of a watch.
    if (!(await isStillWanted(services.store, link, positionId, unfinished.by))) return [];
    return [
      toTargetAnswer(link, positionId, await act(claiming, linkId, positionId, unfinished.by), undefined),
    ];
  });
  const answers = tried.flat();
  const done = answers.filter(({ left }) => !left).map(({ positionId }) => positionId);
  await changeLinkState(services.store, linkId, (known) => finish(known, done, services.now()));
  await Promise.all(answers.filter(isOfNote).map((answer) => record(services, link, unfinished, answer)));
  const left = answers.filter((answer) => answer.left).map(({ positionId }) => positionId);
  const overdue = findOverdue(unfinished, now).filter((positionId) => left.includes(positionId));
  if (overdue.length > 0) await report(services, link, unfinished, overdue);
  return answers;
}

/** What alerts that come every minute leave. They renew `notBefore`, and must not put off the notice. */
interface Left extends Pick<Unfinished, 'notBefore' | 'giveUpAt'> {
  overdueAt?: number | Record<string, number> | undefined;
}

function isDue({ services, time }: SweepRun, left: Left | undefined): boolean {
  if (left === undefined) return false;
  const { notBefore, giveUpAt, overdueAt = giveUpAt } = left;
  const overdue = typeof overdueAt === 'number' ? [overdueAt] : Object.values(overdueAt);
  const now = services.now();
  return Math.min(notBefore, ...overdue) <= now && now <= time.startUntil;
}

function endState(state: LinkState): LinkState | undefined {
  return state.ended === true
    ? undefined
    : { ...state, unfinished: undefined, adoption: undefined, ended: true };
}

/** A claim that is still pending is recorded when it ends, and a try that sent nothing only if it was the last one. */
function isOfNote({ progress, response }: TargetAnswer): boolean {
  return (progress === 'done' && response.decision === 'fired') || progress === 'refused';
}

async function record(
  services: Services,
  { linkId, action }: Link,
  { by }: Unfinished,
  { positionId, response, requests }: TargetAnswer,
): Promise<void> {
  const actor = by === 'watch' ? 'watch' : 'sweep';
  const isDone = response.decision === 'fired' && response.httpStatus < 400;
  const recorded = isDone ? ({ ...response, decision: 'recovered' } as const) : response;
  await recordHit(services, { actor, linkId, positionId, action }, recorded, requests);
}

/**
 * Records positions that were not finished in time. Recorded before the state forgets them: the owner has to know, and a
 * second notice within 10 minutes is not sent.
 */
async function report(
  services: Services,
  link: Link,
  { by }: Unfinished,
  positionIds: string[],
): Promise<void> {
  const { store } = services;
  const { linkId, action } = link;
  const undone = await inParallel(positionIds, parallelPositions, async (positionId) => {
    // One that this version can't read is still to be reported.
    const position = await store.readPosition(positionId).catch(() => 'unreadable' as const);
    if (position === undefined) return [];
    return position === 'unreadable' || isUndone(link, by, position) ? [positionId] : [];
  });
  await inParallel(undone.flat(), parallelPositions, (positionId) =>
    recordHit(
      services,
      { actor: by === 'watch' ? 'watch' : 'sweep', linkId, positionId, action },
      gaveUp,
      [],
    ),
  );
  await changeLinkState(store, linkId, (known) =>
    known.unfinished === undefined ? undefined : giveUp(known, positionIds, services.now()),
  );
}

/** Whether the link would still act on it. A claim brings it to an end by itself. */
function isUndone(
  { action, linkId, byPercent }: Link,
  by: Unfinished['by'],
  { state, uses }: Position,
): boolean {
  if (isFinal(state) || state === 'claimed') return false;
  if (by === 'watch') return true;
  if (action === 'keep') return state !== 'kept';
  return byPercent === undefined || (uses[linkId] ?? 0) === 0;
}

/** An item that this version can't read must not stop the sweep of positions. */
export async function readLinkStates(run: SweepRun): Promise<LinkState[]> {
  try {
    return await run.services.store.listLinkStates((positionId) =>
      run.report.failures.push({ positionId, code: 'unreadable' }),
    );
  } catch (thrown) {
    run.report.failures.push({ positionId: 'standing-links', code: toFault(thrown).code });
    return [];
  }
}
