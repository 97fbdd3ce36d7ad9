import type { Log, LogFields } from '../log.ts';
import type { HitResponse } from './response.ts';

/** One line for every request to a link, junk included, and its metrics. */
export function logHit(log: Log, answer: HitResponse, { requestId, ms }: LogFields & { ms: number }): void {
  const { body, status, decision, linkId, exchangeMs } = answer;
  const acted = decision === 'fired';
  log.event(
    'hit',
    {
      requestId,
      positionId: body.positionId,
      linkId,
      decision,
      status,
      outcome: 'outcome' in body ? body.outcome : undefined,
      code: 'status' in body ? body.status : undefined,
      ms,
      exchangeMs,
    },
    {
      Hits: 1,
      Outcomes: acted ? 1 : undefined,
      Latency: acted ? ms : undefined,
      ExchangeTime: exchangeMs,
      // It acted and the exchange refused or a person has to look, or it could not even act.
      Failures: (acted && status >= 400) || status >= 500 ? 1 : undefined,
    },
  );
}
