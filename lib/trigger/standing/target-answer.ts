import type { Fault } from '../../fault.ts';
import type { RequestNote } from '../../link/hit.ts';
import type { Link } from '../../link/link.ts';
import type { Position } from '../../position/position.ts';
import {
  type Acted,
  isHeldByAnother,
  isLeft,
  needsSweep,
  type Progress,
  toProgress,
  type Withheld,
} from '../../strategy/act.ts';
import type { StopMove } from '../../sync/stop-move.ts';
import { toExecuteResponse } from '../execute-response.ts';
import { expired, inRehearsal, leftScope, linkPaused, notWatched, paused, revoked } from '../refusals.ts';
import {
  createResponse,
  type HitResponse,
  type PositionAnswer,
  type PublicPosition,
  responseForFault,
  retrySeconds,
  toResponse,
} from '../response.ts';
import type { ResponseStatus } from '../response-status.ts';

/** What a hit did to one position, and what its record in the history states. */
export interface TargetAnswer {
  positionId: string;
  progress: Progress;
  /** The sweep has to act on it again. */
  left: boolean;
  needsSweep: boolean;
  /** A newer message of the strategy came first, so nothing was done for this one. */
  isSuperseded?: true;
  response: HitResponse;
  requests: RequestNote[];
}

/** @param known the position as it was listed, if it was. */
export function toTargetAnswer(
  link: Link,
  positionId: string,
  acted: Acted,
  known: Position | undefined,
): TargetAnswer {
  const progress = toProgress(acted);
  const left = isLeft(acted);
  const isContinued = left && progress !== 'refused' && !isHeldByAnother(acted);
  const { response, requests = [] } = withNotice(respond(link, acted));
  const named = response.position ?? (known === undefined ? { positionId } : toNamed(known));
  return {
    positionId,
    progress,
    left,
    needsSweep: needsSweep(acted),
    response: {
      ...(isContinued ? withContinuation(response, progress) : response),
      position: named,
    },
    requests,
  };
}

function toNamed({ positionId, symbol, side }: Position): PublicPosition {
  return { positionId, symbol, side };
}

/** An earlier action failed there. Its own notice does not say that an alert now left the position open. */
function withNotice({ response, ...answered }: Answered): Answered {
  const { status, decision } = response;
  const isStuck = (status === 'needs-attention' || status === 'refused') && decision === 'refused';
  const refusal = response.refusal ?? (isStuck ? ('needs-attention' as const) : undefined);
  return { ...answered, response: refusal === undefined ? response : { ...response, refusal } };
}

interface Answered {
  response: HitResponse;
  requests?: RequestNote[];
}

function respond(link: Link, acted: Acted): Answered {
  switch (acted.kind) {
    case 'withheld':
      return { response: withheld[acted.why] };
    case 'thrown':
      return { response: acted.begun ? unconfirmed(acted.fault) : responseForFault(acted.fault) };
    case 'moved':
      return { response: toMoveResponse(acted.move) };
    case 'executed': {
      const { linkId, byPercent } = link;
      const { result } = acted;
      const isRepeat = byPercent !== undefined && result.kind === 'refused' && !result.revoked;
      return isRepeat && result.position?.state === 'open' && (result.position.uses[linkId] ?? 0) > 0
        ? { response: reducedAlready }
        : toExecuteResponse({ linkId }, result);
    }
  }
}

const withheld: Record<Withheld, HitResponse> = {
  revoked,
  expired,
  paused,
  'link-paused': linkPaused,
  rehearsal: inRehearsal,
  'left-scope': leftScope,
  'not-watched': notWatched,
};

const reducedAlready = createResponse('unchanged', {
  publicMessage: 'This link has already reduced this position once. Nothing was sent.',
  decision: 'duplicate',
});

/** What the sweep does next is added to every answer that is left to it. */
function unconfirmed(fault: Fault): HitResponse {
  return createResponse('in-progress', {
    publicMessage: 'The result for this position is not confirmed yet.',
    detail: fault.message,
    decision: 'in-progress',
  });
}

/** The sweep continues with it, so there is nothing for the sender to do. */
function withContinuation(response: HitResponse, progress: Progress): HitResponse {
  const what =
    progress === 'retrying'
      ? 'Nothing was executed for this position so far.'
      : 'The result for this position is not confirmed yet.';
  return { ...response, publicMessage: `${what} Ripcord tries again automatically, for up to 5 minutes.` };
}

const moveStatuses: Record<StopMove['kind'], [ResponseStatus, HitResponse['decision'], string]> = {
  moved: ['stop-moved', 'fired', 'The stop was set.'],
  pending: ['in-progress', 'fired', 'The stop is being moved. The exchange has not confirmed it yet.'],
  unchanged: ['unchanged', 'duplicate', 'The present stop is as good or better. Nothing was sent.'],
  unfilled: [
    'unchanged',
    'duplicate',
    'Nothing has filled yet, so there is no entry price. The stop is unchanged; the next alert can move it.',
  ],
  'would-trigger': [
    'would-trigger',
    'refused',
    'The new stop would trigger at once, so it was not placed. The owner can see which stop the position has.',
  ],
  refused: ['refused', 'refused', 'The stop was not moved. The owner has to check the position.'],
  busy: ['busy', 'refused', 'The position is closing. The stop is unchanged.'],
  unreachable: ['exchange-unreachable', 'refused', "The stop can't be moved yet. It is unchanged."],
  ended: ['unchanged', 'duplicate', 'The position has ended. Nothing was sent.'],
};

/** The move's own detail is the owner's: it may name an account. */
function toMoveResponse({ kind, position, price, detail }: StopMove): HitResponse {
  if (kind === 'ended' && position?.outcome !== undefined) return toResponse({ position, result: undefined });
  const [status, decision, message] = moveStatuses[kind];
  const at = price === undefined ? '' : ` The stop is at ${price}.`;
  return createResponse(status, {
    publicMessage: `${message}${kind === 'moved' || kind === 'unchanged' ? at : ''}`,
    detail,
    decision,
    ...(kind === 'refused' || kind === 'would-trigger' ? { refusal: 'stop-refused' } : {}),
    ...(position === undefined ? {} : { position: toNamed(position) }),
    ...(kind === 'busy' || kind === 'unreachable' ? { retryAfter: retrySeconds } : {}),
  });
}

/** @returns the row of the answer. */
export function toPositionAnswer({
  response,
  positionId,
}: Pick<TargetAnswer, 'response' | 'positionId'>): PositionAnswer {
  const { outcome, status, position, publicMessage, repeated } = response;
  return {
    positionId,
    outcome: outcome?.outcome ?? status,
    symbol: position?.symbol,
    side: position?.side,
    closedAmount: outcome?.closedAmount,
    closeOrderId: outcome?.closeOrderId,
    detail: publicMessage,
    repeated,
  };
}
