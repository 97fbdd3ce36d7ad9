import type { RefusalCause } from '../link/refusal.ts';
import { createResponse, type HitResponse, retrySeconds } from './response.ts';
import type { ResponseStatus } from './response-status.ts';

/** The responses that need nothing but their reason. */

function refusal(status: ResponseStatus, publicMessage: string): HitResponse {
  return createResponse(status, { publicMessage, decision: 'refused' });
}

/** A refusal of which the owner gets a notice. */
export function reportedRefusal(
  refusal: RefusalCause,
  status: ResponseStatus,
  publicMessage: string,
): HitResponse {
  return createResponse(status, { publicMessage, decision: 'refused', refusal });
}

export const notFound = refusal('not-found', "This link doesn't exist. Check that you copied all of it.");
export const revoked = reportedRefusal('revoked', 'gone', 'This link was revoked. Nothing was done.');
export const expired = reportedRefusal('expired', 'gone', 'This link has expired. Nothing was done.');
export const usedUp = reportedRefusal(
  'used-up',
  'gone',
  'This link has reached its limit. Nothing was done.',
);
export const removed = reportedRefusal(
  'removed',
  'gone',
  "This link's position was removed. Nothing was done.",
);
export const wrongSource = reportedRefusal(
  'wrong-source',
  'wrong-source',
  "This link can't be fired from this address. Nothing was done.",
);
export const paused = reportedRefusal('paused', 'paused', 'All links are paused. Nothing was done.');
export const inRehearsal = refusal('gone', 'This link is in rehearsal. Nothing was done.');
export const leftScope = refusal('gone', "The position is no longer in this link's scope. Nothing was done.");
export const notWatched = refusal('gone', "The link's watch was changed or removed. Nothing was done.");
/** A restore paused the link. Only the owner reads why. */
export const linkPaused: HitResponse = {
  ...reportedRefusal('link-paused', 'paused', 'This link is paused. Nothing was done.'),
  headline: 'This link is paused',
};
/** A backup is being restored. Neither the table nor the exchange was asked. */
export const halted: HitResponse = {
  ...refusal(
    'halted',
    'Links are halted while the owner restores a backup. Nothing was done: no position was read or changed. Open the link again when the owner has finished.',
  ),
  retryAfter: retrySeconds,
};
/** A body means that the alert has a message: the guide asks for alerts without one. */
export const ignored = reportedRefusal(
  'body',
  'ignored',
  "The request has a body, so nothing was done. Clear the alert's message in TradingView.",
);
/** A strategy's plain alert must not close anything. */
export const unreadable = reportedRefusal(
  'unreadable',
  'unreadable',
  "The message is not a strategy's state, so nothing was done. Send long, short or flat, optionally followed by a time.",
);
/** No request is answered with it: a sweep ends what a hit of a standing link left undone. */
export const gaveUp = reportedRefusal(
  'gave-up',
  'retrying',
  'Ripcord could not act on this position within 5 minutes, and gave up on that attempt. A later alert begins another one.',
);
export const refusedMethod = refusal(
  'method-not-allowed',
  'A link is opened with GET or POST. Nothing was done.',
);

/** @returns the same for a GET that only looks, such as a scanner's: no alert was lost. */
export function asLook({ refusal: _, ...response }: HitResponse): HitResponse {
  return response;
}

/** By kind of an execution that ran nothing. */
export const notRun = {
  /** The running action does less than this hit asks for, so the sender has to repeat the hit. */
  busy: createResponse('busy', {
    publicMessage:
      'Another action of this position is in progress. Nothing was sent for this one. Try again in a moment.',
    decision: 'refused',
    retryAfter: retrySeconds,
  }),
  /** A process was frozen, or the table responded late. */
  'out-of-time': createResponse('out-of-time', {
    publicMessage:
      'Ripcord had no time left to act on this request, and sent nothing for it. Open the link again.',
    decision: 'refused',
    retryAfter: retrySeconds,
  }),
  /** The claim may be durable, and then the sweep continues it. */
  'unconfirmed-claim': createResponse('table-unreachable', {
    publicMessage:
      'The database did not confirm this request in time. If the request was stored, Ripcord continues automatically. It is safe to open the link again.',
    decision: 'in-progress',
    retryAfter: retrySeconds,
  }),
};
