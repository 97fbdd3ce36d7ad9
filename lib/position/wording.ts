import type { Claim, Failure, Position } from './position.ts';

/**
 * The sentences about a position's record. Responses, pages, notices, history, command line and console all use them, so
 * that they report the same. They name no account: a link's holder reads them.
 */

/** @returns what is known of a claim without a result, with the exchange's last message about it. */
export function describeProgress({ action, phase, lastExchangeMessage }: Claim): string {
  return describeClaim(action, phase) + quote(lastExchangeMessage);
}

const unfinished = {
  close: 'This request has not sent the close order.',
  keep: 'This request has not confirmed the state of the entry order.',
} as const;

/** @returns what a request has not done that its claim is for. A sweep may do it before the answer arrives. */
export function describeUnfinished({ action, lastExchangeMessage }: Claim): string {
  return unfinished[action] + quote(lastExchangeMessage);
}

function quote(message: string | undefined): string {
  return message === undefined ? '' : ` Last exchange message: ${toSentence(message)}`;
}

function describeClaim(action: Claim['action'], phase: Claim['phase']): string {
  if (action === 'keep') return 'The state of the entry order is not confirmed yet.';
  return phase === 'not-sent'
    ? 'The close order was not sent yet.'
    : 'The result of the close is not confirmed yet.';
}

/** @returns the sentence about a claim of a link's watch. Every other actor needs none. */
export function describeWatch(
  { actor, linkId }: Pick<Failure, 'actor' | 'linkId'>,
  verb: 'acted' | 'closed it' | 'tried to close it',
): string[] {
  return actor === 'watch' ? [`The watch of link ${linkId} ${verb}.`] : [];
}

/** @returns why nothing executed, and which exits are gone. */
export function describeFailure(failure: Failure, { exitPlan }: Pick<Position, 'exitPlan'>): string {
  const { source, message, action, canceledExitOrderIds: exits } = failure;
  const refused = `The exchange refused to ${action === 'keep' ? 'cancel' : 'close'}`;
  const what = source === 'exchange' ? refused : 'Nothing was closed';
  const unprotected =
    exits.length === 0
      ? ''
      : ` Exit orders ${exits.join(', ')} were canceled${exitPlan === undefined ? ' and no longer protect the position' : '. Ripcord places the exits again'}.`;
  const watch = describeWatch(failure, 'tried to close it');
  return [`${what}: ${toSentence(message)}${unprotected}`, ...watch].join(' ');
}

export function toSentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
