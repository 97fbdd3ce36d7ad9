import type { Link } from '../../link/link.ts';
import type { Pause } from '../../link/pause.ts';
import type { Services } from '../../services.ts';
import type { Request } from '../request.ts';

/** One hit of a standing link. */
export interface StandingHit {
  /** Bound to the hit's time. */
  services: Services;
  link: Link;
  /** The kill switch, as it was read with the link. */
  pause: Pause;
  request: Request;
  /** When it arrived, epoch milliseconds. */
  arrivedAt: number;
  /** Whether the sender has most likely disconnected. */
  isLate(): boolean;
}
