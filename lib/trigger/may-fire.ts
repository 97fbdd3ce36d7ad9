import { isAllowedSource } from '../link/ip-allow-list.ts';
import { isExpired, type Link } from '../link/link.ts';
import { confirmationRequired } from './confirmation.ts';
import { expired, ignored, linkPaused, paused, revoked, wrongSource } from './refusals.ts';
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
  if (link.revokedAt !== undefined) return revoked;
  if (isExpired(link, known.now)) return expired;
  if (!isAllowedSource(link.sources, request.sourceIp ?? '')) return wrongSource;
  if (known.paused) return paused;
  if (link.pausedReason !== undefined) return linkPaused;
  if (request.method === 'POST') return request.hasBody ? ignored : undefined;
  if (link.methods === 'post-only') return confirmationRequired(link, 'post-only');
  if (link.confirm) return confirmationRequired(link, 'confirm');
  // Browsers restore tabs, so a reload must not close a second part.
  if (link.percent !== undefined && link.maxUses !== 1) return confirmationRequired(link, 'repeatable');
  const { navigation } = request;
  return navigation.userInitiated ? undefined : confirmationRequired(link, navigation.doubt);
}
