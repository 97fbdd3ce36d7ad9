import { type ErrorTable, findRejectReason } from './error-table.ts';
import { NotReady, Unsupported, type VenueError } from './venue-error.ts';

/** A read without an answer leaves the order unsent. An error with a meaning is one of the order too. */
export function toNotReady(name: string, subject: string, errors: ErrorTable): (thrown: unknown) => never {
  return (thrown) => {
    const { venueError } = thrown as { venueError?: VenueError };
    const isRefusal = venueError !== undefined && findRejectReason(errors, venueError) !== undefined;
    if (isRefusal || thrown instanceof Unsupported || (thrown as Error).name === 'NotSent') throw thrown;
    throw new NotReady(`${name} did not report ${subject}, so the order was not sent`);
  };
}
