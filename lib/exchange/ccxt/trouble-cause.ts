import type { Fault } from '../../fault.ts';
import type { TroubleCause } from '../trouble-cause.ts';
import type { CodelessCause } from '../venues/venue-error.ts';
import { notSentFrom, venueErrorFrom } from './call-failure.ts';

const causeOfStatus: Partial<Record<CodelessCause, TroubleCause>> = {
  key: 'key',
  rate: 'rate',
  // "This can indicate a rate limit violation or a security block."
  firewall: 'rate',
  region: 'region',
};

/** @returns the cause of a fault that a request to an exchange ended with; undefined if there is nothing to add to it. */
export function findTroubleCause({ code, cause }: Fault): TroubleCause | undefined {
  if (notSentFrom(cause)?.reason === 'rate-limit') return 'rate';
  const error = venueErrorFrom(cause);
  const known = error && (error.trouble ?? (error.cause && causeOfStatus[error.cause]));
  return known ?? (code === 'exchange-unreachable' ? 'unreachable' : undefined);
}
