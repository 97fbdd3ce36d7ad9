import { type Hit, hitsKeptMs, type RequestNote } from '../link/hit.ts';
import type { Services } from '../services.ts';
import type { Request } from './request.ts';
import type { HitResponse } from './response.ts';

const maxUserAgentLength = 200;

/** A user agent is the sender's own text: it must not control the owner's terminal or fill the table. */
function toPrintable(userAgent: string): string {
  return userAgent.slice(0, maxUserAgentLength).replaceAll(/[^\x20-\x7e]/g, '?');
}

/** Who acted, and on what. */
type HitSubject = Pick<Hit, 'actor' | 'linkId' | 'positionId' | 'action'>;

/**
 * Records a hit with the owner's detail. A record that can't be written does not fail the response.
 * @param request absent when no request opened a link: the operator acted.
 */
export function recordHit(
  services: Services,
  subject: HitSubject,
  response: Omit<HitResponse, 'decision'> & Pick<Hit, 'decision'>,
  requests: RequestNote[],
  request?: Pick<Request, 'method' | 'sourceIp' | 'userAgent'>,
): Promise<void> {
  const { actor, linkId, positionId, action } = subject;
  return writeHit(services, {
    positionId,
    actor,
    linkId,
    action,
    method: request?.method,
    sourceIp: request?.sourceIp,
    userAgent: request?.userAgent === undefined ? undefined : toPrintable(request.userAgent),
    decision: response.decision,
    why: response.detail,
    refusal: response.refusal,
    status: response.httpStatus,
    outcome: response.outcome?.outcome ?? toStandingOutcome(response),
    ...toPositions(positionId, response),
    requests,
  });
}

/** Words for one position of a standing link that are no recorded outcome. */
function toStandingOutcome({ status }: Pick<HitResponse, 'status'>): string | undefined {
  return status === 'unchanged' || status === 'stop-moved' ? status : undefined;
}

/** A record of one position states its own result. */
function toPositions(
  positionId: string | undefined,
  { positions = [] }: Pick<HitResponse, 'positions'>,
): Pick<Hit, 'positions'> {
  if (positionId !== undefined || positions.length === 0) return {};
  return {
    positions: positions.map((each) => ({ positionId: each.positionId, outcome: each.outcome ?? 'none' })),
  };
}

/** @param hit without id and time, which are set here. */
export async function writeHit(services: Services, hit: Omit<Hit, 'hitId' | 'at'>): Promise<void> {
  const now = services.now();
  try {
    await services.store.recordHit(
      { ...hit, hitId: `hit_${services.randomId().slice(0, 12)}`, at: new Date(now).toISOString() },
      now + hitsKeptMs,
    );
  } catch {
    // The position's own record counts. A missing line of history must not turn a completed close into an error.
    // functions/services.ts builds a store that keeps the record and writes it later.
  }
}
