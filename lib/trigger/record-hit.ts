import { type Hit, hitsKeptMs, type RequestNote } from '../link/hit.ts';
import type { Link } from '../link/link.ts';
import type { Engine } from '../services.ts';
import type { Request } from './request.ts';
import type { Answer } from './response.ts';

/** User agents are the sender's own text: enough of it to know it by, and nothing that could steer a terminal. */
const agentLength = 200;
const shown = (userAgent: string): string => userAgent.slice(0, agentLength).replaceAll(/[^\x20-\x7e]/g, '?');

/** Writes down what a hit was and what came of it. The answer never waits for more, nor fails with it. */
export const recordHit = (
  engine: Engine,
  link: Pick<Link, 'linkId' | 'positionId' | 'action'>,
  request: Pick<Request, 'method' | 'sourceIp' | 'userAgent'>,
  answer: Answer,
  requests: RequestNote[],
): Promise<void> => {
  const { body } = answer;
  return writeHit(engine, {
    positionId: link.positionId,
    linkId: link.linkId,
    action: link.action,
    method: request.method,
    sourceIp: request.sourceIp,
    userAgent: request.userAgent === undefined ? undefined : shown(request.userAgent),
    decision: answer.decision,
    why: 'detail' in body ? body.detail : body.message,
    status: answer.status,
    outcome: 'outcome' in body ? body.outcome : undefined,
    requests,
  });
};

/** @param hit all but its id and time, which are given to it here. */
export const writeHit = async (engine: Engine, hit: Omit<Hit, 'hitId' | 'at'>): Promise<void> => {
  const now = engine.now();
  try {
    await engine.table.recordHit(
      { ...hit, hitId: `hit_${engine.newMark().slice(0, 12)}`, at: new Date(now).toISOString() },
      now + hitsKeptMs,
    );
  } catch {
    // The position's own record is the truth; a lost line of history must not turn a done close into an error.
  }
};
