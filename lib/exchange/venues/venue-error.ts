/**
 * Why a request got an HTTP status without a code of the venue: the response is from what stands before the API, such
 * as a CDN or a firewall, so no order arrived.
 */
export type CodelessCause = 'region' | 'firewall' | 'rate' | 'key' | 'request';

/** An error response of the venue. */
export interface VenueError {
  /** The HTTP status. Some venues send errors with 200. */
  status: number;
  /** The HTTP status if the response has no code. */
  code: string;
  hasCode: boolean;
  message: string;
  /** Why the request did not reach the venue's API. Only without a code. */
  cause?: CodelessCause;
}
