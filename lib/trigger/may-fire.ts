import { isAllowedSource } from '../link/ip-allow-list.ts';
import { isExpired, isPositionLink, type Link } from '../link/link.ts';
import { type ConfirmationReason, confirmationRequired } from './confirmation.ts';
import { asLook, expired, ignored, linkPaused, paused, revoked, wrongSource } from './refusals.ts';
import type { Request } from './request.ts';
import type { HitResponse } from './response.ts';

/**
 * Decides whether a GET or POST may fire a link. Pure.
 * @param known `paused`: the kill switch is on; `now` in epoch milliseconds.
 * @returns undefined if it may fire; otherwise the response: a refusal, or a confirmation to ask for.
 */
export function unlessItMayFire(
  link: Link,
  request: Request,
  known: { paused: boolean; now: number },
): HitResponse | undefined {
  const reason = whyItAsks(link, request);
  const refusal = findRefusal(link, request, known);
  if (reason === undefined) return refusal;
  return refusal === undefined ? confirmationRequired(link, reason) : asLook(refusal);
}

function findRefusal(
  link: Link,
  { method, sourceIp, hasBody }: Request,
  known: { paused: boolean; now: number },
): HitResponse | undefined {
  if (link.revokedAt !== undefined) return revoked;
  if (isExpired(link, known.now)) return expired;
  if (!isAllowedSource(link.sources, sourceIp ?? '')) return wrongSource;
  if (known.paused) return paused;
  if (link.pausedReason !== undefined) return linkPaused;
  // The message of a link that follows a strategy is what it acts on.
  return method === 'POST' && hasBody && link.follows === undefined ? ignored : undefined;
}

/** @returns why a request would not act on its own even if nothing refused it. */
function whyItAsks(link: Link, { method, navigation }: Request): ConfirmationReason | undefined {
  if (method === 'POST') return undefined;
  // A browser that restores its tabs must not act on positions that were opened since.
  if (!isPositionLink(link)) return 'standing';
  if (link.methods === 'post-only') return 'post-only';
  if (link.confirm) return 'confirm';
  // Browsers restore tabs, so a reload must not close a second part.
  if (link.percent !== undefined && link.maxUses !== 1) return 'repeatable';
  return navigation.userInitiated ? undefined : navigation.doubt;
}
