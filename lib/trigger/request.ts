import type { Navigation } from './navigation.ts';

/** One request to a link. */
export interface Request {
  token: string;
  method: string;
  /** The gateway's own word for where it came from; never a header. */
  sourceIp: string | undefined;
  userAgent: string | undefined;
  /** Whether something stood in the body; white space is nothing. */
  hasBody: boolean;
  /** For a GET: whether a person certainly opened it. */
  navigation: Navigation;
}
