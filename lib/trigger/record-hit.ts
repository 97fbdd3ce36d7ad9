import { type Hit, hitsKeptMs, type RequestNote } from '../link/hit.ts';
import type { Services } from '../services.ts';
import type { Request } from './request.ts';
import type { HitResponse } from './response.ts';

/** User agents are the sender's own text: enough of it to know it by, and nothing that could steer a terminal. */
const agentLength = 200;
function shown(userAgent: string): string {
  return userAgent.slice(0, agentLength).replaceAll(/[^\x20-\x7e]/g, '?');
}

/** What was acted on, and by whom. */
type HitSubject = Pick<Hit, 'actor' | 'linkId' | 'positionId' | 'action'>;

/**
 * Records a hit and what came of it. The answer never fails with it.
 * @param request absent when no request opened a link: the operator acted.
 */
export function recordHit(
  services: Services,
  subject: HitSubject,
  answer: HitResponse,
  requests: RequestNote[],
  request?: Pick<Request, 'method' | 'sourceIp' | 'userAgent'>,
): Promise<void> {
  const { actor, linkId, positionId, action } = subject;
  const { body } = answer;
  return writeHit(services, {
    positionId,
    actor,
    linkId,
    action,
    method: request?.method,
    sourceIp: request?.sourceIp,
    userAgent: request?.userAgent === undefined ? undefined : shown(request.userAgent),
    decision: answer.decision,
    why: 'detail' in body ? body.detail : body.message,
    status: answer.status,
    outcome: 'outcome' in body ? body.outcome : undefined,
    requests,
  });
}

/** @param hit all but its id and time, which are given to it here. */
export async function writeHit(services: Services, hit: Omit<Hit, 'hitId' | 'at'>): Promise<void> {
  const now = services.now();
  try {
    await services.store.recordHit(
      { ...hit, hitId: `hit_${services.randomId().slice(0, 12)}`, at: new Date(now).toISOString() },
      now + hitsKeptMs,
    );
  } catch {
    // The position's own record is the truth; a lost line of history must not turn a done close into an error.
  }
}
