import type { Link } from '../../link/link.ts';
import type { Pause } from '../../link/pause.ts';
import type { Position } from '../../position/position.ts';
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

/** @returns the positions that were opened after the alert was sent. An older alert must not close what is newer than it. */
export function findNewer(
  { request: { sentAt }, arrivedAt }: StandingHit,
  listed: readonly Position[],
): string[] {
  const sent = Math.min(arrivedAt, sentAt ?? arrivedAt);
  return listed.filter(({ createdAt }) => Date.parse(createdAt) > sent).map(({ positionId }) => positionId);
}
