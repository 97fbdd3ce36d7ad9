import { isLasting } from '../fault.ts';
import type { Log, LogFields } from '../log.ts';
import type { HitResponse } from './response.ts';

/** Logs one line for every request to a link, including requests without a valid token, and its metrics. */
export function logHit(log: Log, response: HitResponse, { requestId, ms }: LogFields & { ms: number }): void {
  const { status, httpStatus, decision, linkId, exchangeMs, outcome } = response;
  const acted = decision === 'fired';
  log.event(
    'hit',
    {
      requestId,
      positionId: response.position?.positionId,
      linkId,
      decision,
      status: httpStatus,
      outcome: outcome?.outcome,
      code: outcome === undefined ? status : undefined,
      ms,
      exchangeMs,
    },
    {
      Hits: 1,
      Outcomes: acted ? 1 : undefined,
      Latency: acted ? ms : undefined,
      ExchangeTime: exchangeMs,
      Failures: isFailure(response) ? 1 : undefined,
    },
  );
}

/** It acted without an outcome, or it should have acted and could not. A halt is reported by the sweep. */
function isFailure({ status, httpStatus, decision, hasFailed }: HitResponse): boolean {
  if (status === 'halted') return false;
  if (hasFailed === true) return true;
  return (decision === 'fired' && httpStatus >= 400) || httpStatus >= 500 || isLasting(status);
}
