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
  /** For a GET: whether a person certainly opened it. */
  navigation: Navigation;
  /** The page of a close that is under way looks again, every few seconds. */
  isFollowUp?: boolean;
}
