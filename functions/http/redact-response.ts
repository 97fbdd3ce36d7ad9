import type { FaultCode } from '../../lib/fault.ts';
import type { HitResponse } from '../../lib/trigger/response.ts';

const account = 'The account behind this link can not be used now. Nothing was sent.';

/**
 * What names places and accounts of the owner's, or may come to. The reason of `retrying` may be any of them: a
 * fault that came too late for the sender to hear it.
 */
const publicMessages: Partial<Record<FaultCode | 'retrying', string>> = {
  'accounts-unreadable': account,
  'account-not-found': account,
  'table-unreachable': 'The table gave no answer. Try again in a moment.',
  internal: 'Unexpected error in Ripcord.',
  retrying: 'The close order was not sent. Ripcord goes on by itself; firing again is safe.',
};

/** An answer as a link's holder may read it. The history, which is the owner's, has it in full. */
export function redactForPublic(answer: HitResponse): HitResponse {
  const { body } = answer;
  const message = 'status' in body ? publicMessages[body.status as keyof typeof publicMessages] : undefined;
  return message === undefined ? answer : { ...answer, body: { ...body, message } };
}
