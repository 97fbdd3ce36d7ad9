import type { Navigation } from './navigation.ts';

/** One request to a link. */
export interface Request {
  token: string;
  method: string;
  /** The address as the gateway reports it; never from a header, which a sender can set. */
  sourceIp: string | undefined;
  userAgent: string | undefined;
  /** Whether the body has anything but white space. */
  hasBody: boolean;
  /** The body, which only a link that follows a strategy reads. Absent if it is too long for a state. */
  message?: string | undefined;
  /** For a GET: whether a person certainly opened it. */
  navigation: Navigation;
  /**
   * When the gateway got it, epoch milliseconds, if that is known. Its sender has waited since then, also for the part of a
   * cold start that does not count as the hit's time.
   */
  sentAt?: number | undefined;
  /** The page of a close that is under way looks again, every few seconds. */
  isFollowUp?: boolean;
}

/** Whether this is a request of the page that waits for the result: no hit of its own. */
export function isLookAgain({ method, isFollowUp }: Request): boolean {
  return method === 'GET' && isFollowUp === true;
}
