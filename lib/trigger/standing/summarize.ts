import type { Progress } from '../../strategy/act.ts';
import { createResponse, type HitResponse, type PositionAnswer, retrySeconds } from '../response.ts';
import { type ResponseStatus, responseStatuses } from '../response-status.ts';
import { type TargetAnswer, toPositionAnswer } from './target-answer.ts';

type Answered = Pick<TargetAnswer, 'positionId' | 'progress' | 'response'>;

/**
 * @param owed what else the hit has to bring to an end.
 * @returns one answer for all positions of a hit. Pure.
 */
export function summarize(answers: readonly Answered[], owed: readonly Progress[] = []): HitResponse {
  const status = toStatus([...answers.map(({ progress }) => progress), ...owed]);
  return createResponse(status, {
    publicMessage: describe(status, answers),
    positions: answers.map(toPositionAnswer),
    decision: toDecision(status, answers),
    ...(status === 'retrying' ? { headline: 'Not done yet', retryAfter: retrySeconds } : {}),
    hasFailed: answers.some(({ response }) => response.decision === 'fired' && response.httpStatus >= 400),
  });
}

type Summary = Extract<ResponseStatus, 'done' | 'nothing-open' | 'partly' | 'in-progress' | 'retrying'>;

/** A sender repeats an alert only after a 5xx, so that is answered only if provably nothing was sent. */
function toStatus(all: readonly Progress[]): Summary {
  if (all.length === 0) return 'nothing-open';
  if (all.every((progress) => progress === 'retrying')) return 'retrying';
  if (all.includes('going') || all.includes('retrying')) return 'in-progress';
  return all.includes('refused') ? 'partly' : 'done';
}

function toDecision(status: Summary, answers: readonly Answered[]): HitResponse['decision'] {
  if (status === 'nothing-open') return 'nothing-open';
  const decisions = answers.map(({ response }) => response.decision);
  if (decisions.includes('fired')) return 'fired';
  if (status === 'in-progress') return 'in-progress';
  return status === 'done' ? 'duplicate' : 'refused';
}

function describe(status: Summary, answers: readonly Answered[]): string {
  const count = (...wanted: Progress[]) => answers.filter(({ progress }) => wanted.includes(progress)).length;
  const [done, refused, others] = [count('done'), count('refused'), count('going', 'retrying')];
  const ofAll = `${done} of ${answers.length} position${answers.length === 1 ? '' : 's'}`;
  const notDone =
    refused === 0 ? '' : ` Not done: ${refused}. The owner needs to check ${refused === 1 ? 'it' : 'them'}.`;
  switch (status) {
    case 'nothing-open':
      return 'No position that this alert is for is open, so nothing was done.';
    case 'done':
      return `Done for ${ofAll}.`;
    case 'partly':
      return `Done for ${ofAll}.${notDone}`;
    case 'in-progress': {
      const going = others === 0 ? '' : ` In progress: ${others}.`;
      if (answers.length === 0) return 'Nothing was executed so far. Ripcord continues automatically.';
      return `Done for ${ofAll}.${going} Ripcord continues automatically.${notDone}`;
    }
    case 'retrying':
      if (answers.length === 0) return 'Nothing was executed so far.';
      return `Nothing was executed for ${answers.length === 1 ? 'the position' : `any of the ${answers.length} positions`} so far. Ripcord tries again automatically, for up to 5 minutes.`;
  }
}

/** @returns the answer after the sender has disconnected: what has no recorded outcome may have changed since. */
export function toLate(response: HitResponse): HitResponse {
  // The other answers do not state that Ripcord continues, and what they report is recorded.
  if (response.status !== 'in-progress' && response.status !== 'retrying') return response;
  const { retryAfter: _, positions = [], ...others } = response;
  return {
    ...others,
    ...responseStatuses['in-progress'],
    status: 'in-progress',
    headline: 'Late response',
    publicMessage:
      'This response is late, so the positions may have changed. Ripcord continues automatically.',
    positions: positions.map(toLateAnswer),
  };
}

function toLateAnswer(answer: PositionAnswer): PositionAnswer {
  const { positionId, symbol, side, closedAmount } = answer;
  return closedAmount === undefined ? { positionId, symbol, side, outcome: 'in-progress' } : answer;
}
