import { executeAction } from '../close/execute-action.ts';
import { isPositionLink, type Link, type PositionLink, toLinkId } from '../link/link.ts';
import { isPaused, type Pause } from '../link/pause.ts';
import { hashToken, isWellFormed } from '../link/token.ts';
import type { Services } from '../services.ts';
import { confirmOrReport } from './confirm-or-report.ts';
import { computeExchangeMs } from './exchange-time.ts';
import { type Responded, toExecuteResponse } from './execute-response.ts';
import { boundToHit } from './hit-services.ts';
import { type LateHit, respondLate } from './late-response.ts';
import { unlessItMayFire } from './may-fire.ts';
import { preconnect } from './preconnect.ts';
import { recordHit } from './record-hit.ts';
import { asLook, notFound, refusedMethod } from './refusals.ts';
import { isLookAgain, type Request } from './request.ts';
import type { HitResponse } from './response.ts';

/**
 * Handles one hit: finds the link, checks it, executes its action, records the hit. The response reports only what is
 * durable, and leaves while the sender listens. Throws `table-unreachable`.
 *
 * @param arrivedAt When the request arrived, epoch milliseconds.
 */
export async function fire(
  services: Services,
  request: Request,
  arrivedAt = services.now(),
): Promise<HitResponse> {
  const hit = boundToHit(services, arrivedAt);
  try {
    const found = await findLink(hit.services, request);
    if ('response' in found) return found.response;
    const { link, pause } = found;
    if (isPositionLink(link)) {
      const { response, late } = await handle(hit.services, link, request, pause);
      return hit.isLate() ? await respondLate(services, late, response) : response;
    }
    // No cold start for a link of one position loads it.
    const { fireStanding } = await import('./standing/fire-standing.ts');
    return await fireStanding({ ...hit, link, pause, request, arrivedAt });
  } finally {
    hit.end();
  }
}

async function findLink(
  { store }: Services,
  request: Request,
): Promise<{ response: HitResponse } | { link: Link; pause: Pause }> {
  if (request.method !== 'GET' && request.method !== 'POST') return { response: refusedMethod };
  if (!isWellFormed(request.token)) return { response: notFound };
  const hash = hashToken(request.token);
  const { link, ...pause } = await store.readLinkAndPause(toLinkId(hash));
  if (link === undefined || link.tokenHash !== hash) return { response: notFound };
  return { link, pause };
}

/** A response, and what to read again if it turns out to be late. */
interface Handled {
  response: HitResponse;
  late: LateHit;
}

async function handle(
  services: Services,
  link: PositionLink,
  request: Request,
  pause: Pause,
): Promise<Handled> {
  const startedAt = services.now();
  const { requests, isUnsettled, claim, ...responded } = await respond(services, link, request, pause);
  // A request of the page that waits for the result is no hit of its own.
  const response = isLookAgain(request) ? asLook(responded.response) : responded.response;
  const hasClaimed = claim !== undefined && claim.claimedAt >= startedAt;
  await Promise.all([
    isOfNote(request, response, hasClaimed)
      ? recordHit(services, { actor: 'link', ...link }, response, requests, request)
      : undefined,
    // A sweep that starts now settles the close sooner. If it does not start, the next scheduled one does the same.
    isUnsettled === true ? services.wakeSweep?.().catch(() => undefined) : undefined,
  ]);
  const { positionId, action, linkId } = link;
  return {
    response: { ...toShown(request, response), linkId, exchangeMs: computeExchangeMs(requests) },
    late: { positionId, action, claim },
  };
}

/**
 * A page that only looks again would flood the history. One that makes a claim, or settles one, is recorded like any hit.
 */
function isOfNote(request: Request, response: HitResponse, hasClaimed: boolean): boolean {
  const { decision, status } = response;
  const isLook = decision === 'duplicate' || (status === 'in-progress' && !hasClaimed);
  return !(isLookAgain(request) && isLook);
}

/** A waiting page shows the outcome of its own hit, so it does not remark that this was done earlier. */
function toShown({ isFollowUp }: Request, response: HitResponse): HitResponse {
  const { repeated: _, ...outcome } = response;
  return isFollowUp === true ? outcome : response;
}

async function respond(
  services: Services,
  link: PositionLink,
  request: Request,
  pause: Pause,
): Promise<Responded> {
  const now = services.now();
  const stop = unlessItMayFire(link, request, { paused: isPaused(pause, now), now });
  if (stop === undefined && link.rehearsal === true) {
    const { rehearsePosition } = await import('./standing/rehearse.ts');
    return { response: await rehearsePosition(services, link), requests: [] };
  }
  if (stop === undefined) {
    preconnect(services, link);
    return execute(services, link);
  }
  const response =
    stop.decision === 'confirmation-required' ? await confirmOrReport(services, link, request, stop) : stop;
  return { response, requests: [] };
}

async function execute(services: Services, link: PositionLink): Promise<Responded> {
  const { linkId, action, percent } = link;
  const intent = { actor: 'link', linkId, action, percent } as const;
  return toExecuteResponse(link, await executeAction(services, link.positionId, intent, link.maxUses));
}
