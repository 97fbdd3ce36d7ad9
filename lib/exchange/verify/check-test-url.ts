import { Fault } from '../../fault.ts';
import { isLoopback } from '../../safe-url.ts';
import type { TestVenue } from './test-venue.ts';

type Guarded = Pick<TestVenue, 'id' | 'host' | 'markers'>;

/** Whether a request to this URL can only reach the test network, or this machine. */
export function isTestUrl(url: string, { host }: Pick<Guarded, 'host'>): boolean {
  const parsed = new URL(url);
  return isLoopback(parsed) || (parsed.protocol === 'https:' && parsed.host === host);
}

/**
 * The last check before a request leaves: its URL and its headers, not what the account says of them. Throws
 * `account-invalid`.
 */
export function checkTestUrl(url: string, headers: Record<string, string>, venue: Guarded): void {
  const isMarked = Object.entries(venue.markers).every(([name, value]) => headers[name] === value);
  if (isTestUrl(url, venue) && isMarked) return;
  throw new Fault(
    'account-invalid',
    `A request would have gone to ${new URL(url).host}, which is not the test network ${venue.host}. It was not sent.`,
    { hint: { text: 'Store the account again with --sandbox, and with --base-url none.' } },
  );
}
