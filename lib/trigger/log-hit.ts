import type { Log, LogFields } from '../log.ts';
import type { Answer } from './response.ts';

/** One line for every request to a link, junk included, and its metrics. */
export const sayHit = (log: Log, answer: Answer, { requestId, ms }: LogFields & { ms: number }): void => {
  const { body, status, decision, linkId, exchangeMs } = answer;
  const acted = decision === 'fired';
  log.say(
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
};
