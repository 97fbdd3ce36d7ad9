import { executeAction } from '../close/execute-action.ts';
import type { ExecutionResult } from '../close/save-result.ts';
import type { RequestNote } from '../link/hit.ts';
import { isAllowedSource } from '../link/ip-allow-list.ts';
import { isExpired, type Link, toLinkId } from '../link/link.ts';
import { hashToken, isWellFormed } from '../link/token.ts';
import { isFinal } from '../position/position.ts';
import type { Services } from '../services.ts';
import { recordHit } from './record-hit.ts';
import type { Request } from './request.ts';
import {
  alreadyDone,
  busy,
  confirmationRequired,
  expired,
  type HitResponse,
  ignored,
  notFound,
  paused,
  refusedMethod,
  removed,
  revoked,
  toResponse,
  usedUp,
  wrongSource,
} from './response.ts';

/** Fires a link, if it may be fired: finds it, claims its position, acts, answers what is written down. */
export async function fire(services: Services, request: Request): Promise<HitResponse> {
  if (request.method !== 'GET' && request.method !== 'POST') return refusedMethod;
  if (!isWellFormed(request.token)) return notFound;
  const hash = hashToken(request.token);
  const { link, paused: isPaused } = await services.store.readLinkAndPause(toLinkId(hash));
  if (link === undefined || link.tokenHash !== hash) return notFound;

  const held = checkLink(services, link, request, isPaused);
  if (held === undefined) preconnect(services, link);
  const { answer, standing } =
    held === undefined
      ? await execute(services, link)
      : {
          answer:
            held.decision === 'confirmation-required'
              ? await confirmOrReport(services, link, request, held)
              : held,
          standing: undefined,
        };
  const requests = standing?.requests ?? [];
  await recordHit(services, { actor: 'link', ...link }, answer, requests, request);
  return { ...answer, linkId: link.linkId, exchangeMs: exchangeTimeMs(requests) };
}

/** Credentials and the exchange's code are fetched beside the claim, which says for itself what failed of it. */
function preconnect(services: Services, { account, exchange }: Link): void {
  if (account !== undefined) services.exchanges.of(account, exchange).catch(() => undefined);
}

/** Milliseconds from the first request to the last answer: some of them run beside each other. */
function exchangeTimeMs(requests: RequestNote[]): number | undefined {
  if (requests.length === 0) return undefined;
  const starts = requests.map(({ at }) => Date.parse(at));
  const ends = requests.map(({ at, ms }) => Date.parse(at) + ms);
  return Math.max(...ends) - Math.min(...starts);
}

/** Everything that keeps a link from firing, before anything is claimed. */
function checkLink(
  services: Services,
  link: Link,
  request: Request,
  isPaused: boolean,
): HitResponse | undefined {
  if (link.revokedAt !== undefined) return revoked;
  if (isExpired(link, services.now())) return expired;
  if (!isAllowedSource(link.sources, request.sourceIp ?? '')) return wrongSource;
  if (isPaused) return paused;
  if (request.method === 'POST') return request.hasBody ? ignored : undefined;
  if (link.methods === 'post-only') return confirmationRequired(link, 'it only acts on a POST');
  if (link.confirm) return confirmationRequired(link, 'it wants to be confirmed');
  // Browsers reload what they had discarded, and open it again when they start: not one part more by that.
  if (link.percent !== undefined && link.maxUses !== 1)
    return confirmationRequired(
      link,
      'it may act more than once, and opening it again must not close another part',
    );
  return request.navigation.userInitiated ? undefined : confirmationRequired(link, request.navigation.why);
}

/** There is nothing to ask about a position that is over, or at which somebody is: that is told instead. */
async function confirmOrReport(
  services: Services,
  link: Link,
  request: Request,
  ask: HitResponse,
): Promise<HitResponse> {
  const position = await services.store.readPosition(link.positionId);
  if (position === undefined) return removed;
  const isOver = isFinal(position.state) || position.state === 'claimed';
  // A person has to see what the button is for; chats and scanners need not know what is traded, or was.
  if (!request.navigation.userInitiated) return isOver ? alreadyDone(position) : ask;
  const { symbol, side } = position;
  return isOver
    ? toResponse({ position, ending: undefined }, link.action)
    : { ...ask, body: { ...ask.body, symbol, side } };
}

async function execute(
  services: Services,
  link: Link,
): Promise<{ answer: HitResponse; standing: ExecutionResult | undefined }> {
  const { linkId, action, percent } = link;
  const intent = { actor: 'link', linkId, action, percent } as const;
  const result = await executeAction(services, link.positionId, intent, link.maxUses);
  if (result.kind === 'ran')
    return { answer: toResponse(result.standing, link.action), standing: result.standing };
  const { position } = result;
  if (result.kind === 'busy') return { answer: busy, standing: undefined };
  if (result.revoked) return { answer: revoked, standing: undefined };
  if (position === undefined) return { answer: removed, standing: undefined };
  const spent = link.maxUses !== undefined && (position.uses[link.linkId] ?? 0) >= link.maxUses;
  const answer =
    spent && position.state === 'open' && position.outcome?.linkId !== link.linkId
      ? usedUp
      : toResponse({ position, ending: undefined }, link.action);
  return { answer, standing: result.recovered };
}
