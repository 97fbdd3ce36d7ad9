import type { Link } from '../../link/link.ts';
import type { Position } from '../../position/position.ts';
import { describeWish } from '../../strategy/describe-wish.ts';
import type { Heard } from '../../strategy/follow.ts';
import type { StateMessage } from '../../strategy/state-message.ts';
import { reportedRefusal } from '../refusals.ts';
import { createResponse, type HitResponse, type PositionAnswer } from '../response.ts';
import { withoutAdoption } from './adopt-first.ts';
import { summarize } from './summarize.ts';
import { type TargetAnswer, toPositionAnswer } from './target-answer.ts';

/** @returns the answer to the message of a strategy. Pure. */
export function answerHeard(
  link: Link,
  message: StateMessage,
  heard: Heard,
  inScope: readonly Position[],
  answers: readonly TargetAnswer[],
): HitResponse {
  if (heard.isLate) return late;
  const pick = (positionIds: readonly string[]) =>
    inScope.filter(({ positionId }) => positionIds.includes(positionId));
  const marked = pick(heard.followed).map((position) => toTarget(position, followed(position)));
  const waiting = pick(heard.waiting).map((position) => toTarget(position, openedSince(position)));
  const left = pick(heard.unfollowed).map((position) => toTarget(position, notFollowed(position)));
  if (link.rehearsal === true) {
    const wishes = pick(heard.targets).map((position) =>
      toWish(position, describeWish(link, position).would),
    );
    return rehearsed(message, [...[...marked, ...waiting, ...left].map(toPositionAnswer), ...wishes]);
  }
  const superseded = answers.filter(({ isSuperseded }) => isSuperseded === true);
  if (superseded.length > 0 && superseded.length === answers.length)
    return { ...late, positions: superseded.map(toPositionAnswer) };
  const acted = [...answers.filter(({ isSuperseded }) => isSuperseded !== true), ...marked, ...waiting];
  const isOwed = heard.state.adoption !== undefined;
  if (acted.length === 0 && left.length > 0 && !isOwed)
    return { ...notFollowedYet, positions: left.map(toPositionAnswer) };
  const summary = isOwed ? withoutAdoption(summarize(acted, ['retrying'])) : summarize(acted);
  const { positions = [], ...response } = summary;
  return {
    ...response,
    ...(answers.length === 0 && !isOwed && acted.length > 0 ? toHeard(message, marked.length) : {}),
    positions: [...positions, ...[...left, ...superseded].map(toPositionAnswer)],
  };
}

/** The answer for a position for which a newer message came first. */
export function superseded(positionId: string, known: Position | undefined): TargetAnswer {
  const response = createResponse('unchanged', {
    publicMessage: 'A newer message came first. Nothing was sent for this one.',
    decision: 'duplicate',
  });
  return { ...toTarget({ positionId, ...known }, response), isSuperseded: true };
}

/** A position that was opened since its side was last reported: the owner is notified that it is left open. */
export function notFollowed({ symbol, side }: Position): HitResponse {
  return reportedRefusal(
    'not-followed',
    'unchanged',
    `${symbol} ${side} is not followed yet: no message of its side has arrived since it was opened. It was left open.`,
  );
}

const late = createResponse('late', {
  publicMessage: 'A newer message arrived before this one, so nothing was done.',
  positions: [],
  decision: 'heard',
});

const notFollowedYet = createResponse('not-followed', {
  publicMessage:
    'No open position is followed yet: no message of its side has arrived since it was opened. Nothing was done.',
  decision: 'heard',
});

function followed({ symbol, side }: Position): HitResponse {
  return createResponse('followed', {
    publicMessage: `${symbol} ${side} is followed: it is open while the strategy is ${side}.`,
    decision: 'heard',
  });
}

function openedSince({ symbol, side }: Position): HitResponse {
  return createResponse('unchanged', {
    publicMessage: `${symbol} ${side} was opened after this message first arrived, so the next one follows it.`,
    decision: 'heard',
  });
}

function toHeard({ position }: StateMessage, count: number): Partial<HitResponse> {
  const text = `The strategy is ${position}. Positions followed: ${count}. Nothing had to be done.`;
  return { publicMessage: text, detail: text, decision: 'heard' };
}

function rehearsed({ position }: StateMessage, positions: PositionAnswer[]): HitResponse {
  const plans = positions.map(({ symbol, side, would, detail }) =>
    would === undefined ? detail : `${symbol} ${side}: ${would}`,
  );
  const what = plans.length === 0 ? 'No position that this link is for is open.' : plans.join(' ');
  return createResponse('rehearsed', {
    publicMessage: `This link is in rehearsal, so nothing was done. The message "${position}" arrived.`,
    detail: `Rehearsal: received "${position}". If the link were armed: ${what}`,
    positions,
    decision: 'rehearsed',
  });
}

function toWish({ positionId, symbol, side }: Position, would: string): PositionAnswer {
  return { positionId, outcome: 'rehearsed', symbol, side, would };
}

type Named = Pick<Position, 'positionId'> & Partial<Pick<Position, 'symbol' | 'side'>>;

function toTarget({ positionId, symbol, side }: Named, response: HitResponse): TargetAnswer {
  const position = { positionId, ...(symbol === undefined ? {} : { symbol }), ...(side && { side }) };
  return {
    positionId,
    progress: 'done',
    left: false,
    needsSweep: false,
    response: { ...response, position },
    requests: [],
  };
}
