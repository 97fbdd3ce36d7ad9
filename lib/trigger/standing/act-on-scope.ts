import { inParallel } from '../../parallel.ts';
import { type Position, toAccountKey } from '../../position/position.ts';
import { hitActMs } from '../../position/timing.ts';
import { act } from '../../strategy/act.ts';
import { changeLinkState } from '../../strategy/change-link-state.ts';
import { type Arrival, arrive, type Departure, doubt, leave } from '../../strategy/episode.ts';
import type { Found } from '../../strategy/late-adoption.ts';
import { listFor, pickInScope } from '../../strategy/list-in-scope.ts';
import { computeExchangeMs } from '../exchange-time.ts';
import { preconnect } from '../preconnect.ts';
import { notRun } from '../refusals.ts';
import type { HitResponse } from '../response.ts';
import { adoptFirst, readAlertAt, withAdopted, withoutAdoption, withUnadopted } from './adopt-first.ts';
import { leftAlone } from './left-alone.ts';
import { notRead } from './not-read.ts';
import { recordTarget, recordWhole } from './record-standing.ts';
import { findNewer, type StandingHit } from './standing-hit.ts';
import { summarize, toLate } from './summarize.ts';
import { type TargetAnswer, toTargetAnswer } from './target-answer.ts';

/** So many positions are acted on at a time. */
const parallelTargets = 25;

/** Acts on the positions that the hit is for, records it, and answers for all of them together. */
export async function actOnScope(hit: StandingHit): Promise<HitResponse> {
  const { services, link, isLate } = hit;
  const hitId = `hit_${services.randomId().slice(0, 12)}`;
  const begun = await begin(hit, hitId);
  // Other hits of this link came first each time. They hold what this one would have done.
  if (begun === undefined) return recordWhole(hit, notRun['out-of-time']);
  const { arrival, inScope, unreadable, found, newer } = begun;
  const acted = await inParallel(arrival.targets, parallelTargets, async (positionId) => {
    const known = inScope.find((position) => position.positionId === positionId);
    const answer = toTargetAnswer(link, positionId, await act(services, link.linkId, positionId), known);
    return { ...answer, response: withUnadopted(answer.response, positionId, found) };
  });
  const answers = [...acted, ...unreadable.map(notRead)];
  const others = inScope.filter(
    ({ positionId }) => !isKnown(arrival, positionId) && (arrival.joins || newer.includes(positionId)),
  );
  const response =
    arrival.state.adoption === undefined
      ? summarize(answers)
      : withoutAdoption(summarize(answers, ['retrying']));
  await Promise.all([
    recordWhole(hit, response),
    ...answers.map((answer) => recordTarget(hit, answer)),
    ...others.map((position) =>
      recordTarget(hit, { response: leftAlone(position), requests: [], ...position }),
    ),
    // A sweep that starts now settles a close sooner. If it does not start, the next scheduled one does the same.
    answers.some(({ needsSweep }) => needsSweep) ? services.wakeSweep?.().catch(() => undefined) : undefined,
  ]);
  await end(hit, hitId, response, answers);
  const answered = isLate() ? toLate(response) : response;
  return { ...answered, exchangeMs: computeExchangeMs(answers.flatMap(({ requests }) => requests)) };
}

interface Begun {
  arrival: Arrival;
  inScope: Position[];
  /** May be in the scope, too. */
  unreadable: string[];
  found: Found;
  /** Opened after the alert was sent: they are not the hit's. */
  newer: string[];
}

/** Decides which positions the hit is for, and stores that before anything is sent. */
async function begin(hit: StandingHit, hitId: string): Promise<Begun | undefined> {
  const { services, link, arrivedAt } = hit;
  preconnect(services, link);
  const { store } = services;
  const [list, known] = await Promise.all([listFor(store, link), store.readLinkState(link.linkId)]);
  const listed = pickInScope(link, list);
  const found = await adoptFirst(hit, known, list);
  const inScope = withAdopted(listed, found);
  const accounts = Map.groupBy(inScope, toAccountKey);
  for (const [first] of accounts.values()) if (first !== undefined) preconnect(services, first);
  const newer = findNewer(hit, listed);
  const positionIds = inScope.map(({ positionId }) => positionId).filter((id) => !newer.includes(id));
  let arrival: Arrival | undefined;
  const change = (state: Parameters<typeof arrive>[0]) => {
    // The answer to the hit's own write was lost: others can only have joined since.
    if (arrival !== undefined && Object.hasOwn(state.unsure, hitId)) return undefined;
    const adopting = { found, alertAt: readAlertAt(hit), now: services.now() };
    arrival = arrive(state, hitId, positionIds, arrivedAt, adopting);
    return arrival.state;
  };
  const saved = await changeLinkState(store, link.linkId, change, known);
  if (saved === undefined || arrival === undefined) return undefined;
  const unreadable = list.unreadable.filter((positionId) => arrival?.targets.includes(positionId) !== true);
  return { arrival, inScope, unreadable, found, newer };
}

function isKnown({ state, targets }: Arrival, positionId: string): boolean {
  return targets.includes(positionId) || state.unfinished?.positionIds.includes(positionId) === true;
}

/**
 * Stores that the hit is answered, as the last thing before that. If it can't, later hits join this one for 15 s, as if
 * it had died.
 */
async function end(
  { services, link, request, arrivedAt }: StandingHit,
  hitId: string,
  { httpStatus }: HitResponse,
  answers: readonly TargetAnswer[],
): Promise<void> {
  const idsOf = (isLeft: boolean) =>
    answers.filter(({ left }) => left === isLeft).map(({ positionId }) => positionId);
  const waitedMs = () => services.now() - Math.min(arrivedAt, request.sentAt ?? arrivedAt);
  const { store } = services;
  const { linkId } = link;
  let answered = 'late' as Departure['answered'];
  await changeLinkState(store, linkId, (state) => {
    const inTime = httpStatus >= 500 ? 'retry' : 'final';
    answered = waitedMs() >= hitActMs ? 'late' : inTime;
    return leave(state, hitId, { answered, done: idsOf(false), left: idsOf(true) }, services.now());
  }).catch(() => undefined);
  // The write itself may have taken the time that the sender still waited.
  if (answered === 'final' && waitedMs() >= hitActMs)
    await changeLinkState(store, linkId, (state) => doubt(state, hitId, arrivedAt)).catch(() => undefined);
}
