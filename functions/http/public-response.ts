import type { Outcome } from '../../lib/position/position.ts';
import type { HitResponse } from '../../lib/trigger/response.ts';
import type { ResponseStatus } from '../../lib/trigger/response-status.ts';

/** What a link's holder may read of a response: all that a renderer gets. The owner's history has the detail. */
export type PublicResponse = Omit<
  HitResponse,
  'detail' | 'decision' | 'refusal' | 'hasFailed' | 'linkId' | 'exchangeMs'
>;

const publicOutcomeFields = [
  'outcome',
  'closedBy',
  'action',
  'percent',
  'toPercent',
  'actor',
  'linkId',
  'detail',
  'entryFilled',
  'closedAmount',
  'averagePrice',
  'remaining',
  'closeOrderId',
  'closeClientOrderId',
  'canceledEntryOrderIds',
  'canceledExitOrderIds',
  'claimedAt',
  'sentAt',
  'settledAt',
] as const satisfies (keyof Outcome)[];

/** What a program does next. The page has its own words. */
const nextSteps: Partial<Record<ResponseStatus, string>> = {
  confirm: ' To confirm, send a POST with an empty body.',
  'in-progress': ' Open the link again for the outcome.',
};

/** @returns the JSON body; docs/reference/link-responses.md documents it. */
export function toJsonBody(response: PublicResponse): Record<string, unknown> {
  const { status, publicMessage, outcome, position, positions, confirm, source, repeated } = response;
  if (outcome !== undefined) {
    const fields = publicOutcomeFields.map((name) => [name, outcome[name]]);
    return { ...Object.fromEntries(fields), ...position, repeated };
  }
  // To open a standing link again may act on positions that were opened since.
  const isInProgress = positions !== undefined && status === 'in-progress';
  const message = `${publicMessage}${isInProgress ? '' : (nextSteps[status] ?? '')}`;
  return { status, message, ...confirm, source, repeated, ...position, positions };
}
