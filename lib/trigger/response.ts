import type { ExecutionResult } from '../close/save-result.ts';
import type { Link } from '../link/link.ts';
import type { Action, Outcome, Position } from '../position/position.ts';

/** What a hit is answered with; never more than what is durable. */
export interface HitResponse {
  /** HTTP status. */
  status: number;
  body: HitResponseBody;
  /** Seconds, where trying again may help. */
  retryAfter?: number;
  /** What the answer means for the record of the hit. */
  decision: 'fired' | 'duplicate' | 'in-progress' | 'confirmation-required' | 'refused';
  /** For the log alone, where there is such a link. */
  linkId?: string;
  /** For the log alone: from the first request to the exchange until its last answer. */
  exchangeMs?: number | undefined;
}

export type HitResponseBody =
  | (Outcome & { repeated?: true } & Named)
  | ({ status: string; message: string; action?: Action; repeated?: true } & Partial<Named>);

interface Named {
  positionId: string;
  symbol: string;
  side: string;
}

function named({ positionId, symbol, side }: Position): Named {
  return { positionId, symbol, side };
}

/** TradingView sends again after 5 s of its own accord; others are told the same. */
const retrySeconds = 5;

function refusal(status: number, word: string, message: string): HitResponse {
  return {
    status,
    body: { status: word, message },
    decision: 'refused',
  };
}

export const notFound = refusal(404, 'not-found', 'There is no such link. Check that all of it was copied.');
export const revoked = refusal(410, 'gone', 'This link was revoked. Nothing was done.');
export const expired = refusal(410, 'gone', 'This link has expired. Nothing was done.');
export const usedUp = refusal(410, 'gone', 'This link has acted as often as it may. Nothing was done.');
export const removed = refusal(410, 'gone', 'The position of this link was removed. Nothing was done.');
export const wrongSource = refusal(
  403,
  'wrong-source',
  'This link may not be fired from this address. Nothing was done.',
);
/** Nothing was sent for this hit, and what is under way is less than it asks for: it has to come again. */
export const busy: HitResponse = {
  status: 503,
  body: {
    status: 'busy',
    message:
      'Another link of this position is at work. Nothing was sent for this one; try again in a moment.',
  },
  retryAfter: retrySeconds,
  decision: 'refused',
};
export const paused = refusal(409, 'paused', 'All links are paused. Nothing was done.');
/** A body means a message was left in the alert: the guide says that such alerts are ignored. */
export const ignored = refusal(
  400,
  'ignored',
  "The request has a body, so nothing was done. Clear the alert's message in TradingView.",
);
export const refusedMethod = refusal(
  405,
  'method-not-allowed',
  'A link is opened with GET or POST. Nothing was done.',
);

/** For programs. A page has a button for it. */
export const sendPost = 'send a POST with an empty body';

/** For a GET that is no proof of a person: what the link would do, and how to do it. */
export function confirmationRequired(link: Link, why: string): HitResponse {
  return {
    status: 200,
    body: {
      status: 'confirm',
      action: link.action,
      positionId: link.positionId,
      message: `${describeAction(link)} Nothing has been done yet: ${why}. To do it, ${sendPost}.`,
    },
    decision: 'confirmation-required',
  };
}

const inProgress = {
  status: 202,
  body: {
    status: 'in-progress',
    message: 'Another request is at it. Open the link again for the outcome.',
  },
  decision: 'in-progress',
} as const satisfies HitResponse;

/** For a program that opens the link of a position that is over, or being ended: not what was traded. */
export function alreadyDone({ state, outcome }: Position): HitResponse {
  const where = 'To see all of it, open the link in a browser.';
  // A part-close's outcome stays while the rest is being closed.
  return state === 'claimed' || outcome === undefined
    ? inProgress
    : {
        status: 200,
        body: {
          status: outcome.outcome,
          repeated: true,
          message: `This had been done before; nothing was done now. ${where}`,
        },
        decision: 'duplicate',
      };
}

/** What a link does, in a sentence. */
function describeAction({ action, percent }: Pick<Link, 'action' | 'percent'>): string {
  if (action === 'keep')
    return 'This link cancels the entry if it is unfilled, and leaves a filled position alone.';
  const what = percent === undefined ? 'a filled position' : `${percent} % of a filled position`;
  return `This link closes ${what} with a MARKET order, and cancels the entry if it is unfilled.`;
}

/** What a run has come to, or what the table says where somebody else has run. */
export function toResponse(
  { position, ending }: Pick<ExecutionResult, 'position' | 'ending'>,
  action: Action,
): HitResponse {
  const names = named(position);
  switch (ending?.kind) {
    case 'settled':
      return { status: 200, body: { ...ending.outcome, ...names }, decision: 'fired' };
    case 'released':
      return {
        status: 503,
        body: { status: ending.fault.code, message: `Nothing was sent. ${ending.fault.message}`, ...names },
        retryAfter: retrySeconds,
        decision: 'refused',
      };
    case 'retry':
      return {
        status: 503,
        body: {
          status: 'retrying',
          message: `The close order was not sent: ${ending.reason}. Ripcord goes on by itself; firing again is safe.`,
          ...names,
        },
        retryAfter: retrySeconds,
        decision: 'fired',
      };
    case undefined:
      return responseForState(position, action);
    default:
      return { ...responseForState(position, action), decision: 'fired' };
  }
}

function responseForState(position: Position, action: Action): HitResponse {
  const names = named(position);
  switch (position.state) {
    case 'open':
    case 'closed':
    case 'canceled':
    case 'kept':
      if (position.outcome !== undefined)
        return {
          status: 200,
          body: { ...position.outcome, ...names, repeated: true as const },
          decision: 'duplicate',
        };
      break;
    case 'failed':
      return {
        status: 422,
        body: {
          status: 'refused',
          message:
            position.failure.source === 'ripcord'
              ? `Nothing was closed: ${position.failure.message}`
              : `The exchange refused to ${action === 'close' ? 'close' : 'cancel'}: ${position.failure.message}`,
          ...names,
        },
        decision: 'refused',
      };
    case 'needs-attention':
      return {
        status: 409,
        body: {
          status: 'needs-attention',
          message: `A person has to look: ${position.attentionReason ?? 'the outcome is unknown'}`,
          ...names,
        },
        decision: 'refused',
      };
  }
  return { ...inProgress, body: { ...inProgress.body, ...names } };
}
