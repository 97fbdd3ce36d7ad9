import type { Engine } from '../engine.ts';
import { linkIdOf } from '../link/link.ts';
import { hashToken, isWellFormed } from '../link/token.ts';
import type { Action, Outcome, Position } from '../position/position.ts';
import { claimableFrom, newClaim, pursue, recover, type Standing } from './claim.ts';

/** What a hit is answered with; never more than what is durable. */
export interface Answer {
  /** HTTP status. */
  status: number;
  body: AnswerBody;
  /** Seconds, where trying again may help. */
  retryAfter?: number;
}

export type AnswerBody =
  | (Outcome & { repeated?: true } & Named)
  | ({ status: string; message: string } & Partial<Named>);

interface Named {
  positionId: string;
  symbol: string;
  side: string;
}

const named = ({ positionId, symbol, side }: Position): Named => ({ positionId, symbol, side });

/** TradingView sends again after 5 s of its own accord; others are told the same. */
const retrySeconds = 5;

const notFound: Answer = {
  status: 404,
  body: { status: 'not-found', message: 'There is no such link. Check that all of it was copied.' },
};
const gone = (message: string): Answer => ({ status: 410, body: { status: 'gone', message } });
const revoked = gone('This link was revoked. Nothing was done.');

/** A body means a message was left in the alert: the guide says that such alerts are ignored. */
export const ignored: Answer = {
  status: 400,
  body: {
    status: 'ignored',
    message: "The request has a body, so nothing was done. Clear the alert's message in TradingView.",
  },
};

/** Fires a link: finds it, claims its position, acts at the exchange, answers what is written down. */
export const fire = async (engine: Engine, token: string): Promise<Answer> => {
  if (!isWellFormed(token)) return notFound;
  const hash = hashToken(token);
  const link = await engine.table.readLink(linkIdOf(hash));
  if (link === undefined || link.tokenHash !== hash) return notFound;
  if (link.revokedAt !== undefined) return revoked;

  const claim = newClaim(engine, link.linkId, link.action);
  const request = { positionId: link.positionId, claim, from: claimableFrom[link.action] };
  let result = await engine.table.claimPosition(request);
  if (result.kind === 'refused' && !result.revoked && isStale(engine, result.position)) {
    // Somebody died at it. Their claim is brought to an end first; ours follows only where it still can.
    const standing = await recover(engine, result.position);
    if (standing.position.state === 'claimed') return answerOf(standing, link.action);
    result = await engine.table.claimPosition(request);
  }
  if (result.kind === 'claimed') return answerOf(await pursue(engine, result.position, claim), link.action);
  if (result.revoked) return revoked;
  if (result.position === undefined) return gone('The position of this link was removed. Nothing was done.');
  return answerOf({ position: result.position, ending: undefined }, link.action);
};

const isStale = (engine: Engine, position: Position | undefined): position is Position =>
  position?.state === 'claimed' && engine.now() > (position.claim?.leaseUntil ?? Number.POSITIVE_INFINITY);

const answerOf = ({ position, ending }: Standing, action: Action): Answer => {
  const names = named(position);
  switch (ending?.kind) {
    case 'settled':
      return { status: 200, body: { ...ending.outcome, ...names } };
    case 'released':
      return {
        status: 503,
        body: { status: ending.fault.code, message: `Nothing was sent. ${ending.fault.message}`, ...names },
        retryAfter: retrySeconds,
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
      };
  }
  return standingAnswer(position, action);
};

/** What the table alone says: for repeats, for hits beside another one, and for endings that are plain states. */
const standingAnswer = (position: Position, action: Action): Answer => {
  const names = named(position);
  switch (position.state) {
    case 'closed':
    case 'canceled':
    case 'kept':
      if (position.outcome !== undefined)
        return { status: 200, body: { ...position.outcome, ...names, repeated: true } };
      break;
    case 'failed':
      return {
        status: 422,
        body: {
          status: 'refused',
          message: `The exchange refused to ${action === 'close' ? 'close' : 'cancel'}: ${position.failure?.message ?? 'no words'}`,
          ...names,
        },
      };
    case 'needs-attention':
      return {
        status: 409,
        body: {
          status: 'needs-attention',
          message: `A person has to look: ${position.attention ?? 'the outcome is unknown'}`,
          ...names,
        },
      };
  }
  return {
    status: 202,
    body: {
      status: 'in-progress',
      message: 'Another request is at it. Open the link again for the outcome.',
      ...names,
    },
  };
};
