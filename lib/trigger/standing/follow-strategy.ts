import { toFault } from '../../fault.ts';
import type { Link } from '../../link/link.ts';
import type { LinkState } from '../../link/link-state.ts';
import { isInScope } from '../../link/scope.ts';
import { inParallel } from '../../parallel.ts';
import { isFinal, type Position } from '../../position/position.ts';
import { act } from '../../strategy/act.ts';
import { changeLinkState } from '../../strategy/change-link-state.ts';
import { finish } from '../../strategy/episode.ts';
import { type Adopting, compareTimes, type Heard, hear, isStillWanted } from '../../strategy/follow.ts';
import { type Listed, listFor, pickInScope } from '../../strategy/list-in-scope.ts';
import { parseStateMessage, type StateMessage } from '../../strategy/state-message.ts';
import { isBeatOfNote, noteBeat } from '../../strategy/watch.ts';
import { computeExchangeMs } from '../exchange-time.ts';
import { preconnect } from '../preconnect.ts';
import { notRun, unreadable } from '../refusals.ts';
import type { HitResponse } from '../response.ts';
import { adoptAt, readAlertAt, untriedIfAdopting, withAdopted } from './adopt-first.ts';
import { answerHeard, notFollowed, superseded } from './answer-heard.ts';
import { notRead } from './not-read.ts';
import { recordTarget, recordWhole } from './record-standing.ts';
import { findNewer, type StandingHit } from './standing-hit.ts';
import { toLate } from './summarize.ts';
import { type TargetAnswer, toTargetAnswer } from './target-answer.ts';

/** So many positions are acted on at a time. */
const parallelTargets = 25;

/**
 * Handles the message of a strategy. Own side marks positions, and flat or the other side acts on those that were marked
 * before. What is left undone is finished by the sweep, or by the next bar's message.
 */
export async function followStrategy(hit: StandingHit): Promise<HitResponse> {
  const { services, link, request, arrivedAt, isLate } = hit;
  const message = parseStateMessage(request.message, arrivedAt);
  if (message === undefined) return recordWhole(hit, unreadable);
  const listened = await listen(hit, message);
  // Other messages of this link came first each time.
  if (listened === undefined) return recordWhole(hit, notRun['out-of-time']);
  const { heard, inScope, isOfNote, untold } = listened;
  const answers = link.rehearsal === true ? [] : await actOnTargets(hit, message, listened);
  const response = answerHeard(link, message, heard, inScope, answers);
  await Promise.all([
    isOfNote || answers.length > 0 ? recordWhole(hit, response) : undefined,
    ...answers.map((answer) => recordTarget(hit, answer)),
    ...inScope
      .filter(({ positionId }) => untold.has(positionId))
      .map((position) =>
        recordTarget(hit, {
          positionId: position.positionId,
          response: notFollowed(position),
          requests: [],
        }),
      ),
    answers.some(({ needsSweep }) => needsSweep) ? services.wakeSweep?.().catch(() => undefined) : undefined,
  ]);
  await end(hit, answers);
  const exchangeMs = computeExchangeMs(answers.flatMap(({ requests }) => requests));
  return { ...(isLate() ? toLate(response) : response), exchangeMs };
}

async function actOnTargets(
  hit: StandingHit,
  { position }: StateMessage,
  { heard, inScope, unread }: Listened,
): Promise<TargetAnswer[]> {
  const acted = await inParallel(heard.targets, parallelTargets, (positionId) =>
    actOn(
      hit,
      positionId,
      inScope.find((each) => each.positionId === positionId),
    ),
  );
  return heard.isLate || position !== 'flat' ? acted : [...acted, ...unread.map(notRead)];
}

interface Listened {
  heard: Heard;
  inScope: Position[];
  /** Followed ones that can't be read. */
  unread: string[];
  /** The history has what changed something. A message that comes with every bar would flood it. */
  isOfNote: boolean;
  /** A notice has to report that these are not followed. */
  untold: Set<string>;
}

/** Stores the message and what it is for, before anything is sent. */
async function listen(hit: StandingHit, message: StateMessage): Promise<Listened | undefined> {
  const { services, link, arrivedAt } = hit;
  const { store } = services;
  preconnect(services, link);
  const [list, known] = await Promise.all([listFor(store, link), store.readLinkState(link.linkId)]);
  const listed = pickInScope(link, list);
  const { missed, ended, unread } = await readUnlisted(hit, listed, known);
  const positions = [...list.positions, ...missed];
  const adopting = await adopt(hit, message, { ...list, positions }, known);
  const inScope = withAdopted([...listed, ...missed], adopting.found);
  const side = findSide(link, inScope);
  const newer = findNewer(hit, listed);
  const options = { rehearses: link.rehearsal === true, side, ended, newer, adopting, now: arrivedAt };
  let heard: Heard | undefined;
  let isOfNote = options.rehearses;
  const untold = new Set<string>();
  const change = (state: LinkState): LinkState => {
    heard = hear(state, message, inScope, options);
    // A write whose answer was lost may have stored them as reported, so those of each attempt count.
    for (const positionId of heard.untold) untold.add(positionId);
    isOfNote ||= isBeatOfNote(state) || isNews(state, heard);
    return noteBeat(heard.state, arrivedAt);
  };
  const saved = await changeLinkState(store, link.linkId, change, known);
  return saved === undefined || heard === undefined
    ? undefined
    : { heard, inScope, unread, isOfNote, untold };
}

/** The list may lag, or lack one that it can't read: each that is followed is read by itself. */
async function readUnlisted(
  { services: { store }, link }: StandingHit,
  listed: Position[],
  known: LinkState,
) {
  const unlisted = known.followed.filter((id) => listed.every(({ positionId }) => positionId !== id));
  const ended: string[] = [];
  const unread: string[] = [];
  const read = await inParallel(unlisted, parallelTargets, async (positionId) => {
    try {
      const position = await store.readPosition(positionId);
      if (position !== undefined && !isFinal(position.state)) return [position];
      ended.push(positionId);
      return [];
    } catch (thrown) {
      if (toFault(thrown).code === 'newer-version') unread.push(positionId);
      return [];
    }
  });
  return { missed: read.flat().filter((position) => isInScope(link, position)), ended, unread };
}

/** A message without a time may be a resend for this long after the first one was sent. */
const mayRepeatMs = 30_000;

/**
 * What is adopted at its own side is followed at once. If that fails, its resend, the next bar's message and the sweep try again,
 * also at "flat": it was open when its own side was heard.
 */
async function adopt(
  hit: StandingHit,
  message: StateMessage,
  listed: Listed,
  known: LinkState,
): Promise<Adopting> {
  const { services, link, arrivedAt } = hit;
  const order = compareTimes(message, known);
  const owed = known.adoption;
  const mayRepeat =
    message.time === undefined && owed !== undefined && arrivedAt < owed.alertAt + mayRepeatMs;
  const isFirst = message.position === findSide(link, listed.positions) && order === 'newer' && !mayRepeat;
  const tries = isFirst || (owed !== undefined && order !== 'older');
  const find = () => (tries ? adoptAt(hit, listed, isFirst ? undefined : owed) : untriedIfAdopting(hit));
  const found = link.rehearsal === true ? undefined : await find();
  return { found, isFirst, alertAt: readAlertAt(hit), now: services.now() };
}

function isNews({ heard, followed, adoption }: LinkState, { state, isLate }: Heard): boolean {
  const isChange = heard?.position !== state.heard?.position;
  const isOwed = adoption === undefined && state.adoption !== undefined;
  const isNew = state.followed.some((positionId) => !followed.includes(positionId));
  return isLate || isChange || isOwed || isNew;
}

/** The side of all positions that the link is for. */
function findSide({ scope, positionId }: Link, inScope: Position[]): Position['side'] | undefined {
  if (scope !== undefined) return 'symbol' in scope ? scope.side : undefined;
  return inScope.find((position) => position.positionId === positionId)?.side;
}

/** A newer message may have arrived meanwhile. */
async function actOn(
  { services, link }: StandingHit,
  positionId: string,
  known: Position | undefined,
): Promise<TargetAnswer> {
  try {
    if (!(await isStillWanted(services.store, link, positionId))) return superseded(positionId, known);
  } catch (thrown) {
    return toTargetAnswer(link, positionId, { kind: 'thrown', fault: toFault(thrown), begun: false }, known);
  }
  return toTargetAnswer(link, positionId, await act(services, link.linkId, positionId), known);
}

async function end({ services, link }: StandingHit, answers: readonly TargetAnswer[]): Promise<void> {
  if (answers.length === 0) return;
  // What a newer message took over is that one's to finish.
  const done = answers
    .filter(({ left, isSuperseded }) => !left && isSuperseded !== true)
    .map(({ positionId }) => positionId);
  await changeLinkState(services.store, link.linkId, (state) => finish(state, done, services.now())).catch(
    () => undefined,
  );
}
