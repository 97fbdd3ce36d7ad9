import { executeAction, isUnsettled } from '../close/execute-action.ts';
import type { RequestNote } from '../link/hit.ts';
import { isPositionLink, type PositionLink, toLinkId } from '../link/link.ts';
import { isPaused, type Pause } from '../link/pause.ts';
import { hashToken, isWellFormed } from '../link/token.ts';
import type { Claim, Position } from '../position/position.ts';
import type { Services } from '../services.ts';
import { confirmOrReport } from './confirm-or-report.ts';
import { boundToHit } from './hit-services.ts';
import { type LateHit, respondLate } from './late-response.ts';
import { unlessItMayFire } from './may-fire.ts';
import { recordHit } from './record-hit.ts';
import { asLook, notFound, notRun, refusedMethod, removed, revoked, usedUp } from './refusals.ts';
import type { Request } from './request.ts';
import { type HitResponse, toResponse } from './response.ts';

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
    const { response, late } = await handle(hit.services, request);
    return late !== undefined && hit.isLate() ? await respondLate(services, late, response) : response;
  } finally {
    hit.end();
  }
}

/** A response, and what to read again if it turns out to be late. */
interface Handled {
  response: HitResponse;
  late?: LateHit;
}

async function handle(services: Services, request: Request): Promise<Handled> {
  if (request.method !== 'GET' && request.method !== 'POST') return { response: refusedMethod };
  if (!isWellFormed(request.token)) return { response: notFound };
  const hash = hashToken(request.token);
  const { link, ...pause } = await services.store.readLinkAndPause(toLinkId(hash));
  if (link === undefined || link.tokenHash !== hash) return { response: notFound };
  if (!isPositionLink(link)) return { response: notFound };

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

function isLookAgain({ method, isFollowUp }: Request): boolean {
  return method === 'GET' && isFollowUp === true;
}

/** A waiting page shows the outcome of its own hit, so it does not remark that this was done earlier. */
function toShown({ isFollowUp }: Request, response: HitResponse): HitResponse {
  const { repeated: _, ...outcome } = response;
  return isFollowUp === true ? outcome : response;
}

/** A response, with what the exchange was asked for it. */
interface Responded {
  response: HitResponse;
  requests: RequestNote[];
  /** Recovery has to continue the claim. */
  isUnsettled?: boolean;
  /** The claim that was made or continued for the hit. */
  claim?: Claim;
}

async function respond(
  services: Services,
  link: PositionLink,
  request: Request,
  pause: Pause,
): Promise<Responded> {
  const now = services.now();
  const stop = unlessItMayFire(link, request, { paused: isPaused(pause, now), now });
  if (stop === undefined) {
    preconnect(services, link);
    return execute(services, link);
  }
  const response =
    stop.decision === 'confirmation-required' ? await confirmOrReport(services, link, request, stop) : stop;
  return { response, requests: [] };
}

/**
 * Loads credentials and the exchange's code, and opens a connection, while the claim is written. The claim's run
 * reports what fails here.
 */
function preconnect({ exchanges }: Services, { account, exchange }: PositionLink): void {
  if (account === undefined) return;
  exchanges
    .of(account, exchange)
    .then((opened) => opened.openConnection())
    .catch(() => undefined);
}

async function execute(services: Services, link: PositionLink): Promise<Responded> {
  const { linkId, action, percent } = link;
  const intent = { actor: 'link', linkId, action, percent } as const;
  const result = await executeAction(services, link.positionId, intent, link.maxUses);
  if (result.kind === 'ran')
    return {
      response: toResponse({ ...result.execution, claim: result.claim }),
      requests: result.execution.requests,
      isUnsettled: isUnsettled(result),
      claim: result.claim,
    };
  const { kind } = result;
  if (kind !== 'refused') return { response: notRun[kind], requests: [], isUnsettled: isUnsettled(result) };
  if (result.revoked) return { response: revoked, requests: [] };
  if (result.position === undefined) return { response: removed, requests: [] };
  const response = isUsedUp(link, result.position)
    ? usedUp
    : toResponse({ position: result.position, result: undefined });
  return { response, requests: result.recovered?.requests ?? [] };
}

/** A resend of the link's own last use is not refused: it reports that use's outcome. */
function isUsedUp({ linkId, maxUses }: PositionLink, { uses, state, outcome }: Position): boolean {
  const usesExhausted = maxUses !== undefined && (uses[linkId] ?? 0) >= maxUses;
  return usesExhausted && state === 'open' && outcome?.linkId !== linkId;
}

/** @returns milliseconds from the first request to the last answer: some requests run in parallel. */
function computeExchangeMs(requests: RequestNote[]): number | undefined {
  if (requests.length === 0) return undefined;
  const starts = requests.map(({ at }) => Date.parse(at));
  const ends = requests.map(({ at, ms }) => Date.parse(at) + ms);
  return Math.max(...ends) - Math.min(...starts);
}
