import type { PlannedAction } from '../close/step.ts';
import { isPositionLink, type Link, type PositionLink } from '../link/link.ts';
import type { Position } from '../position/position.ts';
import type { NavigationDoubt } from './navigation.ts';
import { createResponse, type HitResponse, inProgress } from './response.ts';

/** Why a GET asks for a confirmation: the link always does, or nothing proves that a person opened it. */
export type ConfirmationReason = 'post-only' | 'confirm' | 'repeatable' | 'standing' | NavigationDoubt;

const reasons: Record<ConfirmationReason, { publicMessage: string; detail: string }> = {
  'post-only': {
    publicMessage: "This link doesn't fire just by being opened.",
    detail: "The link doesn't fire just by being opened; nothing was done.",
  },
  confirm: {
    publicMessage: 'This link always asks first.',
    detail: 'The link always asks first; nothing was done.',
  },
  repeatable: {
    publicMessage: 'This link can fire more than once, so it asks each time.',
    detail: 'The link can fire more than once, so it asks each time; nothing was done.',
  },
  standing: {
    publicMessage: 'It always asks first in a browser.',
    detail: 'A standing link always asks first in a browser; nothing was done.',
  },
  prefetch: {
    publicMessage: 'A browser loaded this link ahead of time.',
    detail: 'Loaded by a browser ahead of time; nothing was done.',
  },
  unproven: {
    publicMessage: 'Nothing shows that a person opened this link.',
    detail: 'Opened without proof of a person; nothing was done.',
  },
  embedded: {
    publicMessage: 'A page embedded or fetched this link.',
    detail: 'Not opened, but embedded or fetched by a page; nothing was done.',
  },
  bot: {
    publicMessage: 'A bot or preview opened this link.',
    detail: 'Opened by a bot or preview; nothing was done.',
  },
};

/** @returns what a GET shows instead of acting. It names nothing that is traded. */
export function confirmationRequired(link: Link, reason: ConfirmationReason): HitResponse {
  const { publicMessage, detail } = reasons[reason];
  if (!isPositionLink(link))
    return createResponse('confirm', {
      publicMessage,
      detail,
      confirm: { action: link.action },
      decision: 'confirmation-required',
    });
  const { action, percent } = link;
  return createResponse('confirm', {
    headline: toQuestion(link, 'this position'),
    publicMessage: `${describeAction(link)} ${publicMessage} Nothing has happened yet.`,
    detail,
    confirm: { action, percent },
    position: { positionId: link.positionId },
    decision: 'confirmation-required',
  });
}

/** @returns the same for a person, who has to see what the button is for. */
export function withPosition(response: HitResponse, link: PositionLink, position: Position): HitResponse {
  const { positionId, symbol, side } = position;
  return {
    ...response,
    headline: toQuestion(link, `${symbol} ${side}`),
    position: { positionId, symbol, side },
  };
}

function toQuestion({ action, percent, toPercent }: PlannedAction, subject: string): string {
  if (action === 'keep') return `Keep ${subject}?`;
  if (toPercent !== undefined) return `Reduce ${subject} to ${toPercent} %?`;
  return percent === undefined ? `Close ${subject}?` : `Close ${percent} % of ${subject}?`;
}

function describeAction({ action, percent, toPercent }: PlannedAction): string {
  if (action === 'keep')
    return 'This link cancels the unfilled part of the entry and leaves the filled part open.';
  if (toPercent !== undefined)
    return `This link cancels the unfilled part of the entry and leaves at most ${toPercent} % of what filled: it closes the rest with a MARKET order. On spot it then also cancels exit orders.`;
  return percent === undefined
    ? "This link cancels the position's open orders and closes what has filled with a MARKET order."
    : `This link cancels the unfilled part of the entry and closes ${percent} % of what remains with a MARKET order. On spot it also cancels exit orders.`;
}

/** @returns the response to a program that opens the link of a position that ended or is claimed: not what was traded. */
export function alreadyDone(position: Position): HitResponse {
  const { outcome } = position;
  if (position.state === 'claimed' || outcome === undefined) {
    const { position: names, ...response } = inProgress(position);
    return response;
  }
  return createResponse(outcome.outcome, {
    publicMessage:
      'Already done earlier. Nothing happened this time. Open the link in a browser for the details.',
    detail: `Already done earlier; nothing was done. ${outcome.detail}`,
    repeated: true,
    decision: 'duplicate',
  });
}
